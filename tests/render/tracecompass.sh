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
shown=$(limit 60 "$PYTHON3" -B "$srcdir/render/tracecompass.py" play "$xml" "$tmp/text")
like "the main thread" "$shown" '^main: runs, .*holds a lock'
like "a thread that waited for a lock, got it and ended" "$shown" '^other: runs, .*waits for a lock, holds a lock, .*gone$'
like "a lock that was held while another waited, and is free again" "$shown" '^lock: held, .*held, others wait, .*free$'
like "nothing is held, nobody waits at the end" "$shown" '^left: held 0, waiting 0$'
done_testing
