# SPDX-License-Identifier: MIT
# What an uncontended lock and unlock costs: bare, under the preload with each of its sinks, and traced by LTTng's own
# wrapper. All in one run, taking turns, each told by its best round.
#
#   make bench            or: bash tests/bench/lock.sh BUILDDIR [ROUNDS [PAIRS]]
set -u
top_builddir=$1 rounds=${2:-7} pairs=${3:-1000000}
source=$(cd "$(dirname "$0")" && pwd)
lock=$top_builddir/tests/bench/lock
preload=$top_builddir/lib/.libs/libthrum-preload.so
[ -f "$preload" ] || { echo "lock.sh: no $preload: build first" >&2; exit 2; }
wrapper=liblttng-ust-pthread-wrapper.so.1
tmp=$(mktemp -d) || exit 1
trap 'sessions_end; rm -rf "$tmp"' EXIT
. "$source/lttng.sh"

# with ASSIGNMENT...: one round in that environment.
with() { timeout 120 env "$@" "$lock" "$pairs"; }
bare() { with; }
# thrum ASSIGNMENT...: one round under the preload, with no sink but those given.
thrum() { with THRUM_CHECK=off THRUM_LTTNG=off "LD_PRELOAD=$preload" "$@"; }
thrum_off() { thrum THRUM=off; }
thrum_no_sink() { thrum; }
thrum_check() { thrum THRUM_CHECK=report; }
thrum_record() { rm -rf "$tmp/record" && mkdir "$tmp/record" && thrum "THRUM_RECORD=$tmp/record"; }
thrum_lttng() { in_session thrum thrum THRUM_LTTNG=on; }
wrapper_plain() { in_session plain with "LD_PRELOAD=$wrapper"; }
wrapper_ids() { in_session ids with "LD_PRELOAD=$wrapper"; }

others=$(lttng --no-sessiond list 2> /dev/null | grep -c '\[active\]')
[ "${others:-0}" -eq 0 ] || echo "lock.sh: $others other LTTng sessions are active: what they record is paid for too" >&2

variants="bare thrum_off thrum_no_sink thrum_check thrum_record"
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
ratio() { # LABEL VARIANT OTHER
    awk -v label="$1" -v ns="$(best "$2")" -v other="$(best "$3")" 'BEGIN { printf "  %-44s %8.2f\n", label, ns / other }'
}
added() { # LABEL VARIANT OTHER: how often what one adds to bare goes into what the other adds
    awk -v label="$1" -v ns="$(best "$2")" -v other="$(best "$3")" -v bare="$(best bare)" \
        'BEGIN { printf "  %-44s %8.1f\n", label, (other - bare) / (ns - bare) }'
}

echo "An uncontended mutex lock + unlock: best of $rounds rounds of $pairs"
printf '  %-44s %8s %9s\n' "" ns "over bare"
line "bare" bare
line "preloaded, THRUM=off" thrum_off
line "preloaded, no sink" thrum_no_sink
line "preloaded, checker" thrum_check
line "preloaded, recorder" thrum_record
[[ $variants == *wrapper* ]] || exit 0
line "preloaded, LTTng session" thrum_lttng
line "LTTng's wrapper (tells no process, no thread)" wrapper_plain
line "LTTng's wrapper, with vpid and vtid" wrapper_ids
echo "Ratios"
ratio "LTTng session / LTTng's wrapper" thrum_lttng wrapper_plain
ratio "LTTng session / the wrapper with vpid, vtid" thrum_lttng wrapper_ids
ratio "recorder / LTTng's wrapper" thrum_record wrapper_plain
echo "What the wrapper adds, for what the recorder adds"
added "the wrapper" thrum_record wrapper_plain
added "the wrapper with vpid, vtid" thrum_record wrapper_ids
