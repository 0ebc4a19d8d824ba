# SPDX-License-Identifier: MIT
# A program may close all descriptors that aren't its own: it gets the numbers that it gets bare, and whoever traces it
# goes on. With LTTng-UST, whose threads have some, that ended processes by an assertion (counter/shm.c).
. "$srcdir/tap.sh"
$CC -D_GNU_SOURCE -g -pthread -o "$tmp/descriptors" "$srcdir/interpose/descriptors.c" || exit 99

# traced DESCRIPTION COMMAND...: says what it says bare.
bare=$(limit 60 "$tmp/descriptors" 2>&1; echo "status $?")
traced() {
    local description=$1
    shift
    is "$description" "$(limit 120 "$@" "$tmp/descriptors" 2> "$tmp/err"; echo "status $?")" "$bare" || diag "$(cat "$tmp/err")"
}
like "bare, all is as it must be" "$bare" '^opened 30405, 0 children failed$'
traced "recorded" "$thrum" record -o "$tmp/recorded" --
if [ "$LTTNG" = yes ]; then
    traced "recorded by LTTng" "$thrum" record --lttng -o "$tmp/lttng" --
    # Each process has two threads that lock a thousand times, and the first one once more.
    is "recorded by LTTng: all of it" "$(limit 60 "$thrum" info --json "$tmp/lttng" | sed -n 's/.*"release": *\([0-9]*\).*/\1/p')" \
        "$(limit 60 "$thrum" info --json "$tmp/recorded" | sed -n 's/.*"release": *\([0-9]*\).*/\1/p')"
else
    skip "recorded by LTTng" "no LTTng to record with (liblttng-ctl-dev, lttng-tools)"
fi
done_testing
