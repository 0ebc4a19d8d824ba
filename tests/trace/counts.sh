# SPDX-License-Identifier: MIT
# babeltrace2 itself reads what is recorded: as many events of each name as programs/counts.c did of each thing, and words
# where a field is one of an enumeration.
. "$srcdir/tap.sh"
[ "$BABELTRACE2" != no ] || skip_all "no babeltrace2 to read with"

# What counts.c does; the comments name the calls. How many modules are loaded is the machine's business, and how many stacks
# of acquires are told depends on how the compiler lays out calls.
expected='acquire 22
acquire_begin 5
acquire_end 5
acquire_fail 7
interrupt_begin 2
interrupt_end 2
interrupt_handler 1
interrupt_send 3
object_destroy 6
object_init 6
process_begin 1
process_end 1
release 27
spawn 8
spawn_end 8
thread_begin 9
thread_detach 1
thread_end 8
thread_name 8
wait_begin 14
wait_end 14
wake 6'
# acquire: 10 lock, 3 trylock, the mutex of the condition, sem_wait, sem_trywait, 3 rdlock, wrlock, 2 spin_lock
# acquire_begin, _end: 3 timedlock, sem_timedwait, timedwrlock
# acquire_fail: 3 trylock, sem_trywait, trywrlock, 2 spin_trylock
# release: 14 unlock, 7 post, 4 rwlock_unlock, 2 spin_unlock
# object_*: a mutex, a condition, a semaphore, a rwlock, a spinlock, a barrier
# spawn, thread_end: 6 workers, one cancelled, one detached; and the main thread begins
# wait: 4 timedwait, 7 join, 3 barrier_wait     wake: 5 signal, 1 broadcast
# interrupt_send: 1 cancel, 2 kill              interrupt_begin, _end: a handler, twice     interrupt_handler: that set

# counted NAME [OPTION]: records counts.c so, and holds babeltrace2's text to what is expected.
counted() {
    local name=$1 text
    ok "$name: counts is recorded" limit 60 "$thrum" record ${2-} -o "$tmp/$name" -- "$builddir/programs/counts"
    limit 60 "$BABELTRACE2" "$tmp/$name" > "$tmp/text" 2> "$tmp/errors"
    is "$name: babeltrace2 has nothing to complain of" "$(cat "$tmp/errors")" ""
    is "$name: events of each name" \
        "$(grep -o ' thrum:[a-z_]*' "$tmp/text" | sed 's/ thrum://' | grep -vE '^(module_load|acquire_stack)$' | sort | uniq -c | awk '{ print $2, $1 }')" \
        "$expected"
    text=$(cat "$tmp/text")
    unlike "$name: no number without its word" "$text" '<unknown>'
    like "$name: where acquires come from" "$text" 'thrum:acquire_stack: .*stack = \[ \[0\] = 0x'
    like "$name: words for kinds" "$text" 'thrum:wake: .*kind = \( "condition" '
    like "$name: words for modes" "$text" 'thrum:acquire: .*mode = \( "exclusive" '
    like "$name: words for what a caller does" "$text" 'thrum:acquire_begin: .*how = \( "timed" '
    like "$name: words for results" "$text" 'thrum:acquire_fail: .*result = \( "EBUSY" '
    like "$name: words for means" "$text" 'thrum:interrupt_send: .*means = \( "cancel" '
}

counted "thrum's recorder"
if [ "$LTTNG" = yes ]; then
    counted "LTTng" --lttng
else
    skip "LTTng: events of each name" "no LTTng to record with (liblttng-ctl-dev, lttng-tools)"
fi
done_testing
