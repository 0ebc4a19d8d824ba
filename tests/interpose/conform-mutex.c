/* SPDX-License-Identifier: MIT */
/* Mutexes of all types. */
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "conform.h"

static void make(pthread_mutex_t *mutex, int type, int protocol, int robust, int shared)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, type);
    pthread_mutexattr_setprotocol(&attributes, protocol);
    pthread_mutexattr_setrobust(&attributes, robust);
    pthread_mutexattr_setpshared(&attributes, shared);
    expect("pthread_mutex_init", pthread_mutex_init(mutex, &attributes), 0);
    pthread_mutexattr_destroy(&attributes);
}

static void *lock(void *mutex)
{
    return (void *)(long)pthread_mutex_lock(mutex);
}

static void *trylock(void *mutex)
{
    return (void *)(long)pthread_mutex_trylock(mutex);
}

static void *timedlock(void *mutex)
{
    struct timespec until = soon(CLOCK_REALTIME);

    return (void *)(long)pthread_mutex_timedlock(mutex, &until);
}

static void *clocklock(void *mutex)
{
    struct timespec until = soon(CLOCK_MONOTONIC);

    return (void *)(long)pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &until);
}

static void *timedlock_invalid(void *mutex)
{
    return (void *)(long)pthread_mutex_timedlock(mutex, &invalid);
}

static void *unlock(void *mutex)
{
    return (void *)(long)pthread_mutex_unlock(mutex);
}

static void *lock_unlock(void *mutex)
{
    int result = pthread_mutex_lock(mutex);

    return (void *)(long)(result ? result : pthread_mutex_unlock(mutex));
}

/* What every mutex does that isn't held, or is by another thread. */
static void plain(int type, int protocol, int shared)
{
    pthread_mutex_t mutex;

    make(&mutex, type, protocol, PTHREAD_MUTEX_STALLED, shared);
    expect("pthread_mutex_trylock", pthread_mutex_trylock(&mutex), 0);
    expect("pthread_mutex_trylock: held", (long)in_thread(trylock, &mutex), EBUSY);
    expect("pthread_mutex_timedlock: held", (long)in_thread(timedlock, &mutex), ETIMEDOUT);
    expect("pthread_mutex_timedlock: held, no time", (long)in_thread(timedlock_invalid, &mutex), EINVAL);
    if (protocol == PTHREAD_PRIO_NONE)
        expect("pthread_mutex_clocklock: held", (long)in_thread(clocklock, &mutex), ETIMEDOUT);
    expect("pthread_mutex_unlock", pthread_mutex_unlock(&mutex), 0);
    expect("pthread_mutex_timedlock: free, time passed", pthread_mutex_timedlock(&mutex, &past), 0);
    expect("pthread_mutex_unlock", pthread_mutex_unlock(&mutex), 0);
    expect("pthread_mutex_lock", pthread_mutex_lock(&mutex), 0);
    pthread_t waiter = start(lock_unlock, &mutex);
    expect("pthread_mutex_unlock: waited for", pthread_mutex_unlock(&mutex), 0);
    expect("pthread_mutex_lock: after waiting", (long)finish(waiter), 0);
    expect("pthread_mutex_clocklock: unknown clock", pthread_mutex_clocklock(&mutex, 99, &never), EINVAL);
    expect("pthread_mutex_destroy", pthread_mutex_destroy(&mutex), 0);
}

static void own(void)
{
    pthread_mutex_t check, again, normal = PTHREAD_MUTEX_INITIALIZER;

    make(&check, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_PRIVATE);
    expect("errorcheck: lock", pthread_mutex_lock(&check), 0);
    expect("errorcheck: lock again", pthread_mutex_lock(&check), EDEADLK);
    expect("errorcheck: timedlock again", pthread_mutex_timedlock(&check, &never), EDEADLK);
    expect("errorcheck: trylock again", pthread_mutex_trylock(&check), EBUSY);
    expect("errorcheck: unlock by another", (long)in_thread(unlock, &check), EPERM);
    expect("errorcheck: destroy held", pthread_mutex_destroy(&check), EBUSY);
    expect("errorcheck: unlock", pthread_mutex_unlock(&check), 0);
    expect("errorcheck: unlock unheld", pthread_mutex_unlock(&check), EPERM);
    make(&again, PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_PRIVATE);
    expect("recursive: lock", pthread_mutex_lock(&again), 0);
    expect("recursive: lock again", pthread_mutex_lock(&again), 0);
    expect("recursive: trylock again", pthread_mutex_trylock(&again), 0);
    for (int i = 0; i < 3; i++) {
        expect("recursive: trylock by another", (long)in_thread(trylock, &again), EBUSY);
        expect("recursive: unlock", pthread_mutex_unlock(&again), 0);
    }
    expect("recursive: unlock unheld", pthread_mutex_unlock(&again), EPERM);
    expect("normal: lock", pthread_mutex_lock(&normal), 0);
    expect("normal: timedlock again", pthread_mutex_timedlock(&normal, &past), ETIMEDOUT);
    expect("normal: unlock", pthread_mutex_unlock(&normal), 0);
}

