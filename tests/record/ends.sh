# SPDX-License-Identifier: MIT
# thrum record: how a recording ends before its program does: timeout, Ctrl-C, signals; and what runs on.
. "$srcdir/record/record.sh"
mkfifo "$tmp/ready"

# gone PIDFILE: the process in it has ended.
gone() { ! kill -0 "$(cat "$1")" 2> /dev/null; }

# begin COMMAND...: in a process group of its own, as a shell does for a job at the terminal; goes on when the program in it
# has written to $tmp/ready. The group is $job. end DESCRIPTION STATUS: waits for it, and looks at its exit status.
begin() {
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

for way in "${ways[@]}"; do
    trace=$tmp/$way

    # --- a timeout ---
    is "$way: a hang is ended" "$(status record $way --timeout 1 -o "$trace-hang" -- "$programs/ab_ba_hangs")" 143
    like "$way: says so" "$(cat "$tmp/err")" '^thrum record: ab_ba_hangs still runs after 1 s: ending it$'
    if [ "$BABELTRACE2" != no ]; then
        limit 60 "$BABELTRACE2" "$trace-hang" > "$tmp/text" 2> "$tmp/babeltrace2.err"
        is "$way: the trace is whole: both threads wait for ever" \
            "$(grep -c ' thrum:acquire_begin: ' "$tmp/text") $(grep -c ' thrum:acquire_end: ' "$tmp/text")" "2 0"
        is "$way: babeltrace2 has nothing to complain of" "$(cat "$tmp/babeltrace2.err")" ""
    fi
    is "$way: within its time it isn't ended" "$(status record $way --timeout 50 -o "$trace-in-time" -- sh -c 'exit 4')" 4
    is "$way: a hang that SIGTERM doesn't end is killed" \
        "$(status record $way --timeout 0.5 -o "$trace-deaf" -- sh -c 'trap "" TERM; echo $$ > '"$tmp/deaf"'; while :; do sleep 1; done')" 137
    ok "$way: it is gone" gone "$tmp/deaf"
    is "$way: what it started ends with it, orphans too" "$(status record $way --timeout 0.5 -o "$trace-family" -- \
        sh -c '(sleep 1000 & echo $! > '"$tmp/orphan"'); setsid sleep 1000 & echo $! > '"$tmp/child"'; wait')" 143
    ok "$way: the child is gone" gone "$tmp/child"
    ok "$way: the orphan is gone" gone "$tmp/orphan"

    # --- signals to the group, as Ctrl-C sends them ---
    start "$way" -o "$trace-int" -- sh -c 'echo > '"$tmp/ready"'; exec sleep 1000'
    kill -INT -- -"$job"
    end "$way: Ctrl-C ends the program" 130
    like "$way: and there is a trace" "$(cat "$tmp/err")" 'events of sh in .*, none lost'
    start "$way" -o "$trace-handler" -- bash -c 'trap "echo one; exit 9" INT; echo > '"$tmp/ready"'; while :; do sleep 0.01; done'
    kill -INT -- -"$job"
    end "$way: a handler's exit status" 9
    is "$way: a handler runs once" "$(cat "$tmp/out")" one
    start "$way" -o "$trace-ignore" -- sh -c 'trap "" INT; echo > '"$tmp/ready"'; exec sleep 1000'
    kill -INT -- -"$job"
    end "$way: what ignores Ctrl-C is ended" 143
    like "$way: says so" "$(cat "$tmp/err")" '^thrum record: sh still runs after Ctrl-C: ending it$'

    # --- signals to thrum alone ---
    for signal in INT:130 TERM:143 HUP:129; do
        start "$way" -o "$trace-${signal%:*}" -- sh -c 'echo > '"$tmp/ready"'; exec sleep 1000'
        kill -"${signal%:*}" "$job"
        end "$way: SIG${signal%:*} reaches the program" "${signal#*:}"
    done
    start "$way" -o "$trace-usr1" -- bash -c 'trap "exit 6" USR1; echo > '"$tmp/ready"'; while :; do sleep 0.01; done'
    kill -USR1 "$job"
    end "$way: SIGUSR1 reaches the program" 6

    # --- what runs on ---
    is "$way: the program's end is the end" \
        "$(status record $way -o "$trace-left" -- sh -c 'sleep 1000 > /dev/null 2>&1 & echo $! > '"$tmp/left")" 0
    ok "$way: what it left runs on" kill -0 "$(cat "$tmp/left")"
    like "$way: which is told" "$(cat "$tmp/err")" '^thrum record: 1 process that sh started still runs, unrecorded from now on$'
    kill "$(cat "$tmp/left")"
done
done_testing
