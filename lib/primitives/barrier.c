/* SPDX-License-Identifier: MIT */
/*
 * Barriers. The last to arrive takes the others off the list at once: from then on they belong to a round that is
 * over, and who arrives begins the next one, also while the action still runs.
 */
#include "thrum/barrier.h"

#include <pthread.h>
#include "waiters.h"

/* Tags: while it waits a waiter's tag means nothing; when signalled, its index, or this. */
static const uint32_t BROKEN = UINT32_MAX;

static struct object_birth birth_of(const struct thrum_barrier *barrier)
{
    return (struct object_birth){ THRUM_kind_barrier, { .value = barrier->parties } };
}

static bool probed(struct thrum_barrier *barrier, const void *site)
{
    struct object_birth birth = birth_of(barrier);
    return object_probed(&barrier->object, barrier, &birth, site);
}

static int begin(struct thrum_barrier *barrier, uint32_t parties, thrum_barrier_action *action, void *argument,
                 const char *name, unsigned flags, const void *site)
{
    object_begin(&barrier->object, OBJECT_BARRIER, flags);
    guard_begin(&barrier->guard);
    waiters_begin(&barrier->waiters);
    barrier->parties = parties;
    barrier->broken = false;
    barrier->action = action;
    barrier->argument = argument;
    struct object_birth birth = birth_of(barrier);
    if (probe_on())
        object_announce(&barrier->object, barrier, &birth, name, site);
    return 0;
}

int thrum_barrier_init(struct thrum_barrier *barrier, uint32_t parties, thrum_barrier_action *action, void *argument,
                       const char *name)
{
    return parties == 0 ? EINVAL : begin(barrier, parties, action, argument, name, 0, SITE);
}

int thrum_barrier_create(struct thrum_barrier **barrier, uint32_t parties, thrum_barrier_action *action, void *argument,
                         const char *name)
{
    if (parties == 0)
        return EINVAL;
    *barrier = malloc(sizeof **barrier);
    return *barrier ? begin(*barrier, parties, action, argument, name, OBJECT_ON_HEAP, SITE) : ENOMEM;
}

int thrum_barrier_destroy(struct thrum_barrier *barrier)
{
    object_check(&barrier->object, OBJECT_BARRIER);
    if (thrum_barrier_waiting(barrier) > 0)
        return EBUSY;
    object_end(&barrier->object, barrier, THRUM_kind_barrier, SITE);
    return 0;
}

/* --- ends of a round --- */

static void signal_all(struct thrum_waiter *chain, bool broken)
{
    uint32_t index = 0;
    for (struct thrum_waiter *waiter = chain; waiter; waiter = waiter->next)
        waiter->tag = broken ? BROKEN : index++;
    waiters_signal(chain);
}

/* Ends the round of those who wait as a broken one; the barrier is broken from now on, or whole. */
static void break_round(struct thrum_barrier *barrier, bool broken, const void *site)
{
    object_check(&barrier->object, OBJECT_BARRIER);
    if (probed(barrier, site))
        probe_wake(barrier, THRUM_kind_barrier, THRUM_scope_all, site);
    guard_acquire(&barrier->guard);
    barrier->broken = broken;
    struct thrum_waiter *chain = waiters_take_many(&barrier->waiters, UINT32_MAX);
    guard_release(&barrier->guard);
    signal_all(chain, true);
}

struct round {
    struct thrum_barrier *barrier;
    struct thrum_waiter *chain;
    const void *site;
};

static void action_left(void *argument)
{
    struct round *round = argument;
    break_round(round->barrier, true, round->site);
    signal_all(round->chain, true);
}

