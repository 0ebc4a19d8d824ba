/* SPDX-License-Identifier: MIT */
/* Queue: orders, limits, timeouts, tasks, shutdown, cancellation, and what it tells. */
#include <errno.h>
#include "other.h"
#include "probes.h"
#include "suite.h"
#include "thrum/queue.h"

static struct thrum_queue queue;
static const struct timespec past = { 1, 0 };

static void *item(intptr_t number)
{
    return (void *)number;
}

static intptr_t got(void)
{
    void *taken = item(-1);
    ck_assert_int_eq(thrum_queue_try_get(&queue, &taken), 0);
    return (intptr_t)taken;
}

static int get_one(void *unused)
{
    void *taken = item(-1);
    (void)unused;
    int result = thrum_queue_get(&queue, &taken);
    return result ? -result : (int)(intptr_t)taken;
}

static int put_one(void *what)
{
    return thrum_queue_put(&queue, what);
}

static int join_queue(void *unused)
{
    (void)unused;
    return thrum_queue_join(&queue);
}

START_TEST(fifo_gives_the_oldest_first)
{
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 0, NULL);
    intptr_t put = 0, taken = 0;
    for (int round = 0; round < 300; round++) { /* it grows and shrinks, over many chunks */
        for (int i = 0; i < (round < 150 ? 20 : 3); i++)
            ck_assert_int_eq(thrum_queue_put(&queue, item(put++)), 0);
        for (int i = 0; i < (round < 150 ? 3 : 19) && taken < put; i++)
            ck_assert_int_eq(got(), taken++);
        ck_assert_uint_eq(thrum_queue_size(&queue), put - taken);
    }
    while (taken < put)
        ck_assert_int_eq(got(), taken++);
    ck_assert(thrum_queue_empty(&queue));
    ck_assert_ptr_eq(queue.out.chunks, queue.out.last); /* the memory was given back */
    ck_assert_int_eq(thrum_queue_destroy(&queue), 0);
}
END_TEST

START_TEST(lifo_gives_the_newest_first)
{
    thrum_queue_init(&queue, THRUM_QUEUE_LIFO, 0, NULL);
    for (int i = 0; i < 5000; i++)
        ck_assert_int_eq(thrum_queue_put(&queue, item(i)), 0);
    for (int i = 4999; i >= 0; i--)
        ck_assert_int_eq(got(), i);
    thrum_queue_destroy(&queue);
}
END_TEST

START_TEST(priority_gives_the_lowest_first_and_equals_in_order)
{
    thrum_queue_init(&queue, THRUM_QUEUE_PRIORITY, 0, NULL);
    unsigned seed = 12345;
    for (int i = 0; i < 3000; i++) {
        seed = seed * 1103515245 + 12345;
        int64_t priority = (int64_t)(seed >> 16) % 50 - 25;
        ck_assert_int_eq(thrum_queue_put_priority(&queue, item((priority + 25) * 10000 + i), priority, THRUM_FOREVER), 0);
    }
    intptr_t before = -1;
    for (int i = 0; i < 3000; i++) {
        intptr_t now = got();
        ck_assert_int_gt(now, before); /* priority first, then the order of putting */
        before = now;
    }
    ck_assert_int_eq(thrum_queue_put_priority(&queue, item(1), INT64_MAX, 0), 0);
    ck_assert_int_eq(thrum_queue_put_priority(&queue, item(2), INT64_MIN, 0), 0);
    ck_assert_int_eq(thrum_queue_put(&queue, item(3)), 0);
    ck_assert_int_eq(got(), 2);
    ck_assert_int_eq(got(), 3);
    ck_assert_int_eq(got(), 1);
    thrum_queue_destroy(&queue);
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 0, NULL);
    ck_assert_int_eq(thrum_queue_put_priority(&queue, item(1), 1, 0), EINVAL);
}
END_TEST

