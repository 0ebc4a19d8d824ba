# SPDX-License-Identifier: MIT
# What an uncontended lock and unlock costs: bare, under the preload, traced by LTTng through it, and traced by LTTng's
# own wrapper. All in one run, taking turns, each told by its best round.
#
#   make bench            or: bash tests/bench/lock.sh BUILDDIR [ROUNDS [PAIRS]]
set -u
top_builddir=$1 rounds=${2:-7} pairs=${3:-1000000}
source=$(cd "$(dirname "$0")" && pwd)
lock=$top_builddir/tests/bench/lock
preload=$top_builddir/lib/.libs/libthrum-preload.so
wrapper=liblttng-ust-pthread-wrapper.so.1
tmp=$(mktemp -d) || exit 1
trap 'sessions_end; rm -rf "$tmp"' EXIT
. "$source/lttng.sh"

# with ASSIGNMENT...: one round in that environment.
with() { timeout 120 env "$@" "$lock" "$pairs"; }
bare() { with; }
thrum_off() { with THRUM=off "LD_PRELOAD=$preload"; }
thrum_no_sink() { with THRUM_LTTNG=off "LD_PRELOAD=$preload"; }
thrum_lttng() { in_session thrum with THRUM_LTTNG=on "LD_PRELOAD=$preload"; }
wrapper_plain() { in_session plain with "LD_PRELOAD=$wrapper"; }
wrapper_ids() { in_session ids with "LD_PRELOAD=$wrapper"; }

variants="bare thrum_off thrum_no_sink"
if daemon_begin && session_create thrum 'thrum:*' && session_create plain 'lttng_ust_pthread:*' &&
    session_create ids 'lttng_ust_pthread:*' vpid vtid; then
    variants="$variants thrum_lttng wrapper_plain wrapper_ids"
else
    echo "no LTTng session: what LTTng costs isn't measured" >&2
fi
for ((round = 0; round < rounds; round++)); do
    for variant in $variants; do
        echo "$variant $("$variant")" >> "$tmp/times"
    done
done

best() { awk -v variant="$1" '$1 == variant && (!best || $2 < best) { best = $2 } END { print best }' "$tmp/times"; }
line() { # LABEL VARIANT
    awk -v label="$1" -v ns="$(best "$2")" -v bare="$(best bare)" 'BEGIN { printf "  %-44s %8.1f %+9.1f\n", label, ns, ns - bare }'
}
ratio() { # LABEL VARIANT
    awk -v label="$1" -v thrum="$(best thrum_lttng)" -v peer="$(best "$2")" 'BEGIN { printf "  %-44s %8.2f\n", label, thrum / peer }'
}

echo "An uncontended mutex lock + unlock: best of $rounds rounds of $pairs"
printf '  %-44s %8s %9s\n' "" ns "over bare"
line "bare" bare
line "preloaded, THRUM=off" thrum_off
line "preloaded, no sink" thrum_no_sink
[[ $variants == *wrapper* ]] || exit 0
line "preloaded, LTTng session on" thrum_lttng
line "LTTng's wrapper (no process, no thread)" wrapper_plain
line "LTTng's wrapper, with vpid and vtid" wrapper_ids
ratio "thrum / LTTng's wrapper" wrapper_plain
ratio "thrum / LTTng's wrapper with vpid and vtid" wrapper_ids
