# SPDX-License-Identifier: MIT
# thrum contention: what it says of a recording in which a thread waits for a mutex and for a reader, and of bad calls.
. "$srcdir/tap.sh"

# trouble NAME PATTERN COMMAND...: fails as trouble does: status 2, one line that matches, nothing on standard output.
trouble() {
    local name=$1 pattern=$2 status
    shift 2
    limit 60 "$@" > "$tmp/out" 2> "$tmp/err"
    status=$?
    is "$name: status" $status 2
    is "$name: one line on standard error" "$(wc -l < "$tmp/err")" 1
    like "$name: it says what is wrong" "$(cat "$tmp/err")" "$pattern"
    is "$name: nothing on standard output" "$(cat "$tmp/out")" ""
}

trouble "no trace" '^thrum contention: which trace' "$thrum" contention
trouble "no such trace" "^thrum contention: .*$tmp/nowhere" "$thrum" contention "$tmp/nowhere"
trouble "no such column" '-F wait_most: no such column; there are acquired, .*wait_total' "$thrum" contention -F acquired,wait_most x
trouble "no such order" '-k speed: no such column' "$thrum" contention -k speed x
trouble "no number" "-E takes a number of rows, not '-3'" "$thrum" contention -E -3 x
trouble "no such table" "--by takes path, locks, .*not 'colour'" "$thrum" contention --by colour x

limit 60 "$thrum" record -o "$tmp/trace" -- "$builddir/programs/contended" 2> "$tmp/err"
status=$?
[ $status != 77 ] || { skip "a recording" "the kernel doesn't tell what a thread waits for"; done_testing; }
is "a program is recorded" $status 0

# --- text ---
text=$(limit 60 "$thrum" contention "$tmp/trace")
like "the verdict comes first" "$(head -n 1 <<< "$text")" '^(table|book) made threads wait [0-9.]+ [mu]?s, [0-9]+ % of all waiting for locks\.'
like "how many waited" "$text" '^Of 4 acquires 2 had to wait, '
like "a lock with its numbers" "$text" '^table +mutex +2 +1 +50 +[0-9.]+ [mu]?s '
like "writers apart" "$text" '^  writers +1 +1 +100 '
like "readers apart" "$text" '^  readers +1 +- '
like "a call with its numbers" "$text" '^worker \(contended\.c:[0-9]+\) +table +1 +1 +100 '
like "who waited where" "$text" 'table: thread 2 \(worker\) in worker \(contended\.c:[0-9]+\)$'
like "behind whom" "$text" 'behind main in main \(contended\.c:[0-9]+\)'
like "what else was waited on" "$text" '^next +barrier '
like "the critical path" "$text" '^critical path: [0-9.]+ [mu]?s, from thread to thread [0-9]+ times?$'
like "and what it ran through" "$text" '^ +[0-9.]+ [munsec ]+ +[0-9]+ %  main runs$'
like "--path-of: to another thread's end" "$(limit 60 "$thrum" contention --by path --path-of 'thread 2*' "$tmp/trace")" '^ +[0-9.]+ [munsec ]+ +[0-9]+ %  thread 2 \(worker\) runs$'
trouble "no such thread" '--path-of nobody: no thread is called that' "$thrum" contention --path-of nobody "$tmp/trace"
like "--by convoys: that there are none" "$(limit 60 "$thrum" contention --by convoys "$tmp/trace")" '^No convoys: '
is "--by path: nothing else" "$(limit 60 "$thrum" contention --by path "$tmp/trace" | grep -c '^who made\|^taken in\|^thread ')" 0
like "threads" "$text" '^thread 2 \(worker\) +[0-9.]+ [mu]?s '
is "no line ends in a space" "$(grep -c ' $' <<< "$text")" 0
unlike "no colours but for a terminal" "$text" $'\033'
like "colours where they are wanted" "$(limit 60 "$thrum" contention --color=always "$tmp/trace")" $'\033'
is "-F: columns" "$(limit 60 "$thrum" contention --by locks -F failed,contended "$tmp/trace" | grep '^lock ' | tr -s ' ')" "lock failed number"
like "-E: rows" "$(limit 60 "$thrum" contention --by locks -E 1 "$tmp/trace")" '^1 more \(-E 0 shows all\)$'

# --- for programs ---
limit 60 "$thrum" contention --json "$tmp/trace" > "$tmp/json"
if [ "$PYTHON3" != no ] && [ -n "$PYTHON3" ]; then
    is "JSON: what was counted" "$("$PYTHON3" - "$tmp/json" <<'PY'
import json, sys
all = json.load(open(sys.argv[1]))
def all_follow(steps):
    return not [1 for one, next in zip(steps, steps[1:]) if one["end_ns"] != next["begin_ns"]]
