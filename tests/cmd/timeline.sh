# SPDX-License-Identifier: MIT
# thrum timeline: what it writes where, and how it says that it can't.
. "$srcdir/tap.sh"

# trouble NAME PATTERN COMMAND...: fails as trouble does: status 2, one line that matches, nothing on standard output.
trouble() {
    local name=$1 pattern=$2 status
    shift 2
    limit 60 "$@" > "$tmp/out" 2> "$tmp/err"
    status=$?
    is "$name: status" $status 2
    is "$name: one line on standard error" "$(wc -l < "$tmp/err")" 1
    like "$name: it says what is wrong" "$(cat "$tmp/err")" "$pattern"
    is "$name: nothing on standard output" "$(cat "$tmp/out")" ""
}

trouble "no trace" '^thrum timeline: which trace' "$thrum" timeline
trouble "no such trace" "^thrum timeline: .*$tmp/nowhere" "$thrum" timeline -o "$tmp/page.html" "$tmp/nowhere"
ok "no such trace: no page" test ! -e "$tmp/page.html"
trouble "a bad option" '^thrum timeline: ' "$thrum" timeline --colourful "$tmp/nowhere"
trouble "no such format" '--format gif: there are html, text, svg, ' "$thrum" timeline --format gif x
trouble "a range of one time" '--range 3s: give two times' "$thrum" timeline --range 3s x
trouble "a range that goes back" '--range 3s..2s: the second time must be later' "$thrum" timeline --range 3s..2s x
trouble "a range with a wrong unit" '--range 3h..4h: give two times' "$thrum" timeline --range 3h..4h x
trouble "no rows" "--threads takes a number from 1 to 100000, not '0'" "$thrum" timeline --threads 0 x
trouble "two pictures" '--beside: the page alone shows two' "$thrum" timeline --beside y -f svg x
like "--help tells of -o" "$(limit 10 "$thrum" timeline --help)" '--output=FILE'

# --- other formats; what is in them is looked into by render/formats.sh ---
ok "a program is recorded" limit 60 "$thrum" record -o "$tmp/run" -- "$builddir/programs/contended"
text=$(limit 60 "$thrum" timeline -f text "$tmp/run" 2> "$tmp/err")
like "text goes to standard output" "$text" '^a main +'
like "a row for each thread" "$text" '^b thread 2 \(worker\) '
like "a row for each lock" "$text" '^table '
is "nothing else is said" "$(cat "$tmp/err")" ""
unlike "no colours but for a terminal" "$text" $'\033'
like "colours where they are wanted" "$(limit 60 "$thrum" timeline -f text --color "$tmp/run")" $'\033'
is "no line is wider than the width" "$(limit 60 "$thrum" timeline -f text --width 70 "$tmp/run" | sed '/^longest/,$d' | awk '{ if (length($0) > 70) print }')" ""
ok "the name of the file says the format" limit 60 "$thrum" timeline -o "$tmp/run.svg" "$tmp/run"
like "which is SVG" "$(head -n 1 "$tmp/run.svg")" '^<svg '
trouble "what isn't there is said" "nothing in $tmp/run is called 'nobody'" "$thrum" timeline --thread nobody -f text "$tmp/run"
like "a thread by its name" "$(limit 60 "$thrum" timeline -f text --thread 'thread 2*' "$tmp/run")" '^a thread 2 '

# --- parts, in every format ---
trouble "a range after the end" "--range: $tmp/run ends after [0-9.]+ [mu]?s; nothing is there from 8 min 20 s on" "$thrum" timeline --range 500s..600s -f text "$tmp/run"
text=$(limit 60 "$thrum" timeline -f text --range 0..1ns "$tmp/run")
like "a part in which nothing happens: said" "$text" '^\(no thread (is|held or waited for anything) in what was asked for\)$'
for format in html svg png perfetto chrome; do
    for part in "--range 0..1ns" "--thread main --range 0..1ns --lock *"; do
        set -f
        limit 60 "$thrum" timeline -f $format -o "$tmp/part" $part "$tmp/run" > "$tmp/out" 2>&1 || { grep -q 'there are' "$tmp/out" && { skip "$format $part" "thrum was built without it"; continue; }; }
        set +f
        like "$format $part: said that nothing is to be seen" "$(cat "$tmp/out")" 'nothing is to be seen in it: no thread'
    done
    limit 60 "$thrum" timeline -f $format -o "$tmp/part" --thread 'thread 2*' --lock table --process contended --range 0.. "$tmp/run" > "$tmp/out" 2>&1
    like "$format: a thread and a lock in a range" "$(cat "$tmp/out")" 'is in .*/part: 1 thread, 0 findings|--format [a-z]+: there are'
