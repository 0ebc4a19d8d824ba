/* SPDX-License-Identifier: MIT */
/*
 * Many producers and consumers on queues and pools, with timeouts, cancellation, shutdown and interrupts: every item
 * arrives once, in order, and no limit is exceeded. THRUM_STRESS multiplies the work, 1 by default.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "other.h"
#include "suite.h"
#include "thrum/thrum.h"

enum { PRODUCERS = 4, CONSUMERS = 4, MOST = 100000, LIMIT = 7 };

static int scaled(int rounds)
{
    const char *factor = getenv("THRUM_STRESS");
    double by = factor ? atof(factor) : 1;
    int number = rounds * by < 1 ? 1 : (int)(rounds * by);
    return number < MOST ? number : MOST;
}

static unsigned chance(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static struct thrum_queue queue;
static int each; /* items of each producer */
static _Atomic unsigned char arrived[PRODUCERS][MOST];
static _Atomic long total;

/* An item is its producer and its number. */
static void *item_of(intptr_t producer, int number)
{
    return (void *)(producer * MOST + number + 1);
}

static void check_in(void *item, int latest[PRODUCERS])
{
    intptr_t value = (intptr_t)item - 1, producer = value / MOST;
    int number = (int)(value % MOST);
    ck_assert_msg(value >= 0 && producer < PRODUCERS && number < each, "an item that nobody put");
    ck_assert_msg(arrived[producer][number]++ == 0, "item %d of %d arrived twice", number, (int)producer);
    if (latest) { /* one consumer sees the items of one producer in their order */
        ck_assert_int_gt(number, latest[producer]);
        latest[producer] = number;
    }
    total++;
}

static void *produce(void *number)
{
    unsigned seed = (unsigned)(intptr_t)number;
    for (int i = 0; i < each; i++) {
        void *item = item_of((intptr_t)number, i);
        int result;
        do
            result = chance(&seed) % 4 ? thrum_queue_put(&queue, item)
                                       : thrum_queue_put_for(&queue, item, chance(&seed) % 30000);
        while (result == ETIMEDOUT);
        ck_assert_int_eq(result, 0);
    }
    return NULL;
}

static void *consume(void *ordered)
{
    int latest[PRODUCERS], result;
    unsigned seed = (unsigned)(intptr_t)&latest;
    void *item;
    memset(latest, -1, sizeof latest);
    while ((result = chance(&seed) % 4 ? thrum_queue_get(&queue, &item)
                                       : thrum_queue_get_for(&queue, &item, chance(&seed) % 30000)) != ESHUTDOWN) {
        if (result == ETIMEDOUT)
            continue;
        ck_assert_int_eq(result, 0);
        ck_assert_uint_le(thrum_queue_size(&queue), queue.limit ? queue.limit : MOST * PRODUCERS);
        check_in(item, ordered ? latest : NULL);
        ck_assert_int_eq(thrum_queue_task_done(&queue), 0);
    }
    return NULL;
}

static void run_queue(enum thrum_queue_order order, size_t limit)
{
    struct thrum_group *producers, *consumers;
    each = scaled(5000);
    ck_assert_int_eq(thrum_queue_init(&queue, order, limit, NULL), 0);
    thrum_group_create(&producers), thrum_group_create(&consumers);
    for (intptr_t i = 0; i < CONSUMERS; i++)
        thrum_group_spawn(consumers, consume, order == THRUM_QUEUE_FIFO ? &queue : NULL, NULL);
    for (intptr_t i = 0; i < PRODUCERS; i++)
        thrum_group_spawn(producers, produce, (void *)i, NULL);
    ck_assert_int_eq(thrum_group_wait(producers), 0);
    ck_assert_int_eq(thrum_queue_join(&queue), 0);
    ck_assert_int_eq(total, (long)PRODUCERS * each);
    ck_assert_int_eq(thrum_queue_shutdown(&queue, false), 0);
    ck_assert_int_eq(thrum_group_wait(consumers), 0);
    for (int i = 0; i < PRODUCERS; i++)
        for (int j = 0; j < each; j++)
            ck_assert_int_eq(arrived[i][j], 1);
    ck_assert_int_eq(thrum_queue_destroy(&queue), 0);
    thrum_group_destroy(producers), thrum_group_destroy(consumers);
}

START_TEST(every_item_arrives_once_and_in_order)
{
    run_queue(THRUM_QUEUE_FIFO, LIMIT);
}
END_TEST

START_TEST(also_through_a_queue_of_one)
{
    run_queue(THRUM_QUEUE_FIFO, 1);
}
END_TEST

START_TEST(also_without_a_limit)
{
    run_queue(THRUM_QUEUE_FIFO, 0);
}
END_TEST

