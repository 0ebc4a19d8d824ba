# SPDX-License-Identifier: MIT
# A live session of LTTng is read as it goes on, through a relay daemon on this machine, and reported when it is destroyed.
. "$srcdir/record/namespaces.sh"
. "$srcdir/tap.sh"
[ "$LTTNG" = yes ] || skip_all "thrum is built without LTTng"
[ "$LTTNG_SESSIOND" != no ] || skip_all "no session daemon (lttng-tools)"
command -v lttng-relayd lttng > /dev/null || skip_all "no relay daemon (lttng-tools)"
preload=$top_builddir/lib/.libs/libthrum-preload.so
control=$((20000 + RANDOM % 4000 * 3)) data=$((control + 1)) viewers=$((control + 2))
export LTTNG_HOME=$tmp
url=net://127.0.0.1:$viewers/host/$(hostname)/thrum-live

ended() { # PIDFILE
    local pid
    pid=$(cat "$1" 2> /dev/null) || return
    kill "$pid"
    while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
}
trap 'ended "$tmp/sessiond.pid"; ended "$tmp/relayd.pid"; chmod -R u+rwx "$tmp"; rm -rf "$tmp"' EXIT
limit 30 lttng-sessiond --no-kernel --background --pidfile="$tmp/sessiond.pid" > "$tmp/daemon" 2>&1 ||
    skip_all "a session daemon can't be started: $(head -n 1 "$tmp/daemon")"
lttng-relayd -C tcp://127.0.0.1:$control -D tcp://127.0.0.1:$data -L tcp://127.0.0.1:$viewers -o "$tmp/relay" \
    > "$tmp/daemon" 2>&1 & echo $! > "$tmp/relayd.pid"

limit 60 "$thrum" report "$url" > "$tmp/out" 2> "$tmp/err"
is "no such session: status" $? 2
like "no such session: said" "$(cat "$tmp/err")" "$url: no such session"

# Until the relay daemon serves: a session that streams to it can only then be made.
made=no
for ((try = 0; try < 100 && ${#made} < 3; try++)); do
    limit 30 lttng --quiet create thrum-live --live=100000 --set-url="net://127.0.0.1:$control:$data" > "$tmp/lttng" 2>&1 && made=yes && break
    kill -0 "$(cat "$tmp/relayd.pid")" 2> /dev/null || break
    sleep 0.1
done
[ $made = yes ] || skip_all "no live session can be made: $(head -n 1 "$tmp/lttng" "$tmp/daemon")"
ok "events are switched on" limit 30 lttng enable-event --userspace 'thrum:*'
ok "the session is started" limit 30 lttng start
program() { limit 60 env LD_PRELOAD="$preload" THRUM_LTTNG=on THRUM_CHECK=off "$builddir/programs/ab_ba_lucky"; }
# A session has something to look at once a program was traced; a viewer sees what comes from then on.
ok "a first run" program
limit 120 "$thrum" report "$url" > "$tmp/out" 2> "$tmp/err" &
reader=$!
attached() { awk -v port=":$(printf '%04X' $viewers)" 'substr($3, 9) == port && $4 == "01" { found = 1 } END { exit !found }' /proc/net/tcp; }
while ! attached && kill -0 $reader 2> /dev/null; do sleep 0.1; done
ok "a run while it is looked at" program
ok "the session is destroyed" limit 60 lttng destroy thrum-live
wait $reader
is "the report: status" $? 1
like "the report: finds what the program does" "$(cat "$tmp/out")" "lock_a and lock_b are taken in opposite orders"
like "the report: is of the session" "$(cat "$tmp/out")" "^$url: [0-9]+ events of"
diag "$(cat "$tmp/err")"
done_testing
