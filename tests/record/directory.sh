# SPDX-License-Identifier: MIT
# thrum record: the directory it writes to. Private, never one that holds something, and any name will do.
. "$srcdir/record/record.sh"
mkdir "$tmp/work"
cd "$tmp/work" || exit 99

# modes DIRECTORY: the modes of directories and of files in it, each once.
modes() { find "$1" -type d -printf 'directory %m\n' -o -printf 'file %m\n' | sort -u; }
private=$'directory 700\nfile 600'

keeps() {
    local way=$1 before name
    cd "$tmp" || return
    umask 000
    is "$way: status" "$(status record $way -o "$way" -- "$programs/counts")" 0
    is "$way: private, whatever the umask" "$(modes "$way")" "$private"
    umask 022

    before=$(find "$way" -type f -exec cksum {} + | sort)
    is "$way: a directory that holds something is refused" "$(status record $way -o "$way" -- true)" 2
    like "$way: says so" "$(cat "$tmp/err")" "^thrum record: $way isn't empty"
    is "$way: and left as it was" "$(find "$way" -type f -exec cksum {} + | sort)" "$before"

    mkdir -m 755 empty
    is "$way: an empty one is taken" "$(status record $way -o empty/ -- true)" 0
    is "$way: and made private" "$(modes empty)" "$private"
    rm -rf empty
    mkdir empty
    is "$way: a program that can't be run" "$(status record $way -o empty -- ./none)" 127
    is "$way: leaves an empty one empty" "$(ls -A empty)" ""
    rmdir empty

    name=$' a "b"\t$c'"'s"$'\n%20;*'
    is "$way: any name" "$(status record $way -o "$name" -- "$programs/cond_ok")" 0
    ok "$way: the next command takes it" limit 60 bash -c "$(sed -n '/next: /,$p' "$tmp/err" | sed '1s/.*next: //')"
    rm -rf "$name"
    is "$way: a name like an option" "$(status record $way -o -x -- "$programs/cond_ok")" 0
    ok "$way: the next command takes that" limit 60 bash -c "$(sed -n 's/.*next: //p' "$tmp/err")"
    rm -rf ./-x

    is "$way: a name is found" "$(status record $way -- "$programs/counts")" 0
    is "$way: two in one second" "$(status record $way -- "$programs/counts")" 0
    is "$way: of the program and the time" \
        "$(ls -d thrum-counts-* | sed -E 's/^thrum-counts-[0-9]{8}-[0-9]{6}(-2)?$/good/')" $'good\ngood'
    is "$way: private, too" "$(modes "$(ls -d thrum-counts-* | head -1)")" "$private"
    rm -rf thrum-counts-*
}
for way in "${ways[@]}"; do beside keeps $way; done

# refused WHAT PATTERN DIR
refused() {
    is "$1: status" "$(status limit 60 "$thrum" record -o "$3" -- true)" 2
    is "$1: one line" "$(wc -l < "$tmp/err")" 1
    like "$1: says why" "$(cat "$tmp/err")" "$2"
}
touch file
refused "a file" "^thrum record: file is there and isn't a directory" file
mkdir target && ln -s target link
refused "a link" "^thrum record: link is there and isn't a directory" link
is "a link: nothing was written behind it" "$(ls -A target)" ""
refused "no parent" "^thrum record: can't make the directory no/such: No such file" no/such
if [ "$(id -u)" = 0 ]; then
    mkdir others && chown 65534 others
    refused "another user's" "^thrum record: others belongs to another user" others
else
    skip "another user's: status" "not root"
fi
together
done_testing
