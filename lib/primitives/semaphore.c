/* SPDX-License-Identifier: MIT */
/*
 * Counting semaphores.
 *
 * Value and number of waiters share one 64-bit word, so that a release touches the semaphore once: the acquire that
 * it lets through may destroy it right away. Sleepers sleep on the value's half while that is 0.
 */
#include "thrum/semaphore.h"

#include <pthread.h>
#include "object.h"
#include "wait.h"

enum { VALUE_HALF = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ };
static const uint64_t WAITER = UINT64_C(1) << 32;

static uint32_t value_of(uint64_t state)
{
    return (uint32_t)state;
}

static _Atomic uint32_t *value_word(struct thrum_semaphore *semaphore)
{
    return (_Atomic uint32_t *)&semaphore->state + VALUE_HALF;
}

static struct object_birth birth_of(uint32_t value)
{
    return (struct object_birth){ THRUM_kind_semaphore, { .value = value } };
}

static inline bool probed(struct thrum_semaphore *semaphore, const void *site)
{
    if (__builtin_expect(!probe_on(), 1))
        return false;
    struct object_birth birth = birth_of(thrum_semaphore_value(semaphore));
    /* The checker tells it by that from a sem_t. */
    if (__atomic_load_n(&semaphore->object.magic, __ATOMIC_RELAXED) == OBJECT_ZEROED)
        __atomic_store_n(&semaphore->object.magic, OBJECT_SEMAPHORE, __ATOMIC_RELAXED);
    return object_probed(&semaphore->object, semaphore, &birth, site);
}

/* --- birth and end --- */

static int begin(struct thrum_semaphore *semaphore, uint32_t value, uint32_t limit, const char *name, unsigned flags,
                 const void *site)
{
    object_begin(&semaphore->object, OBJECT_SEMAPHORE, flags);
    annotate_atomic(&semaphore->state);
    atomic_init(&semaphore->state, value);
    semaphore->limit = limit;
    if (probe_on()) {
        struct object_birth birth = birth_of(value);
        object_announce(&semaphore->object, semaphore, &birth, name, site);
    }
    return 0;
}

static int create(struct thrum_semaphore **semaphore, uint32_t value, uint32_t limit, const char *name,
                  const void *site)
{
    *semaphore = malloc(sizeof **semaphore);
    return *semaphore ? begin(*semaphore, value, limit, name, OBJECT_ON_HEAP, site) : ENOMEM;
}

int thrum_semaphore_init(struct thrum_semaphore *semaphore, uint32_t value, const char *name)
{
    return value > THRUM_SEMAPHORE_MAX ? EINVAL : begin(semaphore, value, 0, name, 0, SITE);
}

int thrum_semaphore_create(struct thrum_semaphore **semaphore, uint32_t value, const char *name)
{
    return value > THRUM_SEMAPHORE_MAX ? EINVAL : create(semaphore, value, 0, name, SITE);
}

int thrum_semaphore_init_bounded(struct thrum_semaphore *semaphore, uint32_t value, const char *name)
{
    return value == 0 || value > THRUM_SEMAPHORE_MAX ? EINVAL : begin(semaphore, value, value, name, 0, SITE);
}

int thrum_semaphore_create_bounded(struct thrum_semaphore **semaphore, uint32_t value, const char *name)
{
    return value == 0 || value > THRUM_SEMAPHORE_MAX ? EINVAL : create(semaphore, value, value, name, SITE);
}

int thrum_semaphore_destroy(struct thrum_semaphore *semaphore)
{
    object_check(&semaphore->object, OBJECT_SEMAPHORE);
    if (atomic_load_explicit(&semaphore->state, memory_order_acquire) >= WAITER)
        return EBUSY;
    annotate_after(semaphore);
    object_end(&semaphore->object, semaphore, THRUM_kind_semaphore, SITE);
    return 0;
}

/* --- acquire --- */

/* Takes 1, and `less` more from the state, if the value isn't 0. */
static inline bool take(struct thrum_semaphore *semaphore, uint64_t less)
{
    uint64_t state = atomic_load_explicit(&semaphore->state, memory_order_relaxed);
    while (value_of(state) > 0) {
        if (atomic_compare_exchange_weak_explicit(&semaphore->state, &state, state - 1 - less, memory_order_acquire,
                                                  memory_order_relaxed)) {
            annotate_after(semaphore);
            return true;
        }
    }
    return false;
}

/* A waiter that leaves without its 1. A wake-up that was meant for it, or that it ate, goes to another. */
static void leave(struct thrum_semaphore *semaphore)
{
    uint64_t old = atomic_fetch_sub(&semaphore->state, WAITER);
    if (value_of(old) > 0 && old >= 2 * WAITER)
        wait_wake(value_word(semaphore), 1);
}

