# SPDX-License-Identifier: MIT
# A Python program that hangs: deadlock-report --pid and gdb tell of it by lines of Python, for each CPython there is.
. "$srcdir/tap.sh"
. "$srcdir/pythons.sh"

known=$(pythons | grep -E '^3\.1[123]\.[0-9]+ ')
[ -n "$known" ] || skip_all "no CPython 3.11 to 3.13 on this machine"
gdb -nx -batch -ex 'python print(1)' 2> /dev/null | grep -q 1 && gdb=yes

cat > "$tmp/hang.py" <<'PY'
import threading
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

scripts=$tmp
one_python() { # VERSION PYTHON
    local version=$1 python=$2 told runner pid report line
    # It tells of its deadlock, and then hangs.
    exec {told}< <(LD_PRELOAD=$top_builddir/lib/.libs/libthrum-preload.so THRUM_CHECK=report THRUM_LTTNG=off exec timeout --kill-after=5 120 "$python" "$scripts/hang.py" 2>&1)
    runner=$!
    while read -r -t 60 -u "$told" line && [ "${line#*deadlock (happened)}" = "$line" ]; do :; done
    pid=$(pgrep -P "$runner" || echo "$runner")
    report=$(limit 60 "$deadlock_report" --pid "$pid" 2>&1)
    [ "$gdb" ] && limit 60 gdb -nx -q -batch -ex 'set debuginfod enabled off' -p "$pid" -ex "source $top_builddir/tools/gdb/thrum-gdb.py" \
        -ex 'info thrum threads' -ex 'info thrum locks' -ex 'thrum deadlock' > "$tmp/gdb" 2>&1 < /dev/null
    kill "$pid"
    exec {told}<&-
    if grep -q "memory can't be read" <<< "$report"; then
        skip "$version: a process" "ptrace isn't allowed here"
        return
    fi
    like "$version: --pid: locks are Python's, with the line that made them" "$report" \
        'holds +Python lock [0-9]+, made in <module> \(hang.py:2\), at transfer \(hang.py:7\)'
    like "$version: --pid: who waits for it, where" "$report" \
        'waits for Python lock [0-9]+, made in <module> \(hang.py:2\), held by transfer(-2)? \(hang.py:6\), at transfer \(hang.py:9\)'
    like "$version: --pid: what main waits for" "$(grep -A 3 '^  main' <<< "$report")" 'waits for .* at Thread\..*\(threading.py:[0-9]+\)'
    like "$version: --pid: the deadlock's calls" "$(tr -s ' \n' ' ' <<< "$report")" 'transfer \(hang.py:9\) Thread.run \(threading.py:'
    if [ -z "$gdb" ]; then
        skip "$version: in gdb" "no gdb with Python"
        return
    fi
    like "$version: gdb: threads" "$(cat "$tmp/gdb")" '^transfer-2 \(hang.py:6\) \(LWP [0-9]+, gdb thread [0-9]+\)'
    like "$version: gdb: locks" "$(cat "$tmp/gdb")" '^Python lock 0x[0-9a-f]+ made in <module> \(hang.py:2\)$'
    like "$version: gdb: calls of the deadlock" "$(sed -n '/^deadlock/,$p' "$tmp/gdb" | tr -s ' \n' ' ')" 'transfer \(hang.py:9\) Thread.run \(threading.py:'
}

while read -r version python; do
    beside one_python "$version" "$python"
done <<< "$known"
together
done_testing
