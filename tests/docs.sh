# SPDX-License-Identifier: MIT
# The documents are true: files that they name exist, lines that they show stand in those files, links lead somewhere.
. "$srcdir/tap.sh"
cd "$top_srcdir" || exit 1
documents=$(echo README.md CONTRIBUTING.md CHANGELOG.md tests/README.md doc/*.md)

# What is named: words in backquotes that begin like a path of the tree.
for document in $documents; do
    grep -oE '`[^` ]+`' "$document" | tr -d '`' | grep -v '\.log$' | grep -E '^\.?(ci|debian|doc|examples|lib|man|tests|tools|tracepoints)/|^(configure\.ac|autogen\.sh|Makefile\.am)$' |
        sort -u | while read -r named; do
        ls -d $named > /dev/null 2>&1 || echo "$named"
    done > "$tmp/missing"
    is "$document: the files that it names are there" "$(cat "$tmp/missing")" ""
done

# What links lead to, within the tree.
for document in $documents; do
    grep -oE '\]\([^)#]+' "$document" | cut -c3- | grep -v '^https\?:' | while read -r link; do
        [ -e "$(dirname "$document")/$link" ] || echo "$link"
    done > "$tmp/missing"
    is "$document: its links lead somewhere" "$(cat "$tmp/missing")" ""
done

# What is shown: each line of a block of C stands in the file that was named last before it.
for document in doc/add-*.md; do
    awk '/^```c/ { inside = 1; next } /^```/ { inside = 0 }
         inside { print file "\t" $0; next }
         { text = $0; while (match(text, /`[^` ]+\/[^` ]+\.[a-z]+`/)) { file = substr(text, RSTART + 1, RLENGTH - 2); text = substr(text, RSTART + RLENGTH) } }' "$document" > "$tmp/shown"
    while IFS=$'\t' read -r file line; do
        grep -qF -- "$line" "$file" || echo "$file: $line"
    done < "$tmp/shown" > "$tmp/untrue"
    is "$document: what it shows stands there" "$(cat "$tmp/untrue")" ""
    ok "$document: it shows something" [ -s "$tmp/shown" ]
done

# thrum(1) has every command, and what it refers to is there.
is "thrum(1) has every command" "$(limit 20 "$thrum" --help | sed -nE 's/^  thrum .*//; s/^  ([a-z]+) .*/\1/p' | while read -r command; do
    grep -q "^\.B \"thrum $command " man/thrum.1 || echo "$command"; done)" ""
for page in man/*.1 man/*.7.in; do
    sed -nE 's/\\-/-/g; s/^\.BR (thrum[a-z-]*|deadlock-report) +\(([0-9])\).*/\1.\2/p' "$page" | sort -u | while read -r other; do
        case $other in
        thrum.3 | thrum-base.3) ;;
        *.3) other=${other#thrum-} && [ -e "lib/include/thrum/${other%.3}.h" ] || echo "$other" ;;
        *) [ -e "man/$other" ] || [ -e "man/$other.in" ] || echo "$other" ;;
        esac
    done > "$tmp/missing"
    is "$page: the pages that it refers to are there" "$(cat "$tmp/missing")" ""
done

# Every public header has one, too.
is "each header has a page" "$(for header in lib/include/thrum/*.h; do
    header=${header##*/} && [ -s "$top_builddir/man/thrum-${header%.h}.3" ] || [ "$header" = thrum.h ] || echo "$header"; done)" ""

is "no manual page lists an option twice" "$(for page in man/*.1; do
    grep -A1 '^\.TP' "$page" | grep -o '\\-\\-[a-z][a-z\\-]*' | sort | uniq -d | sed "s|^|$page: |"; done)" ""
# The pages are well formed, and found by what they are about: those that are made now, not what an older tree left in man/.
made=$(for source in lib/include/thrum/*.h man/*.7.in; do
    case $source in
    */thrum.h) echo thrum.3 ;;
    *.h) basename "$source" .h | sed 's/.*/thrum-&.3/' ;;
    *) basename "$source" .in ;;
    esac
done)
for page in man/*.1 $(printf "$top_builddir/man/%s\n" $made); do
    name=${page##*/}
    if command -v groff > /dev/null; then
        is "$name: groff has nothing to say" "$(groff -t -man -ww -z "$page" 2>&1)" ""
    fi
    if command -v mandoc > /dev/null; then
        is "$name: nor has mandoc" "$(mandoc -T lint -W warning "$page" 2>&1)" ""
    fi
    if command -v lexgrog > /dev/null; then
        like "$name: whatis finds it" "$(lexgrog "$page" 2>&1)" ': "[a-z-]+ - [a-z]'
    fi
done

# Every command has a page, with the sections that people look for, which names each of its options.
for command in $(limit 20 "$thrum" --help | sed -nE 's/^  thrum .*//; s/^  ([a-z]+) .*/\1/p'); do
    page=man/thrum-$command.1
    [ "$command" = report ] && page=man/deadlock-report.1
    is "$command: sections of its page" \
        "$(for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do grep -qx "\.SH \"\?$section\"\?" "$page" || echo "$section"; done)" ""
    is "$command: options on its page" \
        "$(limit 20 "$thrum" help "$command" | grep -oE -- '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | grep -vx -e --help -e --version | while read -r option; do
            sed 's/\\//g' "$page" | grep -qE -- "$option([^a-z-]|$)" || echo "$option"; done)" ""
done
done_testing
