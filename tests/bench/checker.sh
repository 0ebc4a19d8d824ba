# SPDX-License-Identifier: MIT
# What the checker costs as things grow, beside ThreadSanitizer, Helgrind and DRD on the same programs: all in one run.
#
#   make bench            or: bash tests/bench/checker.sh BUILDDIR [ROUNDS]
set -u
top_builddir=$1 rounds=${2:-3}
source=$(cd "$(dirname "$0")" && pwd)
program=$top_builddir/tests/bench/checker
preload=$top_builddir/lib/.libs/libthrum-preload.so
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
tsan=
${CC:-gcc} -O2 -g -pthread -fsanitize=thread "$source/checker.c" -o "$tmp/checker-tsan" 2> "$tmp/err" && tsan=$tmp/checker-tsan

bare() { timeout 120 "$program" "$@"; }
checked() { THRUM_CHECK=report THRUM_LTTNG=off LD_PRELOAD=$preload timeout 120 "$program" "$@" 2> /dev/null; }
with_tsan() { TSAN_OPTIONS="detect_deadlocks=1 report_bugs=0" timeout 120 "$tsan" "$@" 2> /dev/null; }
# A hundredth of the rounds is enough for these.
with_helgrind() { timeout 120 valgrind -q --tool=helgrind "$program" "$1" 100 2> /dev/null; }
with_drd() { timeout 120 valgrind -q --tool=drd "$program" "$1" 100 2> /dev/null; }

# best HOW ARGUMENT...: the least of some rounds; "-" where it gave up.
best() {
    local how=$1 round times=$rounds
    shift
    [ "${how#with_}" = "$how" ] || times=1
    for ((round = 0; round < times; round++)); do "$how" "$@" || break; done |
        awk '!best || $1 < best { best = $1 } END { print best ? best : "-" }'
}

# line LABEL PEERS ARGUMENT...: a row of the table; PEERS says whether the slow ones take part.
line() {
    local label=$1 peers=$2 bare checked
    shift 2
    bare=$(best bare "$@") checked=$(best checked "$@")
    printf '  %-44s %9s %9s %+9.1f' "$label" "$bare" "$checked" "$(awk -v a="$checked" -v b="$bare" 'BEGIN { print a - b }')"
    if [ "$peers" = peers ]; then
        printf ' %9s' "$([ -n "$tsan" ] && best with_tsan "$@" || echo -)"
        command -v valgrind > /dev/null && printf ' %9s %9s' "$(best with_helgrind "$@")" "$(best with_drd "$@")"
    fi
    echo
}

echo "The checker: nanoseconds, best of $rounds rounds (peers: of one)"
printf '  %-44s %9s %9s %9s %9s %9s %9s\n' "" bare checker over TSan Helgrind DRD
line "lock + unlock, nothing else held" peers one
line "two nested locks, order known (both)" peers nested
line "lock + unlock under another, of 1,000 locks" - live 1000
line "the same, of 1,000,000" - live 1000000
line "lock + unlock, 16 others held" - held 16
line "the same, 1,024 held" - held 1024
for many in 100 1000 5000; do
    printf '  %-44s %19s\n' "$many fresh locks, each under all before it" "$(checked fresh $many | awk '{ print $1 " ns each, " $2 " KiB" }')"
done
line "a thread's life, 1 other alive (CPU time)" - threads 1
line "the same, 4,096 alive" - threads 4096
printf '  %-44s %9s %9s\n' "growth of memory over 10 lives of 100,000 locks" "$(bare destroy 100000) KiB" "$(checked destroy 100000) KiB"

# found HOW...: how many locks of the circle were told.
circle() { # LABEL PATTERN COMMAND...
    local label=$1 pattern=$2
    shift 2
    printf '  %-44s %s\n' "$label" "$(timeout 120 "$@" 2>&1 | grep -cE "$pattern")"
}
echo "A circle of 1,000 locks, taken two by two by 1,000 threads: locks that are shown"
circle "checker" '^    and took mutex' env THRUM_CHECK=report THRUM_LTTNG=off "LD_PRELOAD=$preload" "$program" cycle 1000
[ -z "$tsan" ] || circle "TSan" 'acquired here while holding' env TSAN_OPTIONS=detect_deadlocks=1 "$tsan" cycle 1000
