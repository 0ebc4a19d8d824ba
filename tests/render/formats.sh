# SPDX-License-Identifier: MIT
# What a timeline can be written as besides a page: each format of one story, looked into by formats.py; and parts of it.
. "$srcdir/tap.sh"

maker=$builddir/render/page-maker
story=$srcdir/render/story.txt
[ -x "$maker" ] || skip_all "page-maker needs Check, which isn't here"

# make FORMAT [LINE...]: the story, with more lines.
make() {
    local format=$1
    shift
    { cat "$story"; [ $# -eq 0 ] || printf '%s\n' "$@"; } | COLUMNS=100 limit 20 "$maker" -f "$format"
}

is "text: the whole story" "$(make text)" "$(cat "$srcdir/render/story.expect")"
part=$(make text "range 8 14" "only thread reader")
like "a range: it begins there" "$part" '^ +╷8 us '
like "a thread alone: it is there" "$part" '^a reader '
unlike "a thread alone: no other is" "$part" '^[a-d] (main|writer|thread)'
unlike "a thread alone: nor what only others use" "$part" '^(lock|mutex) [0-9]'
part=$(make text "only lock tab*")
like "a lock alone: it is there" "$part" '^table '
unlike "a lock alone: no other is" "$part" '^(book|lock [0-9]|mutex [0-9]) '
like "a lock alone: with the threads that use it" "$part" '^. writer '
unlike "a lock alone: without those that don't" "$part" '^. main '
make text "only thread nobody" > "$tmp/out" 2> "$tmp/err"
like "what isn't there is said" "$(cat "$tmp/err")" 'nothing is called nobody'
make text "deadlock T3 R B" > "$tmp/out"
like "a finding is told" "$(cat "$tmp/out")" '^happened: '

rows=$(limit 20 "$maker" -f text <<< 'main process /usr/bin/w; main begin; q.main process /usr/bin/w; q.main begin; main start T1; T1 lock A @1; q.main lock B; T1 unlock A; q.main unlock B')
is "of processes of one name each is told, with its threads beneath it" "$(sed -n 's/^\([a-c] [a-z]* [^ ]*\( [0-9]*)\)*\).*/\1/p' <<< "$rows")" \
    $'a main (w 100)\nb thread 2\nc main (w 200)'
like "and an object says whose it is" "$rows" '^mutex [0-9]+ \[200\] '

[ -x "$PYTHON3" ] || { skip "the other formats" "no python3 to look into them"; done_testing; }
for format in svg chrome perfetto png; do
    make $format path > "$tmp/file" 2> "$tmp/err"
    status=$?
    if [ $status = 77 ]; then
        skip "$format" "thrum was built without it"
        continue
    fi
    is "$format: written" $status 0
    limit 20 "$PYTHON3" -B "$srcdir/render/formats.py" $format "$tmp/file" > "$tmp/facts" 2>&1
    is "$format: what is in it" "$(cat "$tmp/facts")" "$(sed -n "/^== $format\$/,/^==/{/^==/d;p}" "$srcdir/render/formats.expect")"
done
done_testing
