/* SPDX-License-Identifier: MIT */
/*
 * Read-write locks.
 *
 * The word says who holds it: readers, or WRITER. WAITED_FOR is set while the list isn't empty; it changes under the
 * list's guard only, and keeps everyone from the short way in. A release that would free the lock while others wait
 * frees nothing: under the guard it makes the oldest waiters the holders, then signals them. So once the guard is
 * taken with WAITED_FOR set, the lock doesn't become free before the guard is let go, and whoever destroys it comes
 * after that.
 */
#include "thrum/rwlock.h"
#include "waiters.h"

#define WRITER (UINT32_C(1) << 31)
#define WAITED_FOR (UINT32_C(1) << 30)
#define READERS (WAITED_FOR - 1)

static const struct object_birth birth = { THRUM_kind_rwlock, { .type = THRUM_type_prefer_writer_nonrecursive } };

/* --- birth and end --- */

static int begin(struct thrum_rwlock *rwlock, const char *name, unsigned flags, const void *site)
{
    object_begin(&rwlock->object, OBJECT_RWLOCK, flags);
    guard_begin(&rwlock->guard);
    waiters_begin(&rwlock->waiters);
    annotate_atomic(&rwlock->word);
    atomic_init(&rwlock->word, 0);
    if (probe_on())
        object_announce(&rwlock->object, rwlock, &birth, name, site);
    return 0;
}

int thrum_rwlock_init(struct thrum_rwlock *rwlock, const char *name)
{
    return begin(rwlock, name, 0, SITE);
}

int thrum_rwlock_create(struct thrum_rwlock **rwlock, const char *name)
{
    *rwlock = malloc(sizeof **rwlock);
    return *rwlock ? begin(*rwlock, name, OBJECT_ON_HEAP, SITE) : ENOMEM;
}

int thrum_rwlock_destroy(struct thrum_rwlock *rwlock)
{
    object_check(&rwlock->object, OBJECT_RWLOCK);
    if (atomic_load_explicit(&rwlock->word, memory_order_acquire) != 0)
        return EBUSY;
    annotate_after(rwlock);
    object_end(&rwlock->object, rwlock, THRUM_kind_rwlock, SITE);
    return 0;
}

/* --- the word --- */

/* What the word becomes as one more holder comes in; 0: it can't. */
static inline uint32_t with(uint32_t word, enum thrum_mode mode)
{
    if (mode == THRUM_mode_exclusive)
        return (word & ~WAITED_FOR) == 0 ? word | WRITER : 0;
    return word & WRITER || (word & READERS) == READERS ? 0 : word + 1;
}

/* The short way in. */
static inline bool take(struct thrum_rwlock *rwlock, enum thrum_mode mode)
{
    uint32_t word = atomic_load_explicit(&rwlock->word, memory_order_relaxed), next;
    while (!(word & WAITED_FOR) && (next = with(word, mode)) != 0) {
        if (atomic_compare_exchange_weak_explicit(&rwlock->word, &word, next, memory_order_acquire,
                                                  memory_order_relaxed)) {
            annotate_after(rwlock);
            return true;
        }
    }
    return false;
}

/* Under the guard: makes the oldest waiters holders, as many as can be; those must be signalled. */
static struct thrum_waiter *admit(struct thrum_rwlock *rwlock)
{
    struct thrum_waiter *chain = NULL, **end = &chain;
    uint32_t word = atomic_load(&rwlock->word), next;
    while (rwlock->waiters.first && (next = with(word, rwlock->waiters.first->tag)) != 0) {
        if (!atomic_compare_exchange_strong(&rwlock->word, &word, next))
            continue; /* a reader has left */
        word = next;
        *end = waiters_take(&rwlock->waiters);
        end = &(*end)->next;
    }
    if (!rwlock->waiters.first)
        atomic_fetch_and(&rwlock->word, ~WAITED_FOR);
    return chain;
}

/* --- acquire --- */

