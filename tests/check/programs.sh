# SPDX-License-Identifier: MIT
# The checker in the process, on each program with a known bug or innocence: it finds the known ones as they happen, and
# accuses none of the innocent. The exit status is 66 where there is a finding, else the program's.
. "$srcdir/tap.sh"
[ "$PYTHON3" != no ] || skip_all "no python3 to compare with"
expected=$srcdir/programs/expected

# check PROGRAM SECONDS: leaves the JSON in $tmp/PROGRAM.json and the status beside it.
check() {
    # shellcheck disable=SC2046
    limit 90 env $(sed -n "s/^$1 ends \(THRUM.*\)/\1/p" "$expected") "$thrum" check --json --timeout "$2" --log "$tmp/$1.json" -- "$builddir/programs/$1" > "$tmp/$1.out" 2>&1
    echo $? > "$tmp/$1.status"
}

# know EXPECTED: takes what it knows of programs, but for the infeasible; what a recording proves is potential here.
know() {
    awk -v known="$tmp" '/^[a-z]/ { program = $1 }
        /^    [a-z]/ { show = $1 != "infeasible"; sub(/^    feasible/, "    potential"); sub(/, (live|asked)$/, "") }
        /^ / && show { print > (known "/" program ".known") }' "$1"
}

# known PROGRAM: the findings that are known of it. found PROGRAM [CERTAINTY]: those that the checker tells, of that certainty or all.
known() { cat "$tmp/$1.known" 2> /dev/null; }
found() { awk -v only="$2" '/^    [a-z]/ { show = only == "" || $1 == only } show || !/^ / && NF' "$tmp/$1.found" 2>&1; }

know "$expected"
mapfile -t ends < <(sed -n 's/^\([a-z_]*\) ends.*/\1/p' "$expected")
mapfile -t hangs < <(sed -n 's/^\([a-z_]*\) hangs$/\1/p' "$expected")
for program in "${hangs[@]}"; do check "$program" 20 & done
# Several at once: most of the time goes to starting them.
for program in "${ends[@]}"; do
    check "$program" 60 &
    [ "$(jobs -rp | wc -l)" -lt 24 ] || wait -n
done
wait
"$PYTHON3" "$srcdir/trace/findings.py" "$tmp"

for program in "${ends[@]}"; do
    is "$program: findings" "$(found "$program")" "$(known "$program")" || diag "$(cat "$tmp/$program.out")"
    is "$program: status" "$(cat "$tmp/$program.status")" "$([ -z "$(known "$program")" ] && echo 0 || echo 66)"
done
for program in "${hangs[@]}"; do
    is "$program: the deadlock that happened" "$(found "$program" happened)" "$(known "$program")" || diag "$(cat "$tmp/$program.out")"
    is "$program: status" "$(cat "$tmp/$program.status")" 66
done

# Waits that hold what the waker needs, in runs that didn't hang: what a recording proves is told at once where nothing seen
# speaks against it, and the innocent aren't accused. So are orders that a barrier or a semaphore keeps apart. (semaphore_holding may find its post there already.)
expected=$srcdir/predict/expected
know "$expected"
mapfile -t waits < <(sed -n 's/^\(\(join\|wait\|barrier\)_[a-z_]*holding[a-z_]*\|semaphore_holding_[a-z]*\|join_after_post\|barrier_b[a-z]*\|barrier_two_rounds\|semaphore_\(before\|too_early\)\)$/\1/p' "$expected")
for program in "${waits[@]}"; do
    limit 60 "$thrum" check --json --log "$tmp/$program.json" -- "$builddir/predict/$program" > "$tmp/$program.out" 2>&1
    echo $? > "$tmp/$program.status"
done
"$PYTHON3" "$srcdir/trace/findings.py" "$tmp"
for program in "${waits[@]}"; do
    is "$program: status" "$(cat "$tmp/$program.status")" "$([ -z "$(known "$program")" ] && echo 0 || echo 66)"
    is "$program: findings" "$(found "$program")" "$(known "$program")" || diag "$(cat "$tmp/$program.out")"
done
limit 60 "$thrum" check --timeout 1 -- "$builddir/programs/timer_posts_ok" 1000 > "$tmp/out" 2>&1
unlike "a timer that hasn't rung yet" "$(cat "$tmp/out")" communication
# A recording can't know that main's way there depends on what the worker wrote; here nothing is told.
limit 60 "$thrum" check -- "$builddir/programs/join_told_ok" > "$tmp/out" 2>&1
is "join_told_ok" "$? $(cat "$tmp/out")" "0 "
done_testing
