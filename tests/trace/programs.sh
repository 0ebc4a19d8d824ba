# SPDX-License-Identifier: MIT
# Each program with a known bug, or a known innocence, is recorded and reported, and the findings are compared with what
# programs/expected knows: their kinds and certainties, the threads, locks and functions in them, the exit status.
. "$srcdir/tap.sh"
[ "$PYTHON3" != no ] || skip_all "no python3 to compare with"
expected=$srcdir/programs/expected

# record PROGRAM SECONDS: leaves the trace in $tmp/PROGRAM, what was printed and the status beside it.
record() {
    limit 90 "$thrum" record --timeout "$2" -o "$tmp/$1" -- "$builddir/programs/$1" > "$tmp/$1.out" 2>&1
    echo $? > "$tmp/$1.status"
}

# report PROGRAM: what is reported of it, plainly and with --all, is $tmp/PROGRAM.json and PROGRAM-all.json; the status is beside it.
report() {
    limit 60 "$deadlock_report" --json "$tmp/$1" > "$tmp/$1.json" 2> "$tmp/$1.err"
    echo $? > "$tmp/$1.reported"
    limit 60 "$deadlock_report" --json --all "$tmp/$1" > "$tmp/$1-all.json" 2> "$tmp/$1.err"
}

# found NAME: the findings in $tmp/NAME.json. known PROGRAM: those that are known of it.
found() { cat "$tmp/$1.found" 2>&1; }
known() { cat "$tmp/$1.known" 2> /dev/null; }
awk -v known="$tmp" '/^[a-z]/ { program = $1 } /^    [a-z]/ { show = $3 != "live"; if (sub(/, asked$/, "")) sub(/happened/, "potential") } /^ / && show { print > (known "/" program ".known") }' "$expected"

# Leaves out the infeasible findings, each with its steps.
feasible_only() { awk '/^    [a-z]/ { show = $1 != "infeasible" } show'; }

mapfile -t ends < <(sed -n 's/^\([a-z_]*\) ends$/\1/p' "$expected")
mapfile -t hangs < <(sed -n 's/^\([a-z_]*\) hangs$/\1/p' "$expected")

# Those that hang are recorded side by side, long enough to get there on a busy machine.
for program in "${hangs[@]}"; do record "$program" 20 & done
limit 60 "$thrum" record --timeout 20 -o "$tmp/timer" -- "$builddir/programs/timer_posts_ok" 1000 > /dev/null 2>&1 &
for program in "${ends[@]}"; do
    { record "$program" 60; report "$program"; } &
    [ "$(jobs -rp | wc -l)" -lt $((${#hangs[@]} + 4)) ] || wait -n
done
wait
for program in "${hangs[@]}" timer; do report "$program"; done
"$PYTHON3" "$srcdir/trace/findings.py" "$tmp"

for program in "${ends[@]}"; do
    is "$program: ends as it does untraced" "$(cat "$tmp/$program.status")" 0 || diag "$(cat "$tmp/$program.out")"
done
for program in "${hangs[@]}"; do
    ok "$program: is ended" test "$(cat "$tmp/$program.status")" -ne 0 || diag "$(cat "$tmp/$program.out")"
done
for program in "${ends[@]}" "${hangs[@]}"; do
    feasible=$(known "$program" | feasible_only)
    is "$program: findings" "$(found "$program"; cat "$tmp/$program.reported")" "${feasible:+$feasible
}$([ -z "$feasible" ]; echo $?)" || diag "$(cat "$tmp/$program.err")"
    is "$program: findings with --all" "$(found "$program-all")" "$(known "$program")" || diag "$(cat "$tmp/$program.err")"
done
is "a timer that hasn't rung yet: its thread isn't known" "$(found timer)" "    potential communication
        main: waits for rung (main)"
# Behind a wrapper who called it is told, of acquires that didn't block, too: of each thread's two locks, and where it stands.
limit 60 "$deadlock_report" "$tmp/wrapped_lock" > "$tmp/wrapped" 2>&1
for function in deposit withdraw; do
    is "wrapped_lock: $function called the wrapper" "$(grep -A 2 '^    .*took mutex' "$tmp/wrapped" | grep -c "^        $function (wrapped_lock.c:")" 2
    is "wrapped_lock: $function is where a thread stands" "$(grep -c "runs to $function (wrapped_lock.c:[0-9]*), holding lock_" "$tmp/wrapped")" 1
done
done_testing
