# SPDX-License-Identifier: MIT
# Root's LTTng session daemon is stuck: thrum record --lttng says so, and doesn't wait for ever.
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP not root: users have a daemon of their own"; exit 0; }
. "$srcdir/record/namespaces.sh"
. "$srcdir/record/record.sh"
[ "${ways[*]}" = "recorder lttng" ] || skip_all "no LTTng to record with"
cd "$tmp" || exit 99

lttng-sessiond --no-kernel --daemonize > daemon.log 2>&1
daemon=$(cat /run/lttng/lttng-sessiond.pid)
kill -STOP "$daemon"
is "trouble" "$(status limit 50 "$thrum" record --lttng -o trace -- true)" 2
like "which daemon it is, and what to do" "$(cat err)" "LTTng session daemon, process $daemon, runs but doesn't answer: end it, or record without LTTng"
ok "nothing is left behind" test ! -e trace
kill -CONT "$daemon"
is "once it answers again all is well" "$(status limit 50 "$thrum" record --lttng -o trace -- true)" 0
ok "and root's daemon is left alone" kill -0 "$daemon"
kill "$daemon"
done_testing
