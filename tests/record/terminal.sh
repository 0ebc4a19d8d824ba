# SPDX-License-Identifier: MIT
# thrum record at a terminal, under a shell with job control: Ctrl-C, Ctrl-Z, fg, pipelines, programs that read keys.
. "$srcdir/record/record.sh"
[ "$PYTHON3" != no ] || skip_all "no python3 to be the terminal"

for way in "${ways[@]}"; do
    for scene in interrupt suspend suspend-itself pipeline background reads-keys; do
        [ $way = lttng ] && option=--lttng || option=
        ok "$way: $scene" limit 60 "$PYTHON3" "$srcdir/record/terminal.py" $scene "$thrum record $option -o $tmp/$way-$scene --" "$PYTHON3"
    done
done
done_testing
