/* SPDX-License-Identifier: MIT */
/* Barrier: rounds, the action, abort, reset, broken, timeouts, and what it tells. */
#include <errno.h>
#include "other.h"
#include "probes.h"
#include "suite.h"
#include "thrum/barrier.h"

static struct thrum_barrier barrier;
static const struct timespec past = { 1, 0 };

static int wait_index(void *index)
{
    return thrum_barrier_wait(&barrier, index);
}

static void *wait_and_return(void *unused)
{
    (void)unused;
    return (void *)(intptr_t)thrum_barrier_wait(&barrier, NULL);
}

static int actions;

static int act(void *result)
{
    actions++;
    return *(int *)result;
}

START_TEST(parties_are_checked)
{
    struct thrum_barrier *heap;
    ck_assert_int_eq(thrum_barrier_init(&barrier, 0, NULL, NULL, NULL), EINVAL);
    ck_assert_int_eq(thrum_barrier_create(&heap, 0, NULL, NULL, NULL), EINVAL);
    ck_assert_int_eq(thrum_barrier_create(&heap, 1, NULL, NULL, "alone"), 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(thrum_barrier_wait(heap, NULL), 0);
    ck_assert_int_eq(thrum_barrier_wait_for(heap, NULL, -4), EINVAL);
    ck_assert_int_eq(thrum_barrier_destroy(heap), 0);
}
END_TEST

START_TEST(each_thread_of_a_round_gets_an_index_of_its_own)
{
    int ok = 0;
    thrum_barrier_init(&barrier, 4, act, &ok, "round");
    for (int round = 1; round <= 50; round++) {
        struct other other[3];
        uint32_t index[4], seen = 0;
        for (int i = 0; i < 3; i++)
            other_start(&other[i], wait_index, &index[i]);
        ck_assert_int_eq(thrum_barrier_wait(&barrier, &index[3]), 0);
        for (int i = 0; i < 3; i++)
            ck_assert_int_eq(other_end(&other[i]), 0);
        for (int i = 0; i < 4; i++)
            seen |= 1u << index[i];
        ck_assert_uint_eq(seen, 15);
        ck_assert_int_eq(actions, round);
    }
    ck_assert_uint_eq(thrum_barrier_waiting(&barrier), 0);
}
END_TEST

START_TEST(an_action_that_fails_breaks_the_barrier)
{
    struct other other;
    int failure = EIO, ok = 0;
    probes_start();
    thrum_barrier_init(&barrier, 2, act, &failure, NULL);
    other_start(&other, wait_index, NULL);
    probes_await("wait_begin", &barrier, 1);
    ck_assert_int_eq(thrum_barrier_wait(&barrier, NULL), EIO);
    ck_assert_int_eq(other_end(&other), ENOTRECOVERABLE);
    ck_assert(thrum_barrier_broken(&barrier));
    ck_assert_int_eq(thrum_barrier_wait(&barrier, NULL), ENOTRECOVERABLE);
    ck_assert_int_eq(thrum_barrier_reset(&barrier), 0);
    barrier.argument = &ok;
    other_start(&other, wait_index, NULL);
    ck_assert_int_eq(thrum_barrier_wait(&barrier, NULL), 0);
    ck_assert_int_eq(other_end(&other), 0);
    ck_assert_int_eq(actions, 2);
}
END_TEST

static int leave(void *unused)
{
    (void)unused;
    pthread_exit(NULL);
}

START_TEST(an_action_that_is_left_breaks_the_barrier)
{
    pthread_t thread[2];
    void *value[2];
    thrum_barrier_init(&barrier, 2, leave, NULL, NULL);
    for (int i = 0; i < 2; i++)
        pthread_create(&thread[i], NULL, wait_and_return, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], &value[i]);
    ck_assert(!value[0] != !value[1]); /* one was left by pthread_exit(NULL) */
    ck_assert_int_eq((intptr_t)value[0] + (intptr_t)value[1], ENOTRECOVERABLE);
    ck_assert(thrum_barrier_broken(&barrier));
}
END_TEST

