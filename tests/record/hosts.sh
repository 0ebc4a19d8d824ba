# SPDX-License-Identifier: MIT
# Several hosts: network, name, clock (a day and more apart) and process numbers of their own, which namespaces give them.
# Their recordings are read as one: by the same clock, and each process for itself. Through lttng-relayd over a network, too.
[ "$(id -u)" != 0 ] || . "$srcdir/record/namespaces.sh"
. "$srcdir/record/record.sh"
[ "$(id -u)" = 0 ] || skip_all "only root may make hosts"
unshare --uts --time --net --monotonic 1 true 2> /dev/null || skip_all "this kernel has no namespaces of time"
[ "$PYTHON3" != no ] || skip_all "no python3 to compare times with"
cd "$tmp" || exit 99

# host NAME OFFSET COMMAND...: on a host of this name, whose CLOCK_MONOTONIC is so many seconds ahead.
host() {
    local name=$1 offset=$2
    shift 2
    limit 60 ${NETNS:+ip netns exec "$name"} unshare --uts --time --monotonic "$offset" --mount --pid --fork --kill-child --mount-proc bash -c '
        hostname "$0"; mount -t tmpfs tmpfs /run/lttng; mount -t tmpfs tmpfs /dev/shm; exec "$@"' "$name" "$@"
}

# --- one after the other: the clocks tell the same time ---
for turn in 1 2 3; do
    [ $turn = 2 ] && name=beta || name=alpha
    host $name $((turn == 2 ? 200000 : 86400)) "$thrum" record -o $turn -- "$programs/counts" 2> err || diag "$(cat err)"
    limit 30 "$thrum" info --json $turn > $turn.json
done
is "clocks that are a day apart tell the same time" "$("$PYTHON3" -c '
import json
times = [json.load(open(f"{turn}.json")) for turn in (1, 2, 3)]
ends = [time for each in times for time in (each["begin_ns"], each["end_ns"])]
print(ends == sorted(ends), ends[-1] - ends[0] < 60e9)')" "True True"
is "also when they are read as one" "$(limit 30 "$thrum" info --json 1 2 3 | "$PYTHON3" -c '
import json, sys
all = json.load(sys.stdin)
print(all["begin_ns"] == json.load(open("1.json"))["begin_ns"], all["end_ns"] == json.load(open("3.json"))["end_ns"])')" "True True"

# --- at the same time, with the same process numbers ---
host alpha 86400 "$thrum" record --timeout 8 -o one -- "$programs/ab_ba_hangs" 2> err.1 &
host beta 200000 "$thrum" record --timeout 8 -o two -- "$programs/ab_ba_hangs" 2> err.2
wait $!
for reader in fast babeltrace2; do
    limit 30 "$thrum" report --reader=$reader one two > report
    is "$reader: each has its deadlock" "$(grep -c '^deadlock (happened): 2 threads' report)" 2
    is "$reader: and its threads, which say where they are" "$(grep -oE '^  (first|second) \(thread [0-9]+ on (alpha|beta)\)' report | sort | uniq | wc -l)" 4
done
pids=$(limit 30 "$thrum" info one two | sed -nE 's/^ *([0-9]+) on (alpha|beta)  .*ab_ba_hangs, 3 threads/\1/p')
is "though their processes have one number" "$(wc -w <<< "$pids") $(sort -u <<< "$pids" | wc -l)" "2 1"
like "one host can be asked for" "$(limit 30 "$thrum" report --process beta one two)" '1 finding: 1 happened'

# --- over a network, through lttng-relayd ---
[ "${ways[*]}" = "recorder lttng" ] && command -v lttng-relayd > /dev/null || { skip "over a network" "no LTTng"; done_testing; }
command -v ip > /dev/null || { skip "over a network" "no ip (iproute2)"; done_testing; }
NETNS=yes
mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns # their names are nobody else's
for name in relay alpha beta; do ip netns add $name && ip -n $name link set lo up; done
subnet=0
for name in alpha beta; do
    subnet=$((subnet + 1))
    ip -n $name link add eth0 type veth peer name $name netns relay
    ip -n $name addr add 10.77.$subnet.2/24 dev eth0
    ip -n relay addr add 10.77.$subnet.1/24 dev $name
    ip -n $name link set eth0 up
    ip -n relay link set $name up
done
mkdir there
ip netns exec relay lttng-relayd -o "$tmp/there" > relayd.log 2>&1 &
relayd=$!
limit 30 ip netns exec relay "$PYTHON3" -c '
import socket
while True:
    try:
        socket.create_connection(("127.0.0.1", 5342)).close()
        break
    except OSError:
        pass'
host alpha 86400 "$thrum" record --stream-to 10.77.1.1 --timeout 8 -- "$programs/ab_ba_hangs" 2> err.1 &
host beta 200000 "$thrum" record --stream-to 10.77.2.1 --timeout 8 -- "$programs/ab_ba_hangs" 2> err.2
wait $!
like "a host streamed to another" "$(cat err.1 err.2)" "ab_ba_hangs was streamed to 10.77.[12].1, none lost"
like "which has both" "$(ls there)" 'alpha|beta'
limit 30 "$thrum" report there > report
is "and reads them as one: each has its deadlock" "$(grep -c '^deadlock (happened): 2 threads' report)" 2
is "on its host" "$(grep -oE '^  first \(thread [0-9]+ on (alpha|beta)\)' report | sed 's/.* on //' | sort | paste -sd ' ')" "alpha) beta)"
like "by one clock" "$(tr '\n' ' ' < report)" 'in 2 processes on 4 objects in [0-9.]+ ([mu]s|s)\.'
kill $relayd
wait $relayd
done_testing