locks = {row["name"]: row for row in all["locks"]}
print(all["version"], all["complete"], all["totals"]["acquired"], all["totals"]["contended"], sorted(locks))
table, book = locks["table"], locks["book"]
print(table["kind"], table["acquired"], table["contended"], table["percent"], table["waiters"])
print(book["readers"]["acquired"], book["writers"]["contended"], book["writers"]["wait_total_ns"] == book["wait_total_ns"])
path = all["critical_path"]
print(path["end_ns"] == all["end_ns"], sum(share["time_ns"] for share in path["shares"]) == path["end_ns"] - path["begin_ns"],
      all_follow(path["steps"]), {gain["object"] for gain in path["gains"]} <= {"table", "book"}, all["convoys"])
print(table["wait_total_ns"] == table["wait_max_ns"] > 0, table["wait_total_ns"] + book["wait_total_ns"] == all["totals"]["wait_ns"])
print(sum(pair["wait_ns"] for pair in all["pairs"] if pair["object"] == "table") + table["woken_total_ns"] == table["wait_total_ns"])
worker = [row for row in all["threads"] if row["name"] == "thread 2 (worker)"][0]
print(worker["waited_ns"]["lock"] == all["totals"]["wait_ns"], worker["running_ns"] + sum(worker["waited_ns"].values()) == worker["life_ns"])
PY
)" "1 True 4 2 ['book', 'table']
mutex 2 1 50.0 1
1 1 True
True True True True []
True True
True
True True"
    is "CSV: what was counted" "$(limit 60 "$thrum" contention --csv -k acquired -F acquired,contended,percent "$tmp/trace" | sed 's/:[0-9]*"/"/' | sort)" \
'"book","rwlock","contended.c",2,1,50.00
"table","mutex","contended.c",2,1,50.00
name,kind,place,acquired,contended,percent'
else
    skip "JSON: what was counted" "no python3 to read it with"
fi
is "CSV of each table: its head" "$(for table in locks sites waits threads pairs path convoys; do limit 60 "$thrum" contention --csv --by $table -F contended "$tmp/trace" | head -n 1; done)" \
'name,kind,place,contended
name,object,contended
name,kind,place,contended
name,contended,life_ns,holding_ns,waited_lock_ns,waited_condition_ns,waited_semaphore_ns,waited_join_ns,waited_barrier_ns,waited_queue_ns,waited_other_ns,waited_runtime_ns
object,waiter,waiter_site,holder,holder_site,count,wait_ns,behind_ns
begin_ns,end_ns,kind,thread,object,site
object,convoys,handovers,time_ns,held_ns,longest_ns,threads,waiters'

# --- two recordings ---
trouble "--diff with one" '--diff compares two traces, not 1' "$thrum" contention --diff "$tmp/trace"
trouble "--diff of threads" '--diff compares path, locks, sites, convoys and waits, not threads' "$thrum" contention --diff --by threads "$tmp/trace" "$tmp/trace"
limit 60 "$thrum" record -o "$tmp/other" -- "$builddir/programs/transfer" 2> "$tmp/err"
same=$(limit 60 "$thrum" contention --diff "$tmp/trace" "$tmp/trace")
like "--diff: the verdict comes first" "$(head -n 1 <<< "$same")" '^Threads waited [0-9.]+ [mu]?s for locks, before [0-9.]+ [mu]?s: same\.$'
like "--diff: what stayed the same" "$same" '^table .* 1 +1 +same +2 +2 +same$'
unlike "--diff: nothing changed" "$same" 'new|gone|%'
other=$(limit 60 "$thrum" contention --diff "$tmp/trace" "$tmp/other")
like "--diff: what is gone" "$other" '^table .* 1 +- +gone +2 +- +gone$'
like "--diff: what is new" "$other" '^[a-z].* - +[0-9,]+ +new$'
is "--diff: CSV" "$(limit 60 "$thrum" contention --diff --csv -F contended,acquired "$tmp/trace" "$tmp/trace" | sort)" \
'"book",1,1,2,2
"table",1,1,2,2
name,contended_before,contended_after,acquired_before,acquired_after'
like "--diff: JSON" "$(limit 60 "$thrum" contention --diff --json "$tmp/trace" "$tmp/other" | tr -d ' \n')" '"name":"table","before":\{"acquired":2,.*"after":\{"acquired":0,'

