# SPDX-License-Identifier: MIT
# A minute of fuzzing the fast reader (FUZZ_SECONDS for another time), under ASan and UBSan: no crash, no endless loop, no
# more memory than an input can ask for, on any bytes.
. "$srcdir/tap.sh"
cd "$tmp" || exit 99
PYTHON3=$PYTHON3 limit $((${FUZZ_SECONDS:-60} + 240)) bash "$srcdir/fuzz/run.sh" "$top_builddir" "${FUZZ_SECONDS:-60}" "$tmp/corpus" > "$tmp/out" 2>&1
status=$?
[ $status -ne 77 ] || skip_all "$(tail -n 1 "$tmp/out")"
is "fuzzing finds nothing" $status 0
diag "$(cat "$tmp/out")"
like "inputs were tried" "$(cat "$tmp/out")" "stat::number_of_executed_units: +[0-9]{3}"
if [ -x "$builddir/fuzz/reader" ]; then
    ok "the build's own compiler: all that fuzzing came up with" limit 120 find "$tmp/corpus" -type f -exec "$builddir/fuzz/reader" {} +
fi
done_testing
