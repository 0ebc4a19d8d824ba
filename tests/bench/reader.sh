# SPDX-License-Identifier: MIT
# How fast traces are read: decoded alone, against babeltrace2's dummy sink, as recorded and where each next event is of any
# of 2, 4, 8, 64 streams; and to the end of a report; and with what memory, for traces of different lengths.
#
#   make bench            or: bash tests/bench/reader.sh BUILDDIR [ROUNDS [EVENTS...]]
set -u
top_builddir=$1 rounds=${2:-5}
shift $(($# < 2 ? $# : 2))
lengths=${*:-1000000 10000000}
bench=$top_builddir/tests/bench
preload=$top_builddir/lib/.libs/libthrum-preload.so
[ -f "$preload" ] || { echo "reader.sh: no $preload: build first" >&2; exit 2; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

record() { # NAME EVENTS
    THRUM_CHECK=off THRUM_LTTNG=off THRUM_RECORD=$tmp/$1 LD_PRELOAD=$preload timeout 600 "$bench/traffic" "$2"
}
cpu() { # COMMAND...: the processor time that it takes, in seconds
    TIMEFORMAT='%U %S'
    { time "$@" > "$tmp/out" 2> "$tmp/err"; } 2>&1 | awk '{ print $1 + $2 }'
}
best_cpu() {
    for ((round = 0; round < rounds; round++)); do
        cpu "$@"
    done | sort -n | head -n 1
}
rate() { awk -v events="$1" -v seconds="$2" 'BEGIN { printf "%.1f", events / seconds / 1e6 }'; }

# Millions of events a second, and the ratio to babeltrace2: decode TRACE LABEL
decode() {
    local events fast slow=0
    events=$("$bench/decode" "$1" | cut -d' ' -f1)
    fast=$(best_cpu "$bench/decode" "$1")
    command -v babeltrace2 > /dev/null && slow=$(rounds=2 best_cpu babeltrace2 "$1" -o dummy)
    awk -v label="$2" -v events="$events" -v fast="$fast" -v slow="$slow" 'BEGIN {
        printf "  %-36s %8.1f %12.2f %7.1f\n", label, events / fast / 1e6, slow ? events / slow / 1e6 : 0, slow / fast }'
}

echo "Decoding on one core: best of $rounds rounds, millions of events a second"
printf '  %-36s %8s %12s %7s\n' "" "fast" "babeltrace2" "ratio"
record length-decode 10000000
decode "$tmp/length-decode" "as recorded, 4 threads"
templates=("$tmp"/length-decode/*)
for streams in 2 4 8 64; do
    "$bench/weave" "${templates[0]}" "$tmp/woven" 5000000 "$streams" 1 || exit 1
    decode "$tmp/woven" "each next event of any of $streams streams"
    rm -rf "$tmp/woven"
done
rm -rf "$tmp/length-decode"

echo "deadlock-report from begin to end, on one core"
printf '  %12s %10s %14s %10s\n' events seconds "million/s" "MiB"
for length in $lengths; do
    record "length-$length" "$length"
    events=$("$bench/decode" "$tmp/length-$length" | cut -d' ' -f1)
    seconds=$(best_cpu taskset 1 "$top_builddir/tools/thrum" report "$tmp/length-$length")
    memory=$("$bench/memory" "$top_builddir/tools/thrum" report "$tmp/length-$length")
    printf '  %12s %10s %14s %10s\n' "$events" "$seconds" "$(rate "$events" "$seconds")" "$memory"
    rm -rf "$tmp/length-$length"
done
