# SPDX-License-Identifier: MIT
# thrum record at a terminal, under a shell with job control: Ctrl-C, Ctrl-Z, fg, pipelines, programs that read keys.
. "$srcdir/record/record.sh"
[ "$PYTHON3" != no ] || skip_all "no python3 to be the terminal"

# scene WAY NAME
scene() {
    local option=
    [ $1 = lttng ] && option=--lttng
    ok "$1: $2" limit 60 "$PYTHON3" "$srcdir/record/terminal.py" $2 "$thrum record $option -o $tmp/trace --" "$PYTHON3"
}

# Each has a terminal of its own.
for way in "${ways[@]}"; do
    for scene in interrupt suspend suspend-itself pipeline background reads-keys; do beside scene $way $scene; done
done
together
done_testing