/* Gets in by the short way, or lists the caller, whom a release will let in. */
static bool take_or_wait(struct thrum_rwlock *rwlock, struct thrum_waiter *self, enum thrum_mode mode)
{
    guard_acquire(&rwlock->guard);
    uint32_t word = atomic_load_explicit(&rwlock->word, memory_order_relaxed);
    bool taken = false, listed = word & WAITED_FOR;
    while (!taken && !listed) {
        uint32_t next = with(word, mode);
        if (!atomic_compare_exchange_weak(&rwlock->word, &word, next ? next : word | WAITED_FOR))
            listed = word & WAITED_FOR;
        else if (next)
            taken = true;
        else
            listed = true;
    }
    if (listed)
        waiters_add(&rwlock->waiters, self, mode);
    guard_release(&rwlock->guard);
    return taken;
}

static int wait_turn(struct thrum_rwlock *rwlock, enum thrum_mode mode, struct wait_limit *limit)
{
    struct thrum_waiter self;
    if (take_or_wait(rwlock, &self, mode))
        return 0;
    int result = waiters_wait(&rwlock->waiters, &rwlock->guard, &self, limit, 0);
    if (result == 0)
        return 0;
    /* It has left the list: those behind it may come in now. */
    guard_acquire(&rwlock->guard);
    struct thrum_waiter *chain = admit(rwlock);
    guard_release(&rwlock->guard);
    waiters_signal(chain);
    return -result;
}

static int acquire_contended(struct thrum_rwlock *rwlock, enum thrum_mode mode, struct wait_limit *limit, bool probed,
                             const void *site)
{
    enum thrum_how how = wait_limit_how(limit);
    int result = 0;
    if (probed)
        result = probe_acquire_begin(rwlock, THRUM_kind_rwlock, mode, how, wait_limit_left(limit), site);
    if (result == 0)
        result = wait_turn(rwlock, mode, limit);
    if (result == 0)
        annotate_after(rwlock);
    if (probed)
        probe_acquire_end(rwlock, THRUM_kind_rwlock, mode, how, result, site);
    return result;
}

static inline int acquire(struct thrum_rwlock *rwlock, enum thrum_mode mode, struct wait_limit *limit,
                          const void *site)
{
    object_check(&rwlock->object, OBJECT_RWLOCK);
    annotate_atomic(&rwlock->word);
    bool probed = object_probed(&rwlock->object, rwlock, &birth, site);
    if (__builtin_expect(!take(rwlock, mode), 0))
        return acquire_contended(rwlock, mode, limit, probed, site);
    if (probed)
        probe_acquire(rwlock, THRUM_kind_rwlock, mode, wait_limit_how(limit), site);
    return 0;
}

static int acquire_for(struct thrum_rwlock *rwlock, enum thrum_mode mode, int64_t nanoseconds, const void *site)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : acquire(rwlock, mode, limit, site);
}

static int acquire_until(struct thrum_rwlock *rwlock, enum thrum_mode mode, const struct timespec *deadline,
                         const void *site)
{
    struct wait_limit space, *limit;
    int result = wait_limit_until(&space, deadline, &limit);
    return result < 0 ? -result : acquire(rwlock, mode, limit, site);
}

static int try_acquire(struct thrum_rwlock *rwlock, enum thrum_mode mode, const void *site)
{
    object_check(&rwlock->object, OBJECT_RWLOCK);
    annotate_atomic(&rwlock->word);
    bool probed = object_probed(&rwlock->object, rwlock, &birth, site);
    int result = take(rwlock, mode) ? 0 : EBUSY;
    if (!probed)
        return result;
    if (result == 0)
        probe_acquire(rwlock, THRUM_kind_rwlock, mode, THRUM_how_try, site);
    else
        probe_acquire_fail(rwlock, THRUM_kind_rwlock, mode, THRUM_how_try, result, site);
    return result;
}

int thrum_rwlock_acquire_read(struct thrum_rwlock *rwlock)
{
    return acquire(rwlock, THRUM_mode_shared, NULL, SITE);
}

