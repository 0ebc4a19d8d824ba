# SPDX-License-Identifier: MIT
# Of babeltrace2's text of a trace: how many of each event there are, as events.c says it; and whatever begins has its end,
# in its own thread, in the right order, on the same object.
function field(name,    value) {
    if (!match($0, "[ ,{]" name " = "))
        return ""
    value = substr($0, RSTART + RLENGTH)
    sub(/^\( "/, "", value)
    sub(/[ ,"].*/, "", value)
    return value
}
function problem(text) { print "problem: thread " thread ": " text }
function opens() { stack[thread, ++depth[thread]] = what; object[thread, depth[thread]] = field("object") }
function closes() {
    if (!depth[thread])
        problem(event " without a begin")
    else if (stack[thread, depth[thread]] != what || object[thread, depth[thread]] != field("object"))
        problem(event " of " field("object") " where " stack[thread, depth[thread]] " of " object[thread, depth[thread]] " is to end")
    if (depth[thread])
        depth[thread]--
}
!match($0, / thrum:[a-z_]+: /) { next }
{
    event = substr($0, RSTART + 7, RLENGTH - 9)
    if (event == "module_load" || event == "acquire_stack")
        next
    thread = field("pid") "/" field("tid")
    kind = event ~ /^(acquire|release|wait|wake|object)/ ? ":" field("kind") : ""
    count[event kind]++
}
event ~ /_begin$/ && event !~ /^(process|thread)/ || event == "spawn" {
    what = event == "spawn" ? "spawn" : substr(event, 1, length(event) - 6)
    opens()
}
event ~ /_end$/ && event !~ /^(process|thread)/ {
    what = substr(event, 1, length(event) - 4)
    closes()
}
event == "thread_begin" { began[thread]++ }
event == "thread_end" {
    if (depth[thread])
        problem("ends amid " stack[thread, depth[thread]])
}
END {
    for (thread in depth)
        if (depth[thread])
            problem(stack[thread, depth[thread]] " has no end")
    for (name in count)
        print name, count[name]
}
