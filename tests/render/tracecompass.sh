# SPDX-License-Identifier: MIT
# doc/tracecompass.xml: played by the rules of Trace Compass's data-driven analyses over a recording; its names are those of the table.
. "$srcdir/tap.sh"

[ -x "$PYTHON3" ] || skip_all "no python3 here"
xml=$top_srcdir/doc/tracecompass.xml
is "its events and fields are those of the table" "$("$PYTHON3" -B "$srcdir/render/tracecompass.py" names "$xml" "$top_srcdir/tracepoints/events.h")" "none unknown"
[ -x "$BABELTRACE2" ] || { skip "what it shows of a recording" "no babeltrace2 here"; done_testing; }
ok "a program is recorded" limit 60 "$thrum" record -o "$tmp/run" -- "$builddir/programs/contended"
is "Trace Compass takes it for an LTTng UST trace, which the analysis is for: each process says so" "$(grep -aLs "domain = \"ust\";" "$tmp"/run/*/metadata; grep -als "domain = \"ust\";" "$tmp"/run/*/metadata | wc -l)" 1
limit 60 "$BABELTRACE2" "$tmp/run" > "$tmp/text" 2> /dev/null
# Findings are in recordings of programs that are checked as well.
for told in "deadlock happened two" "lock-order potential three"; do
    set -- $told
    echo "[10:00:00.0] (+0.1) host thrum:finding: { pid = 1, tid = 1 }, { id = \"x\", finding = \"$1\", certainty = \"$2\", message = \"$3 threads wait\", _stack_length = 0, stack = [ ] }" >> "$tmp/text"
done
shown=$(limit 60 "$PYTHON3" -B "$srcdir/render/tracecompass.py" play "$xml" "$tmp/text")
like "the main thread" "$shown" '^main: runs, .*holds a lock'
like "a thread that waited for a lock, got it and ended" "$shown" '^other: runs, .*waits for a lock, holds a lock, .*gone$'
like "a lock that was held while another waited, and is free again" "$shown" '^lock: held, .*held, others wait, .*free$'
is "a row for each finding, that says what was found" "$(grep '^finding' <<< "$shown")" "finding: two threads wait: a finding that happened
finding: three threads wait: a finding that could happen"
like "nothing is held, nobody waits at the end" "$shown" '^left: held 0, waiting 0$'
done_testing
