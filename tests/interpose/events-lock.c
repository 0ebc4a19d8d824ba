/* SPDX-License-Identifier: MIT */
/* Mutexes, read-write locks, spinlocks, barriers, once, memory. */
#include <stdatomic.h>
#include <sys/mman.h>

#include "events.h"

/* --- mutexes --- */

static void make(pthread_mutex_t *mutex, int type, int robust)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, type);
    pthread_mutexattr_setrobust(&attributes, robust);
    DO("object_init:mutex", pthread_mutex_init(mutex, &attributes), 0);
}

static void *waits_for_mutex(void *mutex)
{
    blocks_now();
    DO("acquire_begin:mutex acquire_end:mutex", pthread_mutex_lock(mutex), 0);
    DO("release:mutex", pthread_mutex_unlock(mutex), 0);
    return NULL;
}

static void *dies_with_mutex(void *mutex)
{
    DO("acquire:mutex", pthread_mutex_lock(mutex), 0);
    return NULL;
}

static void own_mutexes(void)
{
    pthread_mutex_t mutex;

    make(&mutex, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED);
    DO("acquire:mutex", pthread_mutex_lock(&mutex), 0);
    DO("acquire:mutex", pthread_mutex_lock(&mutex), 0);
    DO("release:mutex", pthread_mutex_unlock(&mutex), 0);
    DO("release:mutex", pthread_mutex_unlock(&mutex), 0);
    DO("object_destroy:mutex", pthread_mutex_destroy(&mutex), 0);
    make(&mutex, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
    DO("acquire:mutex", pthread_mutex_lock(&mutex), 0);
    DO("acquire_fail:mutex", pthread_mutex_lock(&mutex), EDEADLK);
    DO("release:mutex", pthread_mutex_unlock(&mutex), 0);
    DO("", pthread_mutex_unlock(&mutex), EPERM);
    DO("object_destroy:mutex", pthread_mutex_destroy(&mutex), 0);
    make(&mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
    end(begin(dies_with_mutex, &mutex));
    DO("acquire_begin:mutex acquire_end:mutex", pthread_mutex_lock(&mutex), EOWNERDEAD);
    DO("object_consistent:mutex", pthread_mutex_consistent(&mutex), 0);
    DO("release:mutex", pthread_mutex_unlock(&mutex), 0);
    end(begin(dies_with_mutex, &mutex));
    DO("acquire_begin:mutex acquire_end:mutex", pthread_mutex_trylock(&mutex), EOWNERDEAD);
    DO("release:mutex", pthread_mutex_unlock(&mutex), 0);
    DO("acquire_fail:mutex", pthread_mutex_lock(&mutex), ENOTRECOVERABLE);
    DO("object_destroy:mutex", pthread_mutex_destroy(&mutex), 0);
}

void events_mutex(void)
{
    pthread_mutex_t mutex;
    pthread_t waiter;

    DO("object_init:mutex", pthread_mutex_init(&mutex, NULL), 0);
    for (int i = 0; i < 3; i++) {
        DO("acquire:mutex", pthread_mutex_lock(&mutex), 0);
        DO("acquire_fail:mutex", pthread_mutex_trylock(&mutex), EBUSY);
        DO("acquire_begin:mutex acquire_end:mutex", pthread_mutex_timedlock(&mutex, &past), ETIMEDOUT);
        DO("acquire_begin:mutex acquire_end:mutex", pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &past), ETIMEDOUT);
        waiter = begin(waits_for_mutex, &mutex);
        await_blocked();
        DO("release:mutex", pthread_mutex_unlock(&mutex), 0);
        end(waiter);
    }
    DO("acquire:mutex", pthread_mutex_trylock(&mutex), 0);
    DO("release:mutex", pthread_mutex_unlock(&mutex), 0);
    DO("acquire:mutex", pthread_mutex_timedlock(&mutex, &never), 0);
    DO("release:mutex", pthread_mutex_unlock(&mutex), 0);
    DO("acquire:mutex", pthread_mutex_clocklock(&mutex, CLOCK_REALTIME, &never), 0);
    DO("release:mutex", pthread_mutex_unlock(&mutex), 0);
    DO("", pthread_mutex_clocklock(&mutex, 77, &never), EINVAL);
    DO("object_destroy:mutex", pthread_mutex_destroy(&mutex), 0);
    own_mutexes();
}

/* --- read-write locks --- */

static void *waits_to_read(void *lock)
{
    blocks_now();
    DO("acquire_begin:rwlock acquire_end:rwlock", pthread_rwlock_rdlock(lock), 0);
    DO("release:rwlock", pthread_rwlock_unlock(lock), 0);
    return NULL;
}

static void *waits_to_write(void *lock)
{
    blocks_now();
    DO("acquire_begin:rwlock acquire_end:rwlock", pthread_rwlock_wrlock(lock), 0);
    DO("release:rwlock", pthread_rwlock_unlock(lock), 0);
    return NULL;
}

static void read_and_write(pthread_rwlock_t *lock)
{
    DO("acquire:rwlock", pthread_rwlock_rdlock(lock), 0);
    DO("acquire:rwlock", pthread_rwlock_tryrdlock(lock), 0);
    DO("acquire:rwlock", pthread_rwlock_timedrdlock(lock, &past), 0);
    DO("acquire:rwlock", pthread_rwlock_clockrdlock(lock, CLOCK_MONOTONIC, &past), 0);
    DO("acquire_fail:rwlock", pthread_rwlock_trywrlock(lock), EBUSY);
    DO("acquire_begin:rwlock acquire_end:rwlock", pthread_rwlock_timedwrlock(lock, &past), ETIMEDOUT);
    DO("acquire_begin:rwlock acquire_end:rwlock", pthread_rwlock_clockwrlock(lock, CLOCK_MONOTONIC, &past), ETIMEDOUT);
    for (int i = 0; i < 4; i++)
        DO("release:rwlock", pthread_rwlock_unlock(lock), 0);
    DO("acquire:rwlock", pthread_rwlock_trywrlock(lock), 0);
    DO("acquire_fail:rwlock", pthread_rwlock_tryrdlock(lock), EBUSY);
    DO("release:rwlock", pthread_rwlock_unlock(lock), 0);
    DO("acquire:rwlock", pthread_rwlock_timedwrlock(lock, &past), 0);
    DO("release:rwlock", pthread_rwlock_unlock(lock), 0);
    DO("acquire:rwlock", pthread_rwlock_clockwrlock(lock, CLOCK_MONOTONIC, &past), 0);
    DO("release:rwlock", pthread_rwlock_unlock(lock), 0);
}

void events_rwlock(void)
{
    pthread_rwlock_t lock;

    DO("object_init:rwlock", pthread_rwlock_init(&lock, NULL), 0);
    read_and_write(&lock);
    for (int i = 0; i < 4; i++) {
        pthread_t waiter;

        DO("acquire:rwlock", pthread_rwlock_wrlock(&lock), 0);
        waiter = begin(i % 2 ? waits_to_read : waits_to_write, &lock);
        await_blocked();
        DO("release:rwlock", pthread_rwlock_unlock(&lock), 0);
        end(waiter);
    }
    DO("object_destroy:rwlock", pthread_rwlock_destroy(&lock), 0);
}

/* --- spinlocks, barriers, once --- */

void events_spin(void)
{
    pthread_spinlock_t lock;

    DO("object_init:spinlock", pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE), 0);
    for (int i = 0; i < 5; i++) {
        DO("acquire:spinlock", pthread_spin_lock(&lock), 0);
        DO("acquire_fail:spinlock", pthread_spin_trylock(&lock), EBUSY);
        DO("release:spinlock", pthread_spin_unlock(&lock), 0);
        DO("acquire:spinlock", pthread_spin_trylock(&lock), 0);
        DO("release:spinlock", pthread_spin_unlock(&lock), 0);
    }
    DO("object_destroy:spinlock", pthread_spin_destroy(&lock), 0);
}