START_TEST(a_limit_is_kept)
{
    void *taken;
    struct thrum_queue *heap;
    ck_assert_int_eq(thrum_queue_create(&heap, (enum thrum_queue_order)7, 2, NULL), EINVAL);
    ck_assert_int_eq(thrum_queue_create(&heap, THRUM_QUEUE_FIFO, 2, "jobs"), 0);
    ck_assert_int_eq(thrum_queue_try_get(heap, &taken), EAGAIN);
    ck_assert_int_eq(thrum_queue_get_for(heap, &taken, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_queue_get_for(heap, &taken, THRUM_MICROSECONDS(20)), ETIMEDOUT);
    ck_assert_int_eq(thrum_queue_get_until(heap, &taken, &past), ETIMEDOUT);
    ck_assert_int_eq(thrum_queue_get_for(heap, &taken, -2), EINVAL);
    ck_assert_int_eq(thrum_queue_put(heap, NULL), 0);
    ck_assert(!thrum_queue_full(heap));
    ck_assert_int_eq(thrum_queue_try_put(heap, heap), 0);
    ck_assert(thrum_queue_full(heap));
    ck_assert_int_eq(thrum_queue_try_put(heap, heap), EAGAIN);
    ck_assert_int_eq(thrum_queue_put_for(heap, heap, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_queue_put_for(heap, heap, THRUM_MICROSECONDS(20)), ETIMEDOUT);
    ck_assert_int_eq(thrum_queue_put_until(heap, heap, &past), ETIMEDOUT);
    ck_assert_int_eq(thrum_queue_put_for(heap, heap, -2), EINVAL);
    ck_assert_uint_eq(thrum_queue_size(heap), 2);
    taken = heap;
    ck_assert_int_eq(thrum_queue_get(heap, &taken), 0);
    ck_assert_ptr_null(taken);
    ck_assert_int_eq(thrum_queue_destroy(heap), 0);
}
END_TEST

START_TEST(a_put_lets_a_getter_through_and_a_get_a_putter)
{
    struct other other[3];
    probes_start();
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 1, NULL);
    for (int i = 0; i < 3; i++)
        other_start(&other[i], get_one, NULL);
    probes_await("wait_begin", &queue, 3);
    for (int i = 1; i <= 3; i++) {
        ck_assert_int_eq(thrum_queue_put(&queue, item(1)), 0);
        probes_await("wait_end", &queue, i);
    }
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(other_end(&other[i]), 1);
    thrum_queue_put(&queue, item(0));
    probes_start();
    for (int i = 0; i < 3; i++)
        other_start(&other[i], put_one, item(10 + i));
    probes_await("wait_begin", &queue, 3);
    intptr_t sum = 0;
    for (int i = 0; i < 4; i++) {
        void *taken;
        ck_assert_int_eq(thrum_queue_get(&queue, &taken), 0);
        sum += (intptr_t)taken;
    }
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(other_end(&other[i]), 0);
    ck_assert_int_eq(sum, 33);
    ck_assert_int_eq(thrum_queue_destroy(&queue), 0);
}
END_TEST

START_TEST(join_waits_until_all_is_done)
{
    struct other other;
    probes_start();
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 0, NULL);
    ck_assert_int_eq(thrum_queue_task_done(&queue), EINVAL);
    ck_assert_int_eq(thrum_queue_join(&queue), 0);
    thrum_queue_put(&queue, NULL);
    thrum_queue_put(&queue, NULL);
    ck_assert_int_eq(thrum_queue_join_for(&queue, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_queue_join_for(&queue, -2), EINVAL);
    other_start(&other, join_queue, NULL);
    probes_await("wait_begin", &queue, 2);
    got(), got();
    ck_assert_int_eq(thrum_queue_task_done(&queue), 0);
    ck_assert_int_eq(thrum_queue_join_for(&queue, THRUM_MICROSECONDS(50)), ETIMEDOUT);
    ck_assert_int_eq(thrum_queue_task_done(&queue), 0);
    ck_assert_int_eq(other_end(&other), 0);
    ck_assert_int_eq(thrum_queue_task_done(&queue), EINVAL);
}
END_TEST

START_TEST(a_shut_queue_gives_what_it_has)
{
    void *taken;
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 0, NULL);
    thrum_queue_put(&queue, item(5));
    ck_assert(!thrum_queue_is_shut_down(&queue));
    ck_assert_int_eq(thrum_queue_shutdown(&queue, false), 0);
    ck_assert(thrum_queue_is_shut_down(&queue));
    ck_assert_int_eq(thrum_queue_put(&queue, NULL), ESHUTDOWN);
    ck_assert_int_eq(thrum_queue_try_put(&queue, NULL), ESHUTDOWN);
    ck_assert_int_eq(got(), 5);
    ck_assert_int_eq(thrum_queue_get(&queue, &taken), ESHUTDOWN);
    ck_assert_int_eq(thrum_queue_try_get(&queue, &taken), ESHUTDOWN);
    ck_assert_int_eq(thrum_queue_get_for(&queue, &taken, 0), ESHUTDOWN);
    ck_assert_int_eq(thrum_queue_join_for(&queue, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_queue_task_done(&queue), 0);
    ck_assert_int_eq(thrum_queue_join(&queue), 0);
}
END_TEST

START_TEST(shutdown_ends_the_waits)
{
    struct other other[3];
    probes_start();
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 1, NULL);
    for (int i = 0; i < 3; i++)
        other_start(&other[i], get_one, NULL);
    probes_await("wait_begin", &queue, 3);
    thrum_queue_shutdown(&queue, false);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(other_end(&other[i]), -ESHUTDOWN);
    ck_assert_int_eq(probes_get(&queue, 5)->result, THRUM_result_shutdown);
    thrum_queue_destroy(&queue);
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 1, NULL);
    thrum_queue_put(&queue, NULL);
    probes_start();
    for (int i = 0; i < 3; i++)
        other_start(&other[i], put_one, NULL);
    probes_await("wait_begin", &queue, 3);
    thrum_queue_shutdown(&queue, false);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(other_end(&other[i]), ESHUTDOWN);
    ck_assert_uint_eq(thrum_queue_size(&queue), 1);
}
END_TEST