like "--diff: critical paths" "$same" '^ +before +after +change  critical path: [0-9.]+ [mu]?s, before [0-9.]+ [mu]?s: same$'
like "--diff: what lies on them" "$same" '^ +([0-9.]+ [mun]?s) +\1 +same  main runs$'
is "--diff: critical paths as CSV" "$(limit 60 "$thrum" contention --diff --csv --by path "$tmp/trace" "$tmp/trace" | awk -F, 'NR > 1 && ($(NF - 3) != $(NF - 2) || $(NF - 1) != $NF)' | wc -l)" 0
like "--diff: and as JSON" "$(limit 60 "$thrum" contention --diff --json "$tmp/trace" "$tmp/trace" | tr -d ' \n')" '"critical_path":\{"before_ns":([0-9]+),"after_ns":\1,.*"convoys":\[\]'
limit 60 "$thrum" record -o "$tmp/alike" -- "$builddir/programs/counts" 2> "$tmp/err"
alike=$(limit 60 "$thrum" contention --diff --by path "$tmp/alike" "$tmp/alike")
like "--diff: threads of one name go by it" "$alike" ' same  worker runs?$'
unlike "--diff: none by its number in one run" "$alike" 'tid '

# --- a part of it ---
like "--lock: the others aren't told of" "$(limit 60 "$thrum" contention --csv --lock table "$tmp/trace" | tail -n +2)" '^"table","mutex","contended.c:[0-9]+",2,1,50\.00,[0-9]+,.*$'
is "--lock: by its kind" "$(limit 60 "$thrum" contention --csv --lock rwlock "$tmp/trace" | cut -d , -f 1)" $'name\n"book"'
is "--thread: what it acquired" "$(limit 60 "$thrum" contention --csv --thread 'thread 2*' -F acquired,contended "$tmp/trace" | sort)" '"book","rwlock","contended.c:'"$(grep -n '^static pthread_rwlock_t book\|^pthread_rwlock_t book' "$srcdir/programs/contended.c" | cut -d : -f 1)"'",1,1
"table","mutex","contended.c:'"$(grep -n '^static pthread_mutex_t table\|^pthread_mutex_t table' "$srcdir/programs/contended.c" | cut -d : -f 1)"'",1,1
name,kind,place,acquired,contended'
like "what is told of is said" "$(limit 60 "$thrum" contention --lock table --range 0s.. "$tmp/trace" | head -n 1)" '^part: from 0 ns on, lock table$'
is "--range: all of it is all" "$(limit 60 "$thrum" contention --range 0.. --csv "$tmp/trace")" "$(limit 60 "$thrum" contention --csv "$tmp/trace")"
trouble "--range: after its end" "--range: nothing of $tmp/trace is left from 50 min 00 s on: it is [0-9.]+ [mu]?s long" "$thrum" contention --range 3000s.. "$tmp/trace"
like "--range: a part in which nothing happened" "$(limit 60 "$thrum" contention --range 0..1ns "$tmp/trace")" '^No lock was taken\.$'
trouble "no such lock" "nothing in $tmp/trace is called 'nothing'" "$thrum" contention --lock nothing "$tmp/trace"
trouble "no range" '--range 5: give two times' "$thrum" contention --range 5 "$tmp/trace"

# --- a trace with losses ---
cp -r "$tmp/trace" "$tmp/cut"
stream=$(find "$tmp/cut" -name 'stream_*' -type f -printf '%s %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-)
truncate -s $(($(stat -c %s "$stream") / 2)) "$stream"
cut=$(limit 60 "$thrum" contention "$tmp/cut" 2> /dev/null)
like "what is missing is said first" "$(head -n 1 <<< "$cut")" '^incomplete trace: '
like "and what follows from it" "$(tr '\n' ' ' <<< "$cut" | tr -s ' ')" 'Times and numbers may be too small'
like "for programs, on standard error" "$(limit 60 "$thrum" contention --csv "$tmp/cut" 2>&1 > /dev/null)" '^thrum contention: .*incomplete trace'
like "and in JSON" "$(limit 60 "$thrum" contention --json "$tmp/cut" 2> /dev/null)" '"complete": ?false'

# --- a runtime's own locks ---
if [ "$PYTHON3" != no ] && [ -n "$PYTHON3" ]; then
    ok "a program in Python is recorded" limit 60 "$thrum" record -o "$tmp/python" -- "$PYTHON3" -c '
import threading
threads = [threading.Thread(target=sum, args=(range(1000),)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()'
    like "its runtime's locks are left out, and said to be" "$(limit 60 "$thrum" contention "$tmp/python" | tr '\n' ' ')" 'Left out: [0-9]+ objects? of the Python runtime'
    unlike "none is in a table" "$(limit 60 "$thrum" contention --csv "$tmp/python")" 'lock of the Python runtime|GIL'
    case $("$PYTHON3" --version) in *3.11.*) name=GIL ;; *) name='lock of the Python runtime' ;; esac
    like "--all: they are, by their name" "$(limit 60 "$thrum" contention --csv --all "$tmp/python")" "$name"
else
    skip "a runtime's own locks" "no python3 to record"
fi

limit 60 "$thrum" contention -o "$tmp/file" "$tmp/trace"
is "-o: its owner alone may read it" "$(stat -c %a "$tmp/file")" 600
is "-o: the same text" "$(cat "$tmp/file")" "$text"
done_testing
