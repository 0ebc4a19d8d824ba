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

events() { "$PYTHON3" -c 'import json, sys; print(json.load(sys.stdin)["trace"]["events"])'; }

# damage NAME COMMAND...: a copy of the trace in $tmp/whole, in $tmp/NAME, of whose fullest stream a part is left by the
# command, which gets its path and how many bytes of it aren't zeros (a file is as large as its packets). Leaves the report
# in $tmp/out, what was said in $tmp/err.
damage() {
    local name=$1 bytes stream
    shift
    cp -r "$tmp/whole" "$tmp/$name"
    read -r bytes stream < <(find "$tmp/$name" -type f ! -name metadata ! -path '*/index/*' | while read -r file; do
        echo "$(tr -d '\0' < "$file" | wc -c) $file"
    done | sort -n | tail -n 1)
    "$@" "$stream" "$bytes"
    limit 60 "$deadlock_report" --json "$tmp/$name" > "$tmp/out" 2> "$tmp/err"
    echo $? > "$tmp/status"
}
# metadata_cut: a copy of the trace in $tmp/whole for each length that its metadata is cut to.
metadata_cut() {
    local size part
    size=$(stat -c %s "$(find "$tmp/whole" -name metadata | head -n 1)")
    for part in 3 40 $((size / 4)) $((size / 2)) $((size - 5)); do
        rm -rf "$tmp/beheaded"
        cp -r "$tmp/whole" "$tmp/beheaded"
        truncate --size="$part" "$(find "$tmp/beheaded" -name metadata | head -n 1)"
        limit 60 "$deadlock_report" --json "$tmp/beheaded" > "$tmp/out" 2> "$tmp/err" || [ $? -le 2 ] || return
        [ "$(wc -l < "$tmp/err")" -ge 1 ] || return
    done
}

halve() { truncate --size=$(($2 / 2)) "$1"; }
empty() { truncate --size=0 "$1"; }
garble() {
    "$PYTHON3" -c '
import sys
with open(sys.argv[1], "r+b") as stream:
    data = bytearray(stream.read())
    for at in range(200, len(data), 97):
        data[at] ^= 0x5A
    stream.seek(0)
    stream.write(data)' "$1"
}

# damaged NAME [OPTION]: a trace recorded so, of a program whose main thread does nearly everything, and damaged.
damaged() {
    local name=$1 whole without
    rm -rf "$tmp/whole" "$tmp/half" "$tmp/headless" "$tmp/garbled"
    ok "$name: a trace is recorded" limit 60 "$thrum" record ${2-} -o "$tmp/whole" -- "$builddir/programs/counts"
    whole=$(limit 60 "$deadlock_report" --json "$tmp/whole" | events)

    damage headless empty
    # LTTng has a stream for each processor: all that the program did may be in this one, and then nothing is left.
    ok "$name: an empty stream: a verdict, or trouble" test "$(cat "$tmp/status")" -le 2
    without=$(events < "$tmp/out" 2> /dev/null)
    without=${without:-0}

    damage half halve
    ok "$name: cut in the middle: there is a verdict" test "$(cat "$tmp/status")" -le 1
    like "$name: cut in the middle: that is said" "$(cat "$tmp/err")" "^deadlock-report: $tmp/half: incomplete trace"
    ok "$name: cut in the middle: what comes before is there" test "$(events < "$tmp/out")" -gt "$without"
    ok "$name: cut in the middle: what comes after isn't" test "$(events < "$tmp/out")" -lt "$whole"
    diag "$(cat "$tmp/err")"

    ok "$name: metadata cut anywhere: that is said, and no crash" metadata_cut
    diag "$(cat "$tmp/err")"

    damage garbled garble
    ok "$name: garbled: no crash" test "$(cat "$tmp/status")" -le 2
    diag "$(cat "$tmp/err")"
}

damaged "thrum's recorder"
if [ "$LTTNG" = yes ]; then
    damaged "LTTng" --lttng
else
    skip "LTTng: damaged traces" "no LTTng to record with (liblttng-ctl-dev, lttng-tools)"
fi
done_testing
