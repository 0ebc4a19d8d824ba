# SPDX-License-Identifier: MIT
# thrum's commands in gdb: of a process that hangs, and of its core dump.
. "$srcdir/tap.sh"
command -v gdb > /dev/null || skip_all "no gdb"
gdb -nx -batch -ex 'python print(1)' 2> /dev/null | grep -q 1 || skip_all "this gdb has no Python"
script=$top_builddir/tools/gdb/thrum-gdb.py
in_gdb() { limit 60 gdb -nx -q -batch -ex 'set debuginfod enabled off' "$@" < /dev/null 2>&1; }

program=$builddir/programs/ab_ba_hangs
exec {ready}< <(LD_PRELOAD=$top_builddir/lib/.libs/libthrum-preload.so THRUM_CHECK=report THRUM_LTTNG=off timeout --kill-after=5 120 "$program" 2>&1)
runner=$!
# It has told of its deadlock: it hangs.
while read -r -t 60 -u "$ready" line && [ "${line#*deadlock (happened)}" = "$line" ]; do :; done
pid=$(pgrep -P "$runner" || echo "$runner")
limit 5 "$thrum" --version > /dev/null
in_gdb -p "$pid" -ex "source $script" -ex 'info thrum threads' -ex 'info thrum locks' -ex 'thrum deadlock' \
    -ex "generate-core-file $tmp/core" > "$tmp/live"
kill "$pid"
text=$(cat "$tmp/live")
if grep -q 'ptrace: Operation not permitted' "$tmp/live"; then
    skip "a process" "ptrace isn't allowed here"
    done_testing
fi
like "threads: what one holds" "$(grep -A 1 '^first (LWP' "$tmp/live")" '^    holds mutex lock_a$'
like "threads: what it waits for, and who has that" "$text" '^    waits for mutex lock_b \(held by second\)$'
like "threads: who joins" "$(grep -A 1 '^main (LWP' "$tmp/live")" 'waits for the end of first'
like "locks: held by whom, where" "$(grep -A 2 '^mutex lock_a' "$tmp/live")" 'held by first \(LWP [0-9]+, gdb thread [0-9]+\), at first \(ab_ba_hangs.c:[0-9]+\)'
like "locks: waited for by whom, where" "$(grep -A 2 '^mutex lock_a' "$tmp/live")" 'waited for by second .*, at second \(ab_ba_hangs.c:[0-9]+\)'
like "the deadlock" "$text" '^deadlock: 2 threads wait for each other in a circle'
like "and who waits behind it" "$text" 'behind them waits main'
unlike "no calls of libc's or thrum's own" "$text" 'clone3|start_thread'

in_gdb "$program" "$tmp/core" -ex "source $script" -ex 'thrum deadlock' > "$tmp/dead"
like "the deadlock in a core dump" "$(cat "$tmp/dead")" '^deadlock: 2 threads wait for each other in a circle'
is "is the same as in the process" "$(sed -n '/^deadlock/,/behind/p' "$tmp/dead")" "$(sed -n '/^deadlock/,/behind/p' "$tmp/live")"

# --- Python: its own lines; of a library without symbols, under thrum check ---
if [ "$PYTHON3" != no ]; then
    cat > "$tmp/locks.py" <<'PY'
import threading
first, second, both = threading.Lock(), threading.Lock(), threading.Barrier(2)
def take(one, other):
    with one:
        both.wait()
        with other:
            pass
threads = [threading.Thread(target=take, args=locks) for locks in ((first, second), (second, first))]
for thread in threads: thread.start()
PY
    exec {told}< <(exec timeout --kill-after=5 120 "$thrum" check -- "$PYTHON3" "$tmp/locks.py" 2>&1)
    runner=$!
    while read -r -t 60 -u "$told" line && [ "${line#*help}" = "$line" ] && [ "${line#*same order}" = "$line" ]; do :; done
    pid=$(pgrep -P "$(pgrep -P "$runner")")
    in_gdb -p "$pid" -ex "source $script" -ex 'thrum deadlock' -ex 'info thrum locks' > "$tmp/python"
    kill "$runner"
    like "a Python program under thrum check: its deadlock" "$(cat "$tmp/python")" '^deadlock: 2 threads wait for each other in a circle'
    like "by lines of Python" "$(cat "$tmp/python")" '^ +take \(locks.py:4\)$'
    like "and where it waits" "$(cat "$tmp/python")" '^ +take \(locks.py:6\)$'
    unlike "none is a number" "$(sed -n '/^deadlock/,/behind/p' "$tmp/python")" '^ +0x'
else
    skip "a Python program" "no python3"
fi

# A library without symbols, as packages have it, says as much: of what it exports the script needs one variable.
cp "$top_builddir"/lib/.libs/libthrum.so.0 "$top_builddir"/lib/.libs/libthrum-preload.so "$tmp"
strip "$tmp"/libthrum*
exec {ready}< <(LD_LIBRARY_PATH=$tmp LD_PRELOAD=$tmp/libthrum-preload.so THRUM_CHECK=report THRUM_LTTNG=off exec timeout --kill-after=5 120 "$program" 2>&1)
runner=$!
while read -r -t 60 -u "$ready" line && [ "${line#*deadlock (happened)}" = "$line" ]; do :; done
pid=$(pgrep -P "$runner")
in_gdb -p "$pid" -ex 'info sharedlibrary thrum' -ex "source $script" -ex 'thrum deadlock' > "$tmp/stripped"
kill "$runner"
like "stripped: it is that library" "$(cat "$tmp/stripped")" "$tmp/libthrum.so"
is "stripped: the same deadlock" "$(sed -n '/^deadlock/,/behind/p' "$tmp/stripped" | grep -oE '^  [a-z]+ |^    (holds|waits).*|^ .*\.c:[0-9]+' | sort)" \
    "$(sed -n '/^deadlock/,/behind/p' "$tmp/live" | grep -oE '^  [a-z]+ |^    (holds|waits).*|^ .*\.c:[0-9]+' | sort)"

like "a program without thrum: what to do" "$(in_gdb /bin/true -ex "source $script" -ex starti -ex 'thrum deadlock')" "start it by 'thrum check'"
done_testing
