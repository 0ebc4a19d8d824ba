# SPDX-License-Identifier: MIT
# thrum record --stream-to: several recordings go to one lttng-relayd over the network (of this machine alone), and are
# read there as one.
[ "$(id -u)" != 0 ] || . "$srcdir/record/namespaces.sh"
. "$srcdir/record/record.sh"
[ "${ways[*]}" = "recorder lttng" ] || skip_all "no LTTng to record with"
command -v lttng-relayd > /dev/null || skip_all "no lttng-relayd (lttng-tools)"
[ "$PYTHON3" != no ] || skip_all "no python3 to find free ports with"
cd "$tmp" || exit 99

read -r control data live < <("$PYTHON3" -c '
import socket
sockets = [socket.socket() for _ in range(3)]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in sockets))')
relay=localhost:$control:$data

is "without a relay daemon: trouble" "$(status limit 30 "$thrum" record --stream-to "$relay" -- true)" 2
like "which is told" "$(cat "$tmp/err")" 'lttng-relayd'
is "a host that can't be one: trouble" "$(status limit 30 "$thrum" record --stream-to / -- true)" 2
is "a directory here as well: trouble" "$(status limit 30 "$thrum" record --stream-to "$relay" -o here -- true)" 2

mkdir there
lttng-relayd -o "$tmp/there" -C "tcp://127.0.0.1:$control" -D "tcp://127.0.0.1:$data" -L "tcp://127.0.0.1:$live" > relayd.log 2>&1 &
relayd=$!
# It listens when it can be connected to.
limit 30 "$PYTHON3" -c '
import socket, sys
while True:
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
        break
    except OSError:
        pass' "$control"

# One after the other: root's recordings share a session daemon, which may be leaving as the next one comes.
is "a program that hangs is streamed" "$(status limit 60 "$thrum" record --stream-to "$relay" --timeout 8 -- "$programs/ab_ba_hangs")" 143
like "what became of it is said" "$(cat "$tmp/err")" "ab_ba_hangs was streamed to $relay, none lost: there it is .*/thrum-[0-9a-f-]+-DATE"
is "another one too" "$(status limit 60 "$thrum" record --stream-to "$relay" -- "$programs/counts")" 0
is "nothing is left here" "$(find . -maxdepth 1 -name 'thrum-*')" ""
limit 60 "$deadlock_report" there > report
is "where it went both are read as one" $? 1
like "with what was wrong" "$(cat report)" '^deadlock \(happened\): 2 threads'
like "and how many there were" "$(tr '\n' ' ' < report)" 'in [2-9] processes'
kill $relayd
wait $relayd
done_testing