START_TEST(also_last_in_first_out)
{
    run_queue(THRUM_QUEUE_LIFO, LIMIT);
}
END_TEST

START_TEST(also_by_priority)
{
    run_queue(THRUM_QUEUE_PRIORITY, LIMIT);
}
END_TEST

/*
 * --- consumers that are cancelled ---
 *
 * This lost an item once in some ten runs: a wait was asynchronous as pthread_cancel() looked, the signal came when the
 * consumer had its item already, and hit it in the write() inside ck_assert, although cancellation was disabled there
 * (settle_cancellation() in wait.c draws it). The writes are what matters here.
 */

static void *consume_until_cancelled(void *unused)
{
    for (;;) {
        void *item;
        int state;
        if (thrum_queue_get(&queue, &item) != 0)
            return unused;
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state); /* it is ours: nothing may come between */
        check_in(item, NULL);
        pthread_setcancelstate(state, NULL);
    }
}

static void cancel_consumers(size_t limit)
{
    struct thrum_group *producers;
    unsigned seed = 1;
    each = scaled(8000);
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, limit, NULL);
    thrum_group_create(&producers);
    for (intptr_t i = 0; i < PRODUCERS; i++)
        thrum_group_spawn(producers, produce, (void *)i, NULL);
    while (total < (long)PRODUCERS * each) {
        struct thrum_thread *thread[2];
        for (int i = 0; i < 2; i++)
            thrum_thread_create(&thread[i], consume_until_cancelled, NULL, NULL);
        for (unsigned yields = chance(&seed) % 100; yields > 0; yields--)
            sched_yield();
        for (int i = 0; i < 2; i++) {
            pthread_cancel((pthread_t)thrum_thread_ident_of(thread[i]));
            thrum_thread_join(thread[i], NULL);
            thrum_thread_destroy(thread[i]);
        }
    }
    ck_assert_int_eq(thrum_group_wait(producers), 0);
    ck_assert(thrum_queue_empty(&queue));
    ck_assert_int_eq(thrum_queue_destroy(&queue), 0);
    thrum_group_destroy(producers);
}

START_TEST(cancelled_consumers_lose_nothing)
{
    cancel_consumers(LIMIT);
}
END_TEST

START_TEST(nor_where_the_queue_has_no_limit)
{
    cancel_consumers(0);
}
END_TEST

/* --- shutdown in the midst --- */

static _Atomic long put_in, taken_out, dropped;

static void *put_until_shut(void *number)
{
    for (int i = 0; thrum_queue_put(&queue, item_of((intptr_t)number, i)) == 0; i++)
        put_in++;
    return NULL;
}

static void *get_until_shut(void *unused)
{
    void *item;
    while (thrum_queue_get(&queue, &item) == 0)
        taken_out++;
    return unused;
}

static void count_dropped(void *item)
{
    (void)item;
    dropped++;
}

START_TEST(a_shutdown_accounts_for_every_item)
{
    for (int round = 0; round < scaled(100); round++) {
        struct thrum_group *group;
        put_in = taken_out = dropped = 0;
        thrum_queue_init(&queue, THRUM_QUEUE_FIFO, round & 2 ? LIMIT : 0, NULL);
        thrum_queue_on_drop(&queue, count_dropped);
        thrum_group_create(&group);
        for (intptr_t i = 0; i < 3; i++) {
            thrum_group_spawn(group, put_until_shut, (void *)i, NULL);
            thrum_group_spawn(group, get_until_shut, NULL, NULL);
        }
        while (taken_out < 100)
            sched_yield();
        thrum_queue_shutdown(&queue, round % 2);
        ck_assert_int_eq(thrum_group_wait(group), 0);
        ck_assert_int_eq(put_in, taken_out + dropped);
        ck_assert_int_eq(thrum_queue_destroy(&queue), 0);
        thrum_group_destroy(group);
    }
}
END_TEST

/* --- a main thread that is interrupted all the time --- */

static _Atomic bool stop;
static struct thrum_event taken = THRUM_EVENT_INIT;
static _Atomic long sent;

/* Each interrupt is sent once the one before was taken, so that they can be counted. */
static void *interrupt_often(void *unused)
{
    while (!stop) {
        thrum_event_clear(&taken);
        sent++;
        thrum_interrupt_main(SIGINT);
        thrum_event_wait(&taken);
    }
    return unused;
}

