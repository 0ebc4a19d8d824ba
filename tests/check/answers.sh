# SPDX-License-Identifier: MIT
# How thrum check answers: at once, once for each finding, whole whatever becomes of the program; as JSON and SARIF;
# without what is suppressed.
. "$srcdir/tap.sh"
[ "$PYTHON3" != no ] || skip_all "no python3 to read JSON with"
programs=$builddir/programs

# in_json FILE EXPRESSION: of the object as `d`.
in_json() { "$PYTHON3" -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2" 2>&1; }

# It is looked at further down, and has time to come to its standstill.
limit 60 "$thrum" check --json --timeout 10 --log "$tmp/lost.json" -- "$programs/lost_wakeup_hangs" 2> "$tmp/lost.err" &
lost=$!

# await SECONDS COMMAND...: until it succeeds.
await() {
    local until=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.05
    done
}

# --- at once: the program still hangs when its deadlock is told, in a file that is whole by then; then it is killed ---
limit 60 "$thrum" check --json --log "$tmp/hang.json" -- sh -c 'echo $$ > "$1"; exec "$2"' sh "$tmp/pid" "$programs/join_circle_hangs" 2> "$tmp/err" &
check=$!
ok "a deadlock is told while the program hangs" await 30 grep -q '"happened"' "$tmp/hang.json"
is "the JSON is whole by then" "$(in_json "$tmp/hang.json" '[f["kind"] for f in d["findings"]]')" "['deadlock']"
ok "the program is still there" kill -0 "$(cat "$tmp/pid")"
kill -KILL "$(cat "$tmp/pid")"
wait "$check"
is "status of one that is killed after a finding" $? 66
is "the JSON is whole in the end" "$(in_json "$tmp/hang.json" '[f["certainty"] for f in d["findings"]]')" "['happened']"

limit 60 "$thrum" check --log "$tmp/hang.text" -- sh -c 'echo $$ > "$1"; exec "$2"' sh "$tmp/pid2" "$programs/join_circle_hangs" 2> "$tmp/err" &
check=$!
ok "text is told while the program hangs" await 30 grep -q '^deadlock (happened)' "$tmp/hang.text"
kill -INT "$(cat "$tmp/pid2")"
wait "$check"
is "status of one that is interrupted after a finding" $? 66
like "and the verdict is there" "$(cat "$tmp/hang.text")" '^1 finding: 1 happened'

# --- no finding: nothing is said, and the status is the program's ---
limit 60 "$thrum" check -- sh -c 'exit 3' > "$tmp/out" 2>&1
is "status without a finding" $? 3
is "nothing is said without a finding" "$(cat "$tmp/out")" ""
limit 60 "$thrum" check --json --log "$tmp/killed.json" -- sh -c 'kill -KILL $$' 2> "$tmp/err"
is "status of one that is killed" $? 137
is "its JSON is whole" "$(in_json "$tmp/killed.json" 'd["findings"]')" "[]"

# --- modes ---
limit 60 "$thrum" check --abort --json --log "$tmp/abort.json" -- "$programs/three_way" 2> "$tmp/err"
is "abort: status" $? 66
is "abort: the JSON is whole" "$(in_json "$tmp/abort.json" '[f["kind"] for f in d["findings"]]')" "['lock-order']"

limit 60 "$thrum" check --break --json --log "$tmp/break.json" -- "$builddir/check/breaks" > "$tmp/out" 2> "$tmp/err"
is "break: status" $? 66
is "break: one thread is refused, and both end" "$(cat "$tmp/out")" "refused 1"
is "break: the deadlock is told, once, and that it could come" "$(in_json "$tmp/break.json" '[(f["kind"], f["certainty"], f["count"]) for f in d["findings"]]')" "[('lock-order', 'potential', 1), ('deadlock', 'happened', 1)]"
limit 60 env THRUM_CHECK=break LD_PRELOAD="$top_builddir/lib/.libs/libthrum-preload.so" "$builddir/check/breaks" > "$tmp/out" 2> "$tmp/err"
is "break, preloaded: both end" "$? $(cat "$tmp/out")" "0 refused 1"
like "break, preloaded: it is told" "$(cat "$tmp/err")" '^thrum: deadlock \(happened\): each of these threads waits for the next, and the last for the first \[breaks, process [0-9]+\]$'

# --- several processes find the same: told once, with a count ---
limit 60 "$thrum" check --json --log "$tmp/twice.json" -- sh -c '"$1"; "$1"; "$1"' sh "$programs/three_way" 2> "$tmp/err"
is "three processes: one finding" "$(in_json "$tmp/twice.json" '[(f["kind"], f["count"]) for f in d["findings"]]')" "[('lock-order', 3)]"
limit 60 "$thrum" check -- sh -c '"$1"; "$1"; "$1"' sh "$programs/three_way" > "$tmp/out" 2>&1
is "in text, it is told once" "$(grep -c '^lock-order' "$tmp/out")" 1
like "in text, with its count" "$(cat "$tmp/out")" '^note: lock-order-[0-9a-f]+ was seen 3 times'

# --- stacks: of a lock's wrapper, the functions that called it, though their frames are of one size ---
limit 60 "$thrum" check --json --log "$tmp/wrapped.json" -- "$programs/wrapped_lock" 2> "$tmp/err"
is "who called the wrapper" "$(in_json "$tmp/wrapped.json" 'sorted((s["thread"], s[end]["stack"][1].split(" (")[0]) for f in d["findings"] for s in f["steps"] for end in ("holds", "wants"))')" \
    "[('first', 'deposit'), ('first', 'deposit'), ('second', 'withdraw'), ('second', 'withdraw')]"

# --- words: advice that fits, no name that only repeats the id, no call of the preload amid the program's ---
wait "$lost"
like "where nobody holds a lock, no advice to let go of one" "$(in_json "$tmp/lost.json" 'd["findings"][0]["advice"]')" 'wake-up that was lost'
cat > "$tmp/unnamed.c" << 'END'
#include <pthread.h>
#include <sched.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static int passed;
static void *run(void *turn)
{
    pthread_mutex_t *one = turn ? &a : &b, *two = turn ? &b : &a;
    for (int i = 0; i < 2; i++) { /* one after the other, but both alive */
        if (!turn == i)
            pthread_mutex_lock(one), pthread_mutex_lock(two), pthread_mutex_unlock(two), pthread_mutex_unlock(one);
        for (__atomic_fetch_add(&passed, 1, __ATOMIC_SEQ_CST); __atomic_load_n(&passed, __ATOMIC_SEQ_CST) < 2 * (i + 1);)
            sched_yield();
    }
    return turn;
}
int main(void)
{
    pthread_t one, two;
    pthread_create(&one, 0, run, &one), pthread_create(&two, 0, run, 0);
    return pthread_join(one, 0) | pthread_join(two, 0);
}
END
ok "a program with unnamed threads is built" $CC -g -pthread -o "$tmp/unnamed" "$tmp/unnamed.c"
limit 60 "$thrum" check -- "$tmp/unnamed" > "$tmp/out" 2>&1
is "who is called by its id is so once" "$(grep -c 'thread [0-9]* (thread' "$tmp/out") $(grep -c '^  thread [0-9]*$' "$tmp/out")" "0 2"
limit 60 "$thrum" check -- "$programs/lock_in_handler_chain" > "$tmp/out" 2>&1
is "calls of the preload amid a stack" "$(grep -c handler_run "$tmp/out")" 0

limit 60 "$thrum" check --json --log "$tmp/forked.json" -- "$programs/forked_again" > "$tmp/out" 2>&1
is "what a forked child meets is counted, too" "$(in_json "$tmp/forked.json" '[f["count"] for f in d["findings"]]')" "[5]"

# --- what a join costs amid many that wait ---
looks=$(nm "$(readlink -f "$top_builddir/lib/.libs/libthrum.so")" 2> /dev/null | sed -n 's/ b standstill_looks$//p')
if [ -z "$looks" ]; then
    skip "joins of threads that haven't begun" "the library has no symbols, or there is no nm"
else
    is "for a join of a thread that hasn't begun the others aren't looked at" "$(LOOKS=$looks limit 60 "$thrum" check -- "$programs/joins_amid_ok" 2>&1)" "0 some"
fi

# --- SARIF ---
limit 60 "$thrum" check --sarif --log "$tmp/found.sarif" -- "$programs/three_way" 2> "$tmp/err"
is "SARIF: version, rule, level" "$(in_json "$tmp/found.sarif" '(d["version"], [r["id"] for r in d["runs"][0]["tool"]["driver"]["rules"]], [r["level"] for r in d["runs"][0]["results"]])')" \
    "('2.1.0', ['lock-order'], ['warning'])"
is "SARIF: file and line" "$(in_json "$tmp/found.sarif" 'sorted((l["physicalLocation"]["artifactLocation"]["uri"].split("/")[-1], l["physicalLocation"]["region"]["startLine"]) for r in d["runs"][0]["results"] for l in r["locations"] + r["relatedLocations"])')" \
    "[('three_way.c', 21), ('three_way.c', 32), ('three_way.c', 43)]"
limit 60 "$thrum" record -o "$tmp/trace" -- "$programs/three_way" > "$tmp/out" 2>&1
limit 60 "$deadlock_report" --sarif "$tmp/trace" > "$tmp/report.sarif"
is "SARIF of a recording" "$(in_json "$tmp/report.sarif" '[r["ruleId"] for r in d["runs"][0]["results"]]')" "['lock-order']"

# --- suppressions ---
# suppressed RULE [COMMAND...]: the status with that rule.
suppressed() {
    printf '# what is known\n\n%s\n' "$1" > "$tmp/rules"
    limit 60 "$thrum" check --suppressions "$tmp/rules" -- "$programs/three_way" > "$tmp/out" 2>&1
    echo $?
}
is "by kind and function" "$(suppressed 'lock-order:^second$')" 0
like "how many it suppressed is told" "$(cat "$tmp/out")" '^note: 1 finding was suppressed by lock-order:\^second\$ \(.*rules:3\)'
unlike "what is suppressed isn't" "$(cat "$tmp/out")" 'took mutex'
is "by any kind and file" "$(suppressed '*:three_way.c')" 0
is "by module" "$(suppressed 'lock-order:module=/three_way$')" 0
is "by object" "$(suppressed 'lock-order:object=^lock_b$')" 0
is "another kind" "$(suppressed 'deadlock:second')" 66
like "one that fits nothing is told" "$(cat "$tmp/out")" '^note: the suppression deadlock:second .* fits nothing'
is "another function" "$(suppressed 'lock-order:function=^secon$')" 66
is "an object's name as a function's" "$(suppressed 'lock-order:function=lock_b')" 66
is "a rule that makes no sense" "$(suppressed 'lockorder:second')" 2
like "and why" "$(cat "$tmp/out")" 'rules:3: there is no such kind'
printf 'lock-order:second\n' > "$tmp/rules"
limit 60 "$deadlock_report" --suppressions "$tmp/rules" "$tmp/trace" > "$tmp/out" 2>&1
is "of a recording: status" $? 0
like "of a recording: the verdict" "$(cat "$tmp/out")" '^Nothing was found but what is suppressed'
limit 60 "$deadlock_report" --sarif --suppressions "$tmp/rules" "$tmp/trace" > "$tmp/report.sarif"
is "SARIF tells of it, as suppressed" "$(in_json "$tmp/report.sarif" '[len(r["suppressions"]) for r in d["runs"][0]["results"]]')" "[1]"

# --- the program asks ---
preload=$top_builddir/lib/.libs/libthrum-preload.so
unset THRUM_CHECK THRUM_RECORD
LD_PRELOAD=$preload limit 30 "$programs/three_way" > "$tmp/out" 2> "$tmp/err"
is "preloaded and no more: the status is the program's" $? 0
like "preloaded and no more: it is told" "$(cat "$tmp/err")" '^thrum: lock-order \(potential\): these threads take locks in opposite orders: .* \[three_way, process [0-9]+\]$'
like "preloaded and no more: with the nearest symbols" "$(cat "$tmp/err")" '^      taken at first\+0x[0-9a-f]+ \(three_way\)$'
like "preloaded and no more: and summed up" "$(cat "$tmp/err")" '^thrum: 1 finding$'
LD_PRELOAD=$preload limit 30 "$programs/cond_ok" > "$tmp/out" 2> "$tmp/err"
is "preloaded, and nothing is found: it says nothing" "$? $(cat "$tmp/err")" "0 "
LD_PRELOAD=$preload limit 30 bash -c '"$0" 2> "$1" & wait $!' "$programs/cond_ok" "$tmp/err" > "$tmp/out" 2>&1
is "nor do its children, under a shell" "$? $(cat "$tmp/err" "$tmp/out")" "0 "
LD_PRELOAD=$preload THRUM_RECORD="$tmp/alone" limit 30 "$programs/three_way" > "$tmp/out" 2> "$tmp/err"
is "preloaded to record: it says nothing" "$? $(cat "$tmp/err")" "0 "
limit 30 "$programs/primitives" > "$tmp/out" 2> "$tmp/err"
is "a program that links libthrum: it says nothing" "$(cat "$tmp/err")" ""
THRUM_CHECK=report THRUM_DUMP_SIGNAL=USR1 LD_PRELOAD=$preload limit 30 "$builddir/check/asks" > "$tmp/out" 2> "$tmp/err"
is "a program that asks: status" $? 0
like "its handler is called, and may lock" "$(cat "$tmp/out")" '^found lock-order potential with calls as asked$'
like "it learns what the thread holds" "$(cat "$tmp/out")" '^holds 3: rwlock lock_c 1 mutex lock_b 1 shared 1 0$'
like "and that nothing is left in the end" "$(cat "$tmp/out")" '^left 0$'
like "all threads are printed" "$(cat "$tmp/out")" 'holds rwlock lock_c as a reader, taken at'
like "also when the signal comes" "$(cat "$tmp/err")" 'holds rwlock lock_c as a reader, taken at'
like "the summary at exit" "$(cat "$tmp/err")" '^thrum: 1 finding$'
THRUM_CHECK=off LD_PRELOAD=$preload limit 30 "$builddir/check/asks" > "$tmp/out" 2> "$tmp/err"
is "with the checker off, the signal is the program's" $? $((128 + 10))
unlike "and nothing is found" "$(cat "$tmp/out")" '^found'

# --- a process that hangs is looked into ---
THRUM_CHECK=report LD_PRELOAD=$preload limit 60 sh -c 'echo $$ > "$1"; exec "$2"' sh "$tmp/pid3" "$programs/three_way_hangs" 2> "$tmp/hangs" &
hanging=$!
ok "three threads hang" await 30 grep -q '^thrum: deadlock (happened): each of these threads waits' "$tmp/hangs"
limit 30 "$deadlock_report" --pid "$(cat "$tmp/pid3")" > "$tmp/out" 2>&1
is "deadlock-report --pid: status" $? 1
like "who waits for whom" "$(cat "$tmp/out")" 'waits for mutex lock_a, held by first, at third \(three_way_hangs.c:[0-9]+\)'
like "the deadlock" "$(cat "$tmp/out")" '^deadlock \(happened\): 3 threads wait for each other'
like "the main thread, which joins" "$(cat "$tmp/out")" 'waits for thread first'
limit 30 "$deadlock_report" --json --pid "$(cat "$tmp/pid3")" > "$tmp/pid.json"
is "the same as JSON" "$(in_json "$tmp/pid.json" '[(f["kind"], f["certainty"], len(f["steps"])) for f in d["findings"]]')" "[('deadlock', 'happened', 3)]"
ok "it wasn't stopped or ended" kill -0 "$(cat "$tmp/pid3")"
kill -KILL "$(cat "$tmp/pid3")"
wait "$hanging"
limit 30 "$deadlock_report" --pid $$ > "$tmp/out" 2>&1
is "a process without thrum: status" $? 2
like "and what to do" "$(cat "$tmp/out")" "thrum isn't in it; start it by"

# --- classes of locks; orders of many runs ---
limit 30 "$thrum" check -- "$programs/two_ways" instances > "$tmp/out" 2>&1
is "locks that never met: by instance" $? 0
limit 30 "$thrum" check --by=site -- "$programs/two_ways" instances > "$tmp/out" 2>&1
is "locks that never met: by site" $? 66
like "with the place where they are made" "$(cat "$tmp/out")" 'mutex made in make_inner \(two_ways.c:[0-9]+\)'
limit 30 "$thrum" check --by=site -- "$programs/two_ways" gated > "$tmp/out" 2>&1
is "by site, under a common lock" $? 0
limit 30 "$thrum" check --by=site -- "$programs/two_ways" one_after_the_other > "$tmp/out" 2>&1
is "by site, the very same locks in threads that joins keep apart" $? 0
if limit 30 "$thrum" check --graph="$tmp/graph" -- "$programs/two_ways" forwards > "$tmp/out" 2>&1; then
    tap_result ok "a run that takes them one way"
    limit 30 "$thrum" check --graph="$tmp/graph" -- "$programs/two_ways" forwards > "$tmp/out" 2>&1
    is "and again" $? 0
    limit 30 "$thrum" check --graph="$tmp/graph" --json --log "$tmp/graph.json" -- "$programs/two_ways" backwards > "$tmp/out" 2>&1
    is "a run that takes them the other way" $? 66
    is "the inversion between two runs" "$(in_json "$tmp/graph.json" '[(f["kind"], f["certainty"], len(f["steps"]), sorted("earlier" in s["thread"] for s in f["steps"])) for f in d["findings"]]')" \
        "[('lock-order', 'potential', 2, [False, True])]"
    rm -f "$tmp/graph"
    for run in 1 2 3 4 5 6; do
        limit 60 "$thrum" check --graph="$tmp/graph" -- "$programs/two_ways" "$([ $((run % 2)) = 0 ] && echo forwards || echo backwards)" > "$tmp/out.$run" 2>&1 &
    done
    wait
    is "six runs at once: all orders are kept" "$("$PYTHON3" -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*), sum(seen) FROM orders").fetchone())' "$tmp/graph" 2>&1)" "(2, 6)"
    unlike "and none had trouble" "$(cat "$tmp"/out.*)" "can't be kept"
