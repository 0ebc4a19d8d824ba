# SPDX-License-Identifier: MIT
# Deadlocks across processes, told by thrum check as they happen: see programs/across.c for who has what and wants what.
. "$srcdir/tap.sh"
[ "$PYTHON3" != no ] || skip_all "no python3 to read JSON with"
program=$builddir/programs/across
guilty=(mutexes three files ranges inside child)
innocent=(order inherited parts helped)

# check PLAY: leaves the JSON in $tmp/PLAY.json and the status beside it. A guilty one hangs, and is ended once that was told.
check() {
    mkdir "$tmp/$1"
    TMPDIR="$tmp/$1" limit 60 "$thrum" check --json --log "$tmp/$1.json" --timeout 30 -- \
        bash -c '"$0" "$1" & i=0; while kill -0 $! 2> /dev/null && [ $((i += 1)) -lt 400 ] && ! grep -q happened "$2"; do sleep 0.05; done
            [ ! -s "$2" ] || ! grep -q happened "$2" || kill 0; wait $!' "$program" "$1" "$tmp/$1.json" > "$tmp/$1.out" 2>&1 < /dev/null
    echo $? > "$tmp/$1.status"
}
for play in "${guilty[@]}" "${innocent[@]}"; do setsid bash -c "$(declare -f check limit); tmp='$tmp' thrum='$thrum' program='$program'; check $play" & done
wait

# told PLAY: the findings; each thread with what it has and wants, in the order of the circle, from "first" or "inner" on.
told() {
    "$PYTHON3" - "$tmp/$1.json" "$tmp/$1/" << 'END' 2>&1
import json, re, sys
def what(end):
    return (end["name"] or end["object"]).replace(sys.argv[2], "") + (f" ({end['site'].split(' ')[0]})" if end["site"] else "")
for finding in json.load(open(sys.argv[1]))["findings"]:
    steps = finding["steps"]
    at = min(range(len(steps)), key=lambda i: steps[i]["thread"])
    labels = {}
    text = "; ".join(f"{s['thread']}: {what(s['holds'])} -> {what(s['wants'])}" for s in steps[at:] + steps[:at])
    for label in set(re.findall(r"(?:mutex|rwlock) \d+", text)):
        labels[label] = text.find(label)
    for new, old in enumerate(sorted(labels, key=labels.get)):
        text = re.sub(rf"{old}\b", f"{old.split()[0]} #{new}", text)
    print(finding["kind"], finding["certainty"], finding["count"], len({s["pid"] for s in steps}), "processes:", text)
END
}
is "two mutexes" "$(told mutexes)" "deadlock happened 1 2 processes: first: mutex #0 (mutexes_first) -> mutex #1 (mutexes_first); second: mutex #1 (mutexes_second) -> mutex #0 (mutexes_second)"
is "a mutex, an rwlock and a file" "$(told three)" "deadlock happened 1 3 processes: first: mutex #0 (three_first) -> rwlock #1 (three_first); second: rwlock #1 (three_second) -> across-f (three_second); third: across-f (three_third) -> mutex #0 (three_third)"
is "files" "$(told files)" "deadlock happened 1 2 processes: first: across-f (files_first) -> across-g (files_first); second: across-g (files_second) -> across-f (files_second)"
is "ranges of a file" "$(told ranges)" "deadlock happened 1 2 processes: first: across-f (lock_byte) -> across-f (lock_byte); second: across-f (lock_byte) -> across-f (lock_byte)"
is "through a lock of one process alone" "$(told inside)" "deadlock happened 1 2 processes: inner: m (inner) -> mutex #0 (inner); second: mutex #0 (inside_second) -> mutex #1 (inside_second); outer: mutex #1 (outer) -> m (outer)"
like "a parent that waits for its child" "$(told child)" '^deadlock happened 1 2 processes: child:  -> mutex #0 \(child\); first: mutex #0 \(child_first\) -> process [0-9]+$'
for play in "${guilty[@]}"; do is "$play: status" "$(cat "$tmp/$play.status")" 66; done
for play in "${innocent[@]}"; do
    is "$play: nothing is told" "$(told "$play")" ""
    is "$play: status" "$(cat "$tmp/$play.status")" 0 || diag "$(cat "$tmp/$play.out")"
done
done_testing
