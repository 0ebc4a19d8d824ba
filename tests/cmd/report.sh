# SPDX-License-Identifier: MIT
# deadlock-report on a recording, from its beginning to its end: what people and programs read, where it goes, the status,
# and what becomes of it when the program's file isn't any more what it was.
. "$srcdir/tap.sh"

cp "$builddir/programs/ab_ba_hangs" "$tmp/hangs"
limit 90 "$thrum" record --timeout 10 -o "$tmp/trace" -- "$tmp/hangs" > "$tmp/log" 2>&1
ok "a program that hangs is recorded" test -d "$tmp/trace" || diag "$(cat "$tmp/log")"
ok "a program that ends is recorded" limit 90 "$thrum" record -o "$tmp/fine" -- "$builddir/programs/cond_ok"

# report ARG...: its output in $tmp/out, its trouble in $tmp/err, its status as the result.
report() { limit 60 "$deadlock_report" "$@" > "$tmp/out" 2> "$tmp/err"; }

# What differs from run to run, as words.
mask() {
    sed -E -e "s|$tmp|TMP|g" -e 's/\+[0-9.:]+( (ns|us|ms|s))?/+TIME/g' -e 's/, for [0-9.]+ (us|ms|s)$//' \
        -e 's/\(thread [0-9]+\)/(thread TID)/' -e 's/\.([ch]):[0-9]+/.\1:LINE/g' -e 's/^(  id    ).*/\1ID/' \
        -e 's/^TMP.*trace: .*/SUMMARY/' -e '/^SUMMARY/,$ { /^SUMMARY/!d }'
}

# --- for people ---

report "$tmp/trace"
is "something found: status" $? 1
is "the text" "$(mask < "$tmp/out")" "$(cat "$srcdir/cmd/report.expect")"
is "no trouble" "$(cat "$tmp/err")" ""
like "the summary counts" "$(tail -n 2 "$tmp/out" | tr '\n' ' ')" "trace: [0-9]+ events of 3 threads on .* Times count from the first event, 2[0-9-]+ [0-9:]+"
cp "$tmp/out" "$tmp/text"
limit 60 "$thrum" report "$tmp/trace" > "$tmp/out"
is "thrum report is the same: status" $? 1
is "thrum report is the same" "$(cat "$tmp/out")" "$(cat "$tmp/text")"

report "$tmp/fine"
is "nothing found: status" $? 0
is "nothing found: said first" "$(head -n 1 "$tmp/out")" "No deadlock happened, and locks were taken in no order that could lead to one."

# --- where it goes, and in which colours ---

report -o "$tmp/file" "$tmp/trace"
is "-o: status" $? 1
is "-o: nothing on standard output" "$(cat "$tmp/out")" ""
is "-o: the same text" "$(cat "$tmp/file")" "$(cat "$tmp/text")"
is "-o: for its owner alone" "$(stat -c %a "$tmp/file")" 600
report -o "$tmp/nowhere/file" "$tmp/trace"
is "-o into nowhere: status" $? 2
like "-o into nowhere: said" "$(cat "$tmp/err")" "$tmp/nowhere/file: "
escape=$(printf '\033')
report --color "$tmp/trace"
like "--color colours" "$(cat "$tmp/out")" "$escape\[1;31mdeadlock"
is "--color changes nothing else" "$(sed "s/$escape\[[0-9;]*m//g" "$tmp/out")" "$(cat "$tmp/text")"
unlike "no colours in a file" "$(cat "$tmp/text")" "$escape"
NO_COLOR=1 report --color=always "$tmp/trace"
like "--color is stronger than NO_COLOR" "$(cat "$tmp/out")" "$escape"

# --- for programs ---

report --json "$tmp/trace"
is "--json: status" $? 1
cat > "$tmp/check.py" <<'EOF'
import json, sys
report = json.load(sys.stdin)
def has(what, keys):
    missing = set(keys.split()) - set(what)
    assert not missing, missing
has(report, "version trace findings")
assert report["version"] == 1
has(report["trace"], "paths events lost processes threads objects begin_ns end_ns")
assert report["trace"]["paths"] == sys.argv[1:], report["trace"]["paths"]
finding, = [f for f in report["findings"] if f["certainty"] == "happened"]
has(finding, "id kind certainty reason message steps")
assert finding["kind"] == "deadlock" and finding["id"] and finding["reason"] and finding["message"]
for step in finding["steps"]:
    has(step, "pid tid thread holds wants")
    for side in step["holds"], step["wants"]:
        has(side, "object kind name site")
        assert side["kind"] == "mutex" and side["name"].startswith("lock_"), side
first, second = finding["steps"]
assert first["wants"]["object"] == second["holds"]["object"] != first["holds"]["object"] == second["wants"]["object"]
begin, end = report["trace"]["begin_ns"], report["trace"]["end_ns"]
assert begin < first["wants"]["since_ns"] <= end
EOF
if [ "$PYTHON3" != no ]; then
    ok "--json: the object is as documented" "$PYTHON3" "$tmp/check.py" "$tmp/trace" < "$tmp/out"
    report --json "$tmp/fine" "$tmp/trace"
    ok "two traces are read as one" "$PYTHON3" "$tmp/check.py" "$tmp/fine" "$tmp/trace" < "$tmp/out"
else
    skip "--json: the object is as documented" "no python3"
    skip "two traces are read as one" "no python3"
fi

# --- what became of the program ---

if command -v strip > "$tmp/log"; then
    strip "$tmp/hangs"
    report "$tmp/trace"
    is "stripped: status" $? 1
    like "stripped: offsets in place of lines" "$(cat "$tmp/out")" '^        hangs\+0x[0-9a-f]+$'
    like "stripped: said" "$(tr -s '\n ' ' ' < "$tmp/out")" "note: $tmp/hangs has no debug information"
else
    skip "a stripped program" "no strip"
fi
cp "$builddir/programs/cond_ok" "$tmp/hangs"
report "$tmp/trace"
is "changed: status" $? 1
unlike "changed: no lines that would be wrong" "$(cat "$tmp/out")" '\(.*\.c:[0-9]+\)'
like "changed: said" "$(tr -s '\n ' ' ' < "$tmp/out")" "note: $tmp/hangs changed since the recording"
rm "$tmp/hangs"
report "$tmp/trace"
is "gone: status" $? 1
like "gone: said" "$(tr -s '\n ' ' ' < "$tmp/out")" "note: $tmp/hangs isn't there any more"
done_testing