int thrum_rwlock_acquire_read_for(struct thrum_rwlock *rwlock, int64_t nanoseconds)
{
    return acquire_for(rwlock, THRUM_mode_shared, nanoseconds, SITE);
}

int thrum_rwlock_acquire_read_until(struct thrum_rwlock *rwlock, const struct timespec *deadline)
{
    return acquire_until(rwlock, THRUM_mode_shared, deadline, SITE);
}

int thrum_rwlock_try_acquire_read(struct thrum_rwlock *rwlock)
{
    return try_acquire(rwlock, THRUM_mode_shared, SITE);
}

int thrum_rwlock_acquire_write(struct thrum_rwlock *rwlock)
{
    return acquire(rwlock, THRUM_mode_exclusive, NULL, SITE);
}

int thrum_rwlock_acquire_write_for(struct thrum_rwlock *rwlock, int64_t nanoseconds)
{
    return acquire_for(rwlock, THRUM_mode_exclusive, nanoseconds, SITE);
}

int thrum_rwlock_acquire_write_until(struct thrum_rwlock *rwlock, const struct timespec *deadline)
{
    return acquire_until(rwlock, THRUM_mode_exclusive, deadline, SITE);
}

int thrum_rwlock_try_acquire_write(struct thrum_rwlock *rwlock)
{
    return try_acquire(rwlock, THRUM_mode_exclusive, SITE);
}

/* --- release --- */

/* The last holder leaves while others wait. False: they have given up meanwhile. */
static bool hand_over(struct thrum_rwlock *rwlock, uint32_t held)
{
    struct thrum_waiter *chain = NULL;
    guard_acquire(&rwlock->guard);
    bool waited_for = rwlock->waiters.first != NULL;
    if (waited_for)
        atomic_fetch_sub(&rwlock->word, held);
    chain = admit(rwlock);
    guard_release(&rwlock->guard);
    waiters_signal(chain);
    return waited_for;
}

/* Gives back what is `held` in the word: WRITER, or 1 of the readers. */
static inline int release(struct thrum_rwlock *rwlock, uint32_t held, enum thrum_mode mode, const void *site)
{
    object_check(&rwlock->object, OBJECT_RWLOCK);
    annotate_atomic(&rwlock->word);
    uint32_t word = atomic_load_explicit(&rwlock->word, memory_order_relaxed);
    if (!(word & (held == WRITER ? WRITER : READERS)))
        return EPERM;
    if (object_probed(&rwlock->object, rwlock, &birth, site))
        probe_release(rwlock, THRUM_kind_rwlock, mode, site);
    annotate_before(rwlock);
    for (;;) {
        if (word == (held | WAITED_FOR)) {
            if (hand_over(rwlock, held))
                return 0;
            word = atomic_load_explicit(&rwlock->word, memory_order_relaxed);
        } else if (atomic_compare_exchange_weak_explicit(&rwlock->word, &word, word - held, memory_order_release,
                                                         memory_order_relaxed)) {
            return 0;
        }
    }
}

int thrum_rwlock_release_read(struct thrum_rwlock *rwlock)
{
    return release(rwlock, 1, THRUM_mode_shared, SITE);
}

int thrum_rwlock_release_write(struct thrum_rwlock *rwlock)
{
    return release(rwlock, WRITER, THRUM_mode_exclusive, SITE);
}

uint32_t thrum_rwlock_readers(const struct thrum_rwlock *rwlock)
{
    object_check(&rwlock->object, OBJECT_RWLOCK);
    annotate_atomic(&rwlock->word);
    return atomic_load_explicit(&rwlock->word, memory_order_acquire) & READERS;
}

bool thrum_rwlock_written(const struct thrum_rwlock *rwlock)
{
    object_check(&rwlock->object, OBJECT_RWLOCK);
    annotate_atomic(&rwlock->word);
    return atomic_load_explicit(&rwlock->word, memory_order_acquire) & WRITER;
}
