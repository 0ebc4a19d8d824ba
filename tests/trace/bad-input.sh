# SPDX-License-Identifier: MIT
# What isn't a whole thrum trace: trouble is status 2 and one line that names the path; of a trace that was cut, what can be
# read is reported, and that it was cut is said.
. "$srcdir/tap.sh"
[ "$PYTHON3" != no ] || skip_all "no python3 to write a foreign trace with"

# refused NAME PATH: reporting it fails the way trouble does.
refused() {
    local status
    limit 60 "$deadlock_report" "$2" > "$tmp/out" 2> "$tmp/err"
    status=$?
    is "$1: status" $status 2
    is "$1: nothing on standard output" "$(cat "$tmp/out")" ""
    is "$1: one line on standard error" "$(wc -l < "$tmp/err")" 1
    like "$1: that line names the path" "$(cat "$tmp/err")" "deadlock-report: .*$2"
    diag "$(cat "$tmp/err")"
}

refused "no such file" "$tmp/nowhere"
mkdir "$tmp/empty"
refused "an empty directory" "$tmp/empty"
echo "Dear trace," > "$tmp/letter"
refused "a file that isn't a trace" "$tmp/letter"
mkdir "$tmp/junk"
head -c 10000 /dev/zero > "$tmp/junk/metadata"
refused "a directory with a metadata file of zeros" "$tmp/junk"
"$PYTHON3" "$srcdir/trace/foreign.py" "$tmp/foreign"
refused "a CTF trace without thrum's events" "$tmp/foreign"

[ "$LTTNG_SESSIOND" != no ] || { skip "a trace cut in the middle" "no session daemon to record with (lttng-tools)"; done_testing; }
ok "a trace is recorded" limit 60 "$thrum" record -o "$tmp/whole" -- "$builddir/programs/ab_ba_lucky"
events() { "$PYTHON3" -c 'import json, sys; print(json.load(sys.stdin)["trace"]["events"])'; }
whole=$(limit 60 "$deadlock_report" --json "$tmp/whole" 2> /dev/null | events)

# cut NAME BYTES-TO-KEEP: a copy of the trace in $tmp/NAME whose fullest stream ends early (files are as large as their packets).
cut() {
    cp -r "$tmp/whole" "$tmp/$1"
    local stream
    stream=$(find "$tmp/$1" -type f ! -name metadata ! -path '*/index/*' | while read -r file; do
        echo "$(tr -d '\0' < "$file" | wc -c) $file"
    done | sort -n | tail -n 1 | sed 's/^[0-9]* //')
    truncate --size="$2" "$stream"
}

cut "cut" 600
limit 60 "$deadlock_report" --json "$tmp/cut" > "$tmp/out" 2> "$tmp/err"
status=$?
ok "cut in the middle: ends by itself, with a verdict or with trouble" test $status -le 2
like "cut in the middle: says so" "$(cat "$tmp/err")" "$tmp/cut|cut|truncated"
diag "status $status" "$(cat "$tmp/err")"
[ $status -eq 2 ] || ok "cut in the middle: fewer events than the whole" test "$(events < "$tmp/out")" -lt "$whole"

cut "headless" 0
limit 60 "$deadlock_report" "$tmp/headless" > "$tmp/out" 2> "$tmp/err"
ok "an empty stream: no crash" test $? -le 2
cp -r "$tmp/whole" "$tmp/garbled"
find "$tmp/garbled" -type f ! -name metadata ! -path '*/index/*' -exec "$PYTHON3" -c '
import sys
with open(sys.argv[1], "r+b") as stream:
    data = bytearray(stream.read())
    for at in range(200, len(data), 97):
        data[at] ^= 0x5A
    stream.seek(0)
    stream.write(data)' {} \;
limit 60 "$deadlock_report" "$tmp/garbled" > "$tmp/out" 2> "$tmp/err"
ok "bytes changed at random: no crash" test $? -le 2
diag "$(cat "$tmp/err")"
done_testing
