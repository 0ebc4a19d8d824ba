# SPDX-License-Identifier: MIT
# Each program that could deadlock, or can't although it looks so, is recorded and reported: feasible, infeasible or nothing,
# as predict/expected knows. What is feasible has a schedule, whose last moves bring each thread of the circle to its place; so has
# what is potential because data may decide, which a trace doesn't have.
. "$srcdir/tap.sh"
[ "$PYTHON3" != no ] || skip_all "no python3 to compare with"
expected=$srcdir/predict/expected

# Puts the steps of each finding in an order that doesn't depend on the run, and takes numbers out of names.
canonical() {
    sed -E 's,/tmp/thrum-([a-z]*)-[0-9]*( \(deleted\))?,\1,g; s/ \(tid [0-9]*\)//' | LC_ALL=C awk '
        function flush_steps(i, j, t) {
            for (i = 1; i <= n; i++)
                for (j = i + 1; j <= n; j++)
                    if (step[j] < step[i]) { t = step[i]; step[i] = step[j]; step[j] = t }
            for (i = 1; i <= n; i++)
                print step[i]
            n = 0
        }
        /^        / { step[++n] = $0; next }
        { flush_steps(); print }
        END { flush_steps() }'
}

# For each finding, whether it has a schedule in which as many threads stand at last as are in the circle.
schedules() {
    "$PYTHON3" -c '
import json, sys
for finding in json.load(sys.stdin)["findings"]:
    stands = [move for move in finding.get("schedule", []) if move["stands"]]
    proven = finding["certainty"] == "feasible" or "a trace doesn" in finding["reason"]
    if len(stands) != (len(finding["steps"]) if proven else 0) or any(not move["place"] for move in stands):
        print(finding["certainty"], finding["message"], finding.get("schedule"))'
}

mapfile -t programs < <(sed -n 's/^\([a-z][a-z0-9_]*\)$/\1/p' "$expected")
for program in "${programs[@]}"; do
    limit 60 "$thrum" record --timeout 30 -o "$tmp/$program" -- "$builddir/predict/$program" > "$tmp/$program.out" 2>&1
    is "$program: ends" "$?" 0 || diag "$(cat "$tmp/$program.out")"
    limit 60 "$deadlock_report" --all --json "$tmp/$program" > "$tmp/report.json" 2> "$tmp/report.err"
    is "$program: findings" "$("$PYTHON3" "$srcdir/trace/findings.py" < "$tmp/report.json" 2>&1 | canonical)" \
        "$(sed -n "/^$program\$/,/^\$/p" "$expected" | grep '^ ')" || diag "$(cat "$tmp/report.err")"
    is "$program: schedules" "$(schedules < "$tmp/report.json" 2>&1)" ""
done

# The schedule, as people read it: in text, and in the timeline's page.
limit 60 "$deadlock_report" "$tmp/hidden_nest" > "$tmp/text"
is "schedule in text" "$(sed -n 's/^  how   //p; s/^        \([23]\. .*\)/\1/p' "$tmp/text" | sed -E 's/[a-z_]+\.c:[0-9]+/LINE/')" \
"1. first runs to first (LINE), holding lock_a
2. second runs to second (LINE), holding lock_b
3. now first waits for lock_b and second for lock_a"
limit 60 "$thrum" timeline "$tmp/hidden_nest" -o "$tmp/page.html" 2> "$tmp/err"
ok "schedule in the page" grep -q '"moves":.*first runs to first (hidden_nest.c:[0-9]*), holding lock_a' "$tmp/page.html" || diag "$(cat "$tmp/err")"
done_testing
