# SPDX-License-Identifier: MIT
# The soak in short: with each sink it ends by itself, with all that was to be done.
#
# By hand, for hours: THRUM_SOAK=1000000000 make check TESTS=transparency/soak.sh
. "$srcdir/tap.sh"
operations=${THRUM_SOAK:-4000000} seconds=$((100 + operations / 200000))
preload=$top_builddir/lib/.libs/libthrum-preload.so
$CC -O2 -D_GNU_SOURCE -g -pthread -o "$tmp/soak" "$srcdir/transparency/soak.c" || exit 99

# soaks NAME [VARIABLE=VALUE]...
soaks() {
    local said
    said=$(limit $seconds env LD_PRELOAD="$preload" THRUM_LTTNG=off "${@:2}" "$tmp/soak" "$operations" 2>&1; echo "status $?")
    like "$1: all is done" "$said" "^$operations operations, [1-9][0-9]* forks, [1-9][0-9]* cancellations, [1-9][0-9]* signals$"
    like "$1: it ends well" "$said" '^status 0$'
}
soaks "no sink" THRUM_CHECK=off
soaks "recorder, all of it" THRUM_CHECK=off THRUM_RECORD="$tmp/all" THRUM_RECORD_MAX=1G
soaks "recorder, a ring" THRUM_CHECK=off THRUM_RECORD="$tmp/ring" THRUM_RECORD_RING=256K
soaks "checker" THRUM_CHECK=report THRUM_CHECK_LOG="$tmp/findings"
is "checker: finds nothing" "$(grep -o '"kind":"[a-z-]*","certainty' "$tmp/findings" 2> /dev/null | sort -u)" ""
if [ "$LTTNG" = yes ]; then
    said=$(limit $seconds "$thrum" record --lttng -o "$tmp/lttng" -- "$tmp/soak" $((operations / 4)) 2> "$tmp/err"; echo "status $?")
    like "LTTng: all is done" "$said" "^$((operations / 4)) operations, "
    like "LTTng: it ends well" "$said" '^status 0$'
else
    skip "LTTng: all is done" "no LTTng to record with (liblttng-ctl-dev, lttng-tools)"
fi
done_testing
