/* SPDX-License-Identifier: MIT */
/* Semaphore and event: counts, bounds, timeouts, cancellation, and what they tell the probes. */
#include <errno.h>
#include "other.h"
#include "probes.h"
#include "suite.h"
#include "thrum/event.h"
#include "thrum/semaphore.h"

OTHER_CALL(acquire, thrum_semaphore_acquire, struct thrum_semaphore)
OTHER_CALL(wait_event, thrum_event_wait, struct thrum_event)

static const struct timespec past = { 1, 0 };

START_TEST(a_value_is_taken_and_given)
{
    struct thrum_semaphore semaphore = THRUM_SEMAPHORE_INIT(2);
    ck_assert_int_eq(thrum_semaphore_acquire(&semaphore), 0);
    ck_assert_int_eq(thrum_semaphore_try_acquire(&semaphore), 0);
    ck_assert_int_eq(thrum_semaphore_try_acquire(&semaphore), EAGAIN);
    ck_assert_int_eq(thrum_semaphore_acquire_for(&semaphore, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_semaphore_acquire_for(&semaphore, THRUM_MICROSECONDS(50)), ETIMEDOUT);
    ck_assert_int_eq(thrum_semaphore_acquire_until(&semaphore, &past), ETIMEDOUT);
    ck_assert_int_eq(thrum_semaphore_acquire_for(&semaphore, -7), EINVAL);
    ck_assert_uint_eq(thrum_semaphore_value(&semaphore), 0);
    ck_assert_int_eq(thrum_semaphore_release_many(&semaphore, 3), 0);
    ck_assert_uint_eq(thrum_semaphore_value(&semaphore), 3);
    ck_assert_int_eq(thrum_semaphore_release_many(&semaphore, 0), EINVAL);
    ck_assert_int_eq(thrum_semaphore_destroy(&semaphore), 0);
}
END_TEST

START_TEST(a_bound_is_kept)
{
    struct thrum_semaphore *bounded, plain, fixed = THRUM_SEMAPHORE_INIT_BOUNDED(1, NULL);
    ck_assert_int_eq(thrum_semaphore_create_bounded(&bounded, 2, "slots"), 0);
    ck_assert_int_eq(thrum_semaphore_release(bounded), EOVERFLOW);
    ck_assert_int_eq(thrum_semaphore_acquire(bounded), 0);
    ck_assert_int_eq(thrum_semaphore_release_many(bounded, 2), EOVERFLOW);
    ck_assert_int_eq(thrum_semaphore_release_many(bounded, UINT32_MAX), EOVERFLOW);
    ck_assert_uint_eq(thrum_semaphore_value(bounded), 1);
    ck_assert_int_eq(thrum_semaphore_release(bounded), 0);
    ck_assert_int_eq(thrum_semaphore_destroy(bounded), 0);
    ck_assert_int_eq(thrum_semaphore_release(&fixed), EOVERFLOW);
    ck_assert_int_eq(thrum_semaphore_init_bounded(&plain, 0, NULL), EINVAL);
    ck_assert_int_eq(thrum_semaphore_init(&plain, THRUM_SEMAPHORE_MAX + 1, NULL), EINVAL);
    ck_assert_int_eq(thrum_semaphore_init(&plain, THRUM_SEMAPHORE_MAX, NULL), 0);
    ck_assert_int_eq(thrum_semaphore_release(&plain), EOVERFLOW);
}
END_TEST

START_TEST(releases_let_as_many_waiters_through)
{
    struct thrum_semaphore semaphore = THRUM_SEMAPHORE_INIT(0);
    struct other other[5];
    probes_start();
    for (int i = 0; i < 5; i++)
        other_start(&other[i], acquire, &semaphore);
    probes_await("acquire_begin", &semaphore, 5);
    thrum_semaphore_release_many(&semaphore, 3);
    probes_await("acquire_end", &semaphore, 3);
    thrum_semaphore_release(&semaphore);
    probes_await("acquire_end", &semaphore, 4);
    thrum_semaphore_release(&semaphore);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(other_end(&other[i]), 0);
    ck_assert_uint_eq(thrum_semaphore_value(&semaphore), 0);
    ck_assert_int_eq(thrum_semaphore_destroy(&semaphore), 0);
}
END_TEST

START_TEST(a_semaphore_with_waiters_is_not_destroyed)
{
    struct thrum_semaphore semaphore = THRUM_SEMAPHORE_INIT(0);
    semaphore.state = UINT64_C(1) << 32; /* as a waiter leaves it */
    ck_assert_int_eq(thrum_semaphore_destroy(&semaphore), EBUSY);
}
END_TEST

static void *acquire_for_ever(void *semaphore)
{
    thrum_semaphore_acquire(semaphore);
    return NULL;
}

START_TEST(a_cancelled_wait_leaves_nothing_behind)
{
    struct thrum_semaphore semaphore = THRUM_SEMAPHORE_INIT(0);
    pthread_t thread;
    void *value;
    probes_start();
    pthread_create(&thread, NULL, acquire_for_ever, &semaphore);
    probes_await("acquire_begin", &semaphore, 1);
    pthread_cancel(thread);
    pthread_join(thread, &value);
    ck_assert_ptr_eq(value, PTHREAD_CANCELED);
    thrum_semaphore_release(&semaphore);
    ck_assert_uint_eq(thrum_semaphore_value(&semaphore), 1);
    ck_assert_int_eq(thrum_semaphore_destroy(&semaphore), 0);
    ck_assert_str_eq(probes_story(&semaphore), "init acquire_begin acquire_end release destroy");
    ck_assert_int_eq(probes_get(&semaphore, 2)->result, THRUM_result_cancelled);
}
END_TEST

START_TEST(a_semaphore_tells_its_story)
{
    struct thrum_semaphore semaphore;
    probes_start();
    thrum_semaphore_init(&semaphore, 1, "slots");
    thrum_semaphore_acquire(&semaphore);
    thrum_semaphore_try_acquire(&semaphore);
    thrum_semaphore_acquire_for(&semaphore, 0);
    thrum_semaphore_release_many(&semaphore, 2);
    ck_assert_str_eq(probes_story(&semaphore),
                     "init name acquire acquire_fail acquire_begin acquire_end release release");
    ck_assert_int_eq(probes_get(&semaphore, 0)->kind, THRUM_kind_semaphore);
    ck_assert_uint_eq(probes_get(&semaphore, 0)->value, 1);
    ck_assert_int_eq(probes_get(&semaphore, 3)->result, EAGAIN);
    ck_assert_int_eq(probes_get(&semaphore, 5)->result, ETIMEDOUT);
}
END_TEST

/* --- events --- */

START_TEST(an_event_stays_set_until_cleared)
{
    struct thrum_event event = THRUM_EVENT_INIT;
    ck_assert(!thrum_event_is_set(&event));
    ck_assert_int_eq(thrum_event_wait_for(&event, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_event_wait_for(&event, THRUM_MICROSECONDS(50)), ETIMEDOUT);
    ck_assert_int_eq(thrum_event_wait_until(&event, &past), ETIMEDOUT);
    ck_assert_int_eq(thrum_event_wait_for(&event, -2), EINVAL);
    ck_assert_int_eq(thrum_event_set(&event), 0);
    ck_assert_int_eq(thrum_event_set(&event), 0);
    ck_assert(thrum_event_is_set(&event));
    ck_assert_int_eq(thrum_event_wait(&event), 0);
    ck_assert_int_eq(thrum_event_wait_until(&event, &past), 0);
    ck_assert_int_eq(thrum_event_clear(&event), 0);
    ck_assert_int_eq(thrum_event_wait_for(&event, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_event_destroy(&event), 0);
}
END_TEST

START_TEST(a_set_wakes_all_also_when_cleared_at_once)
{
    struct thrum_event *event;
    struct other other[4];
    ck_assert_int_eq(thrum_event_create(&event, "go"), 0);
    probes_start();
    for (int round = 1; round <= 20; round++) {
        for (int i = 0; i < 4; i++)
            other_start(&other[i], wait_event, event);
        probes_await("wait_begin", event, 4 * round);
        thrum_event_set(event);
        thrum_event_clear(event);
        for (int i = 0; i < 4; i++)
            ck_assert_int_eq(other_end(&other[i]), 0);
        ck_assert(!thrum_event_is_set(event));
    }
    thrum_event_destroy(event);
}
END_TEST

static void *wait_for_ever(void *event)
{
    thrum_event_wait(event);
    return NULL;
}

START_TEST(a_cancelled_wait_for_an_event_ends)
{
    struct thrum_event event = THRUM_EVENT_INIT;
    pthread_t thread;
    void *value;
    probes_start();
    pthread_create(&thread, NULL, wait_for_ever, &event);
    probes_await("wait_begin", &event, 1);
    pthread_cancel(thread);
    pthread_join(thread, &value);
    ck_assert_ptr_eq(value, PTHREAD_CANCELED);
    ck_assert_str_eq(probes_story(&event), "init wait_begin wait_end");
    ck_assert_int_eq(probes_get(&event, 2)->result, THRUM_result_cancelled);
}
END_TEST

START_TEST(an_event_tells_its_story)
{
    struct thrum_event event = THRUM_EVENT_INIT_NAMED("go");
    probes_start();
    thrum_event_wait_for(&event, 5);
    thrum_event_set(&event);
    thrum_event_wait(&event);
    thrum_event_destroy(&event);
    ck_assert_str_eq(probes_story(&event), "init name wait_begin wait_end wake acquire destroy");
    ck_assert_int_eq(probes_get(&event, 2)->timeout, 5);
    ck_assert_int_eq(probes_get(&event, 3)->result, ETIMEDOUT);
    ck_assert_int_eq(probes_get(&event, 4)->scope, THRUM_scope_all);
    ck_assert_int_eq(probes_get(&event, 4)->kind, THRUM_kind_event);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("semaphore");
    TCase *semaphore = tcase_create("semaphore");
    tcase_add_test(semaphore, a_value_is_taken_and_given);
    tcase_add_test(semaphore, a_bound_is_kept);
    tcase_add_test(semaphore, releases_let_as_many_waiters_through);
    tcase_add_test(semaphore, a_semaphore_with_waiters_is_not_destroyed);
    tcase_add_test(semaphore, a_cancelled_wait_leaves_nothing_behind);
    tcase_add_test(semaphore, a_semaphore_tells_its_story);
    suite_add_tcase(suite, semaphore);
    TCase *event = tcase_create("event");
    tcase_add_test(event, an_event_stays_set_until_cleared);
    tcase_add_test(event, a_set_wakes_all_also_when_cleared_at_once);
    tcase_add_test(event, a_cancelled_wait_for_an_event_ends);
    tcase_add_test(event, an_event_tells_its_story);
    suite_add_tcase(suite, event);
    return suite;
}
