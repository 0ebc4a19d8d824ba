# SPDX-License-Identifier: MIT
# LTTng sessions to measure in, sourced. Nothing is written to disk while they run (a ring is overwritten), so what is
# measured is the cost in the program. Where no session daemon runs, one is started, and ended at the end.

sessions=

daemon_begin() {
    lttng --no-sessiond list > /dev/null 2>&1 && return
    lttng-sessiond --no-kernel --background --pidfile="$tmp/sessiond.pid" 2> /dev/null && daemon=$(cat "$tmp/sessiond.pid")
}

# session_create NAME EVENTS [CONTEXT...]: a session that isn't started yet.
session_create() {
    local name=thrum-bench-$$-$1 events=$2 context
    shift 2
    lttng --no-sessiond --quiet create --snapshot "$name" --output="$tmp/$name" || return
    sessions="$sessions $name"
    lttng --quiet enable-channel --userspace --session "$name" ring || return
    for context; do
        lttng --quiet add-context --userspace --session "$name" --channel ring --type "$context" || return
    done
    lttng --quiet enable-event --userspace --session "$name" --channel ring "$events"
}

# in_session NAME COMMAND...: runs the command while that session, and none of the others, records.
in_session() {
    local name=thrum-bench-$$-$1
    shift
    lttng --quiet start "$name" && "$@"
    lttng --quiet stop "$name"
}

sessions_end() {
    local name
    for name in $sessions; do lttng --no-sessiond --quiet destroy "$name"; done
    [ -n "${daemon-}" ] || return
    kill "$daemon"
    while kill -0 "$daemon" 2> /dev/null; do sleep 0.1; done # it removes its files in $tmp
}
