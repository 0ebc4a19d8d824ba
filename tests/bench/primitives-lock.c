/* SPDX-License-Identifier: MIT */
/* Lock against pthread_mutex, semaphore against sem_t, event against a mutex and a condition. */
#include <semaphore.h>
#include <stdbool.h>
#include "primitives.h"
#include "thrum/event.h"
#include "thrum/lock.h"
#include "thrum/rwlock.h"
#include "thrum/semaphore.h"

/* What is done under a lock, and between two. */
static volatile long shared_value;

static inline void work_outside(void)
{
    for (volatile int i = 0; i < 20; i++)
        ;
}

#define TIMED(count, statement)                 \
    do {                                        \
        double begin_ = now();                  \
        for (long i_ = 0; i_ < (count); i_++) { \
            statement;                          \
        }                                       \
        return (now() - begin_) / (count);      \
    } while (0)

#define IN_THREADS(number, count, function)                            \
    do {                                                               \
        void (*work_[])(long) = { function, function, function, function, function, function, function, function }; \
        return in_threads(number, count, work_) / (count);             \
    } while (0)

/* --- lock --- */

static struct thrum_lock lock = THRUM_LOCK_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static double lock_alone(long count)
{
    TIMED(count, thrum_lock_acquire(&lock); thrum_lock_release(&lock));
}

static double mutex_alone(long count)
{
    TIMED(count, pthread_mutex_lock(&mutex); pthread_mutex_unlock(&mutex));
}

static void lock_hammer(long count)
{
    for (long i = 0; i < count; i++) {
        thrum_lock_acquire(&lock);
        shared_value++;
        thrum_lock_release(&lock);
        work_outside();
    }
}

static void mutex_hammer(long count)
{
    for (long i = 0; i < count; i++) {
        pthread_mutex_lock(&mutex);
        shared_value++;
        pthread_mutex_unlock(&mutex);
        work_outside();
    }
}

static double lock_two(long count) { IN_THREADS(2, count, lock_hammer); }
static double mutex_two(long count) { IN_THREADS(2, count, mutex_hammer); }
static double lock_eight(long count) { IN_THREADS(8, count, lock_hammer); }
static double mutex_eight(long count) { IN_THREADS(8, count, mutex_hammer); }

/* --- read-write lock --- */

static struct thrum_rwlock rwlock = THRUM_RWLOCK_INIT;
static pthread_rwlock_t prwlock = PTHREAD_RWLOCK_INITIALIZER;

static double rwlock_alone(long count)
{
    TIMED(count, thrum_rwlock_acquire_read(&rwlock); thrum_rwlock_release_read(&rwlock));
}

static double prwlock_alone(long count)
{
    TIMED(count, pthread_rwlock_rdlock(&prwlock); pthread_rwlock_unlock(&prwlock));
}

/* --- semaphore --- */

static struct thrum_semaphore semaphore = THRUM_SEMAPHORE_INIT(1), ping = THRUM_SEMAPHORE_INIT(0),
                              pong = THRUM_SEMAPHORE_INIT(0);
static sem_t psem, pping, ppong;

static double semaphore_alone(long count)
{
    TIMED(count, thrum_semaphore_acquire(&semaphore); thrum_semaphore_release(&semaphore));
}

static double sem_alone(long count)
{
    sem_init(&psem, 0, 1);
    TIMED(count, sem_wait(&psem); sem_post(&psem));
}

static void semaphore_ping(long count)
{
    for (long i = 0; i < count; i++) {
        thrum_semaphore_release(&ping);
        thrum_semaphore_acquire(&pong);
    }
}

static void semaphore_pong(long count)
{
    for (long i = 0; i < count; i++) {
        thrum_semaphore_acquire(&ping);
        thrum_semaphore_release(&pong);
    }
}

static double semaphore_two(long count)
{
    void (*work[])(long) = { semaphore_ping, semaphore_pong };
    return in_threads(2, count, work) / count;
}

static void sem_ping(long count)
{
    for (long i = 0; i < count; i++) {
        sem_post(&pping);
        sem_wait(&ppong);
    }
}

static void sem_pong(long count)
{
    for (long i = 0; i < count; i++) {
        sem_wait(&pping);
        sem_post(&ppong);
    }
}

static double sem_two(long count)
{
    void (*work[])(long) = { sem_ping, sem_pong };
    sem_init(&pping, 0, 0), sem_init(&ppong, 0, 0);
    return in_threads(2, count, work) / count;
}

