/* SPDX-License-Identifier: MIT */
/*
 * Many threads at once on each primitive, and what must hold of it counted: nothing lost, nothing twice, no limit
 * exceeded, no memory touched that is gone. THRUM_STRESS multiplies the work, 1 by default.
 */
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "other.h"
#include "suite.h"
#include "thrum/thrum.h"

enum { THREADS = 8 };

static int scaled(int rounds)
{
    const char *factor = getenv("THRUM_STRESS");
    double by = factor ? atof(factor) : 1;
    return rounds * by < 1 ? 1 : (int)(rounds * by);
}

/* A cheap random number; each thread has a seed of its own. */
static unsigned chance(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

/* Runs `work` in THREADS threads, with their numbers, and joins them. */
static void in_many(thrum_function *work)
{
    struct thrum_thread *thread[THREADS];
    void *result;
    for (intptr_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(thrum_thread_create(&thread[i], work, (void *)i, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(thrum_thread_join(thread[i], &result), 0);
        ck_assert_ptr_null(result);
        thrum_thread_destroy(thread[i]);
    }
}

static long counter; /* guarded by what is tested, and by nothing else */
static _Atomic long expected;

/* --- locks --- */

static struct thrum_lock lock = THRUM_LOCK_INIT;

static void *use_lock(void *number)
{
    unsigned seed = (unsigned)(intptr_t)number;
    for (int i = 0; i < scaled(20000); i++) {
        int result = chance(&seed) % 4 == 0   ? thrum_lock_try_acquire(&lock)
                     : chance(&seed) % 4 == 0 ? thrum_lock_acquire_for(&lock, chance(&seed) % 3000)
                                              : thrum_lock_acquire(&lock);
        if (result != 0)
            continue;
        counter++;
        expected++;
        ck_assert_int_eq(thrum_lock_release(&lock), 0);
    }
    return NULL;
}

START_TEST(a_lock_excludes)
{
    in_many(use_lock);
    ck_assert_int_eq(counter, expected);
    ck_assert_int_eq(thrum_lock_destroy(&lock), 0);
}
END_TEST

static struct thrum_rlock rlock = THRUM_RLOCK_INIT;

static void *use_rlock(void *number)
{
    unsigned seed = (unsigned)(intptr_t)number;
    for (int i = 0; i < scaled(10000); i++) {
        unsigned depth = 1 + chance(&seed) % 4, got = 0;
        while (got < depth && (got || chance(&seed) % 3 ? thrum_rlock_acquire(&rlock)
                                                        : thrum_rlock_acquire_for(&rlock, 1000)) == 0) {
            got++;
            counter++;
            expected++;
        }
        ck_assert_uint_eq(thrum_rlock_depth(&rlock), got);
        while (got-- > 0)
            ck_assert_int_eq(thrum_rlock_release(&rlock), 0);
    }
    return NULL;
}

START_TEST(a_recursive_lock_excludes_others)
{
    in_many(use_rlock);
    ck_assert_int_eq(counter, expected);
    ck_assert(!thrum_rlock_locked(&rlock));
}
END_TEST

static struct thrum_spinlock spinlock = THRUM_SPINLOCK_INIT;

static void *use_spinlock(void *unused)
{
    for (int i = 0; i < scaled(20000); i++) {
        ck_assert_int_eq(thrum_spinlock_acquire(&spinlock), 0);
        counter++;
        expected++;
        thrum_spinlock_release(&spinlock);
    }
    return (void)unused, NULL;
}

START_TEST(a_spinlock_excludes)
{
    in_many(use_spinlock);
    ck_assert_int_eq(counter, expected);
}
END_TEST

static struct thrum_rwlock rwlock = THRUM_RWLOCK_INIT;
static long left, right; /* equal whenever nobody writes */
static _Atomic int readers, writers;

static void *use_rwlock(void *number)
{
    unsigned seed = (unsigned)(intptr_t)number;
    for (int i = 0; i < scaled(8000); i++) {
        bool write = chance(&seed) % 4 == 0, timed = chance(&seed) % 4 == 0;
        int64_t time = timed ? chance(&seed) % 20000 : THRUM_FOREVER;
        if (write && thrum_rwlock_acquire_write_for(&rwlock, time) == 0) {
            ck_assert_int_eq(writers++ + readers, 0);
            left++;
            right++;
            expected++;
            writers--;
            ck_assert_int_eq(thrum_rwlock_release_write(&rwlock), 0);
        } else if (!write && thrum_rwlock_acquire_read_for(&rwlock, time) == 0) {
            readers++;
            ck_assert_int_eq(writers, 0);
            ck_assert_int_eq(left, right);
            readers--;
            ck_assert_int_eq(thrum_rwlock_release_read(&rwlock), 0);
        }
    }
    return NULL;
}

START_TEST(a_writer_is_alone)
{
    in_many(use_rwlock);
    ck_assert_int_eq(left, expected);
    ck_assert_int_eq(thrum_rwlock_destroy(&rwlock), 0);
}
END_TEST

/* --- semaphores, with timeouts and cancellation --- */

enum { SLOTS = 3 };
static struct thrum_semaphore slots = THRUM_SEMAPHORE_INIT_BOUNDED(SLOTS, NULL);
static _Atomic int inside;

static void leave_slot(void *unused)
{
    (void)unused;
    inside--;
    ck_assert_int_eq(thrum_semaphore_release(&slots), 0);
}

static void hold_slot(void)
{
    pthread_cleanup_push(leave_slot, NULL);
    ck_assert_int_lt(inside++, SLOTS);
    pthread_testcancel();
    pthread_cleanup_pop(1);
}

static void *use_slots(void *number)
{
    unsigned seed = (unsigned)(intptr_t)number;
    for (int i = 0; i < scaled(5000); i++) {
        int result = chance(&seed) % 3 ? thrum_semaphore_acquire(&slots)
                                       : thrum_semaphore_acquire_for(&slots, chance(&seed) % 5000);
        if (result == 0)
            hold_slot();
    }
    return NULL;
}

/* Threads that are cancelled sooner or later, while THREADS others go on. */
static void *start_and_cancel(void *number)
{
    unsigned seed = (unsigned)(intptr_t)number;
    for (int i = 0; i < scaled(60); i++) {
        struct thrum_thread *thread;
        ck_assert_int_eq(thrum_thread_create(&thread, use_slots, number, NULL), 0);
        for (unsigned yields = chance(&seed) % 20; yields > 0; yields--)
            sched_yield();
        pthread_cancel((pthread_t)thrum_thread_ident_of(thread));
        ck_assert_int_eq(thrum_thread_join(thread, NULL), 0);
        thrum_thread_destroy(thread);
    }
    return NULL;
}

START_TEST(a_semaphore_admits_no_more_than_its_value)
{
    in_many(use_slots);
    ck_assert_uint_eq(thrum_semaphore_value(&slots), SLOTS);
    ck_assert_int_eq(thrum_semaphore_destroy(&slots), 0);
}
END_TEST

START_TEST(cancelled_waits_lose_no_slot)
{
    in_many(start_and_cancel);
    ck_assert_uint_eq(thrum_semaphore_value(&slots), SLOTS);
    ck_assert_int_eq(thrum_semaphore_destroy(&slots), 0);
}
END_TEST

/* --- events: a relay --- */

static struct thrum_event baton[THREADS];

static void *pass_baton(void *number)
{
    intptr_t self = (intptr_t)number;
    for (int i = 0; i < scaled(500); i++) {
        ck_assert_int_eq(thrum_event_wait(&baton[self]), 0);
        ck_assert_int_eq(thrum_event_clear(&baton[self]), 0);
        counter++; /* only who has the baton */
        thrum_event_set(&baton[(self + 1) % THREADS]);
    }
    return NULL;
}

START_TEST(a_baton_is_never_dropped)
{
    for (int i = 0; i < THREADS; i++)
        thrum_event_init(&baton[i], NULL);
    thrum_event_set(&baton[0]);
    in_many(pass_baton);
    ck_assert_int_eq(counter, (long)THREADS * scaled(500));
}
END_TEST

/* --- conditions: a buffer of one, tokens in and out --- */

static struct thrum_condition changed = THRUM_CONDITION_INIT(&lock);
static bool full;

static bool is_full(void *want)
{
    return full == (want != NULL);
}

static void *use_buffer(void *number)
{
    bool producer = (intptr_t)number % 2;
    for (int i = 0; i < scaled(3000); i++) {
        thrum_lock_acquire(&lock);
        while (!is_full(producer ? NULL : &full)) {
            int result = thrum_condition_wait_for(&changed, i % 3 ? THRUM_FOREVER : 50000);
            ck_assert(result == 0 || result == ETIMEDOUT);
        }
        full = producer;
        counter += producer ? 1 : -1;
        ck_assert_int_eq(counter, producer);
        thrum_condition_notify_all(&changed);
        thrum_lock_release(&lock);
    }
    return NULL;
}

START_TEST(a_buffer_of_one_holds_at_most_one)
{
    in_many(use_buffer);
    ck_assert(!full);
    ck_assert_int_eq(thrum_condition_destroy(&changed), 0);
}
END_TEST

/* --- barriers: nobody is a round ahead --- */

static struct thrum_barrier barrier;
static _Atomic long round_of[THREADS];
static _Atomic uint32_t seen;

static void *keep_step(void *number)
{
    intptr_t self = (intptr_t)number;
    for (int i = 0; i < scaled(500); i++) {
        uint32_t index;
        round_of[self] = i;
        ck_assert_int_eq(thrum_barrier_wait(&barrier, &index), 0);
        for (int other = 0; other < THREADS; other++)
            ck_assert(round_of[other] == i || round_of[other] == i + 1);
        ck_assert_uint_eq(atomic_fetch_xor(&seen, 1u << index) & 1u << index, i % 2 ? 1u << index : 0);
        ck_assert_int_eq(thrum_barrier_wait(&barrier, NULL), 0);
    }
    return NULL;
}

START_TEST(a_barrier_keeps_all_in_step)
{
    thrum_barrier_init(&barrier, THREADS, NULL, NULL, NULL);
    in_many(keep_step);
    ck_assert_int_eq(thrum_barrier_destroy(&barrier), 0);
}
END_TEST

/* --- objects that end as soon as they may --- */

struct shared {
    struct thrum_lock lock;
    struct thrum_rwlock rwlock;
    int references, others;
    struct thrum_semaphore done;
    struct thrum_event event;
};
static struct shared *shared;

/* The last to let go destroys the locks right after it, and the others, have released them. */
static void *let_go(void *unused)
{
    struct shared *mine = shared;
    thrum_lock_acquire(&mine->lock);
    bool last_of_lock = --mine->references == 0;
    thrum_lock_release(&mine->lock);
    if (last_of_lock) {
        ck_assert_int_eq(thrum_lock_destroy(&mine->lock), 0);
        memset(&mine->lock, 0x5a, sizeof mine->lock);
    }
    thrum_rwlock_acquire_write(&mine->rwlock);
    bool last = --mine->others == 0;
    thrum_rwlock_release_write(&mine->rwlock);
    if (last) {
        ck_assert_int_eq(thrum_rwlock_destroy(&mine->rwlock), 0);
        free(mine);
    }
    return (void)unused, NULL;
}

START_TEST(the_last_release_is_the_last_touch)
{
    for (int i = 0; i < scaled(300); i++) {
        shared = calloc(1, sizeof *shared);
        thrum_lock_init(&shared->lock, NULL);
        thrum_rwlock_init(&shared->rwlock, NULL);
        shared->references = shared->others = THREADS;
        in_many(let_go);
    }
}
END_TEST

static void *complete(void *at)
{
    struct shared *mine = at;
    thrum_event_set(&mine->event);
    return NULL;
}

static void *release_done(void *at)
{
    struct shared *mine = at;
    thrum_semaphore_release(&mine->done);
    return NULL;
}

static void *put_in(void *queue)
{
    thrum_queue_put(queue, NULL);
    return NULL;
}

/* Who waited frees the object at once, while the thread that woke it is on its way out. */
START_TEST(a_wait_that_returned_may_free)
{
    for (int i = 0; i < scaled(500); i++) {
        struct shared *mine = calloc(1, sizeof *mine);
        struct thrum_queue *queue;
        void *item = NULL;
        thrum_event_init(&mine->event, NULL);
        thrum_semaphore_init(&mine->done, 0, NULL);
        thrum_thread_start(i % 2 ? complete : release_done, mine, NULL);
        if (i % 2)
            thrum_event_wait(&mine->event);
        else
            thrum_semaphore_acquire(&mine->done);
        thrum_semaphore_destroy(&mine->done);
        thrum_event_destroy(&mine->event);
        free(mine);
        thrum_queue_create(&queue, THRUM_QUEUE_FIFO, 0, NULL);
        thrum_thread_start(put_in, queue, NULL);
        ck_assert_int_eq(thrum_queue_get(queue, &item), 0);
        ck_assert_int_eq(thrum_queue_destroy(queue), 0);
    }
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("stress");
    TCase *tcase = tcase_create("stress");
    tcase_set_timeout(tcase, 240);
    tcase_add_test(tcase, a_lock_excludes);
    tcase_add_test(tcase, a_recursive_lock_excludes_others);
    tcase_add_test(tcase, a_spinlock_excludes);
    tcase_add_test(tcase, a_writer_is_alone);
    tcase_add_test(tcase, a_semaphore_admits_no_more_than_its_value);
    tcase_add_test(tcase, cancelled_waits_lose_no_slot);
    tcase_add_test(tcase, a_baton_is_never_dropped);
    tcase_add_test(tcase, a_buffer_of_one_holds_at_most_one);
    tcase_add_test(tcase, a_barrier_keeps_all_in_step);
    tcase_add_test(tcase, the_last_release_is_the_last_touch);
    tcase_add_test(tcase, a_wait_that_returned_may_free);
    suite_add_tcase(suite, tcase);
    return suite;
}
