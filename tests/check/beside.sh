# SPDX-License-Identifier: MIT
# A bare preload beside a session daemon, where LTTng-UST has threads of its own in the process: the checker tells all the same
# that all threads stand still, and accuses nobody whom a thread that it doesn't know may wake.
. "$srcdir/record/namespaces.sh"
. "$srcdir/tap.sh"
[ "$LTTNG" = yes ] || skip_all "thrum is built without LTTng"
[ "$LTTNG_SESSIOND" != no ] || skip_all "no session daemon (lttng-tools)"
programs=$builddir/programs
export LTTNG_HOME=$tmp LD_LIBRARY_PATH

ended() {
    local pid
    pid=$(cat "$tmp/sessiond.pid" 2> /dev/null) || return
    kill "$pid"
    while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
}
trap 'ended; chmod -R u+rwx "$tmp"; rm -rf "$tmp"' EXIT
limit 30 "$LTTNG_SESSIOND" --no-kernel --background --pidfile="$tmp/sessiond.pid" > "$tmp/daemon" 2>&1 ||
    skip_all "a session daemon can't be started: $(head -n 1 "$tmp/daemon")"

cat > "$tmp/hang.py" <<'PY'
import os, sys, threading
if sys.argv[1:] == ["fork"] and os.fork():
    os.wait()
    sys.exit()
a, b = threading.Lock(), threading.Lock()
meet = threading.Barrier(2)

def transfer(first, second):
    with first:
        meet.wait()
        with second:
            pass

one = threading.Thread(target=transfer, args=(a, b))
two = threading.Thread(target=transfer, args=(b, a))
one.start()
two.start()
one.join()
PY

# told NAME COMMAND...: leaves in $tmp/NAME the headline of the first finding of a command that hangs, and whether LTTng-UST
# has threads there; ends the command.
told() {
    local name=$1 line runner out
    shift
    exec {out}< <(LD_PRELOAD=$top_builddir/lib/.libs/libthrum-preload.so THRUM_CHECK=report exec setsid timeout --kill-after=5 60 "$@" 2>&1)
    runner=$!
    while read -r -t 60 -u "$out" line && [ "${line#*(happened)}" = "$line" ]; do :; done
    echo "${line%%:*}:${line#*:}" | sed 's/ \[.*//' > "$tmp/$name"
    grep -l -e -ust /proc/[0-9]*/task/*/comm 2> /dev/null | grep -q . && echo "beside LTTng" >> "$tmp/$name"
    kill -TERM -- "-$runner" 2> /dev/null
    exec {out}<&-
}
pairs=$'thrum: deadlock (happened): each of these threads waits for the next, and the last for the first\nbeside LTTng'
still=$'thrum: communication (happened): all threads of the process wait, and none is left that could wake one\nbeside LTTng'
[ "$PYTHON3" = no ] || told python "$PYTHON3" "$tmp/hang.py" &
[ "$PYTHON3" = no ] || told forked "$PYTHON3" "$tmp/hang.py" fork &
told lost "$programs/lost_wakeup_hangs" &
wait
limit 30 lttng --quiet create own --output="$tmp/trace" > /dev/null && limit 30 lttng --quiet enable-event --userspace 'thrum:*' && limit 30 lttng --quiet start
[ "$PYTHON3" = no ] || told traced "$PYTHON3" "$tmp/hang.py" &
LD_PRELOAD=$top_builddir/lib/.libs/libthrum-preload.so THRUM_CHECK=report limit 60 "$programs/unknown_thread_ok" > "$tmp/out" 2>&1
is "a thread that isn't known posts" "$? $(cat "$tmp/out")" "0 "
wait
is "a condition that nobody signals" "$(cat "$tmp/lost")" "$still"
if [ "$PYTHON3" = no ]; then
    skip "Python's locks" "no python3"
else
    is "Python's locks" "$(cat "$tmp/python")" "$pairs"
    is "Python's locks, in a forked child" "$(cat "$tmp/forked")" "$pairs"
    is "Python's locks, while a session records them" "$(cat "$tmp/traced")" "$pairs"
fi
limit 30 lttng --quiet destroy own
done_testing
