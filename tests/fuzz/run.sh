# SPDX-License-Identifier: MIT
# Fuzzes the fast reader with libFuzzer under ASan and UBSan: run.sh BUILDDIR [SECONDS [CORPUS]]. Status 0: nothing found;
# 77: clang with libFuzzer isn't there. What it finds is left in the current directory.
builddir=$1 seconds=${2:-60}
source=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
corpus=${3:-$tmp/corpus}
command -v clang > /dev/null || { echo "clang isn't installed"; exit 77; }
echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d && n ? 0 : 0; }' > "$tmp/probe.c"
clang -fsanitize=fuzzer "$tmp/probe.c" -o "$tmp/probe" 2> /dev/null || { echo "clang has no libFuzzer (libclang-rt-dev)"; exit 77; }
trace=$source/tools/trace
clang -g -O1 -std=gnu11 -D_GNU_SOURCE -DTHRUM_LIBFUZZER -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -I"$builddir" -I"$source/tracepoints" -I"$source/tools" "$source/tests/fuzz/reader.c" "$trace"/fast-*.c \
    "$trace/reader-fast.c" "$trace/reader-hosts.c" "$trace/wrapper.c" "$source/tools/base/hosts.c" "$trace"/tsdl*.c "$source/tools/base/map.c" "$source/tools/base/memory.c" "$trace/losses.c" "$trace/missing.c" "$source/tools/cmd/die.c" \
    -o "$tmp/fuzz" || exit 99
mkdir -p "$corpus" "$tmp/traces"
for program in counts cond_ok forked_ok; do
    [ -x "$builddir/tests/programs/$program" ] || continue
    timeout 60 "$builddir/tools/thrum" record -o "$tmp/traces/$program" -- "$builddir/tests/programs/$program" > /dev/null 2>&1
    timeout 60 "$builddir/tools/thrum" record --lttng -o "$tmp/traces/$program-lttng" -- "$builddir/tests/programs/$program" > /dev/null 2>&1
done
"${PYTHON3:-python3}" "$source/tests/fuzz/seeds.py" "$corpus" "$tmp/traces" || exit 99
"$tmp/fuzz" -max_total_time="$seconds" -max_len=32768 -timeout=60 -rss_limit_mb=1024 -malloc_limit_mb=512 \
    -dict="$source/tests/fuzz/tsdl.dict" -print_final_stats=1 "$corpus" > "$tmp/log" 2>&1
status=$?
grep -E "^(SUMMARY|==|stat::|Done|artifact|#[0-9]+.*DONE)|runtime error|ERROR" "$tmp/log"
[ $status -eq 0 ] || tail -40 "$tmp/log"
exit $status