else
    like "without SQLite, that is said" "$(cat "$tmp/out")" 'built without SQLite'
fi
is "orders kept where nothing can be" "$(limit 30 "$thrum" check --graph=/nowhere/graph -- "$programs/two_ways" forwards 2>&1 | grep -c 'nowhere/graph: lock orders can.t be kept')" 1

# --- what isn't reached isn't called sound ---
echo 'int main(void) { return 3; }' > "$tmp/static.c"
if $CC -static "$tmp/static.c" -o "$tmp/static" 2> "$tmp/err"; then
    limit 60 "$thrum" check -- "$tmp/static" 2> "$tmp/err"
    is "status where nothing was checked" $? 2
    like "that is said" "$(cat "$tmp/err")" '^thrum check: nothing was checked: .*static is linked statically'
    limit 60 "$thrum" check -- sh -c '"$1"' sh "$tmp/static" 2> "$tmp/err"
    is "status where the first program was" $? 3
else
    skip "a static program" "none can be linked: $(head -n 1 "$tmp/err")"
fi

# --- events ---
THRUM_CHECK=report limit 60 "$thrum" record -o "$tmp/checked" -- "$programs/three_way" > "$tmp/out" 2>&1
like "deadlock-report tells what the checker found meanwhile" "$(limit 60 "$deadlock_report" "$tmp/checked" 2>&1 | tr '\n' ' ')" \
    'note: the checker in process [0-9]+ told of lock-order \(potential\), lock-order-[0-9a-f]{8}:'
if [ -x "$BABELTRACE2" ]; then
    limit 60 "$BABELTRACE2" "$tmp/checked" > "$tmp/events" 2> "$tmp/err"
    is "each order is an event" "$(grep -c 'thrum:order_edge' "$tmp/events")" 3
    is "the finding is one" "$(grep -c 'thrum:finding.*finding = "lock-order", certainty = "potential"' "$tmp/events")" 1
else
    skip "events" "no babeltrace2"
fi
done_testing
