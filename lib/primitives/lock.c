/* SPDX-License-Identifier: MIT */
/* The lock without an owner. */
#include "thrum/lock.h"
#include "object.h"
#include "word.h"

static const struct object_birth birth = { THRUM_kind_lock, { .type = THRUM_type_plain } };

static void begin(struct thrum_lock *lock, const char *name, unsigned flags, const void *site)
{
    object_begin(&lock->object, OBJECT_LOCK, flags);
    annotate_atomic(&lock->word);
    atomic_init(&lock->word, 0);
    if (probe_on())
        object_announce(&lock->object, lock, &birth, name, site);
}

int thrum_lock_init(struct thrum_lock *lock, const char *name)
{
    begin(lock, name, 0, SITE);
    return 0;
}

int thrum_lock_create(struct thrum_lock **lock, const char *name)
{
    *lock = malloc(sizeof **lock);
    if (!*lock)
        return ENOMEM;
    begin(*lock, name, OBJECT_ON_HEAP, SITE);
    return 0;
}

int thrum_lock_destroy(struct thrum_lock *lock)
{
    object_check(&lock->object, OBJECT_LOCK);
    if (thrum_lock_locked(lock))
        return EBUSY;
    annotate_after(lock);
    object_end(&lock->object, lock, THRUM_kind_lock, SITE);
    return 0;
}

static int acquire_contended(struct thrum_lock *lock, struct wait_limit *limit, bool probed, const void *site)
{
    enum thrum_how how = wait_limit_how(limit);
    int result = 0;
    if (probed)
        result = probe_acquire_begin(lock, THRUM_kind_lock, THRUM_mode_exclusive, how, wait_limit_left(limit), site);
    if (result == 0)
        result = -word_acquire(&lock->word, limit, 0);
    if (result == 0)
        annotate_after(lock);
    if (probed)
        probe_acquire_end(lock, THRUM_kind_lock, THRUM_mode_exclusive, how, result, site);
    return result;
}

static inline int acquire(struct thrum_lock *lock, struct wait_limit *limit, const void *site)
{
    object_check(&lock->object, OBJECT_LOCK);
    annotate_atomic(&lock->word);
    bool probed = object_probed(&lock->object, lock, &birth, site);
    if (__builtin_expect(!word_try(&lock->word), 0))
        return acquire_contended(lock, limit, probed, site);
    annotate_after(lock);
    if (probed)
        probe_acquire(lock, THRUM_kind_lock, THRUM_mode_exclusive, wait_limit_how(limit), site);
    return 0;
}

int thrum_lock_acquire(struct thrum_lock *lock)
{
    return acquire(lock, NULL, SITE);
}

int thrum_lock_acquire_for(struct thrum_lock *lock, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : acquire(lock, limit, SITE);
}

int thrum_lock_acquire_until(struct thrum_lock *lock, const struct timespec *deadline)
{
    struct wait_limit space, *limit;
    int result = wait_limit_until(&space, deadline, &limit);
    return result < 0 ? -result : acquire(lock, limit, SITE);
}

int thrum_lock_try_acquire(struct thrum_lock *lock)
{
    object_check(&lock->object, OBJECT_LOCK);
    annotate_atomic(&lock->word);
    bool probed = object_probed(&lock->object, lock, &birth, SITE);
    int result = word_try(&lock->word) ? 0 : EBUSY;
    if (result == 0)
        annotate_after(lock);
    if (!probed)
        return result;
    if (result == 0)
        probe_acquire(lock, THRUM_kind_lock, THRUM_mode_exclusive, THRUM_how_try, SITE);
    else
        probe_acquire_fail(lock, THRUM_kind_lock, THRUM_mode_exclusive, THRUM_how_try, result, SITE);
    return result;
}

int thrum_lock_release(struct thrum_lock *lock)
{
    object_check(&lock->object, OBJECT_LOCK);
    annotate_atomic(&lock->word);
    if (object_probed(&lock->object, lock, &birth, SITE) && thrum_lock_locked(lock))
        probe_release(lock, THRUM_kind_lock, THRUM_mode_exclusive, SITE);
    annotate_before(lock);
    return word_release(&lock->word) ? 0 : EPERM;
}

bool thrum_lock_locked(const struct thrum_lock *lock)
{
    object_check(&lock->object, OBJECT_LOCK);
    annotate_atomic(&lock->word);
    return atomic_load_explicit(&lock->word, memory_order_acquire) != 0;
}
