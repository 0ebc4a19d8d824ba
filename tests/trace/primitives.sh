# SPDX-License-Identifier: MIT
# Each operation of a primitive is recorded once: with the preload beside the library, by either backend, and without it.
. "$srcdir/tap.sh"
[ "$BABELTRACE2" != no ] || skip_all "no babeltrace2 to read with"

# What programs/primitives.c does: event, kind of object, how often.
expected='acquire event 1
acquire lock 4
acquire queue 2
acquire rlock 6
acquire rwlock 3
acquire semaphore 1
acquire spinlock 1
acquire_begin lock 3
acquire_end lock 3
acquire_fail lock 3
acquire_fail queue 1
acquire_fail rwlock 1
acquire_fail semaphore 1
interrupt_begin 1
interrupt_end 1
interrupt_send 1
object_destroy barrier 1
object_destroy condition 1
object_destroy event 1
object_destroy queue 1
object_destroy rlock 1
object_destroy rwlock 1
object_destroy semaphore 1
object_destroy spinlock 1
object_init barrier 1
object_init condition 1
object_init event 1
object_init lock 2
object_init queue 1
object_init rlock 1
object_init rwlock 1
object_init semaphore 1
object_init spinlock 1
object_name barrier 1
object_name condition 1
object_name event 1
object_name lock 2
object_name queue 1
object_name rlock 1
object_name rwlock 1
object_name semaphore 1
object_name spinlock 1
process_begin 1
process_end 1
release lock 4
release rlock 6
release rwlock 3
release semaphore 3
release spinlock 1
spawn 3
spawn_end 3
thread_begin 4
thread_end 3
thread_name 3
wait_begin barrier 1
wait_begin condition 1
wait_begin event 1
wait_begin queue 1
wait_begin thread 3
wait_end barrier 1
wait_end condition 1
wait_end event 1
wait_end queue 1
wait_end thread 3
wake barrier 1
wake condition 1
wake event 1
wake queue 2'
# No mutex, futex or condition of the library's own: not inside a queue, not around a thread's start.

# counts TRACE: lines as above.
counts() {
    limit 60 "$BABELTRACE2" "$1" | sed -nE 's/.* thrum:([a-z_]+): .* kind = \( "([a-z_]+)".*/\1 \2/p; t; s/.* thrum:([a-z_]+): .*/\1/p' |
        grep -vE '^(module_load|acquire_stack)$' | sort | uniq -c | awk '{ print $2 ($3 ? " " $3 : ""), $1 }'
}

program=$builddir/programs/primitives
ok "recorded with the preload" limit 60 "$thrum" record -o "$tmp/preload" -- "$program"
is "with the preload: each operation once" "$(counts "$tmp/preload")" "$expected"
if [ "$LTTNG" = yes ]; then
    ok "recorded by LTTng with the preload" limit 60 "$thrum" record --lttng -o "$tmp/lttng" -- "$program"
    is "LTTng with the preload: each operation once" "$(counts "$tmp/lttng")" "$expected"
else
    skip "LTTng with the preload: each operation once" "no LTTng to record with (liblttng-ctl-dev, lttng-tools)"
fi
ok "recorded by the library alone" env THRUM_RECORD="$tmp/alone" timeout 60 "$program"
# (how a process ends is seen by the preload)
is "the library alone: each operation once" "$(counts "$tmp/alone")" "$(grep -v '^process_end ' <<< "$expected")"
done_testing
