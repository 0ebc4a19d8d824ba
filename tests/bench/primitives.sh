# SPDX-License-Identifier: MIT
# What the primitives cost beside their peers, tracing off, in one run; peers that aren't installed are left out.
#
#   make bench            or: bash tests/bench/primitives.sh BUILDDIR [ROUNDS [FACTOR [WORD]]]
set -u
builddir=$1
shift
source=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
peers=
for peer in GLIB:glib-2.0:libglib2.0-dev URCU:liburcu-cds:liburcu-dev; do
    IFS=: read -r name module package <<< "$peer"
    if pkg-config --exists "$module"; then
        peers="$peers -DHAVE_$name $(pkg-config --cflags --libs "$module")"
    else
        echo "primitives.sh: without $module ($package)" >&2
    fi
done
[ -f "$builddir/lib/.libs/libthrum.so" ] || { echo "primitives.sh: no libthrum.so in $builddir/lib/.libs: build first" >&2; exit 2; }
${CC:-cc} -O2 -std=gnu11 -D_GNU_SOURCE -I"$source/../../lib/include" "$source"/primitives*.c -o "$tmp/primitives" \
    -L"$builddir/lib/.libs" -lthrum -Wl,-rpath,"$builddir/lib/.libs" $peers -pthread || exit 2
# Many short rounds: on a busy machine one of them is left alone.
THRUM=off "$tmp/primitives" "${1:-60}" "${2:-0.04}" "${@:3}"
