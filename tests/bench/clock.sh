# SPDX-License-Identifier: MIT
# How far the recorder's times are from CLOCK_MONOTONIC: of each of many acquires, the time by which it lies outside of the
# two readings of that clock around it. Read by babeltrace2.
#
#   make bench            or: bash tests/bench/clock.sh BUILDDIR [SECONDS [PAUSE_US]]
set -u
top_builddir=$1 seconds=${2:-10} pause=${3:-10000}
preload=$top_builddir/lib/.libs/libthrum-preload.so
[ -f "$preload" ] || { echo "clock.sh: no $preload: build first" >&2; exit 2; }
command -v babeltrace2 > /dev/null || { echo "clock.sh: babeltrace2 isn't installed: the clock isn't measured"; exit 0; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

THRUM_CHECK=off THRUM_LTTNG=off THRUM_RECORD=$tmp/record LD_PRELOAD=$preload \
    "$top_builddir/tests/bench/clock" "$seconds" "$pause" > "$tmp/around" || exit 1
# The acquires of the program's own lock: its object is the one that is taken most often.
babeltrace2 --clock-cycles --no-delta "$tmp/record" | grep ' thrum:acquire: ' |
    sed -E 's/^\[0*([0-9]+)\].* object = (0x[0-9A-F]+),.*/\2 \1/' > "$tmp/all"
object=$(cut -d' ' -f1 "$tmp/all" | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
awk -v object="$object" '$1 == object { print $2 }' "$tmp/all" > "$tmp/times"
[ "$(wc -l < "$tmp/times")" -eq "$(wc -l < "$tmp/around")" ] || { echo "clock.sh: not every acquire was recorded" >&2; exit 1; }
echo "The recorder's clock against CLOCK_MONOTONIC over $seconds seconds"
paste -d' ' "$tmp/times" "$tmp/around" | awk '
    { off = $1 < $2 ? $2 - $1 : $1 > $3 ? $1 - $3 : 0; inside += off == 0; if (off > worst) worst = off; far += off > 1000 }
    END { printf "  %d samples, %d between the two readings; the worst is %d ns away, %d are further than 1000 ns\n", NR, inside, worst, far }'
