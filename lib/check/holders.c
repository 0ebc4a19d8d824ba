/* SPDX-License-Identifier: MIT */
/* Threads' held objects and waits, read by others; counts of waits and wakes by hash of the object. */
#include "check/holders.h"

enum { COUNTS = 1 << 12 };
static _Atomic uint32_t waits[COUNTS], wakes[COUNTS];

static unsigned slot_of(uint64_t object)
{
    return (unsigned)(check_mix(3, object) % COUNTS);
}

bool holders_holds(const struct check_thread *thread, uint64_t object, struct held *how)
{
    const volatile struct held *from = thread->held;
    uint32_t count = held_count(thread);

    for (uint32_t i = count; i-- > 0;) {
        const volatile struct held *held = &from[i];

        if (held->object != object || held->depth == 0)
            continue;
        how->object = object;
        how->stack = held->stack;
        how->what = held->what;
        atomic_thread_fence(memory_order_seq_cst);
        if (held->object == object && held->depth > 0 && i < held_count(thread))
            return true;
    }
    return false;
}

const struct check_thread *holders_other(const struct check_thread *self, uint64_t object, struct held *how)
{
    for (const struct check_thread *thread = check_state.threads; thread; thread = thread->next)
        if (thread != self && !thread->ended && holders_holds(thread, object, how))
            return thread;
    return NULL;
}

bool holders_woken(const struct wait *wait)
{
    return wait->wakes != atomic_load_explicit(&wakes[slot_of(wait->object)], memory_order_seq_cst);
}

bool holders_was_woken(uint64_t object)
{
    return atomic_load_explicit(&wakes[slot_of(object)], memory_order_relaxed) > 0;
}

const struct check_thread *holders_waiter(const struct check_thread *self, uint64_t object, struct wait *wait)
{
    for (const struct check_thread *thread = check_state.threads; thread; thread = thread->next) {
        uint64_t sequence = atomic_load_explicit(&thread->wait.sequence, memory_order_seq_cst);

        if (thread == self || thread->ended || sequence % 2 == 0 || thread->wait.object != object || thread->wait.kind == THRUM_kind_thread)
            continue;
        *wait = thread->wait;
        atomic_thread_fence(memory_order_seq_cst);
        if (atomic_load_explicit(&thread->wait.sequence, memory_order_seq_cst) == sequence && wait->object == object &&
            !holders_woken(wait))
            return thread;
    }
    return NULL;
}

bool holders_may_wait(uint64_t object)
{
    return atomic_load_explicit(&waits[slot_of(object)], memory_order_relaxed) > 0;
}

void holders_wait_begins(struct wait *wait)
{
    wait->wakes = atomic_load_explicit(&wakes[slot_of(wait->object)], memory_order_relaxed);
    atomic_fetch_add_explicit(&waits[slot_of(wait->object)], 1, memory_order_relaxed);
}

void holders_wait_ends(const struct wait *wait)
{
    atomic_fetch_sub_explicit(&waits[slot_of(wait->object)], 1, memory_order_relaxed);
}

void holders_wake(uint64_t object)
{
    atomic_fetch_add_explicit(&wakes[slot_of(object)], 1, memory_order_seq_cst);
}
