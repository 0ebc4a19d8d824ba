# SPDX-License-Identifier: MIT
# thrum record: how a recording ends before its program does: timeout, Ctrl-C, signals; and what runs on.
. "$srcdir/record/record.sh"

# gone PIDFILE: the process whose number was written there has ended.
gone() { [ -s "$1" ] && ! kill -0 "$(cat "$1")" 2> /dev/null; }

# begin COMMAND...: in a process group of its own, as a shell does for a job at the terminal; goes on when the program in it
# has written to $tmp/ready. The group is $job. end DESCRIPTION STATUS: waits for it, and looks at its exit status.
begin() {
    [ -e "$tmp/ready" ] || mkfifo "$tmp/ready"
    set -m
    "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null &
    job=$!
    set +m
    read -r line < "$tmp/ready"
}
end() { wait "$job"; is "$1" $? "$2"; }

# record, but no `limit`, which would be the one that is signalled.
start() {
    local way=$1 option=()
    shift
    [ "$way" = lttng ] && option=(--lttng)
    begin "$thrum" record "${option[@]}" --timeout 50 "$@"
}

# --- a timeout ---

hang() {
    local way=$1 trace=$tmp/trace
    is "$way: a hang is ended" "$(status record $way --timeout 5 -o "$trace" -- "$programs/ab_ba_hangs")" 143
    like "$way: says so" "$(cat "$tmp/err")" '^thrum record: ab_ba_hangs still runs after 5 s: ending it$'
    if [ "$BABELTRACE2" != no ]; then
        limit 60 "$BABELTRACE2" "$trace" > "$tmp/text" 2> "$tmp/babeltrace2.err"
        is "$way: the trace is whole: both threads wait for ever" \
            "$(grep -c ' thrum:acquire_begin: ' "$tmp/text") $(grep -c ' thrum:acquire_end: ' "$tmp/text")" "2 0"
        is "$way: babeltrace2 has nothing to complain of" "$(cat "$tmp/babeltrace2.err")" ""
    fi
    is "$way: within its time it isn't ended" "$(status record $way --timeout 50 -o "$trace-in-time" -- sh -c 'exit 4')" 4
}

deaf() {
    is "$1: a hang that SIGTERM doesn't end is killed" \
        "$(status record $1 --timeout 5 -o "$tmp/trace" -- sh -c 'trap "" TERM; echo $$ > '"$tmp/deaf"'; while :; do sleep 1; done')" 137
    ok "$1: it is gone" gone "$tmp/deaf"
}

family() {
    is "$1: what it started ends with it, orphans too" "$(status record $1 --timeout 5 -o "$tmp/trace" -- \
        sh -c '(sleep 1000 & echo $! > '"$tmp/orphan"'); setsid sleep 1000 & echo $! > '"$tmp/child"'; wait')" 143
    ok "$1: the child is gone" gone "$tmp/child"
    ok "$1: the orphan is gone" gone "$tmp/orphan"
}

# --- signals to the group, as Ctrl-C sends them ---

ctrl_c() {
    start "$1" -o "$tmp/int" -- sh -c 'echo > '"$tmp/ready"'; exec sleep 1000'
    kill -INT -- -"$job"
    end "$1: Ctrl-C ends the program" 130
    like "$1: and there is a trace" "$(cat "$tmp/err")" 'events of sh in .*, none (known to be )?lost'
    start "$1" -o "$tmp/handler" -- bash -c 'trap "echo one; exit 9" INT; echo > '"$tmp/ready"'; while :; do sleep 0.01; done'
    kill -INT -- -"$job"
    end "$1: a handler's exit status" 9
    is "$1: a handler runs once" "$(cat "$tmp/out")" one
}

ignored_ctrl_c() {
    start "$1" -o "$tmp/trace" -- sh -c 'trap "" INT; echo > '"$tmp/ready"'; exec sleep 1000'
    kill -INT -- -"$job"
    end "$1: what ignores Ctrl-C is ended" 143
    like "$1: says so" "$(cat "$tmp/err")" '^thrum record: sh still runs after Ctrl-C: ending it$'
}

# --- signals to thrum alone ---

passed_on() {
    local signal
    for signal in INT:130 TERM:143 HUP:129; do
        start "$1" -o "$tmp/${signal%:*}" -- sh -c 'echo > '"$tmp/ready"'; exec sleep 1000'
        kill -"${signal%:*}" "$job"
        end "$1: SIG${signal%:*} reaches the program" "${signal#*:}"
    done
    start "$1" -o "$tmp/usr1" -- bash -c 'trap "exit 6" USR1; echo > '"$tmp/ready"'; while :; do sleep 0.01; done'
    kill -USR1 "$job"
    end "$1: SIGUSR1 reaches the program" 6
}

# --- what runs on ---

left() {
    is "$1: the program's end is the end" \
        "$(status record $1 -o "$tmp/trace" -- sh -c 'sleep 1000 > /dev/null 2>&1 & echo $! > '"$tmp/left")" 0
    ok "$1: what it left runs on" kill -0 "$(cat "$tmp/left")"
    like "$1: which is told" "$(cat "$tmp/err")" '^thrum record: 1 process that sh started still runs, unrecorded from now on$'
    unlike "$1: none was killed" "$(cat "$tmp/err")" 'was killed'
    kill "$(cat "$tmp/left")"
}

# What becomes a program that can't be recorded, and what fails to become one.
became() {
    is "$1: an exec that fails" "$(status record $1 -o "$tmp/trace" -- sh -c 'exec '"$tmp/nowhere")" 127
    unlike "$1: none was killed" "$(cat "$tmp/err")" 'was killed'
    is "$1: a program that isn't recorded" "$(status record $1 -o "$tmp/unseen" -- sh -c 'unset LD_PRELOAD; exec sh -c "exit 5"')" 5
    unlike "$1: none was killed either" "$(cat "$tmp/err")" 'was killed'
}

# Most of the time they wait.
for way in "${ways[@]}"; do
    for part in hang deaf family ctrl_c ignored_ctrl_c passed_on left became; do beside $part $way; done
done
together
done_testing
