/* SPDX-License-Identifier: MIT */
/* Read-write locks, spinlocks, barriers, once. */
#include <stdatomic.h>

#include "conform.h"

typedef int rwlock_call(pthread_rwlock_t *lock);

static int timedrdlock(pthread_rwlock_t *lock)
{
    struct timespec until = soon(CLOCK_REALTIME);

    return pthread_rwlock_timedrdlock(lock, &until);
}

static int timedwrlock(pthread_rwlock_t *lock)
{
    struct timespec until = soon(CLOCK_REALTIME);

    return pthread_rwlock_timedwrlock(lock, &until);
}

static int clockrdlock(pthread_rwlock_t *lock)
{
    struct timespec until = soon(CLOCK_MONOTONIC);

    return pthread_rwlock_clockrdlock(lock, CLOCK_MONOTONIC, &until);
}

static int clockwrlock(pthread_rwlock_t *lock)
{
    struct timespec until = soon(CLOCK_MONOTONIC);

    return pthread_rwlock_clockwrlock(lock, CLOCK_MONOTONIC, &until);
}

static const struct {
    const char *name;
    rwlock_call *call;
    int while_read, while_written;
} calls[] = {
    {"pthread_rwlock_tryrdlock", pthread_rwlock_tryrdlock, 0, EBUSY},
    {"pthread_rwlock_trywrlock", pthread_rwlock_trywrlock, EBUSY, EBUSY},
    {"pthread_rwlock_timedrdlock", timedrdlock, 0, ETIMEDOUT},
    {"pthread_rwlock_timedwrlock", timedwrlock, ETIMEDOUT, ETIMEDOUT},
    {"pthread_rwlock_clockrdlock", clockrdlock, 0, ETIMEDOUT},
    {"pthread_rwlock_clockwrlock", clockwrlock, ETIMEDOUT, ETIMEDOUT},
};

struct attempt {
    rwlock_call *call;
    pthread_rwlock_t *lock;
};

static void *attempt(void *data)
{
    const struct attempt *attempt = data;
    int result = attempt->call(attempt->lock);

    if (result == 0)
        pthread_rwlock_unlock(attempt->lock);
    return (void *)(long)result;
}

static void rwlock(int preference)
{
    pthread_rwlockattr_t attributes;
    pthread_rwlock_t lock;

    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, preference);
    expect("pthread_rwlock_init", pthread_rwlock_init(&lock, &attributes), 0);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        expect("pthread_rwlock_rdlock", pthread_rwlock_rdlock(&lock), 0);
        expect(calls[i].name, (long)in_thread(attempt, &(struct attempt){calls[i].call, &lock}), calls[i].while_read);
        expect("pthread_rwlock_unlock", pthread_rwlock_unlock(&lock), 0);
        expect("pthread_rwlock_wrlock", pthread_rwlock_wrlock(&lock), 0);
        expect(calls[i].name, (long)in_thread(attempt, &(struct attempt){calls[i].call, &lock}), calls[i].while_written);
        expect("pthread_rwlock_unlock", pthread_rwlock_unlock(&lock), 0);
    }
    expect("pthread_rwlock_wrlock", pthread_rwlock_wrlock(&lock), 0);
    expect("pthread_rwlock_rdlock: written by oneself", pthread_rwlock_rdlock(&lock), EDEADLK);
    expect("pthread_rwlock_wrlock: written by oneself", pthread_rwlock_wrlock(&lock), EDEADLK);
    expect("pthread_rwlock_timedrdlock: written by oneself", pthread_rwlock_timedrdlock(&lock, &never), EDEADLK);
    pthread_t reader = start(attempt, &(struct attempt){pthread_rwlock_rdlock, &lock});
    pthread_t writer = start(attempt, &(struct attempt){pthread_rwlock_wrlock, &lock});
    expect("pthread_rwlock_unlock: waited for", pthread_rwlock_unlock(&lock), 0);
    expect("pthread_rwlock_rdlock: after waiting", (long)finish(reader), 0);
    expect("pthread_rwlock_wrlock: after waiting", (long)finish(writer), 0);
    expect("pthread_rwlock_timedrdlock: no time", pthread_rwlock_timedrdlock(&lock, &invalid), EINVAL);
    expect("pthread_rwlock_timedwrlock: no time", pthread_rwlock_timedwrlock(&lock, &invalid), EINVAL);
    expect("pthread_rwlock_clockrdlock: no time", pthread_rwlock_clockrdlock(&lock, CLOCK_MONOTONIC, &invalid), EINVAL);
    expect("pthread_rwlock_clockwrlock: unknown clock", pthread_rwlock_clockwrlock(&lock, 99, &never), EINVAL);
    expect("pthread_rwlock_clockrdlock: unknown clock", pthread_rwlock_clockrdlock(&lock, 99, &never), EINVAL);
    expect("pthread_rwlock_timedwrlock: free, time passed", pthread_rwlock_timedwrlock(&lock, &past), 0);
    expect("pthread_rwlock_unlock", pthread_rwlock_unlock(&lock), 0);
    expect("pthread_rwlock_destroy", pthread_rwlock_destroy(&lock), 0);
}

