/* SPDX-License-Identifier: MIT */
/* Clocks of threads that are over, by the lock that tells so: chains by its address, under the checker's lock. */
#include "check/over.h"

#include <stdatomic.h>

#include "check/clock.h"
#include "check/slab.h"
#include "check/thread.h"

enum { CHAINS = 1 << 10 };

struct over {
    struct over *next;
    uint64_t lock;
    struct check_clock *clock;
};

static struct slab overs = SLAB_OF(struct over);
static struct over *_Atomic chains[CHAINS];

static struct over *_Atomic *chain_of(uint64_t lock)
{
    return &chains[check_mix(3, lock) % CHAINS];
}

static struct over *find(uint64_t lock)
{
    struct over *over = atomic_load_explicit(chain_of(lock), memory_order_relaxed);

    while (over && over->lock != lock)
        over = over->next;
    return over;
}

static void add(uint64_t lock, struct check_clock *clock)
{
    struct over *_Atomic *chain = chain_of(lock);
    struct over *over = clock ? slab_take(&overs) : NULL;

    if (!over) {
        clock_unref(clock);
        return;
    }
    over->lock = lock;
    over->clock = clock;
    over->next = atomic_load_explicit(chain, memory_order_relaxed);
    atomic_store_explicit(chain, over, memory_order_release);
}

static void take_out(uint64_t lock)
{
    struct over *_Atomic *chain = chain_of(lock);
    struct over *before = NULL, *over = atomic_load_explicit(chain, memory_order_relaxed);

    while (over && over->lock != lock) {
        before = over;
        over = over->next;
    }
    if (!over)
        return;
    if (before)
        before->next = over->next;
    else
        atomic_store_explicit(chain, over->next, memory_order_release);
    clock_unref(over->clock);
    slab_give(&overs, over);
}

static bool may_be_there(uint64_t lock)
{
    return atomic_load_explicit(chain_of(lock), memory_order_acquire) != NULL;
}

void over_ends(uint64_t lock)
{
    struct check_thread *self = thread_self();
    sigset_t signals;

    if (!self)
        return;
    check_lock(&signals);
    take_out(lock);
    add(lock, clock_join(self->clock, self));
    self->epoch++;
    check_unlock(&signals);
}

void over_awaited(uint64_t lock)
{
    struct check_thread *self = thread_self();
    sigset_t signals;

    if (!self || !may_be_there(lock))
        return;
    check_lock(&signals);
    const struct over *over = find(lock);
    struct check_clock *clock = over ? clock_merge(self->clock, over->clock, 0, 0) : NULL;
    if (clock) {
        clock_unref(self->clock);
        self->clock = clock;
    }
    check_unlock(&signals);
}

void over_forget(uint64_t lock)
{
    sigset_t signals;

    if (!may_be_there(lock))
        return;
    check_lock(&signals);
    take_out(lock);
    check_unlock(&signals);
}
