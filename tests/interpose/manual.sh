# SPDX-License-Identifier: MIT
# The manual says what is interposed: its table is made of the list, and a list that names what there isn't is refused.
. "$srcdir/tap.sh"
lists="$top_srcdir/tracepoints/enums.h $top_srcdir/tracepoints/events.h $top_srcdir/man/thrum-preload.7.in"
make_page() { awk -f "$top_srcdir/man/coverage.awk" "$1" $lists; }

list=$top_srcdir/lib/core/real-list.h
make_page "$list" > "$tmp/thrum-preload.7"
is "the page is made" $? 0
functions=$(sed -n 's/^ *REAL(\([A-Za-z_0-9]*\),.*/\1/p' "$list")
is "each function has its row" \
    "$(sed -n 's/^\\fB\([A-Za-z_0-9]*\)\\fR\t.*\t.*/\1/p' "$tmp/thrum-preload.7")" "$functions"
is "no function twice" "$(sort <<< "$functions" | uniq -d)" ""
is "each event has its line" \
    "$(awk '/^\.TP 20$/ { getline; sub(/^\.B /, ""); print }' "$tmp/thrum-preload.7")" \
    "$(sed -n 's/^THRUM_EVENT(\([a-z_]*\),.*/\1/p' "$top_srcdir/tracepoints/events.h")"
is "each variable of the environment that is read is named" \
    "$(sed -n 's/.*"\(THRUM[A-Z_]*\)".*/\1/p' "$top_srcdir"/lib/core/env.c "$top_srcdir"/lib/check/*.c | sort -u | while read -r name; do
        grep -q "^\.B[RI]* *$name *=" "$tmp/thrum-preload.7" || echo "$name"; done)" ""

# refused DESCRIPTION SED: a list that is changed so.
refused() {
    sed "$2" "$list" > "$tmp/real-list.h"
    ok "it differs: $1" test "$(cmp "$list" "$tmp/real-list.h" | wc -l)" -gt 0
    make_page "$tmp/real-list.h" > "$tmp/bad" 2> "$tmp/error"
    is "refused: $1" $? 1
    like "refused: $1, with the place" "$(cat "$tmp/error")" 'real-list\.h:[0-9]+: '
}
refused "an event that there isn't" '/REAL(sem_post,/s/"release"/"released"/'
refused "a kind that there isn't" '/REAL(sem_post,/s/"semaphore"/"signpost"/'
refused "an entry without events" '/REAL(sem_post,/s/, "release"//'

if command -v man > /dev/null && command -v groff > /dev/null; then
    LC_ALL=C MANWIDTH=80 limit 20 man --warnings -E ascii -l "$tmp/thrum-preload.7" > "$tmp/text" 2> "$tmp/warnings"
    is "man has nothing to complain of" "$(cat "$tmp/warnings")" ""
    is "no line is wider than 80" "$(awk 'length > 80' "$tmp/text")" ""
    like "a row as it is read" "$(cat "$tmp/text")" '^ +pthread_barrier_wait +barrier +wait_begin, wait_end$'
else
    skip "man has nothing to complain of" "no man to show it with"
fi
done_testing
