/* SPDX-License-Identifier: MIT */
/* The recursive lock. */
#include "rlock.h"

static const struct object_birth birth = { THRUM_kind_rlock, { .type = THRUM_type_recursive } };

static void begin(struct thrum_rlock *rlock, const char *name, unsigned flags, const void *site)
{
    object_begin(&rlock->object, OBJECT_RLOCK, flags);
    annotate_atomic(&rlock->word);
    annotate_atomic(&rlock->owner);
    atomic_init(&rlock->word, 0);
    atomic_init(&rlock->owner, 0);
    rlock->depth = 0;
    if (probe_on())
        object_announce(&rlock->object, rlock, &birth, name, site);
}

int thrum_rlock_init(struct thrum_rlock *rlock, const char *name)
{
    begin(rlock, name, 0, SITE);
    return 0;
}

int thrum_rlock_create(struct thrum_rlock **rlock, const char *name)
{
    *rlock = malloc(sizeof **rlock);
    if (!*rlock)
        return ENOMEM;
    begin(*rlock, name, OBJECT_ON_HEAP, SITE);
    return 0;
}

int thrum_rlock_destroy(struct thrum_rlock *rlock)
{
    object_check(&rlock->object, OBJECT_RLOCK);
    if (thrum_rlock_locked(rlock))
        return EBUSY;
    annotate_after(rlock);
    object_end(&rlock->object, rlock, THRUM_kind_rlock, SITE);
    return 0;
}

/* The calling thread, as an owner: an address that no other live thread has, and that fork doesn't change. */
static uintptr_t caller(void)
{
    return (uintptr_t)&thrum_self;
}

static bool owned(const struct thrum_rlock *rlock)
{
    return atomic_load_explicit(&rlock->owner, memory_order_relaxed) == caller();
}

void rlock_own(struct thrum_rlock *rlock, uint32_t depth)
{
    annotate_after(rlock);
    atomic_store_explicit(&rlock->owner, caller(), memory_order_relaxed);
    rlock->depth = depth;
}

uint32_t rlock_disown(struct thrum_rlock *rlock)
{
    uint32_t depth = rlock->depth;
    rlock->depth = 0;
    atomic_store_explicit(&rlock->owner, 0, memory_order_relaxed);
    annotate_before(rlock);
    word_release(&rlock->word);
    return depth;
}

/* Takes it without blocking. 0, EBUSY or EAGAIN. */
static int take(struct thrum_rlock *rlock)
{
    if (owned(rlock)) {
        if (rlock->depth == UINT32_MAX)
            return EAGAIN;
        rlock->depth++;
        return 0;
    }
    if (!word_try(&rlock->word))
        return EBUSY;
    rlock_own(rlock, 1);
    return 0;
}

static int acquire_contended(struct thrum_rlock *rlock, struct wait_limit *limit, bool probed, const void *site)
{
    enum thrum_how how = wait_limit_how(limit);
    int result = 0;
    if (probed)
        result = probe_acquire_begin(rlock, THRUM_kind_rlock, THRUM_mode_exclusive, how, wait_limit_left(limit), site);
    if (result == 0)
        result = -word_acquire(&rlock->word, limit, 0);
    if (result == 0)
        rlock_own(rlock, 1);
    if (probed)
        probe_acquire_end(rlock, THRUM_kind_rlock, THRUM_mode_exclusive, how, result, site);
    return result;
}

static inline int acquire(struct thrum_rlock *rlock, struct wait_limit *limit, const void *site)
{
    object_check(&rlock->object, OBJECT_RLOCK);
    annotate_atomic(&rlock->word);
    annotate_atomic(&rlock->owner);
    bool probed = object_probed(&rlock->object, rlock, &birth, site);
    int result = take(rlock);
    if (result == EBUSY)
        return acquire_contended(rlock, limit, probed, site);
    if (!probed)
        return result;
    if (result == 0)
        probe_acquire(rlock, THRUM_kind_rlock, THRUM_mode_exclusive, wait_limit_how(limit), site);
    else
        probe_acquire_fail(rlock, THRUM_kind_rlock, THRUM_mode_exclusive, wait_limit_how(limit), result, site);
    return result;
}

int thrum_rlock_acquire(struct thrum_rlock *rlock)
{
    return acquire(rlock, NULL, SITE);
}

int thrum_rlock_acquire_for(struct thrum_rlock *rlock, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : acquire(rlock, limit, SITE);
}

int thrum_rlock_acquire_until(struct thrum_rlock *rlock, const struct timespec *deadline)
{
    struct wait_limit space, *limit;
    int result = wait_limit_until(&space, deadline, &limit);
    return result < 0 ? -result : acquire(rlock, limit, SITE);
}

int thrum_rlock_try_acquire(struct thrum_rlock *rlock)
{
    object_check(&rlock->object, OBJECT_RLOCK);
    annotate_atomic(&rlock->word);
    annotate_atomic(&rlock->owner);
    bool probed = object_probed(&rlock->object, rlock, &birth, SITE);
    int result = take(rlock);
    if (!probed)
        return result;
    if (result == 0)
        probe_acquire(rlock, THRUM_kind_rlock, THRUM_mode_exclusive, THRUM_how_try, SITE);
    else
        probe_acquire_fail(rlock, THRUM_kind_rlock, THRUM_mode_exclusive, THRUM_how_try, result, SITE);
    return result;
}

int thrum_rlock_release(struct thrum_rlock *rlock)
{
    object_check(&rlock->object, OBJECT_RLOCK);
    annotate_atomic(&rlock->owner);
    if (!owned(rlock))
        return EPERM;
    if (object_probed(&rlock->object, rlock, &birth, SITE))
        probe_release(rlock, THRUM_kind_rlock, THRUM_mode_exclusive, SITE);
    if (rlock->depth > 1)
        rlock->depth--;
    else
        rlock_disown(rlock);
    return 0;
}

bool thrum_rlock_locked(const struct thrum_rlock *rlock)
{
    object_check(&rlock->object, OBJECT_RLOCK);
    annotate_atomic(&rlock->word);
    return atomic_load_explicit(&rlock->word, memory_order_acquire) != 0;
}

bool thrum_rlock_owned(const struct thrum_rlock *rlock)
{
    object_check(&rlock->object, OBJECT_RLOCK);
    annotate_atomic(&rlock->owner);
    return owned(rlock);
}

uint32_t thrum_rlock_depth(const struct thrum_rlock *rlock)
{
    return thrum_rlock_owned(rlock) ? rlock->depth : 0;
}
