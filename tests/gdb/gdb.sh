# SPDX-License-Identifier: MIT
# thrum's commands in gdb: of a process that hangs, and of its core dump.
. "$srcdir/tap.sh"
command -v gdb > /dev/null || skip_all "no gdb"
gdb -nx -batch -ex 'python print(1)' 2> /dev/null | grep -q 1 || skip_all "this gdb has no Python"
script=$top_builddir/tools/gdb/thrum-gdb.py
in_gdb() { limit 60 gdb -nx -q -batch -ex 'set debuginfod enabled off' "$@" < /dev/null 2>&1; }

program=$builddir/programs/ab_ba_hangs
exec {ready}< <(LD_PRELOAD=$top_builddir/lib/.libs/libthrum-preload.so THRUM_CHECK=report timeout --kill-after=5 120 "$program" 2>&1)
runner=$!
# It has told of its deadlock: it hangs.
while read -r -t 60 -u "$ready" line && [ "${line#*help}" = "$line" ] && [ "${line#*same order}" = "$line" ]; do :; done
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

like "a program without thrum: what to do" "$(in_gdb /bin/true -ex "source $script" -ex starti -ex 'thrum deadlock')" "start it by 'thrum check'"
done_testing
