# SPDX-License-Identifier: MIT
# thrum record: the program's exit status, what it reads and prints, and what thrum says of it.
. "$srcdir/record/record.sh"

tells() {
    local way=$1 trace=$tmp/$1 next
    is "$way: status 0" "$(status record $way -o "$trace-0" -- true)" 0
    is "$way: status 3" "$(status record $way -o "$trace-3" -- sh -c 'exit 3')" 3
    is "$way: status 255" "$(status record $way -o "$trace-255" -- sh -c 'exit 255')" 255
    is "$way: died of SIGSEGV" "$(status record $way -o "$trace-segv" -- sh -c 'kill -SEGV $$')" 139
    is "$way: died of SIGTERM" "$(status record $way -o "$trace-term" -- sh -c 'kill -TERM $$')" 143
    is "$way: died of SIGKILL" "$(status record $way -o "$trace-kill" -- sh -c 'kill -KILL $$')" 137

    is "$way: no such program" "$(status record $way -o "$trace-none" -- "$tmp/none")" 127
    like "$way: says which one isn't there" "$(cat "$tmp/err")" "^thrum record: can't run .*/none: No such file"
    echo text > "$tmp/text"
    is "$way: not a program" "$(status record $way -o "$trace-none" -- "$tmp/text")" 126
    ok "$way: nothing stays behind of what didn't run" test ! -e "$trace-none"

    printf 'a line\n\0and more' > "$tmp/input"
    record $way -o "$trace-cat" -- cat < "$tmp/input" > "$tmp/out" 2> "$tmp/err"
    ok "$way: reads and writes as it does bare" cmp "$tmp/input" "$tmp/out"
    is "$way: arguments are the program's" "$(record $way -o "$trace-echo" printf '<%s>' -o --timeout '' 'a  b' -- '*' 2> "$tmp/err")" \
        '<-o><--timeout><><a  b><--><*>'
    record $way -o "$trace-err" -- sh -c 'echo out; echo err >&2' > "$tmp/out" 2> "$tmp/err"
    is "$way: stdout is the program's alone" "$(cat "$tmp/out")" out
    is "$way: stderr begins with the program's" "$(head -1 "$tmp/err")" err
    # LTTng-UST has descriptors of its own in every process.
    [ $way = lttng ] || is "$way: no descriptor is passed on" \
        "$(record $way -o "$trace-fd" -- sh -c 'ls /proc/$$/fd' 2> "$tmp/err" < /dev/null | tr '\n' ' ')" \
        "$(sh -c 'ls /proc/$$/fd' < /dev/null | tr '\n' ' ')"
    # Of signals 1 to 32; the next two are libc's own.
    held() { awk '/^Sig(Blk|Ign)/ { print $1, substr($2, 9) }'; }
    is "$way: signals are as they were" "$(record $way -o "$trace-sig" -- cat /proc/self/status 2> "$tmp/err" | held)" \
        "$(cat /proc/self/status | held)"
    is "$way: a closed stderr changes nothing" "$(record $way -o "$trace-closed" -- sh -c 'exit 5' 2>&-; echo $?)" 5

    record $way -o "$trace-counts" -- "$programs/cond_ok" > "$tmp/out" 2> "$tmp/err"
    like "$way: says how many events and where" "$(cat "$tmp/err")" "^thrum record: $(events "$trace-counts") events of cond_ok in $trace-counts, none lost\$"
    next=$(sed -n 's/^thrum record: next: //p' "$tmp/err")
    like "$way: says what to type next" "$next" "deadlock-report $trace-counts\$"
    ok "$way: which works" limit 60 bash -c "$next"
}
for way in "${ways[@]}"; do beside tells $way; done

# refused WHAT PATTERN ARGUMENT...: status 2, and one line that says what is wrong.
refused() {
    local what=$1 pattern=$2
    shift 2
    is "$what: status" "$(status limit 60 "$thrum" record "$@")" 2
    is "$what: one line" "$(wc -l < "$tmp/err")" 1
    like "$what: says why" "$(cat "$tmp/err")" "$pattern"
}
refused "no program" 'which program'
refused "no program behind --" 'which program' --
refused "an option that there isn't" "can't take option '--fast'" --fast -- true
refused "a timeout that isn't a number" '--timeout=soon: give a number of seconds' --timeout soon -- true
refused "a timeout below nothing" '--timeout=-1: give a number of seconds' --timeout=-1 -- true
refused "no directory's name" '-o needs the name' -o '' -- true
together
done_testing
