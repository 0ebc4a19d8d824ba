# SPDX-License-Identifier: MIT
# deadlock-report --std: small cases as the literature on prediction has them, in its text format, and what each must come to.
. "$srcdir/tap.sh"
[ "$PYTHON3" != no ] || skip_all "no python3 to compare with"

# found FILE: certainty, kind and steps of each finding, a line each, and the exit status.
found() {
    limit 30 "$deadlock_report" --all --json --std "$1" > "$tmp/report.json" 2> "$tmp/report.err"
    local status=$?
    "$PYTHON3" -c '
import json, sys
for f in json.load(sys.stdin)["findings"]:
    print(f["certainty"], f["kind"] + ":", ", ".join(s["thread"] + " " + s["holds"]["name"] + "->" + s["wants"]["name"] for s in f["steps"]))' < "$tmp/report.json" 2>&1 || cat "$tmp/report.err"
    echo "status $status"
}
# case NAME STATUS [LINE]
case_is() { is "$1" "$(found "$srcdir/cmd/std/$1.std")" "${3:+$3
}status $2"; }

case_is two_locks 1 "feasible lock-order: T1 L1->L2, T2 L2->L1"
case_is philosophers 1 "feasible lock-order: T1 F1->F2, T2 F2->F3, T3 F3->F1"
case_is guarded 0 "infeasible lock-order: T1 L1->L2, T2 L2->L1"
case_is segments 0 "infeasible lock-order: T1 L1->L2, T2 L2->L1"
# What is read was written behind the locks, so they are passed by then; written before them, they aren't.
case_is read_between 0 "infeasible lock-order: T1 L1->L2, T2 L2->L1"
case_is read_beside 1 "feasible lock-order: T1 L1->L2, T2 L2->L1"
case_is order_by_a_third 1 "feasible lock-order: T1 L1->L2, T4 L2->L1"
case_is wait_holding 1 "feasible communication: T2 M->A, T1 A->M"
case_is wait_innocent 0
case_is happened 1 "happened deadlock: T1 L1->L2, T2 L2->L1"

# Places are told by their locations.
limit 30 "$deadlock_report" --std "$srcdir/cmd/std/philosophers.std" > "$tmp/text"
ok "locations are told" grep -q 'T1 runs to eat.2 (philosophers.std:2), holding F1' "$tmp/text" || diag "$(cat "$tmp/text")"

# Lines that make no sense are counted; a file without any, or that isn't there, is trouble.
printf 'T1|acq(L1)|1\nnonsense\nT1|fly(L1)|2\nT1|rel(L1)|3\n' > "$tmp/odd.std"
limit 30 "$deadlock_report" --std "$tmp/odd.std" > "$tmp/text" 2>&1
is "odd lines: status" $? 0
ok "odd lines are told" grep -q '2 events could not be decoded\|2 .*could not be' "$tmp/text" || diag "$(cat "$tmp/text")"
limit 30 "$deadlock_report" --std "$tmp/nowhere.std" > "$tmp/text" 2>&1
is "no file: status" $? 2
ok "no file: it says which" grep -q nowhere.std "$tmp/text"
limit 30 "$deadlock_report" --std "$srcdir/cmd/std/guarded.std" "$tmp" > "$tmp/text" 2>&1
is "with a trace beside it: status" $? 2
done_testing