struct unwinding {
    struct thrum_semaphore *semaphore;
    enum thrum_how how;
    bool probed;
    const void *site;
};

static void unwind(void *argument)
{
    struct unwinding *wait = argument;
    leave(wait->semaphore);
    if (wait->probed)
        probe_acquire_end(wait->semaphore, THRUM_kind_semaphore, THRUM_mode_exclusive, wait->how,
                          THRUM_result_cancelled, wait->site);
}

static int acquire_contended(struct thrum_semaphore *semaphore, struct wait_limit *limit, bool probe,
                             const void *site)
{
    struct unwinding wait = { semaphore, wait_limit_how(limit), probe, site };
    int result = 0;
    if (probe)
        result = probe_acquire_begin(semaphore, THRUM_kind_semaphore, THRUM_mode_exclusive, wait.how,
                                     wait_limit_left(limit), site);
    if (result == 0) {
        atomic_fetch_add(&semaphore->state, WAITER);
        pthread_cleanup_push(unwind, &wait);
        while (result == 0 && !take(semaphore, WAITER))
            result = -wait_on(value_word(semaphore), 0, limit, WAIT_CANCELLABLE);
        pthread_cleanup_pop(0);
        if (result != 0)
            leave(semaphore);
    }
    if (probe)
        probe_acquire_end(semaphore, THRUM_kind_semaphore, THRUM_mode_exclusive, wait.how, result, site);
    return result;
}

static inline int acquire(struct thrum_semaphore *semaphore, struct wait_limit *limit, const void *site)
{
    object_check(&semaphore->object, OBJECT_SEMAPHORE);
    annotate_atomic(&semaphore->state);
    bool probe = probed(semaphore, site);
    if (__builtin_expect(!take(semaphore, 0), 0))
        return acquire_contended(semaphore, limit, probe, site);
    if (probe)
        probe_acquire(semaphore, THRUM_kind_semaphore, THRUM_mode_exclusive, wait_limit_how(limit), site);
    return 0;
}

int thrum_semaphore_acquire(struct thrum_semaphore *semaphore)
{
    return acquire(semaphore, NULL, SITE);
}

int thrum_semaphore_acquire_for(struct thrum_semaphore *semaphore, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : acquire(semaphore, limit, SITE);
}

int thrum_semaphore_acquire_until(struct thrum_semaphore *semaphore, const struct timespec *deadline)
{
    struct wait_limit space, *limit;
    int result = wait_limit_until(&space, deadline, &limit);
    return result < 0 ? -result : acquire(semaphore, limit, SITE);
}

int thrum_semaphore_try_acquire(struct thrum_semaphore *semaphore)
{
    object_check(&semaphore->object, OBJECT_SEMAPHORE);
    annotate_atomic(&semaphore->state);
    bool probe = probed(semaphore, SITE);
    int result = take(semaphore, 0) ? 0 : EAGAIN;
    if (!probe)
        return result;
    if (result == 0)
        probe_acquire(semaphore, THRUM_kind_semaphore, THRUM_mode_exclusive, THRUM_how_try, SITE);
    else
        probe_acquire_fail(semaphore, THRUM_kind_semaphore, THRUM_mode_exclusive, THRUM_how_try, result, SITE);
    return result;
}

/* --- release --- */

static inline int release(struct thrum_semaphore *semaphore, uint32_t count, const void *site)
{
    object_check(&semaphore->object, OBJECT_SEMAPHORE);
    annotate_atomic(&semaphore->state);
    if (probed(semaphore, site)) {
        for (uint32_t i = 0; i < count; i++)
            probe_release(semaphore, THRUM_kind_semaphore, THRUM_mode_exclusive, site);
    }
    uint32_t limit = semaphore->limit ? semaphore->limit : THRUM_SEMAPHORE_MAX;
    uint64_t state = atomic_load_explicit(&semaphore->state, memory_order_relaxed);
    annotate_before(semaphore);
    do {
        if (count > limit || value_of(state) > limit - count)
            return EOVERFLOW;
    } while (!atomic_compare_exchange_weak(&semaphore->state, &state, state + count));
    if (state >= WAITER)
        wait_wake(value_word(semaphore), (int)count);
    return 0;
}

int thrum_semaphore_release(struct thrum_semaphore *semaphore)
{
    return release(semaphore, 1, SITE);
}

int thrum_semaphore_release_many(struct thrum_semaphore *semaphore, uint32_t count)
{
    return count == 0 ? EINVAL : release(semaphore, count, SITE);
}

uint32_t thrum_semaphore_value(const struct thrum_semaphore *semaphore)
{
    object_check(&semaphore->object, OBJECT_SEMAPHORE);
    annotate_atomic(&semaphore->state);
    return value_of(atomic_load_explicit(&semaphore->state, memory_order_acquire));
}
