/* SPDX-License-Identifier: MIT */
/* Condition variables. */
#include "thrum/condition.h"

#include <pthread.h>
#include "rlock.h"
#include "waiters.h"

static const struct object_birth birth = { .kind = THRUM_kind_condition };

/* --- birth and end --- */

static int begin(struct thrum_condition *condition, struct thrum_lock *lock, struct thrum_rlock *rlock,
                 const char *name, unsigned flags, const void *site)
{
    object_begin(&condition->object, OBJECT_CONDITION, flags);
    guard_begin(&condition->guard);
    waiters_begin(&condition->waiters);
    condition->lock = lock;
    condition->rlock = rlock;
    if (probe_on())
        object_announce(&condition->object, condition, &birth, name, site);
    return 0;
}

int thrum_condition_init(struct thrum_condition *condition, struct thrum_lock *lock, const char *name)
{
    return begin(condition, lock, NULL, name, 0, SITE);
}

int thrum_condition_create(struct thrum_condition **condition, struct thrum_lock *lock, const char *name)
{
    *condition = malloc(sizeof **condition);
    return *condition ? begin(*condition, lock, NULL, name, OBJECT_ON_HEAP, SITE) : ENOMEM;
}

int thrum_condition_init_rlock(struct thrum_condition *condition, struct thrum_rlock *rlock, const char *name)
{
    return begin(condition, NULL, rlock, name, 0, SITE);
}

int thrum_condition_create_rlock(struct thrum_condition **condition, struct thrum_rlock *rlock, const char *name)
{
    *condition = malloc(sizeof **condition);
    return *condition ? begin(*condition, NULL, rlock, name, OBJECT_ON_HEAP, SITE) : ENOMEM;
}

int thrum_condition_destroy(struct thrum_condition *condition)
{
    object_check(&condition->object, OBJECT_CONDITION);
    guard_acquire(&condition->guard);
    bool busy = condition->waiters.first != NULL;
    guard_release(&condition->guard);
    if (busy)
        return EBUSY;
    object_end(&condition->object, condition, THRUM_kind_condition, SITE);
    return 0;
}

/* --- its lock --- */

static const void *lock_of(const struct thrum_condition *condition)
{
    return condition->lock ? (const void *)condition->lock : condition->rlock;
}

static bool lock_held(const struct thrum_condition *condition)
{
    return condition->lock ? thrum_lock_locked(condition->lock) : thrum_rlock_owned(condition->rlock);
}

/* Drops the lock; what lock_again() needs to know. */
static uint32_t unlock(struct thrum_condition *condition)
{
    if (condition->rlock)
        return rlock_disown(condition->rlock);
    annotate_before(condition->lock);
    word_release(&condition->lock->word);
    return 0;
}

static void lock_again(struct thrum_condition *condition, uint32_t depth)
{
    _Atomic uint32_t *word = condition->lock ? &condition->lock->word : &condition->rlock->word;
    if (!word_try(word))
        word_acquire(word, NULL, WAIT_UNINTERRUPTED);
    if (condition->rlock)
        rlock_own(condition->rlock, depth);
    else
        annotate_after(condition->lock);
}

/* --- wait --- */

struct unwinding {
    struct thrum_condition *condition;
    struct thrum_waiter waiter;
    uint32_t depth;
    bool probed;
    const void *site;
};

static void unwind(void *argument)
{
    struct unwinding *wait = argument;
    struct thrum_condition *condition = wait->condition;
    if (wait->waiter.given) {
        guard_acquire(&condition->guard);
        struct thrum_waiter *other = waiters_take(&condition->waiters);
        guard_release(&condition->guard);
        waiters_signal(other);
    }
    lock_again(condition, wait->depth);
    if (wait->probed)
        probe_wait_end(condition, THRUM_kind_condition, lock_of(condition), THRUM_result_cancelled, wait->site);
}

static int sleep_notified(struct unwinding *wait, struct wait_limit *limit)
{
    struct thrum_condition *condition = wait->condition;
    int result;
    guard_acquire(&condition->guard);
    waiters_add(&condition->waiters, &wait->waiter, 0);
    guard_release(&condition->guard);
    wait->depth = unlock(condition);
    pthread_cleanup_push(unwind, wait);
    result = -waiters_wait(&condition->waiters, &condition->guard, &wait->waiter, limit, WAIT_CANCELLABLE);
    pthread_cleanup_pop(0);
    lock_again(condition, wait->depth);
    return result;
}

static int await(struct thrum_condition *condition, struct wait_limit *limit, const void *site)
{
    object_check(&condition->object, OBJECT_CONDITION);
    if (!lock_held(condition))
        return EPERM;
    struct unwinding wait = { .condition = condition, .site = site };
    wait.probed = object_probed(&condition->object, condition, &birth, site);
    if (!wait.probed)
        return sleep_notified(&wait, limit);
    int result = probe_wait_begin(condition, THRUM_kind_condition, lock_of(condition), wait_limit_left(limit), site);
    if (result == 0)
        result = sleep_notified(&wait, limit);
    probe_wait_end(condition, THRUM_kind_condition, lock_of(condition), result, site);
    return result;
}

int thrum_condition_wait(struct thrum_condition *condition)
{
    return await(condition, NULL, SITE);
}

int thrum_condition_wait_for(struct thrum_condition *condition, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : await(condition, limit, SITE);
}

int thrum_condition_wait_until(struct thrum_condition *condition, const struct timespec *deadline)
{
    struct wait_limit space, *limit;
    int result = wait_limit_until(&space, deadline, &limit);
    return result < 0 ? -result : await(condition, limit, SITE);
}

int thrum_condition_await(struct thrum_condition *condition, bool (*predicate)(void *argument), void *argument,
                          int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = -wait_limit_for(&space, nanoseconds, &limit);
    if (result == 0 && !lock_held(condition))
        result = EPERM;
    if (limit)
        wait_limit_deadline(limit);
    while (result == 0 && !predicate(argument)) {
        if (limit)
            limit->relative = false; /* what is left, not what there was */
        result = await(condition, limit, SITE);
        if (result == ETIMEDOUT && predicate(argument))
            return 0;
    }
    return result;
}

/* --- notify --- */

static int notify(struct thrum_condition *condition, uint32_t count, enum thrum_scope scope, const void *site)
{
    object_check(&condition->object, OBJECT_CONDITION);
    if (object_probed(&condition->object, condition, &birth, site)) {
        for (uint32_t i = 0; i < (scope == THRUM_scope_all ? 1 : count); i++)
            probe_wake(condition, THRUM_kind_condition, scope, site);
    }
    guard_acquire(&condition->guard);
    struct thrum_waiter *chain = waiters_take_many(&condition->waiters, count);
    guard_release(&condition->guard);
    waiters_signal(chain);
    return 0;
}

int thrum_condition_notify(struct thrum_condition *condition)
{
    return notify(condition, 1, THRUM_scope_one, SITE);
}

int thrum_condition_notify_many(struct thrum_condition *condition, uint32_t count)
{
    return notify(condition, count, THRUM_scope_one, SITE);
}

int thrum_condition_notify_all(struct thrum_condition *condition)
{
    return notify(condition, UINT32_MAX, THRUM_scope_all, SITE);
}
