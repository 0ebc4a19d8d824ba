# SPDX-License-Identifier: MIT
# A timeline of ten million events: how long it takes to make, how large it is, and how fast its page moves.
#
#   make bench            or: bash tests/bench/timeline.sh BUILDDIR SRCDIR CHROMIUM PYTHON3 [EVENTS]
set -u
top_builddir=$1 srcdir=$2 chromium=$3 python3=$4 events=${5:-10000000}
for program in traffic decode; do
    [ -x "$top_builddir/tests/bench/$program" ] || { echo "timeline.sh: no bench/$program: run make bench" >&2; exit 2; }
done
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
THRUM_CHECK=off THRUM_LTTNG=off THRUM_RECORD=$tmp/trace LD_PRELOAD=$top_builddir/lib/.libs/libthrum-preload.so \
    timeout 600 "$top_builddir/tests/bench/traffic" "$events" 8
echo "A timeline of $("$top_builddir/tests/bench/decode" "$tmp/trace" | cut -d' ' -f1) events (targets: 10 s, 40 MB, 50 ms a frame)"
TIMEFORMAT=%U; seconds=$({ time "$top_builddir/tools/thrum" timeline -o "$tmp/page.html" "$tmp/trace" 2> /dev/null; } 2>&1)
printf '  %-28s %8.1f s of processor time\n' "made in" "$seconds"
printf '  %-28s %8.1f MB\n' "the file" "$(stat -c %s "$tmp/page.html" | awk '{ print $1 / 1e6 }')"
if [ -x "$chromium" ] && [ -x "$python3" ]; then
    timeout 600 "$python3" -B "$srcdir/bench/timeline.py" "$chromium" "$tmp/page.html"
else
    echo "  no Chromium or no python3 here: the page isn't tried"
fi
