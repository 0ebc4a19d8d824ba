# SPDX-License-Identifier: MIT
# thrum record where something is missing, dies or fills up: the program runs as ever, and a line says what that means.
. "$srcdir/record/namespaces.sh"
. "$srcdir/record/record.sh"
cd "$tmp" || exit 99

# runs WHAT WAY ARGUMENT...: a recording of a program that ends with status 5, as it does bare.
runs() {
    local what=$1
    shift
    is "$what: the program runs" "$(status record "$@")" 5
}
counts() { echo "$programs/counts; exit 5"; }

for way in "${ways[@]}"; do
    runs "$way: no HOME" $way -o $way-home -- env -u HOME sh -c "$(counts)"
    like "$way: no HOME: recorded" "$(cat err)" 'events of env in .*, none lost$'
    HOME=/nonexistent runs "$way: a HOME that isn't there" $way -o $way-nonexistent -- sh -c "$(counts)"
    like "$way: a HOME that isn't there: recorded" "$(cat err)" 'events of sh in .*, none lost$'
    XDG_RUNTIME_DIR=/nonexistent TMPDIR=/nonexistent runs "$way: no place for temporary files" $way -o $way-tmpdir -- sh -c "$(counts)"
    like "$way: no place for temporary files: recorded" "$(cat err)" 'events of sh in .*, none lost$'
    if [ "$(id -u)" = 0 ]; then
        mkdir small-$way
        mount -t tmpfs -o size=3m tmpfs small-$way
        is "$way: the disk fills up: the program runs" "$(status record $way -o small-$way/trace -- "$programs/hammer" counts 200000)" 137
        like "$way: the disk fills up: which is told" "$(cat err)" "No space left on device|the disk is full"
        unlike "$way: the disk fills up: none lost isn't said" "$(cat err)" 'none lost'
        if [ "$BABELTRACE2" != no ]; then
            ok "$way: the disk fills up: babeltrace2 reads what is there" limit 60 "$BABELTRACE2" -c sink.utils.counter small-$way/trace
            ok "$way: the disk fills up: and there is something" test "$(limit 60 "$BABELTRACE2" small-$way/trace 2> babeltrace2.err | grep -c thrum:acquire:)" -gt 1000
        fi
        umount small-$way
    else
        skip "$way: the disk fills up" "not root"
    fi
done
runs "no room for any" recorder --max-size 10 -o no-room -- sh -c "$(counts)"
like "no room for any: says so" "$(cat err)" '^thrum record: no events in no-room: not even the first had room; each thread takes 16 KiB'
if [ "${ways[*]}" != "recorder lttng" ]; then
    done_testing
fi

# --- LTTng's ---
mkdir bin
ln -s "$(command -v true)" bin/true
is "no session daemon installed" "$(PATH=$tmp/bin status "$thrum" record --lttng -o none -- true)" 2
is "no session daemon installed: says what to do" "$(cat err)" \
    "thrum record: lttng-sessiond isn't installed, and recording through LTTng needs it: apt-get install lttng-tools"
ok "no session daemon installed: nothing stays behind" test ! -e none

[ "$(id -u)" = 0 ] && rundir=/run/lttng || rundir='$LTTNG_HOME/.lttng'
for signal in KILL TERM; do
    runs "the daemon dies of SIG$signal" lttng -o died-$signal -- \
        bash -c 'daemon=$(cat '"$rundir"'/lttng-sessiond.pid); "$1"; kill -'$signal' $daemon; tail --pid=$daemon -f /dev/null; "$1"; exit 5' \
        bash "$programs/counts"
    like "the daemon dies of SIG$signal: which is told" "$(cat err)" '^thrum record: the LTTng session daemon ended: bash runs on, unrecorded$'
    like "the daemon dies of SIG$signal: what was before is there" "$(cat err)" \
        "events of bash in died-$signal, how many were lost isn't known; the recording broke off there\$"
    [ "$BABELTRACE2" = no ] || is "the daemon dies of SIG$signal: and babeltrace2 reads it" \
        "$(limit 60 "$BABELTRACE2" died-$signal 2> babeltrace2.err | grep -c 'thrum:thread_name: ')" 8
done
ok "no daemon is left" test -z "$(ps -u "$(id -u)" -o comm= | grep -x lttng-sessiond)"

if [ "$(id -u)" = 0 ]; then
    mount -t tmpfs -o size=2m tmpfs /dev/shm
    runs "little shared memory" lttng -o little -- sh -c "$(counts)"
    like "little shared memory: recorded" "$(cat err)" 'events of sh in little, none lost$'
    mount -t tmpfs -o size=64k tmpfs /dev/shm
    is "next to none" "$(status record lttng -o less -- true)" 2
    like "next to none: is told" "$(cat err)" "^thrum record: LTTng's buffers need [0-9]* KiB of shared memory"
    ok "next to none: nothing stays behind" test ! -e less
fi
done_testing
