# SPDX-License-Identifier: MIT
# A trace holds as many of each event as there were calls, and of each begin its end: a program without chance in it for
# each family of calls, on thrum's recorder and on LTTng. See events.h.
. "$srcdir/tap.sh"
[ "$BABELTRACE2" != no ] || skip_all "no babeltrace2 to read with"
program=$builddir/interpose/events

untried=$(sed -n 's/^ *REAL(\([A-Za-z_0-9]*\), "[^"]*", "[^"]\+").*/\1/p' "$top_srcdir/lib/core/real-list.h" | while read -r name; do
    grep -qw "$name" "$srcdir"/interpose/events*.c || echo "$name"
done)
is "every function that gives events is called" "$untried" ""

# counted NAME FAMILY [OPTION]: what babeltrace2 counts is what the program says.
counted() {
    local name="$2: $1" family=$2 status
    limit 60 "$thrum" record ${3-} -o "$tmp/$1-$family" -- "$program" "$family" > "$tmp/expected" 2> "$tmp/errors"
    status=$?
    if [ $status = 77 ]; then
        skip "$name" "$(head -n 1 "$tmp/expected")"
        return
    fi
    is "$name: status" $status 0 || diag "$(cat "$tmp/errors")"
    limit 60 "$BABELTRACE2" "$tmp/$1-$family" 2> "$tmp/errors" | awk -f "$srcdir/interpose/events.awk" | sort > "$tmp/counted"
    is "$name: nothing lost" "$(cat "$tmp/errors")" ""
    is "$name: events" "$(cat "$tmp/counted")" "$(sort "$tmp/expected")"
}

for family in $("$program"); do
    counted recorder "$family"
    if [ "$LTTNG" = yes ]; then
        counted LTTng "$family" --lttng
    else
        skip "$family: LTTng" "no LTTng to record with (liblttng-ctl-dev, lttng-tools)"
    fi
done
done_testing