/* --- spinlocks --- */

static void *spin_counts(void *data)
{
    pthread_spinlock_t *lock = data;
    static int counted;

    for (int i = 0; i < 1000; i++) {
        pthread_spin_lock(lock);
        counted++;
        pthread_spin_unlock(lock);
    }
    return (void *)(long)counted;
}

static void *spin_try(void *lock)
{
    return (void *)(long)pthread_spin_trylock(lock);
}

static void spin(void)
{
    pthread_spinlock_t lock;

    expect("pthread_spin_init", pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE), 0);
    expect("pthread_spin_lock", pthread_spin_lock(&lock), 0);
    expect("pthread_spin_trylock: held", (long)in_thread(spin_try, (void *)&lock), EBUSY);
    expect("pthread_spin_unlock", pthread_spin_unlock(&lock), 0);
    expect("pthread_spin_trylock", pthread_spin_trylock(&lock), 0);
    expect("pthread_spin_unlock", pthread_spin_unlock(&lock), 0);
    pthread_t one = start(spin_counts, (void *)&lock), two = start(spin_counts, (void *)&lock);
    finish(one), finish(two);
    expect_number("pthread_spin_lock: nothing lost", (long)spin_counts((void *)&lock), 3000);
    expect("pthread_spin_destroy", pthread_spin_destroy(&lock), 0);
}

/* --- barriers --- */

static void *meet(void *barrier)
{
    return (void *)(long)pthread_barrier_wait(barrier);
}

static void barriers(void)
{
    pthread_barrier_t barrier;
    pthread_t threads[3];
    long serial = 0, others = 0;

    expect("pthread_barrier_init: of none", pthread_barrier_init(&barrier, NULL, 0), EINVAL);
    expect("pthread_barrier_init", pthread_barrier_init(&barrier, NULL, 3), 0);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 3; i++)
            threads[i] = start(meet, &barrier);
        for (int i = 0; i < 3; i++) {
            long result = (long)finish(threads[i]);
            serial += result == PTHREAD_BARRIER_SERIAL_THREAD, others += result == 0;
        }
    }
    expect_number("pthread_barrier_wait: serial threads", serial, 20);
    expect_number("pthread_barrier_wait: other threads", others, 40);
    expect("pthread_barrier_destroy", pthread_barrier_destroy(&barrier), 0);
}

/* --- once --- */

static pthread_once_t once = PTHREAD_ONCE_INIT, cancelled_once = PTHREAD_ONCE_INIT, inner_once = PTHREAD_ONCE_INIT;
static _Atomic int ran, ran_inner;

static void inner_routine(void)
{
    ran_inner++;
}

static void routine(void)
{
    ran++;
    pthread_once(&inner_once, inner_routine);
}

static void *do_once(void *unused)
{
    (void)unused;
    return (void *)(long)pthread_once(&once, routine);
}

static void exits_at_first(void)
{
    if (ran++ == 0)
        pthread_exit(NULL);
}

static void *once_exits(void *unused)
{
    pthread_once(&cancelled_once, exits_at_first);
    return unused;
}

static void onces(void)
{
    pthread_t threads[4];
    long failed = 0;

    for (int i = 0; i < 4; i++)
        threads[i] = start(do_once, NULL);
    for (int i = 0; i < 4; i++)
        failed += (long)finish(threads[i]) != 0;
    expect_number("pthread_once: failures", failed, 0);
    expect_number("pthread_once: runs", ran, 1);
    expect_number("pthread_once: runs of one inside", ran_inner, 1);
    ran = 0;
    in_thread(once_exits, NULL);
    expect("pthread_once: after its routine exited", pthread_once(&cancelled_once, exits_at_first), 0);
    expect_number("pthread_once: runs again", ran, 2);
}

void conform_rwlock(void)
{
    rwlock(PTHREAD_RWLOCK_PREFER_READER_NP);
    rwlock(PTHREAD_RWLOCK_PREFER_WRITER_NP);
    rwlock(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    spin();
    barriers();
    onces();
}
