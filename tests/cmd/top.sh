# SPDX-License-Identifier: MIT
# thrum top: of a recording that is over, of one that is being written, on a terminal.
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

trouble "nothing" '^thrum top: which recording\?' "$thrum" top
trouble "a process that isn't recorded" "^thrum top: process $$ isn't being recorded" "$thrum" top $$
trouble "no such trace" "^thrum top: .*$tmp/nowhere" "$thrum" top "$tmp/nowhere"
trouble "no looks" "-n takes a number of looks, not '0'" "$thrum" top -n 0 x

# --- one that is being written: it hangs until it is ended ---
"$thrum" record -o "$tmp/hangs" --timeout 60 -- "$builddir/programs/ab_ba_hangs" > /dev/null 2> "$tmp/err" < /dev/null &
recorder=$!
trap 'kill $recorder 2> /dev/null; wait $recorder 2> /dev/null; chmod -R u+rwx "$tmp"; rm -rf "$tmp"' EXIT
for ((try = 0; try < 200; try++)); do
    text=$(limit 20 "$thrum" top -b -n 1 $recorder 2> /dev/null)
    grep -q deadlock <<< "$text" && break
    sleep 0.05
done
like "by the process id of its recorder: which program" "$text" '^ab_ba_hangs \(pid [0-9]+\): [0-9.]+ (m?s|us), 3 threads: 0 run, 3 wait$'
like "a lock, who waits and who has it" "$text" '^lock_a +1 +[0-9.]+ +[0-9]+ +[0-9.]+ m?s  first for [0-9.]+ m?s in first \(ab_ba_hangs\.c:[0-9]+\)$'
like "a deadlock" "$text" ' → .*: a circle, deadlock; in '
pid=$(sed -n '1s/.*(pid \([0-9]*\)).*/\1/p' <<< "$text")
like "by its own process id, two looks" "$(limit 20 "$thrum" top -b -n 2 -d 0.1 "$pid")" '^for locks wait 2\.00 threads on average since the last look, '
is "by the directory: each look is there" "$(limit 20 "$thrum" top -b -n 2 -d 0.1 "$tmp/hangs" | grep -c '^lock  *wait  *average')" 2

# --- on a terminal ---
if [ ! -x "$PYTHON3" ]; then
    skip "on a terminal" "no python3 to be one"
elif ! grep -q '^#define HAVE_NCURSES 1' "$top_builddir/config.h"; then
    skip "on a terminal" "thrum was built without ncurses"
else
    screen=$(limit 60 "$PYTHON3" -B "$srcdir/cmd/screen.py" "q end" "?" "order of the locks" "s\x0c" "by all waiting" q -- "$thrum" top -d 0.1 "$pid")
    like "on a terminal: it draws" "$screen" 'ab_ba_hangs'
    like "on a terminal: the keys" "$screen" 'order of the locks'
    like "on a terminal: another order" "$screen" 'by all waiting'
    like "on a terminal: q ends it" "$screen" '^status 0$'
fi

# --- one in a container, seen from outside: the recording has the pids of the inside ---
if unshare -p -f -m --mount-proc true 2> /dev/null; then
    unshare -p -f -m --mount-proc --kill-child "$thrum" record -o "$tmp/inside" --timeout 60 -- "$builddir/programs/ab_ba_hangs" > /dev/null 2>&1 < /dev/null &
    container=$!
    for ((try = 0; try < 200; try++)); do
        text=$(limit 20 "$thrum" top -b -n 1 "$tmp/inside" 2> /dev/null)
        grep -q deadlock <<< "$text" && break
        sleep 0.05
    done
    like "of a program in another pid namespace it is known that it still runs" "$text" '^ab_ba_hangs \(pid [0-9]+\): [0-9.]+ (m?s|us), 3 threads: 0 run, 3 wait$'
    kill -KILL $container # it ignores others; what is inside goes with it
    wait $container 2> /dev/null
else
    skip "in another pid namespace" "it takes root to make one"
fi

# --- one that is over ---
kill $recorder
wait $recorder
like "its end is shown" "$(limit 20 "$thrum" top "$tmp/hangs")" ', ended, 3 threads: 0 run, 3 wait$'
ok "one that waits for nobody" limit 60 "$thrum" record -o "$tmp/quiet" -- "$builddir/programs/single_thread"
text=$(limit 20 "$thrum" top "$tmp/quiet")
like "nothing to wait for is said" "$text" '^no thread had to wait for a lock$'
like "nor anybody blocked" "$text" '^no thread is blocked$'
done_testing
