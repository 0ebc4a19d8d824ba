# SPDX-License-Identifier: MIT
# A part of a recording: --range, --process, --thread and --lock in the commands that read one; and how far they are.
. "$srcdir/tap.sh"

ok "two recordings" sh -c 'timeout --kill-after=5 60 "$0" record --timeout 5 -o "$1/hangs" -- "$2/programs/ab_ba_hangs" > "$1/log" 2>&1
    timeout --kill-after=5 60 "$0" record -o "$1/lucky" -- "$2/programs/ab_ba_lucky" > "$1/log" 2>&1' "$thrum" "$tmp" "$builddir"
hangs=$tmp/hangs
of() { limit 60 "$thrum" "$@" 2>&1; }

# --- report ---
like "report: by thread" "$(of report --thread first "$hangs")" '^deadlock \(happened\): 2 threads'
like "report: by lock and process" "$(of report --lock lock_a --process ab_ba_hangs "$hangs")" '^deadlock \(happened\): 2 threads'
like "report: what happened goes on" "$(of report --range 500ms.. "$hangs")" '^deadlock \(happened\): 2 threads'
of report --thread main "$hangs" > "$tmp/out"
is "report: nothing to do with that thread: status" $? 0
like "report: said so" "$(cat "$tmp/out")" '^Nothing was found that has to do with what was asked for'
like "report: and that there is more" "$(tr -s ' \n' ' ' < "$tmp/out")" 'told: thread main; [0-9]+ others? w'
like "report: before it happened" "$(of report --range 0..1ns "$hangs")" '^Nothing was found'
like "report: an order that could lead to one" "$(of report --lock 'lock_*' "$tmp/lucky")" '^lock-order|^deadlock \((feasible|potential)'
for command in report contention info timeline; do
    is "$command: nothing is called so: status" "$(of $command --thread nobody "$hangs" > "$tmp/out"; echo $?)" 2
    like "$command: said" "$(cat "$tmp/out")" "^thrum $command: nothing in $hangs is called 'nobody'"
    is "$command: a range that ends before it begins: status" "$(of $command --range 2s..1s "$hangs" > "$tmp/out"; echo $?)" 2
    like "$command: said" "$(cat "$tmp/out")" "^thrum $command: --range 2s..1s: the second time must be later"
done

# --- info ---
all=$(of info --json "$hangs" | sed -n '/"events"/,/}/s/.*: \([0-9]*\).*/\1/p' | paste -sd +)
sum() { echo $(($1 + 0)); }
count() { sum "$(of info --json "$@" "$hangs" | sed -n '/"events"/,/}/s/.*: \([0-9]*\).*/\1/p' | paste -sd +)"; }
is "info: threads together are all" $(($(count --thread main) + $(count --thread first) + $(count --thread second))) "$(sum "$all")"
is "info: a range and the rest are all" $(($(count --range ..100us) + $(count --range 100.001us..))) "$(sum "$all")"
like "info: what it tells of" "$(of info --thread first --range 0.. "$hangs")" '^part +from 0 ns on, thread first$'

# --- top ---
like "top: a thread" "$(of top --thread first "$hangs")" '^ab_ba_hangs .*ended, 1 thread: 0 run, 1 waits'
unlike "top: the others aren't told of" "$(of top --thread first "$hangs")" '^(main|second) '
is "top: a lock's threads" "$(of top --lock lock_b "$hangs" | grep -c '^\(first\|second\) .*a circle')" 1
like "top: as it was then" "$(of top --range ..1ns "$hangs")" 'as it was then, [0-9] threads?: [0-9] runs?, 0 wait$'

# --- how far they are ---
for command in report contention info "timeline -f text"; do
    limit 60 "$thrum" $command --progress=always "$hangs" 2> "$tmp/err" > "$tmp/out"
    like "$command --progress: told" "$(cat "$tmp/err")" "^thrum ${command%% *}: reading: done$"
    limit 60 "$thrum" $command "$hangs" 2> "$tmp/err" > "$tmp/quiet"
    is "$command: not but on a terminal" "$(cat "$tmp/err")" ""
    is "$command --progress: the output is the same" "$(cat "$tmp/out")" "$(cat "$tmp/quiet")"
done
on_terminal() { limit 60 script -qec "$*" /dev/null < /dev/null | tr '\r' '\n'; }
like "on a terminal it is taken away again" "$(on_terminal "$thrum" info --progress "$hangs")" $'^thrum info: reading: done\033'
unlike "on a terminal short work isn't told of" "$(on_terminal "$thrum" info "$hangs")" 'reading'
unlike "nor is any with -q" "$(on_terminal "$thrum" info -q --progress=never "$hangs")" 'reading'
limit 60 "$thrum" info --progress=loud "$hangs" 2> "$tmp/err"
is "no such word: status" $? 2
like "no such word: said" "$(cat "$tmp/err")" "--progress takes always, never or auto, not 'loud'"
done_testing