START_TEST(an_interrupted_consumer_loses_neither_items_nor_interrupts)
{
    struct thrum_group *producers;
    struct thrum_thread *interrupter;
    long interrupts = 0;
    each = scaled(3000);
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, LIMIT, NULL);
    thrum_interrupt_install(SIGINT);
    thrum_group_create(&producers);
    for (intptr_t i = 0; i < PRODUCERS; i++)
        thrum_group_spawn(producers, produce, (void *)i, NULL);
    thrum_thread_create(&interrupter, interrupt_often, NULL, NULL);
    while (total < (long)PRODUCERS * each) {
        void *item;
        int result = thrum_queue_get(&queue, &item);
        if (result == 0)
            check_in(item, NULL);
        else
            ck_assert_int_eq(result, EINTR);
        if (result == EINTR || (total % 16 == 0 && thrum_interrupt_poll() == EINTR)) {
            interrupts++;
            stop = total >= (long)PRODUCERS * each - 1;
            thrum_event_set(&taken);
        }
    }
    stop = true;
    thrum_event_set(&taken);
    int result;
    while ((result = thrum_thread_join(interrupter, NULL)) == EINTR) {
        interrupts++;
        thrum_event_set(&taken);
    }
    ck_assert_int_eq(result, 0);
    interrupts += thrum_interrupt_poll() == EINTR;
    ck_assert_int_eq(interrupts, sent);
    thrum_thread_destroy(interrupter);
    ck_assert_int_eq(thrum_group_wait(producers), 0);
    thrum_group_destroy(producers);
    ck_assert_int_eq(thrum_queue_destroy(&queue), 0);
}
END_TEST

/* --- pools --- */

static void *count_task(void *argument)
{
    check_in(argument, NULL);
    return argument;
}

START_TEST(every_task_runs_once_or_is_cancelled)
{
    struct thrum_pool *pool;
    long cancelled = 0;
    unsigned seed = 3;
    each = scaled(4000);
    thrum_pool_create(&pool, 4, 0, NULL);
    struct thrum_future **futures = calloc((size_t)each, sizeof *futures);
    for (int i = 0; i < each; i++) {
        ck_assert_int_eq(thrum_pool_submit(pool, count_task, item_of(0, i), &futures[i]), 0);
        if (chance(&seed) % 4 == 0)
            thrum_future_cancel(futures[chance(&seed) % (unsigned)(i + 1)]);
    }
    for (int i = 0; i < each; i++) {
        void *result = NULL;
        int got = thrum_future_result(futures[i], &result, THRUM_FOREVER);
        ck_assert_int_eq(arrived[0][i], got == 0);
        ck_assert(got == ECANCELED || (got == 0 && result == item_of(0, i)));
        cancelled += got == ECANCELED;
        thrum_future_destroy(futures[i]);
    }
    ck_assert_int_eq(total + cancelled, each);
    ck_assert_int_eq(thrum_pool_destroy(pool), 0);
    free(futures);
}
END_TEST

static struct thrum_pool *crowded;
static _Atomic int in_pool;

static void *count_inside(void *argument)
{
    ck_assert_int_lt(in_pool++, 3);
    check_in(argument, NULL);
    in_pool--;
    return NULL;
}

static void *submit_many(void *number)
{
    for (int i = 0; i < each; i++)
        ck_assert_int_eq(thrum_pool_submit(crowded, count_inside, item_of((intptr_t)number, i), NULL), 0);
    return NULL;
}

START_TEST(no_more_run_at_once_than_there_are_workers)
{
    struct thrum_group *group;
    each = scaled(3000);
    thrum_pool_create(&crowded, 3, LIMIT, NULL);
    thrum_group_create(&group);
    for (intptr_t i = 0; i < PRODUCERS; i++)
        thrum_group_spawn(group, submit_many, (void *)i, NULL);
    thrum_group_wait(group);
    thrum_group_destroy(group);
    ck_assert_int_eq(thrum_pool_destroy(crowded), 0);
    ck_assert_int_eq(total, (long)PRODUCERS * each);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("stress-queue");
    TCase *tcase = tcase_create("stress-queue");
    tcase_set_timeout(tcase, 240);
    tcase_add_test(tcase, every_item_arrives_once_and_in_order);
    tcase_add_test(tcase, also_through_a_queue_of_one);
    tcase_add_test(tcase, also_without_a_limit);
    tcase_add_test(tcase, also_last_in_first_out);
    tcase_add_test(tcase, also_by_priority);
    tcase_add_test(tcase, a_shutdown_accounts_for_every_item);
    tcase_add_test(tcase, an_interrupted_consumer_loses_neither_items_nor_interrupts);
    tcase_add_test(tcase, every_task_runs_once_or_is_cancelled);
    tcase_add_test(tcase, no_more_run_at_once_than_there_are_workers);
    suite_add_tcase(suite, tcase);
    TCase *cancelled = tcase_create("cancelled");
    tcase_set_timeout(cancelled, 240);
    tcase_add_test(cancelled, cancelled_consumers_lose_nothing);
    tcase_add_test(cancelled, nor_where_the_queue_has_no_limit);
    suite_add_tcase(suite, cancelled);
    return suite;
}
