# SPDX-License-Identifier: MIT
# What recording costs beyond a lock and unlock: a contended lock, bytes on the disk. Of real programs: programs.sh.
#
#   make bench            or: bash tests/bench/recorder.sh BUILDDIR [ROUNDS]
set -u
top_builddir=$1 rounds=${2:-7}
bench=$top_builddir/tests/bench
preload=$top_builddir/lib/.libs/libthrum-preload.so
[ -f "$preload" ] || { echo "recorder.sh: no $preload: build first" >&2; exit 2; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

recorded() {
    rm -rf "$tmp/record"
    THRUM_CHECK=off THRUM_LTTNG=off THRUM_RECORD=$tmp/record LD_PRELOAD=$preload "$@"
}
median() { sort -n "$tmp/$1" | awk '{ at[NR] = $1 } END { print at[int((NR + 1) / 2)] }'; }

echo "Two threads hammer one lock: millions of lock + unlock a second, median of $rounds rounds"
printf '  %-28s %9s %9s %7s\n' "" bare recorded ratio
# Long enough that the threads' beginning doesn't count, in which the first has the lock to itself.
for work in 0 50 500; do
    pairs=$((work < 500 ? 4000000 : 1000000))
    rm -f "$tmp/bare" "$tmp/recorded"
    for ((round = 0; round < rounds; round++)); do
        timeout 120 "$bench/contend" $pairs 2 $work >> "$tmp/bare"
        recorded timeout 120 "$bench/contend" $pairs 2 $work >> "$tmp/recorded"
    done
    awk -v work=$work -v bare="$(median bare)" -v recorded="$(median recorded)" \
        'BEGIN { printf "  %-28s %9.2f %9.2f %7.2f\n", "work under the lock: " work, bare, recorded, recorded / bare }'
done

recorded timeout 300 "$bench/traffic" 3000000
echo "Bytes on the disk for each event: $("$top_builddir/tools/thrum" info --json "$tmp/record" | awk '
    /"bytes":/ { gsub(/[^0-9]/, ""); bytes = $0 } /"events":/ { counting = 1 } counting && /:[0-9]/ { sub(/.*:/, ""); sub(/,/, ""); events += $0 }
    END { printf "%.1f", bytes / events }')"
