# SPDX-License-Identifier: MIT
# The fast reader and libbabeltrace2 give the same events of every trace, and take what is damaged as far as it goes.
. "$srcdir/tap.sh"
differential=$builddir/trace/differential
[ -x "$differential" ] || skip_all "built without Check, and so without the program that compares readers"

same() { ok "$1" limit 120 "$differential" "$2"; }

# record NAME OPTION... -- PROGRAM...
record() {
    local name=$1
    shift
    limit 60 "$thrum" record -o "$tmp/$name" "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null
    [ -d "$tmp/$name" ] || diag "$(cat "$tmp/err")"
}

programs="ab_ba_lucky cond_ok counts forked_ok fork_exec_ok three_way transfer semaphore_lock"
for program in $programs; do
    record "$program" -- "$builddir/programs/$program"
    same "$program, thrum's recorder" "$tmp/$program"
    record "$program-ring" --ring 64K -- "$builddir/programs/$program"
    same "$program, in a ring" "$tmp/$program-ring"
done
record "busy" -- "$builddir/programs/busy" 20000
same "threads that take turns within microseconds" "$tmp/busy"
record "hangs" --timeout 1 -- "$builddir/programs/three_way_hangs"
same "a program that was ended" "$tmp/hangs"
record "bounded" --max-size 32K -- "$builddir/programs/counts"
same "a bounded recording" "$tmp/bounded"
if [ "$PYTHON3" != no ]; then
    record "python" -- "$PYTHON3" "$top_srcdir/examples/threads.py"
    same "Python" "$tmp/python"
fi
if [ "$LTTNG_SESSIOND" != no ]; then
    for program in $programs; do
        record "$program-lttng" --lttng -- "$builddir/programs/$program"
        same "$program, LTTng" "$tmp/$program-lttng"
    done
    same "many traces at once" "$tmp"
fi

# What is damaged is read by the fast reader, too, and without a crash.
for keep in 1 50 100 1000 3000; do
    cp -r "$tmp/counts" "$tmp/cut-$keep"
    find "$tmp/cut-$keep" -name 'stream_*' -exec truncate --no-create --size="<$keep" {} \;
    limit 60 "$thrum" info --reader=fast "$tmp/cut-$keep" > "$tmp/out" 2> "$tmp/err"
    ok "streams cut to $keep bytes: a verdict or trouble" test $? -le 2
    like "streams cut to $keep bytes: said" "$(cat "$tmp/err")" "cut short"
done
ok "--reader= takes two names" bash -c '! "$0" info --reader=slow "$1" 2> /dev/null' "$thrum" "$tmp/counts"
done_testing
