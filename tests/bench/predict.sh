# SPDX-License-Identifier: MIT
# How fast deadlocks are predicted: one pattern with very many instances, and reports from begin to end of traces in which two
# locks are taken in opposite orders all the time, so that they are read twice; with what memory.
#
#   make bench            or: bash tests/bench/predict.sh BUILDDIR [ROUNDS...]
set -u
top_builddir=$1
shift
bench=$top_builddir/tests/bench
preload=$top_builddir/lib/.libs/libthrum-preload.so
[ -f "$preload" ] || { echo "predict.sh: no $preload: build first" >&2; exit 2; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

echo "Prediction, one pattern that no schedule leads to (target: 100,000 instances in 100 ms)"
for instances in 10000 100000; do echo "  $("$bench/predict" "$instances")"; done

# report ROUNDS [gated]: events, seconds of processor time on one core, millions of events a second, memory, what it found.
report() {
    THRUM_CHECK=off THRUM_LTTNG=off THRUM_RECORD=$tmp/trace LD_PRELOAD=$preload timeout 600 "$bench/inversions" "$@"
    local events seconds
    events=$("$bench/decode" "$tmp/trace" | cut -d' ' -f1)
    TIMEFORMAT='%U %S'
    seconds=$({ time taskset 1 "$top_builddir/tools/thrum" report --all "$tmp/trace" > "$tmp/out"; } 2>&1 | awk '{ print $1 + $2 }')
    printf '  %12s %8s %10s %8s  %s\n' "$events" "$seconds" "$(awk -v e="$events" -v s="$seconds" 'BEGIN { printf "%.1f", e / s / 1e6 }')" \
        "$("$bench/memory" "$top_builddir/tools/thrum" report "$tmp/trace")" "$(sed -n 's/^lock-order (\([a-z]*\)).*/\1/p' "$tmp/out")"
    rm -rf "$tmp/trace"
}
echo "deadlock-report where locks are taken in opposite orders, on one core (target: 5 million/s)"
printf '  %12s %8s %10s %8s  %s\n' events seconds "million/s" MiB found
[ $# -gt 0 ] || set -- 100000 1000000
for rounds; do
    report "$rounds"
    report "$rounds" gated
done
