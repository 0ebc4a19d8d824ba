# SPDX-License-Identifier: MIT
# A process that is killed while its threads write events: all that it did is in the trace, but for the call it was in. Under
# LTTng threads share a buffer, and where one was killed amid an event, nobody can read what others wrote behind it there:
# then that is said, and no more is missing than the part of the buffer that was being written.
. "$srcdir/record/record.sh"
[ "$BABELTRACE2" != no ] || skip_all "no babeltrace2 to count with"

# counted FILE: what the two threads of programs/hammer counted. read_trace TRACE: counts its events. recorded NAME: those of that
# name, by thread.
counted() { od -An -v -t u8 "$1" | awk 'NR == 1 || NR == 5 { print $1 }' | sort -n; }
read_trace() {
    limit 120 "$BABELTRACE2" --no-delta "$1" 2> "$tmp/babeltrace2.err" |
        awk '{ count[substr($0, index($0, " thrum:") + 7, 8) " " substr($0, index($0, " tid = ") + 7, 10) + 0]++ }
            END { for (each in count) print each, count[each] }' > "$tmp/events"
}
recorded() { awk -v name="$1" '$1 == name ":" && $3 > 100 { print $3 }' "$tmp/events" | sort -n; }

# A call can have been recorded and not yet counted. same COUNTED RECORDED MISSING: how many may be missing of each thread.
same() {
    paste <(echo "$1") <(echo "$2") | awk -v missing="$3" '$2 < $1 - missing || $2 > $1 + 1 { bad = 1 } END { print NR == 2 && !bad ? "same" : "different" }'
}
cut=': a process was killed.* wrote right behind that may be missing$'
part=$((1 << 20)) event=29 # the bytes of a part of LTTng's buffer, and of the smallest event in it
parts=2                     # the one with an unfinished event, and the next, to which others went on

# Under LTTng so many that what may be missing is a small part of them.
declare -A calls=([recorder]=30000 [lttng]=120000)
for way in "${ways[@]}"; do
    for turn in 1 2 3; do
        trace=$tmp/$way-$turn
        is "$way $turn: is killed" "$(status record $way -o "$trace" -- "$programs/hammer" "$tmp/counts" "${calls[$way]}")" 137
        counts=$(counted "$tmp/counts") missing=0
        [ "$way" != lttng ] || ! grep -q "$cut" "$tmp/err" || missing=$((parts * part / event))
        read_trace "$trace"
        for name in acquire release; do
            events=$(recorded $name)
            is "$way $turn: as many of $name as were counted" "$(same "$counts" "$events" "$missing")" same ||
                diag "counted $counts, recorded $events"
        done
        is "$way $turn: babeltrace2 has nothing to complain of" "$(cat "$tmp/babeltrace2.err")" ""
        like "$way $turn: nothing is lost" "$(cat "$tmp/err")" ", none$([ "$missing" = 0 ] || echo ' known to be') lost\$"
    done
done
done_testing
