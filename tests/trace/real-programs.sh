# SPDX-License-Identifier: MIT
# Programs as they are installed do the same under `thrum record` as bare: the same output, the same exit status.
. "$srcdir/tap.sh"

ways="thrum"
[ "$LTTNG" = no ] || ways="thrum lttng"
[ "$LTTNG" = yes ] || skip "the same through LTTng" "no LTTng to record with (liblttng-ctl-dev, lttng-tools)"

# same NAME COMMAND...: what it prints and how it ends doesn't depend on being recorded, and it left events.
same() {
    local name=$1 bare recorded way trace
    shift
    bare=$(limit 60 "$@" 2>&1 < "$tmp/input"; echo "status $?")
    for way in $ways; do
        trace=$tmp/$name-$way
        recorded=$(limit 120 "$thrum" record $([ $way = thrum ] || echo --lttng) -o "$trace" -- "$@" 2> "$tmp/err" < "$tmp/input"
            echo "status $?")
        is "$name: the same output and status, recorded by $way" "$recorded" "$bare" || diag "$(cat "$tmp/err")"
        like "$name: left events" "$(cat "$tmp/err")" ' [1-9][0-9,]* events of '
        rm -rf "$trace"
    done
}

# Something that compresses, but not to nothing.
seq 1 400000 > "$tmp/input"

if [ "$PYTHON3" != no ]; then
    same python "$PYTHON3" "$top_srcdir/examples/threads.py"
    same python-fails "$PYTHON3" -c 'import threading; t = threading.Thread(target=print, args=("in a thread",)); t.start(); t.join(); raise SystemExit(3)'
else
    skip "python3: the same output and status" "no python3"
fi

# packed COMMAND: with pipes and a checksum, so that a difference of one bit shows.
packed() { same "$1" bash -c "$* | cksum"; }
if command -v xz > /dev/null; then packed xz -T2 -c --block-size=200KiB; else skip "xz: the same output and status" "no xz (xz-utils)"; fi
if command -v pigz > /dev/null; then packed pigz -n -p 3 -c; else skip "pigz: the same output and status" "no pigz"; fi

# A server with four threads, asked a few things and then told to go.
cat > "$tmp/server.sh" <<'END'
socket=$(mktemp -u)
memcached -u root -t 4 -s "$socket" & server=$!
until [ -S "$socket" ]; do kill -0 $server || exit 1; done
python3 - "$socket" <<'ASK'
import socket, sys
for i in range(20):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(sys.argv[1])
        s.sendall(b"set k%d 0 0 5\r\nhello\r\nget k%d\r\nquit\r\n" % (i, i))
        print(s.makefile().read())
ASK
kill -TERM $server
wait $server
echo "memcached: $?"
rm -f "$socket"
END
if command -v memcached > /dev/null && [ "$PYTHON3" != no ]; then
    same memcached bash "$tmp/server.sh"
else
    skip "memcached: the same output and status" "no memcached"
fi
done_testing
