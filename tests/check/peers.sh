# SPDX-License-Identifier: MIT
# What ThreadSanitizer, Helgrind and DRD say of the programs whose verdict is known, beside what thrum check says: a table
# in Markdown. For `make peers`; minutes.
#
#   bash tests/check/peers.sh BUILDDIR [PROGRAM...]
set -u
top_builddir=$1
shift
source=$(cd "$(dirname "$0")/.." && pwd)
expected=$source/programs/expected
thrum=$top_builddir/tools/thrum
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

if [ $# -gt 0 ]; then programs=("$@"); else mapfile -t programs < <(sed -n 's/^\([a-z_]*\) \(ends\|hangs\).*/\1/p' "$expected"); fi

# known PROGRAM: the kinds that it is guilty of, or "innocent".
known() {
    sed -n "/^$1 /,/^\$/p" "$expected" | awk '/^    [a-z]/ && $1 != "infeasible" { sub(/,$/, "", $2); print $2 }' | sort -u | paste -sd' ' | grep . || echo innocent
}

# Each of these prints a word or two: what the tool says; "-" where it finds nothing.
said() { [ -n "$1" ] && echo "$1" || echo -; }
thrum_says() {
    timeout -k 5 30 env $(sed -n "s/^$1 ends \(THRUM.*\)/\1/p" "$expected") "$thrum" check --json --timeout 3 --log "$tmp/found" -- \
        "$top_builddir/tests/programs/$1" > /dev/null 2>&1 < /dev/null
    said "$(sed -n 's/^ *"kind": "\([a-z]*-[a-z-]*\|deadlock\|stall\|relock\|reinit\|communication\)".*/\1/p' "$tmp/found" | sort -u | paste -sd' ')"
}
tsan_says() {
    ${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -w -g -O1 -fsanitize=thread -pthread -o "$tmp/tsan" "$source/programs/$1.c" 2> /dev/null || { echo "can't build"; return; }
    TSAN_OPTIONS="detect_deadlocks=1 second_deadlock_stack=1" timeout -k 1 3 "$tmp/tsan" > "$tmp/out" 2>&1 < /dev/null
    said "$(sed -n 's/^WARNING: ThreadSanitizer: \([^(]*[^ (]\) *(.*/\1/p' "$tmp/out" | sort -u | paste -sd, | sed 's/,/, /g')"
}
valgrind_says() {
    timeout -k 1 8 valgrind --tool="$1" --error-exitcode=9 "$top_builddir/tests/programs/$2" > "$tmp/out" 2>&1 < /dev/null
    said "$(sed -n 's/^==[0-9]*== \(Thread #[0-9]* *\(unlocked a not-locked lock\|.s call\|.*\)\|Mutex .*\|.*lock order.*\|.*Possible data race.*\|.*Conflicting.*\|Probably a race.*\|.*estroying.*\|.*not locked.*\|.*recursiv.*\|.*arrier.*\|.*still locked.*\)$/\1/p' "$tmp/out" |
        sed 's/0x[0-9A-Fa-f]*/X/g; s/#[0-9]*/#/g; s/[Tt]hread #:* *//; s/ at X.*//; s/ (.*//; s/by thread.*//; s/ during.*//' |
        grep -v "^was created\|^---\|^Command:\|root thread\|^ *by X\|^ *\$" | cut -c1-60 | awk '!seen[$0]++' | head -2 | paste -sd';' | sed 's/;/; /g')"
}

has_tsan=no
echo 'int main(void) { return 0; }' > "$tmp/try.c"
${CC:-gcc} -fsanitize=thread -o "$tmp/try" "$tmp/try.c" 2> /dev/null && "$tmp/try" && has_tsan=yes
has_valgrind=no
command -v valgrind > /dev/null && has_valgrind=yes

echo "| program | known | thrum check | ThreadSanitizer | Helgrind | DRD |"
echo "|---|---|---|---|---|---|"
for program in "${programs[@]}"; do
    tsan="not here" helgrind="not here" drd="not here"
    [ $has_tsan = yes ] && tsan=$(tsan_says "$program")
    [ $has_valgrind = yes ] && helgrind=$(valgrind_says helgrind "$program") && drd=$(valgrind_says drd "$program")
    echo "| $program | $(known "$program") | $(thrum_says "$program") | $tsan | $helgrind | $drd |"
done
