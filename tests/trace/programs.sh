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

# known PROGRAM: the findings that are known of it. reported PROGRAM [--all]: those that thrum reports, and the status.
known() { sed -n "/^$1 /,/^\$/p" "$expected" | grep '^ ' | awk '/^    [a-z]/ { show = $3 != "live" } show'; }
reported() {
    local program=$1 status
    shift
    limit 60 "$deadlock_report" --json "$@" "$tmp/$program" > "$tmp/report.json" 2> "$tmp/report.err"
    status=$?
    "$PYTHON3" "$srcdir/trace/findings.py" < "$tmp/report.json" 2>&1 || cat "$tmp/report.err"
    echo "status $status"
}

# Leaves out the infeasible findings, each with its steps.
feasible_only() { awk '/^    [a-z]/ { show = $1 != "infeasible" } show'; }

# with_status: appends the exit status that goes with the findings that are passed through.
with_status() { awk '{ print } END { print "status " (NR > 0) }'; }

mapfile -t ends < <(sed -n 's/^\([a-z_]*\) ends$/\1/p' "$expected")
mapfile -t hangs < <(sed -n 's/^\([a-z_]*\) hangs$/\1/p' "$expected")

# Those that hang are recorded side by side, long enough to get there on a busy machine.
for program in "${hangs[@]}"; do record "$program" 10 & done
for program in "${ends[@]}"; do record "$program" 60; done
wait

for program in "${ends[@]}"; do
    is "$program: ends as it does untraced" "$(cat "$tmp/$program.status")" 0 || diag "$(cat "$tmp/$program.out")"
done
for program in "${hangs[@]}"; do
    ok "$program: is ended" test "$(cat "$tmp/$program.status")" -ne 0 || diag "$(cat "$tmp/$program.out")"
done
for program in "${ends[@]}" "${hangs[@]}"; do
    is "$program: findings" "$(reported "$program")" "$(known "$program" | feasible_only | with_status)"
    is "$program: findings with --all" "$(reported "$program" --all | grep -v '^status')" "$(known "$program")"
done
done_testing