static intptr_t dropped;

static void drop(void *what)
{
    dropped += (intptr_t)what;
}

START_TEST(an_immediate_shutdown_drops_and_counts_as_done)
{
    struct other other;
    void *taken;
    probes_start();
    thrum_queue_init(&queue, THRUM_QUEUE_PRIORITY, 0, NULL);
    thrum_queue_on_drop(&queue, drop);
    for (int i = 1; i <= 10; i++)
        thrum_queue_put(&queue, item(i));
    ck_assert_int_eq(got(), 1);
    other_start(&other, join_queue, NULL);
    probes_await("wait_begin", &queue, 1);
    ck_assert_int_eq(thrum_queue_shutdown(&queue, true), 0);
    ck_assert_int_eq(dropped, 54);
    ck_assert(thrum_queue_empty(&queue));
    ck_assert_int_eq(thrum_queue_get(&queue, &taken), ESHUTDOWN);
    ck_assert_int_eq(thrum_queue_task_done(&queue), 0); /* of the one that was taken before */
    ck_assert_int_eq(other_end(&other), 0);
    ck_assert_int_eq(thrum_queue_destroy(&queue), 0);
    thrum_queue_init(&queue, THRUM_QUEUE_LIFO, 0, NULL);
    thrum_queue_on_drop(&queue, drop);
    thrum_queue_put(&queue, item(46));
    thrum_queue_destroy(&queue);
    ck_assert_int_eq(dropped, 100);
}
END_TEST

/* What the thread got. Its result doesn't tell: a cancellation that comes as it ends may overwrite that. */
static void *_Atomic got_by_thread;

static void *get_for_ever(void *unused)
{
    void *taken;
    int state;
    if (thrum_queue_get(&queue, &taken) != 0)
        return unused;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    got_by_thread = taken;
    return unused;
}