static void semaphore_hammer(long count)
{
    for (long i = 0; i < count; i++) {
        thrum_semaphore_acquire(&semaphore);
        shared_value++;
        thrum_semaphore_release(&semaphore);
        work_outside();
    }
}

static void sem_hammer(long count)
{
    for (long i = 0; i < count; i++) {
        sem_wait(&psem);
        shared_value++;
        sem_post(&psem);
        work_outside();
    }
}

static double semaphore_four(long count) { IN_THREADS(4, count, semaphore_hammer); }

static double sem_four(long count)
{
    sem_init(&psem, 0, 1);
    IN_THREADS(4, count, sem_hammer);
}

/* --- event --- */

/* What people write by hand. */
struct flag {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool set;
};
#define FLAG_INIT { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false }

static void flag_set(struct flag *flag)
{
    pthread_mutex_lock(&flag->mutex);
    flag->set = true;
    pthread_cond_broadcast(&flag->changed);
    pthread_mutex_unlock(&flag->mutex);
}

static void flag_clear(struct flag *flag)
{
    pthread_mutex_lock(&flag->mutex);
    flag->set = false;
    pthread_mutex_unlock(&flag->mutex);
}

static void flag_wait(struct flag *flag)
{
    pthread_mutex_lock(&flag->mutex);
    while (!flag->set)
        pthread_cond_wait(&flag->changed, &flag->mutex);
    pthread_mutex_unlock(&flag->mutex);
}

static struct thrum_event event = THRUM_EVENT_INIT, there = THRUM_EVENT_INIT, back = THRUM_EVENT_INIT;
static struct flag flag = FLAG_INIT, fthere = FLAG_INIT, fback = FLAG_INIT;

static double event_alone(long count)
{
    TIMED(count, thrum_event_set(&event); thrum_event_wait(&event); thrum_event_clear(&event));
}

static double flag_alone(long count)
{
    TIMED(count, flag_set(&flag); flag_wait(&flag); flag_clear(&flag));
}

static void event_ping(long count)
{
    for (long i = 0; i < count; i++) {
        thrum_event_set(&there);
        thrum_event_wait(&back);
        thrum_event_clear(&back);
    }
}

static void event_pong(long count)
{
    for (long i = 0; i < count; i++) {
        thrum_event_wait(&there);
        thrum_event_clear(&there);
        thrum_event_set(&back);
    }
}

static void flag_ping(long count)
{
    for (long i = 0; i < count; i++) {
        flag_set(&fthere);
        flag_wait(&fback);
        flag_clear(&fback);
    }
}

static void flag_pong(long count)
{
    for (long i = 0; i < count; i++) {
        flag_wait(&fthere);
        flag_clear(&fthere);
        flag_set(&fback);
    }
}

static double event_two(long count)
{
    void (*work[])(long) = { event_ping, event_pong };
    return in_threads(2, count, work) / count;
}

static double flag_two(long count)
{
    void (*work[])(long) = { flag_ping, flag_pong };
    return in_threads(2, count, work) / count;
}

const struct contest lock_contests[] = {
    { "lock, uncontended", 5000000, { { "thrum_lock", lock_alone }, { "pthread_mutex", mutex_alone } } },
    { "lock, 2 threads", 2000000, { { "thrum_lock", lock_two }, { "pthread_mutex", mutex_two } } },
    { "lock, 8 threads", 1000000, { { "thrum_lock", lock_eight }, { "pthread_mutex", mutex_eight } } },
    { "rwlock, uncontended read", 5000000, { { "thrum_rwlock", rwlock_alone }, { "pthread_rwlock", prwlock_alone } } },
    { "semaphore, uncontended", 5000000, { { "thrum_semaphore", semaphore_alone }, { "sem_t", sem_alone } } },
    { "semaphore, 2 threads in turns", 100000, { { "thrum_semaphore", semaphore_two }, { "sem_t", sem_two } } },
    { "semaphore, 4 threads for 1", 500000, { { "thrum_semaphore", semaphore_four }, { "sem_t", sem_four } } },
    { "event, uncontended", 3000000, { { "thrum_event", event_alone }, { "mutex+cond", flag_alone } } },
    { "event, 2 threads in turns", 100000, { { "thrum_event", event_two }, { "mutex+cond", flag_two } } },
    { .title = NULL },
};