/* Its holder ends. */
static void robust(int protocol)
{
    pthread_mutex_t mutex;

    make(&mutex, PTHREAD_MUTEX_ERRORCHECK, protocol, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_PRIVATE);
    in_thread(lock, &mutex);
    expect("robust: lock, holder gone", pthread_mutex_lock(&mutex), EOWNERDEAD);
    expect("robust: pthread_mutex_consistent", pthread_mutex_consistent(&mutex), 0);
    expect("robust: pthread_mutex_consistent twice", pthread_mutex_consistent(&mutex), EINVAL);
    expect("robust: unlock", pthread_mutex_unlock(&mutex), 0);
    in_thread(lock, &mutex);
    expect("robust: trylock, holder gone", pthread_mutex_trylock(&mutex), EOWNERDEAD);
    expect("robust: unlock inconsistent", pthread_mutex_unlock(&mutex), 0);
    expect("robust: lock, not recoverable", pthread_mutex_lock(&mutex), ENOTRECOVERABLE);
    expect("robust: lock by another, not recoverable", (long)in_thread(lock, &mutex), ENOTRECOVERABLE);
    expect("robust: timedlock, not recoverable", pthread_mutex_timedlock(&mutex, &never), ENOTRECOVERABLE);
    expect("robust: clocklock, not recoverable", pthread_mutex_clocklock(&mutex, CLOCK_REALTIME, &never), ENOTRECOVERABLE);
    expect("robust: lock, not recoverable", pthread_mutex_lock(&mutex), ENOTRECOVERABLE);
    /* Last: glibc 2.36 leaves the mutex locked here. */
    expect("robust: trylock, not recoverable", pthread_mutex_trylock(&mutex), ENOTRECOVERABLE);
}

/* The holder ends while another waits. */
struct waited {
    pthread_mutex_t mutex;
    _Atomic pid_t waiter;
};

static void *wait_for(void *data)
{
    struct waited *waited = data;

    waited->waiter = gettid();
    return (void *)(long)pthread_mutex_lock(&waited->mutex);
}

static void *hold_until_waited_for(void *data)
{
    struct waited *waited = data;

    pthread_mutex_lock(&waited->mutex);
    reach(1);
    while (!waited->waiter)
        sched_yield();
    await_asleep(waited->waiter);
    return NULL;
}

static void robust_waiter(void)
{
    struct waited waited = {.waiter = 0};
    pthread_t holder, waiter;

    make(&waited.mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_PRIVATE);
    holder = start(hold_until_waited_for, &waited);
    await(1);
    waiter = start(wait_for, &waited);
    finish(holder);
    expect("robust: lock, holder ends meanwhile", (long)finish(waiter), EOWNERDEAD);
}

static int child_locks(void *mutex)
{
    return pthread_mutex_lock(mutex);
}

static void shared(void)
{
    pthread_mutex_t *mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    make(mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_SHARED);
    expect_number("shared: a child locks it and is gone", in_child(child_locks, mutex), 0);
    expect("shared: lock, holder's process gone", pthread_mutex_lock(mutex), EOWNERDEAD);
    expect("shared: pthread_mutex_consistent", pthread_mutex_consistent(mutex), 0);
    expect("shared: unlock", pthread_mutex_unlock(mutex), 0);
    munmap(mutex, 4096);
}

static void ceiling(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t mutex;
    int old;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT);
    pthread_mutexattr_setprioceiling(&attributes, 10);
    pthread_mutex_init(&mutex, &attributes);
    expect("ceiling: getprioceiling", pthread_mutex_getprioceiling(&mutex, &old), 0);
    expect_number("ceiling: is", old, 10);
    expect("ceiling: destroy", pthread_mutex_destroy(&mutex), 0);
}

void conform_mutex(void)
{
    static const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ADAPTIVE_NP};

    for (int i = 0; i < 4; i++) {
        plain(types[i], PTHREAD_PRIO_NONE, PTHREAD_PROCESS_PRIVATE);
        plain(types[i], PTHREAD_PRIO_INHERIT, PTHREAD_PROCESS_PRIVATE);
        plain(types[i], PTHREAD_PRIO_NONE, PTHREAD_PROCESS_SHARED);
    }
    own();
    robust(PTHREAD_PRIO_NONE);
    robust(PTHREAD_PRIO_INHERIT);
    robust_waiter();
    shared();
    ceiling();
}