START_TEST(a_cancelled_get_takes_nothing)
{
    /* The item and the cancellation meet: either the getter has it or it is still there. */
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 0, NULL);
    for (int round = 0; round < 300; round++) {
        pthread_t thread;
        void *taken = NULL;
        probes_start();
        got_by_thread = NULL;
        pthread_create(&thread, NULL, get_for_ever, NULL);
        if (round % 2)
            probes_await("wait_begin", &queue, 1);
        thrum_queue_put(&queue, item(7));
        pthread_cancel(thread);
        pthread_join(thread, NULL);
        int result = thrum_queue_try_get(&queue, &taken);
        ck_assert_int_eq(result, got_by_thread ? EAGAIN : 0);
        ck_assert_ptr_eq(result == 0 ? taken : got_by_thread, item(7));
    }
}
END_TEST

START_TEST(a_cancelled_get_passes_its_turn_on)
{
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 0, NULL);
    for (int round = 0; round < 300; round++) {
        pthread_t thread;
        struct other other;
        probes_start();
        got_by_thread = NULL;
        pthread_create(&thread, NULL, get_for_ever, NULL);
        probes_await("wait_begin", &queue, 1);
        other_start(&other, get_one, NULL);
        probes_await("wait_begin", &queue, 2);
        thrum_queue_put(&queue, item(7));
        pthread_cancel(thread);
        pthread_join(thread, NULL);
        if (got_by_thread)
            thrum_queue_put(&queue, item(7));
        ck_assert_int_eq(other_end(&other), 7);
        ck_assert(thrum_queue_empty(&queue));
    }
}
END_TEST

START_TEST(a_queue_tells_its_story)
{
    void *taken;
    probes_start();
    thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 1, "jobs");
    thrum_queue_put(&queue, NULL);
    thrum_queue_put_for(&queue, NULL, 8);
    thrum_queue_try_put(&queue, NULL);
    thrum_queue_get(&queue, &taken);
    thrum_queue_try_get(&queue, &taken);
    thrum_queue_get_for(&queue, &taken, 9);
    thrum_queue_shutdown(&queue, false);
    thrum_queue_destroy(&queue);
    ck_assert_str_eq(probes_story(&queue), "init name wake wait_begin wait_end acquire_fail acquire acquire_fail "
                                           "wait_begin wait_end wake destroy");
    ck_assert_uint_eq(probes_get(&queue, 0)->value, 1);
    ck_assert_int_eq(probes_get(&queue, 0)->kind, THRUM_kind_queue);
    ck_assert_int_eq(probes_get(&queue, 3)->timeout, 8);
    ck_assert_int_eq(probes_get(&queue, 9)->result, ETIMEDOUT);
    ck_assert_int_eq(probes_get(&queue, 10)->scope, THRUM_scope_all);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("queue");
    TCase *tcase = tcase_create("queue");
    tcase_add_test(tcase, fifo_gives_the_oldest_first);
    tcase_add_test(tcase, lifo_gives_the_newest_first);
    tcase_add_test(tcase, priority_gives_the_lowest_first_and_equals_in_order);
    tcase_add_test(tcase, a_limit_is_kept);
    tcase_add_test(tcase, a_put_lets_a_getter_through_and_a_get_a_putter);
    tcase_add_test(tcase, join_waits_until_all_is_done);
    tcase_add_test(tcase, a_shut_queue_gives_what_it_has);
    tcase_add_test(tcase, shutdown_ends_the_waits);
    tcase_add_test(tcase, an_immediate_shutdown_drops_and_counts_as_done);
    tcase_add_test(tcase, a_cancelled_get_takes_nothing);
    tcase_add_test(tcase, a_cancelled_get_passes_its_turn_on);
    tcase_add_test(tcase, a_queue_tells_its_story);
    suite_add_tcase(suite, tcase);
    return suite;
}