done
limit 60 "$thrum" timeline -o "$tmp/part.json.gz" "$tmp/run" 2> /dev/null
is "a name that ends in .gz: gzipped, of the format before that" "$(gzip -dc "$tmp/part.json.gz" | head -c 20)" '{"displayTimeUnit":"'

# --- on a terminal ---
trouble "-i without one" '^thrum timeline: -i (needs a terminal|: thrum was built)' "$thrum" timeline -i "$tmp/run"
if [ -x "$PYTHON3" ] && grep -q '^#define HAVE_NCURSES 1' "$top_builddir/config.h"; then
    screen=$(limit 60 "$PYTHON3" -B "$srcdir/cmd/screen.py" "q end" '/' 'search:' 'thread 2\n\x0c' ' of ' 'n\x0c' ' of ' '[\x0c' ' of ' 'ww\x0c' ' of ' q -- \
        "$thrum" timeline -i "$tmp/run")
    like "-i: a row for each lock" "$screen" 'table'
    like "-i: a wait that was gone to, and who ended it" "$screen" 'thread 2 \(worker\) waited (for|on) [a-z]+ in worker \(contended\.c:[0-9]+\)'
    like "-i: all keys did something, and q ends it" "$screen" '^status 0$'
    unlike "-i: nothing was missed" "$screen" '^never drawn'
else
    skip "-i" "no python3 to be a terminal, or no ncurses"
fi

[ "$LTTNG_SESSIOND" != no ] || { skip "pages of a recording" "no session daemon to record with (lttng-tools)"; done_testing; }
ok "a program that hangs is recorded" sh -c '
    timeout --kill-after=5 60 "$0" record --timeout 5 -o "$1/hangs" -- "$2" 2> "$1/err"; test -d "$1/hangs" || { cat "$1/err"; exit 1; }' \
    "$thrum" "$tmp" "$builddir/programs/ab_ba_hangs"

ok "a page is written" limit 60 "$thrum" timeline -o "$tmp/hangs.html" "$tmp/hangs"
is "its owner alone may read it" "$(stat -c %a "$tmp/hangs.html")" 600
like "it is a page" "$(head -n 1 "$tmp/hangs.html")" '^<!DOCTYPE html>'
like "it holds the deadlock" "$(grep -A 1 'id="thrum-head"' "$tmp/hangs.html")" '"kind":"deadlock","certainty":"happened"'
is "nothing is left beside it" "$(find "$tmp" -maxdepth 1 -name '.*.html*')" ""

ok "two recordings in one page" limit 60 "$thrum" timeline -o "$tmp/pair.html" --beside "$tmp/hangs" "$tmp/hangs"
is "both are in it" "$(grep -c 'id="data-[01]">.' "$tmp/pair.html")" 2
trouble "the other one isn't there" "^thrum timeline: .*$tmp/nowhere" "$thrum" timeline -o "$tmp/page.html" --beside "$tmp/nowhere" "$tmp/hangs"

is "-o - writes it to standard output" "$(limit 60 "$thrum" timeline -o - "$tmp/hangs" 2> /dev/null | head -n 1)" '<!DOCTYPE html>'
(cd "$tmp" && mkdir here && cd here && limit 60 "$thrum" timeline ../hangs/ 2> ../err)
ok "without -o it is named after the trace" test -s "$tmp/here/hangs.html"
like "and the name is said" "$(cat "$tmp/err")" '^thrum timeline: the page is in hangs.html: [0-9]+ threads?, [1-9][0-9]* findings?'

echo "dear diary" > "$tmp/diary"
ln -s diary "$tmp/link.html"
limit 60 "$thrum" timeline -o "$tmp/link.html" "$tmp/hangs" 2> /dev/null
is "what a link leads to isn't overwritten" "$(cat "$tmp/diary")" "dear diary"
trouble "a directory in the page's place" "^thrum timeline: $tmp/here: can't be written" "$thrum" timeline -o "$tmp/here" "$tmp/hangs"
trouble "no such directory" "^thrum timeline: $tmp/no/page.html: can't be written" "$thrum" timeline -o "$tmp/no/page.html" "$tmp/hangs"
trouble "a full disk" "^thrum timeline: /dev/full: can't be written: No space left" "$thrum" timeline -o /dev/full "$tmp/hangs"
done_testing