static void *meets(void *barrier)
{
    for (int i = 0; i < 5; i++) {
        pthread_barrier_wait(barrier);
        gives("wait_begin:barrier wait_end:barrier");
    }
    return NULL;
}

void events_barrier(void)
{
    pthread_barrier_t barrier;
    pthread_t threads[3];

    DO("object_init:barrier", pthread_barrier_init(&barrier, NULL, 3), 0);
    DO("", pthread_barrier_init(&barrier, NULL, 0), EINVAL);
    for (int i = 0; i < 3; i++)
        threads[i] = begin(meets, &barrier);
    for (int i = 0; i < 3; i++)
        end(threads[i]);
    DO("object_destroy:barrier", pthread_barrier_destroy(&barrier), 0);
}

static pthread_once_t control = PTHREAD_ONCE_INIT, left = PTHREAD_ONCE_INIT;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;

static void routine(void)
{
    DO("acquire:mutex", pthread_mutex_lock(&inner), 0);
    DO("release:mutex", pthread_mutex_unlock(&inner), 0);
}

static void leaves(void)
{
    pthread_exit(NULL);
}

static void *is_left(void *unused)
{
    gives("acquire_begin:once acquire_end:once release:once");
    pthread_once(&left, leaves);
    return unused;
}

void events_once(void)
{
    DO("acquire_begin:once acquire_end:once release:once", pthread_once(&control, routine), 0);
    for (int i = 0; i < 3; i++)
        DO("", pthread_once(&control, routine), 0);
    end(begin(is_left, NULL));
    DO("acquire_begin:once acquire_end:once release:once", pthread_once(&left, routine), 0);
}

/* --- memory --- */

enum { PAGE = 4096, LARGE = 1 << 20 };

/* What is in it ends with it, whoever forgot to destroy it. */
static void *with_mutex(void *memory)
{
    DO("object_init:mutex", pthread_mutex_init(memory, NULL), 0);
    return memory;
}

static void *pages(int count)
{
    return mmap(NULL, (size_t)count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void events_memory(void)
{
    pthread_mutex_t *two = malloc(2 * sizeof(*two));
    char *moved = pages(4);

    with_mutex(&two[0]), with_mutex(&two[1]);
    gives("object_destroy:unknown object_destroy:unknown");
    free(two);
    gives("object_destroy:unknown object_destroy:unknown");
    free(realloc(with_mutex(malloc(64)), LARGE));
    free(reallocarray(with_mutex(malloc(64)), LARGE, 2));
    DO_ERRNO("object_destroy:unknown", munmap(with_mutex(pages(1)), PAGE), 0);
    gives("object_destroy:unknown");
    if (mremap(with_mutex(pages(1)), PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, moved) != moved)
        abort();
    two = pages(1);
    DO("object_init:mutex", pthread_mutex_init(two, NULL), 0);
    DO("object_destroy:mutex", pthread_mutex_destroy(two), 0);
    DO_ERRNO("", munmap(two, PAGE), 0);
}
