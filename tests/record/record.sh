# SPDX-License-Identifier: MIT
# What the tests of `thrum record` share: each is done with every way to record that is here. Sourced, by bash.
. "$srcdir/tap.sh"
programs=$builddir/programs

ways=(recorder)
if [ "$LTTNG_SESSIOND" != no ] && limit 60 "$thrum" record --lttng -o "$tmp/probe" -- true > "$tmp/probe.err" 2>&1; then
    ways+=(lttng)
else
    skip "with LTTng" "$(head -1 "$tmp/probe.err" 2> /dev/null || echo "no session daemon (lttng-tools)")"
fi

# record WAY ARGUMENT...: thrum record by that way, under a limit.
record() {
    local way=$1 option=()
    shift
    [ "$way" = lttng ] && option=(--lttng)
    limit 60 "$thrum" record "${option[@]}" "$@"
}

# status COMMAND...: its exit status; what it printed is in $tmp/out and $tmp/err.
status() { "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null; echo $?; }

# events TRACE: how many thrum events babeltrace2 finds in it.
events() { limit 60 "$BABELTRACE2" "$1" 2> "$tmp/babeltrace2.err" | grep -c ' thrum:'; }