START_TEST(time_that_is_up_breaks_the_barrier)
{
    struct other other;
    probes_start();
    thrum_barrier_init(&barrier, 3, NULL, NULL, NULL);
    other_start(&other, wait_index, NULL);
    probes_await("wait_begin", &barrier, 1);
    ck_assert_int_eq(thrum_barrier_wait_for(&barrier, NULL, THRUM_MICROSECONDS(100)), ETIMEDOUT);
    ck_assert_int_eq(other_end(&other), ENOTRECOVERABLE);
    ck_assert(thrum_barrier_broken(&barrier));
    ck_assert_int_eq(thrum_barrier_wait_until(&barrier, NULL, &past), ENOTRECOVERABLE);
    thrum_barrier_reset(&barrier);
    ck_assert_int_eq(thrum_barrier_wait_until(&barrier, NULL, &past), ETIMEDOUT);
}
END_TEST

START_TEST(abort_and_reset_end_the_waits)
{
    struct other other[2];
    probes_start();
    thrum_barrier_init(&barrier, 3, NULL, NULL, NULL);
    for (int i = 0; i < 2; i++)
        other_start(&other[i], wait_index, NULL);
    probes_await("wait_begin", &barrier, 2);
    ck_assert_uint_eq(thrum_barrier_waiting(&barrier), 2);
    ck_assert_int_eq(thrum_barrier_destroy(&barrier), EBUSY);
    thrum_barrier_reset(&barrier);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(other_end(&other[i]), ENOTRECOVERABLE);
    ck_assert(!thrum_barrier_broken(&barrier));
    other_start(&other[0], wait_index, NULL);
    probes_await("wait_begin", &barrier, 3);
    thrum_barrier_abort(&barrier);
    ck_assert_int_eq(other_end(&other[0]), ENOTRECOVERABLE);
    ck_assert(thrum_barrier_broken(&barrier));
    ck_assert_int_eq(thrum_barrier_destroy(&barrier), 0);
}
END_TEST

START_TEST(a_barrier_tells_its_story)
{
    struct other other;
    probes_start();
    thrum_barrier_init(&barrier, 2, NULL, NULL, "start line");
    other_start(&other, wait_index, NULL);
    probes_await("wait_begin", &barrier, 1);
    thrum_barrier_wait(&barrier, NULL);
    other_end(&other);
    thrum_barrier_abort(&barrier);
    thrum_barrier_destroy(&barrier);
    ck_assert_str_eq(probes_story(&barrier), "init name wait_begin wake wait_end wake destroy");
    ck_assert_uint_eq(probes_get(&barrier, 0)->value, 2);
    ck_assert_int_eq(probes_get(&barrier, 0)->kind, THRUM_kind_barrier);
    ck_assert_int_eq(probes_get(&barrier, 2)->timeout, -1);
    ck_assert_int_eq(probes_get(&barrier, 3)->scope, THRUM_scope_all);
    ck_assert_int_eq(probes_get(&barrier, 4)->result, 0);
}
END_TEST

START_TEST(a_broken_wait_is_told_as_broken)
{
    struct other other;
    probes_start();
    thrum_barrier_init(&barrier, 2, NULL, NULL, NULL);
    other_start(&other, wait_index, NULL);
    probes_await("wait_begin", &barrier, 1);
    thrum_barrier_abort(&barrier);
    other_end(&other);
    ck_assert_int_eq(probes_get(&barrier, 3)->result, THRUM_result_broken);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("barrier");
    TCase *tcase = tcase_create("barrier");
    tcase_add_test(tcase, parties_are_checked);
    tcase_add_test(tcase, each_thread_of_a_round_gets_an_index_of_its_own);
    tcase_add_test(tcase, an_action_that_fails_breaks_the_barrier);
    tcase_add_test(tcase, an_action_that_is_left_breaks_the_barrier);
    tcase_add_test(tcase, time_that_is_up_breaks_the_barrier);
    tcase_add_test(tcase, abort_and_reset_end_the_waits);
    tcase_add_test(tcase, a_barrier_tells_its_story);
    tcase_add_test(tcase, a_broken_wait_is_told_as_broken);
    suite_add_tcase(suite, tcase);
    return suite;
}
