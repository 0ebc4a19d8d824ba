/* SPDX-License-Identifier: MIT */
/* Futures and pools: results, errors, callbacks, cancelling, shutdown, workers that are lost, exit. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "other.h"
#include "probes.h"
#include "suite.h"
#include "thrum/event.h"
#include "thrum/interrupt.h"
#include "thrum/pool.h"

static struct thrum_event go = THRUM_EVENT_INIT, ready = THRUM_EVENT_INIT;
static struct thrum_pool *pool;
static struct thrum_future *future;
static _Atomic int ran;

static void *twice(void *number)
{
    ran++;
    return (void *)((intptr_t)number * 2);
}

static void *wait_for_go(void *number)
{
    thrum_event_set(&ready);
    thrum_event_wait(&go);
    return twice(number);
}

static void *fails(void *number)
{
    return THRUM_FAIL(ENOSPC, "task %d", (int)(intptr_t)number);
}

static void *leaves(void *unused)
{
    thrum_exit();
    return unused;
}

/* --- futures by hand --- */

static int set_result(void *unused)
{
    (void)unused;
    return thrum_future_set_result(future, &go);
}

START_TEST(a_future_is_completed_once)
{
    void *result = NULL;
    thrum_future_create(&future, "answer");
    ck_assert(!thrum_future_is_done(future) && !thrum_future_is_running(future));
    ck_assert_int_eq(thrum_future_wait_for(future, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_future_result(future, &result, THRUM_MICROSECONDS(20)), ETIMEDOUT);
    ck_assert_int_eq(thrum_future_result(future, &result, -2), EINVAL);
    ck_assert_int_eq(thrum_future_wait_until(future, &(struct timespec){ 1, 0 }), ETIMEDOUT);
    ck_assert_int_eq(thrum_future_set_running(future), 0);
    ck_assert_int_eq(thrum_future_set_running(future), EALREADY);
    ck_assert(thrum_future_is_running(future));
    ck_assert_int_eq(thrum_future_cancel(future), EBUSY);
    ck_assert_int_eq(elsewhere(set_result, NULL), 0);
    ck_assert_int_eq(elsewhere(set_result, NULL), EALREADY);
    ck_assert_int_eq(thrum_future_cancel(future), EALREADY);
    ck_assert_int_eq(thrum_future_result(future, &result, THRUM_FOREVER), 0);
    ck_assert_ptr_eq(result, &go);
    ck_assert_int_eq(thrum_future_wait(future), 0);
    ck_assert_ptr_null(thrum_future_error(future));
    ck_assert_int_eq(thrum_future_destroy(future), 0);
}
END_TEST

START_TEST(an_error_is_a_result)
{
    struct thrum_error error = { .code = EDOM, .message = "no root", .file = "", .function = "" };
    thrum_future_create(&future, NULL);
    ck_assert_int_eq(thrum_future_set_error(future, &error), 0);
    ck_assert_int_eq(thrum_future_result(future, NULL, 0), EDOM);
    ck_assert_str_eq(thrum_future_error(future)->message, "no root");
    thrum_future_destroy(future);
}
END_TEST

START_TEST(a_cancelled_future_stays_so)
{
    thrum_future_create(&future, NULL);
    ck_assert_int_eq(thrum_future_cancel(future), 0);
    ck_assert_int_eq(thrum_future_cancel(future), 0);
    ck_assert(thrum_future_is_cancelled(future) && thrum_future_is_done(future));
    ck_assert_int_eq(thrum_future_set_result(future, NULL), ECANCELED);
    ck_assert_int_eq(thrum_future_set_running(future), ECANCELED);
    ck_assert_int_eq(thrum_future_result(future, NULL, 0), ECANCELED);
    thrum_future_destroy(future);
}
END_TEST

static int calls[3], called;

static void call(struct thrum_future *of, void *number)
{
    ck_assert_ptr_eq(of, future);
    ck_assert(thrum_future_is_done(of));
    calls[called++] = (int)(intptr_t)number;
}

START_TEST(callbacks_run_once_in_order_and_late_ones_at_once)
{
    thrum_future_create(&future, NULL);
    thrum_future_on_done(future, call, (void *)1);
    thrum_future_on_done(future, call, (void *)2);
    ck_assert_int_eq(called, 0);
    thrum_future_set_result(future, NULL);
    ck_assert_int_eq(called, 2);
    thrum_future_on_done(future, call, (void *)3);
    ck_assert_int_eq(called, 3);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(calls[i], i + 1);
    thrum_future_destroy(future);
    called = 0;
    thrum_future_create(&future, NULL);
    thrum_future_on_done(future, call, (void *)1);
    thrum_future_cancel(future);
    ck_assert_int_eq(called, 1);
    thrum_future_destroy(future);
}
END_TEST

static void *wait_for_future(void *unused)
{
    (void)unused;
    thrum_future_wait(future);
    return NULL;
}

START_TEST(a_future_tells_its_story)
{
    pthread_t thread;
    void *value;
    probes_start();
    thrum_future_create(&future, "answer");
    pthread_create(&thread, NULL, wait_for_future, NULL);
    probes_await("wait_begin", future, 1);
    pthread_cancel(thread);
    pthread_join(thread, &value);
    ck_assert_ptr_eq(value, PTHREAD_CANCELED);
    thrum_future_set_result(future, NULL);
    thrum_future_wait(future);
    struct thrum_future *was = future;
    thrum_future_destroy(future);
    ck_assert_str_eq(probes_story(was), "init name wait_begin wait_end wake acquire destroy");
    ck_assert_int_eq(probes_get(was, 0)->kind, THRUM_kind_future);
    ck_assert_int_eq(probes_get(was, 3)->result, THRUM_result_cancelled);
}
END_TEST

/* --- pools --- */

START_TEST(what_is_submitted_runs)
{
    struct thrum_future *futures[100];
    ck_assert_int_eq(thrum_pool_create(&pool, 0, 0, NULL), EINVAL);
    ck_assert_int_eq(thrum_pool_create(&pool, 3, 0, "millers"), 0);
    for (intptr_t i = 0; i < 100; i++)
        ck_assert_int_eq(thrum_pool_submit(pool, twice, (void *)i, &futures[i]), 0);
    for (intptr_t i = 0; i < 100; i++) {
        void *result;
        ck_assert_int_eq(thrum_future_result(futures[i], &result, THRUM_FOREVER), 0);
        ck_assert_int_eq((intptr_t)result, 2 * i);
        thrum_future_destroy(futures[i]);
    }
    for (int i = 0; i < 50; i++)
        ck_assert_int_eq(thrum_pool_submit(pool, twice, NULL, NULL), 0);
    ck_assert_int_eq(thrum_pool_destroy(pool), 0); /* it waits for the fifty */
    ck_assert_int_eq(ran, 150);
    ck_assert_uint_eq(thrum_thread_count(), 0);
}
END_TEST

START_TEST(an_error_goes_to_who_asks_for_the_result)
{
    void *result = &go;
    thrum_pool_create(&pool, 1, 0, "millers");
    thrum_pool_submit(pool, fails, (void *)7, &future);
    ck_assert_int_eq(thrum_future_result(future, &result, THRUM_FOREVER), ENOSPC);
    const struct thrum_error *error = thrum_future_error(future);
    ck_assert_str_eq(error->message, "task 7");
    ck_assert_str_eq(error->thread, "millers-1");
    ck_assert_ptr_eq(result, &go);
    thrum_future_destroy(future);
    thrum_pool_submit(pool, twice, (void *)7, &future);
    ck_assert_int_eq(thrum_future_result(future, &result, THRUM_FOREVER), 0); /* the next is none the worse */
    thrum_future_destroy(future);
    thrum_pool_destroy(pool);
}
END_TEST

START_TEST(what_has_not_started_can_be_cancelled)
{
    struct thrum_future *second;
    thrum_pool_create(&pool, 1, 0, NULL);
    thrum_pool_submit(pool, wait_for_go, NULL, &future);
    thrum_pool_submit(pool, twice, NULL, &second);
    thrum_event_wait(&ready);
    ck_assert_int_eq(thrum_future_cancel(future), EBUSY);
    ck_assert_uint_eq(thrum_pool_waiting(pool), 1);
    ck_assert_int_eq(thrum_future_cancel(second), 0);
    ck_assert_int_eq(thrum_future_result(second, NULL, 0), ECANCELED);
    thrum_event_set(&go);
    ck_assert_int_eq(thrum_future_wait(future), 0);
    thrum_pool_destroy(pool);
    ck_assert_int_eq(ran, 1);
    thrum_future_destroy(future);
    thrum_future_destroy(second);
}
END_TEST

START_TEST(a_limit_is_kept)
{
    struct thrum_future *second, *third;
    thrum_pool_create(&pool, 1, 1, NULL);
    thrum_pool_submit(pool, wait_for_go, NULL, &future);
    thrum_event_wait(&ready);
    ck_assert_int_eq(thrum_pool_try_submit(pool, twice, NULL, &second), 0);
    ck_assert_int_eq(thrum_pool_try_submit(pool, twice, NULL, &third), EAGAIN);
    thrum_interrupt_install(SIGINT);
    thrum_interrupt_main(SIGINT);
    ck_assert_int_eq(thrum_pool_submit(pool, twice, NULL, &third), EINTR);
    thrum_event_set(&go);
    ck_assert_int_eq(thrum_pool_submit(pool, twice, NULL, NULL), 0);
    thrum_pool_destroy(pool);
    ck_assert_int_eq(ran, 3);
    thrum_future_destroy(future);
    thrum_future_destroy(second);
}
END_TEST

START_TEST(shutdown_in_either_way)
{
    for (int cancel = 0; cancel < 2; cancel++) {
        struct thrum_future *second;
        ran = 0;
        thrum_event_clear(&go), thrum_event_clear(&ready);
        thrum_pool_create(&pool, 1, 0, NULL);
        thrum_pool_submit(pool, wait_for_go, NULL, &future);
        thrum_pool_submit(pool, twice, NULL, &second);
        thrum_event_wait(&ready);
        ck_assert_int_eq(thrum_pool_wait(pool, 0), EINVAL);
        ck_assert_int_eq(thrum_pool_shutdown(pool, cancel), 0);
        ck_assert_int_eq(thrum_pool_submit(pool, twice, NULL, NULL), ESHUTDOWN);
        ck_assert_int_eq(thrum_pool_wait(pool, THRUM_MICROSECONDS(20)), ETIMEDOUT);
        thrum_event_set(&go);
        ck_assert_int_eq(thrum_pool_wait(pool, THRUM_FOREVER), 0);
        ck_assert_int_eq(thrum_future_result(future, NULL, 0), 0);
        ck_assert_int_eq(thrum_future_result(second, NULL, 0), cancel ? ECANCELED : 0);
        ck_assert_int_eq(ran, cancel ? 1 : 2);
        thrum_pool_destroy(pool);
        thrum_future_destroy(future);
        thrum_future_destroy(second);
    }
}
END_TEST

START_TEST(a_worker_that_leaves_is_replaced)
{
    void *result;
    thrum_pool_create(&pool, 2, 0, NULL);
    for (int i = 0; i < 20; i++) {
        thrum_pool_submit(pool, leaves, NULL, &future);
        ck_assert_int_eq(thrum_future_result(future, &result, THRUM_FOREVER), ECANCELED);
        ck_assert_ptr_nonnull(thrum_future_error(future)); /* failed, not cancelled */
        thrum_future_destroy(future);
        thrum_pool_submit(pool, twice, (void *)4, &future);
        ck_assert_int_eq(thrum_future_result(future, &result, THRUM_FOREVER), 0);
        ck_assert_int_eq((intptr_t)result, 8);
        thrum_future_destroy(future);
    }
    ck_assert_int_eq(thrum_pool_destroy(pool), 0);
}
END_TEST

static void *destroy_own(void *unused)
{
    (void)unused;
    return (void *)(intptr_t)thrum_pool_destroy(pool);
}

START_TEST(a_worker_cannot_destroy_its_pool)
{
    void *result;
    thrum_pool_create(&pool, 1, 0, NULL);
    thrum_pool_submit(pool, destroy_own, NULL, &future);
    ck_assert_int_eq(thrum_future_result(future, &result, THRUM_FOREVER), 0);
    ck_assert_int_eq((intptr_t)result, EDEADLK);
    thrum_future_destroy(future);
    ck_assert_int_eq(thrum_pool_destroy(pool), 0);
}
END_TEST

START_TEST(map_gives_results_in_order)
{
    void *arguments[200], *results[200];
    for (intptr_t i = 0; i < 200; i++)
        arguments[i] = (void *)i;
    thrum_pool_create(&pool, 3, 10, NULL);
    ck_assert_int_eq(thrum_pool_map(pool, twice, arguments, 200, results, THRUM_FOREVER), 0);
    for (intptr_t i = 0; i < 200; i++)
        ck_assert_int_eq((intptr_t)results[i], 2 * i);
    ck_assert_int_eq(thrum_pool_map(pool, twice, arguments, 0, NULL, THRUM_FOREVER), 0);
    ck_assert_int_eq(thrum_pool_map(pool, twice, arguments, 3, NULL, -2), EINVAL);
    ck_assert_int_eq(thrum_pool_map(pool, twice, arguments, 3, NULL, THRUM_FOREVER), 0);
    thrum_pool_destroy(pool);
}
END_TEST

static void *fails_from_five(void *number)
{
    return (intptr_t)number >= 5 ? fails(number) : twice(number);
}

START_TEST(map_gives_the_first_error)
{
    void *arguments[50], *results[50] = { NULL };
    for (intptr_t i = 0; i < 50; i++)
        arguments[i] = (void *)i;
    thrum_pool_create(&pool, 2, 0, NULL);
    ck_assert_int_eq(thrum_pool_map(pool, fails_from_five, arguments, 50, results, THRUM_FOREVER), ENOSPC);
    ck_assert_int_eq((intptr_t)results[4], 8);
    ck_assert_ptr_null(results[5]);
    int ran_by_then = ran; /* what was cancelled may still be listed, but is never run */
    thrum_pool_destroy(pool);
    ck_assert_int_eq(ran, ran_by_then);
}
END_TEST

static int start_slowly(void *unused)
{
    (void)unused;
    void *arguments[10] = { NULL };
    return thrum_pool_map(pool, wait_for_go, arguments, 10, NULL, THRUM_MILLISECONDS(5));
}

START_TEST(map_times_out_and_cancels_the_rest)
{
    struct other other;
    thrum_pool_create(&pool, 1, 0, NULL);
    probes_start();
    other_start(&other, start_slowly, NULL);
    /* What has started is waited for, beyond the time: the event comes once the rest is cancelled. */
    probes_await("wake", NULL, 10 + 1 + 9);
    thrum_event_set(&go);
    ck_assert_int_eq(other_end(&other), ETIMEDOUT);
    ck_assert_int_eq(ran, 1);
    thrum_pool_destroy(pool);
}
END_TEST

/* --- exit --- */

static void *print_done(void *unused)
{
    thrum_event_wait(&go);
    if (write(STDOUT_FILENO, "done\n", 5) != 5)
        abort();
    return unused;
}

static void set_go(void)
{
    thrum_event_set(&go);
}

START_TEST(exit_waits_for_what_was_submitted)
{
    int ends[2], status;
    char text[100];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]), close(ends[1]);
        thrum_pool_create(&pool, 2, 0, NULL);
        for (int i = 0; i < 5; i++)
            thrum_pool_submit(pool, print_done, NULL, NULL);
        atexit(set_go);
        exit(0);
    }
    close(ends[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(read(ends[0], text, sizeof text), 25);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("pool");
    TCase *futures = tcase_create("future");
    tcase_add_test(futures, a_future_is_completed_once);
    tcase_add_test(futures, an_error_is_a_result);
    tcase_add_test(futures, a_cancelled_future_stays_so);
    tcase_add_test(futures, callbacks_run_once_in_order_and_late_ones_at_once);
    tcase_add_test(futures, a_future_tells_its_story);
    suite_add_tcase(suite, futures);
    TCase *pools = tcase_create("pool");
    tcase_add_test(pools, what_is_submitted_runs);
    tcase_add_test(pools, an_error_goes_to_who_asks_for_the_result);
    tcase_add_test(pools, what_has_not_started_can_be_cancelled);
    tcase_add_test(pools, a_limit_is_kept);
    tcase_add_test(pools, shutdown_in_either_way);
    tcase_add_test(pools, a_worker_that_leaves_is_replaced);
    tcase_add_test(pools, a_worker_cannot_destroy_its_pool);
    tcase_add_test(pools, map_gives_results_in_order);
    tcase_add_test(pools, map_gives_the_first_error);
    tcase_add_test(pools, map_times_out_and_cancels_the_rest);
    tcase_add_test(pools, exit_waits_for_what_was_submitted);
    suite_add_tcase(suite, pools);
    return suite;
}
