# SPDX-License-Identifier: MIT
# A trace of LTTng's own pthread wrapper, without thrum in the program: its mutexes are reported.
. "$srcdir/record/namespaces.sh"
. "$srcdir/tap.sh"
[ "$LTTNG" = yes ] || skip_all "thrum is built without LTTng"
[ "$LTTNG_SESSIOND" != no ] || skip_all "no session daemon (lttng-tools)"
command -v lttng > /dev/null || skip_all "no lttng (lttng-tools)"
LD_PRELOAD=liblttng-ust-pthread-wrapper.so true 2>&1 | grep -q . && skip_all "no liblttng-ust-pthread-wrapper.so (liblttng-ust-ctl)"
export LTTNG_HOME=$tmp
ended() { # PIDFILE
    local pid
    pid=$(cat "$1" 2> /dev/null) || return
    kill "$pid"
    while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
}
trap 'ended "$tmp/sessiond.pid"; chmod -R u+rwx "$tmp"; rm -rf "$tmp"' EXIT
limit 30 lttng-sessiond --no-kernel --background --pidfile="$tmp/sessiond.pid" > "$tmp/daemon" 2>&1 ||
    skip_all "a session daemon can't be started: $(head -n 1 "$tmp/daemon")"

session() { # NAME [CONTEXT...]
    local name=$1
    shift
    limit 30 lttng --quiet create "thrum-$name" --output="$tmp/$name" && limit 30 lttng --quiet enable-event --userspace 'lttng_ust_pthread:*' &&
        { [ $# -eq 0 ] || limit 30 lttng --quiet add-context --userspace "$@"; } && limit 30 lttng --quiet start &&
        limit 60 env LD_PRELOAD=liblttng-ust-pthread-wrapper.so "$builddir/programs/ab_ba_lucky" > /dev/null &&
        limit 60 lttng --quiet destroy "thrum-$name"
}
ok "a program is recorded under the wrapper" session whole --type=vpid --type=vtid --type=ip
limit 60 "$thrum" report "$tmp/whole" > "$tmp/out" 2> "$tmp/err"
is "locks in opposite orders: status" $? 1
like "they are told of" "$(cat "$tmp/out")" "^lock-order"
like "what isn't known is said" "$(cat "$tmp/out")" "pthread wrapper"
limit 60 "$thrum" report --reader=fast "$tmp/whole" > "$tmp/out" 2> "$tmp/err"
is "the fast reader declines" $? 2
like "and says why" "$(cat "$tmp/err")" "LTTng's pthread wrapper"
ok "contention takes it" limit 60 "$thrum" contention "$tmp/whole" -o "$tmp/out"

ok "and without contexts" session bare
limit 60 "$thrum" report "$tmp/bare" > "$tmp/out" 2> "$tmp/err"
is "then nothing is known of threads: status" $? 2
like "what to do is said" "$(cat "$tmp/err")" "add-context --userspace --type=vpid --type=vtid"
done_testing
