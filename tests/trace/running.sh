# SPDX-License-Identifier: MIT
# A recording is read while its program runs: what threads that hang wait for is told of them as they hang.
. "$srcdir/tap.sh"

env THRUM_CHECK=off THRUM_LTTNG=off THRUM_RECORD="$tmp/run" LD_PRELOAD="$top_builddir/lib/.libs/libthrum-preload.so" \
    "$builddir/programs/three_way_hangs" > "$tmp/program.out" 2>&1 &
program=$!
trap 'kill -KILL $program 2> /dev/null; chmod -R u+rwx "$tmp"; rm -rf "$tmp"' EXIT

# Read again and again: as long as they don't all hang there is nothing to find, or no trace yet.
for ((try = 0; try < 200; try++)); do
    limit 60 "$deadlock_report" "$tmp/run" > "$tmp/out" 2> "$tmp/err"
    status=$?
    grep -q '^deadlock (happened)' "$tmp/out" && break
    sleep 0.1
done
ok "the program still runs" kill -0 $program
is "the deadlock of a running program: status" $status 1
like "the deadlock of a running program: told" "$(cat "$tmp/out")" "^deadlock \(happened\): 3 threads wait for each other"
is "nothing is said to be missing" "$(cat "$tmp/err")" ""
if [ -x "$builddir/trace/differential" ]; then
    ok "both readers give the same events of it" limit 60 "$builddir/trace/differential" "$tmp/run"
else
    skip "both readers give the same events of it" "built without Check"
fi
kill -KILL $program
wait $program 2> /dev/null
limit 60 "$deadlock_report" "$tmp/run" > "$tmp/after" 2> "$tmp/err"
like "the same after it was killed" "$(cat "$tmp/after")" "^deadlock \(happened\): 3 threads wait for each other"
done_testing
