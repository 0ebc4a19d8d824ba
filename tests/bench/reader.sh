# SPDX-License-Identifier: MIT
# How fast traces are read: decoded alone, against babeltrace2's dummy sink, and to the end of a report; and with what
# memory, for traces of different lengths.
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

record length-decode 10000000
events=$("$bench/decode" "$tmp/length-decode" | cut -d' ' -f1)
fast=$(best_cpu "$bench/decode" "$tmp/length-decode")
echo "Decoding $events events on one core: best of $rounds rounds, millions of events a second"
printf '  %-28s %8s\n' "fast reader" "$(rate "$events" "$fast")"
if command -v babeltrace2 > /dev/null; then
    slow=$(best_cpu babeltrace2 "$tmp/length-decode" -o dummy)
    printf '  %-28s %8s\n' "babeltrace2, dummy sink" "$(rate "$events" "$slow")"
    awk -v fast="$fast" -v slow="$slow" 'BEGIN { printf "  %-28s %8.1f\n", "ratio", slow / fast }'
fi
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