/* The last to arrive, with the others of its round. */
static int complete(struct round *round)
{
    struct thrum_barrier *barrier = round->barrier;
    int result = 0;
    if (barrier->action) {
        pthread_cleanup_push(action_left, round);
        result = barrier->action(barrier->argument);
        pthread_cleanup_pop(result != 0);
    }
    if (result != 0)
        return result;
    if (round->chain && probed(barrier, round->site))
        probe_wake(barrier, THRUM_kind_barrier, THRUM_scope_all, round->site);
    signal_all(round->chain, false);
    return 0;
}

/* --- wait --- */

struct wait {
    struct thrum_barrier *barrier;
    struct wait_limit *limit;
    bool probed;
    const void *site;
};

/* Waits for the end of the round that `self` is listed in. Its time being up breaks the barrier. */
static int wait_round(const struct wait *wait, struct thrum_waiter *self, uint32_t *index)
{
    struct thrum_barrier *barrier = wait->barrier;
    int result = 0;
    if (wait->probed)
        result = probe_wait_begin(barrier, THRUM_kind_barrier, NULL, wait_limit_left(wait->limit), wait->site);
    if (result != 0 && !waiters_leave(&barrier->waiters, &barrier->guard, self))
        result = 0;
    if (result == 0)
        result = -waiters_wait(&barrier->waiters, &barrier->guard, self, wait->limit, 0);
    if (result == ETIMEDOUT)
        break_round(barrier, true, wait->site);
    bool broken = result == 0 && self->tag == BROKEN;
    if (wait->probed)
        probe_wait_end(barrier, THRUM_kind_barrier, NULL, broken ? THRUM_result_broken : result, wait->site);
    *index = self->tag;
    return broken ? ENOTRECOVERABLE : result;
}

static int await(struct thrum_barrier *barrier, uint32_t *index, struct wait_limit *limit, const void *site)
{
    object_check(&barrier->object, OBJECT_BARRIER);
    uint32_t unused;
    struct thrum_waiter self;
    struct wait wait = { barrier, limit, probed(barrier, site), site };
    struct round round = { barrier, NULL, site };
    guard_acquire(&barrier->guard);
    bool broken = barrier->broken, last = barrier->waiters.count + 1 == barrier->parties;
    if (!broken && last)
        round.chain = waiters_take_many(&barrier->waiters, UINT32_MAX);
    else if (!broken)
        waiters_add(&barrier->waiters, &self, 0);
    guard_release(&barrier->guard);
    if (broken)
        return ENOTRECOVERABLE;
    if (!last)
        return wait_round(&wait, &self, index ? index : &unused);
    if (index)
        *index = barrier->parties - 1;
    return complete(&round);
}

int thrum_barrier_wait(struct thrum_barrier *barrier, uint32_t *index)
{
    return await(barrier, index, NULL, SITE);
}

int thrum_barrier_wait_for(struct thrum_barrier *barrier, uint32_t *index, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : await(barrier, index, limit, SITE);
}

int thrum_barrier_wait_until(struct thrum_barrier *barrier, uint32_t *index, const struct timespec *deadline)
{
    struct wait_limit space, *limit;
    int result = wait_limit_until(&space, deadline, &limit);
    return result < 0 ? -result : await(barrier, index, limit, SITE);
}

/* --- the rest --- */

int thrum_barrier_abort(struct thrum_barrier *barrier)
{
    break_round(barrier, true, SITE);
    return 0;
}

int thrum_barrier_reset(struct thrum_barrier *barrier)
{
    break_round(barrier, false, SITE);
    return 0;
}

uint32_t thrum_barrier_waiting(struct thrum_barrier *barrier)
{
    object_check(&barrier->object, OBJECT_BARRIER);
    guard_acquire(&barrier->guard);
    uint32_t count = barrier->waiters.count;
    guard_release(&barrier->guard);
    return count;
}

bool thrum_barrier_broken(struct thrum_barrier *barrier)
{
    object_check(&barrier->object, OBJECT_BARRIER);
    guard_acquire(&barrier->guard);
    bool broken = barrier->broken;
    guard_release(&barrier->guard);
    return broken;
}
