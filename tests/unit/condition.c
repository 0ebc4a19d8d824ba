/* SPDX-License-Identifier: MIT */
/* Condition: with lock and recursive lock, notifications counted, timeouts, cancellation, and what it tells. */
#include <errno.h>
#include "other.h"
#include "probes.h"
#include "suite.h"
#include "thrum/condition.h"

static struct thrum_lock lock = THRUM_LOCK_INIT;
static struct thrum_condition condition = THRUM_CONDITION_INIT_NAMED(&lock, "ready");
static const struct timespec past = { 1, 0 };

static int wait_once(void *unused)
{
    (void)unused;
    thrum_lock_acquire(&lock);
    int result = thrum_condition_wait(&condition);
    ck_assert(thrum_lock_locked(&lock));
    thrum_lock_release(&lock);
    return result;
}

/* Starts waiters and returns when each of them waits: the lock is free and the probes have seen them. */
static void start_waiters(struct other *other, int count)
{
    for (int i = 0; i < count; i++) {
        other_start(&other[i], wait_once, NULL);
        probes_await("wait_begin", &condition, i + 1);
    }
    thrum_lock_acquire(&lock);
    thrum_lock_release(&lock);
}

START_TEST(the_lock_must_be_held)
{
    struct thrum_rlock rlock = THRUM_RLOCK_INIT;
    struct thrum_condition recursive = THRUM_CONDITION_INIT_RLOCK(&rlock, NULL);
    ck_assert_int_eq(thrum_condition_wait(&condition), EPERM);
    ck_assert_int_eq(thrum_condition_wait_for(&condition, 0), EPERM);
    ck_assert_int_eq(thrum_condition_wait_until(&recursive, &past), EPERM);
    ck_assert_int_eq(thrum_condition_await(&recursive, NULL, NULL, 0), EPERM);
}
END_TEST

START_TEST(a_wait_times_out_and_holds_the_lock_again)
{
    thrum_lock_acquire(&lock);
    ck_assert_int_eq(thrum_condition_wait_for(&condition, THRUM_MICROSECONDS(100)), ETIMEDOUT);
    ck_assert_int_eq(thrum_condition_wait_for(&condition, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_condition_wait_until(&condition, &past), ETIMEDOUT);
    ck_assert_int_eq(thrum_condition_wait_for(&condition, -3), EINVAL);
    ck_assert(thrum_lock_locked(&lock));
    ck_assert_uint_eq(condition.waiters.count, 0);
}
END_TEST

START_TEST(a_notify_without_waiters_is_forgotten)
{
    thrum_lock_acquire(&lock);
    ck_assert_int_eq(thrum_condition_notify(&condition), 0);
    ck_assert_int_eq(thrum_condition_notify_all(&condition), 0);
    ck_assert_int_eq(thrum_condition_wait_for(&condition, THRUM_MICROSECONDS(10)), ETIMEDOUT);
}
END_TEST

START_TEST(as_many_wake_as_were_notified)
{
    struct other other[6];
    probes_start();
    start_waiters(other, 6);
    ck_assert_int_eq(thrum_condition_destroy(&condition), EBUSY);
    thrum_condition_notify(&condition);
    probes_await("wait_end", &condition, 1);
    thrum_condition_notify_many(&condition, 2);
    probes_await("wait_end", &condition, 3);
    ck_assert_uint_eq(condition.waiters.count, 3);
    ck_assert_int_eq(probes_count("wait_end", &condition), 3);
    thrum_condition_notify_all(&condition);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(other_end(&other[i]), 0);
    ck_assert_int_eq(thrum_condition_destroy(&condition), 0);
}
END_TEST

START_TEST(the_oldest_waiter_wakes_first)
{
    struct other other[3];
    int32_t order[3];
    probes_start();
    start_waiters(other, 3);
    for (int i = 0; i < 3; i++) {
        order[i] = probes_get(&condition, 2 + i)->tid; /* after init and name */
        ck_assert_str_eq(probes_get(&condition, 2 + i)->probe, "wait_begin");
    }
    for (int i = 0; i < 3; i++) {
        thrum_condition_notify(&condition);
        ck_assert_int_eq(other_end(&other[i]), 0);
        ck_assert_int_eq(probes_get(&condition, 6 + 2 * i)->tid, order[i]);
    }
}
END_TEST

static struct thrum_rlock rlock = THRUM_RLOCK_INIT;
static struct thrum_condition deep = THRUM_CONDITION_INIT_RLOCK(&rlock, "deep");

static int notify_deep(void *unused)
{
    (void)unused;
    int result = thrum_rlock_acquire(&rlock); /* it is free, deep as it was held */
    thrum_condition_notify(&deep);
    thrum_rlock_release(&rlock);
    return result;
}

START_TEST(a_recursive_lock_is_dropped_and_taken_with_all_its_depth)
{
    struct other other;
    for (int i = 0; i < 3; i++)
        thrum_rlock_acquire(&rlock);
    other_start(&other, notify_deep, NULL);
    ck_assert_int_eq(thrum_condition_wait(&deep), 0);
    ck_assert_int_eq(other_end(&other), 0);
    ck_assert_uint_eq(thrum_rlock_depth(&rlock), 3);
    ck_assert_int_eq(thrum_condition_wait_for(&deep, 0), ETIMEDOUT);
    ck_assert_uint_eq(thrum_rlock_depth(&rlock), 3);
}
END_TEST

static bool is_three(void *number)
{
    return *(int *)number == 3;
}

static int count_to_three(void *number)
{
    for (int i = 0; i < 3; i++) {
        thrum_lock_acquire(&lock);
        ++*(int *)number;
        thrum_condition_notify(&condition);
        thrum_lock_release(&lock);
    }
    return 0;
}

START_TEST(await_returns_when_the_predicate_holds)
{
    struct other other;
    int number = 0;
    thrum_lock_acquire(&lock);
    ck_assert_int_eq(thrum_condition_await(&condition, is_three, &number, THRUM_MICROSECONDS(10)), ETIMEDOUT);
    other_start(&other, count_to_three, &number);
    ck_assert_int_eq(thrum_condition_await(&condition, is_three, &number, THRUM_FOREVER), 0);
    ck_assert_int_eq(number, 3);
    ck_assert_int_eq(thrum_condition_await(&condition, is_three, &number, 0), 0);
    thrum_lock_release(&lock);
    other_end(&other);
}
END_TEST

static int cleaned;

static void clean(void *unused)
{
    (void)unused;
    cleaned = thrum_lock_locked(&lock) ? 1 : -1;
    thrum_lock_release(&lock);
}

static _Atomic int woken; /* the thread's result doesn't tell: a cancellation that comes as it ends may overwrite it */

static void *wait_for_ever(void *unused)
{
    thrum_lock_acquire(&lock);
    pthread_cleanup_push(clean, NULL);
    thrum_condition_wait(&condition);
    woken = 1;
    pthread_cleanup_pop(1);
    return unused;
}

START_TEST(a_cancelled_wait_takes_the_lock_again_before_its_clean_up)
{
    pthread_t thread;
    void *value;
    probes_start();
    pthread_create(&thread, NULL, wait_for_ever, NULL);
    probes_await("wait_begin", &condition, 1);
    pthread_cancel(thread);
    pthread_join(thread, &value);
    ck_assert_ptr_eq(value, PTHREAD_CANCELED);
    ck_assert_int_eq(cleaned, 1);
    ck_assert(!thrum_lock_locked(&lock));
    ck_assert_uint_eq(condition.waiters.count, 0);
    ck_assert_str_eq(probes_story(&condition), "init name wait_begin wait_end");
    ck_assert_int_eq(probes_get(&condition, 3)->result, THRUM_result_cancelled);
}
END_TEST

START_TEST(a_cancelled_wait_passes_its_notification_on)
{
    /* The notification and the cancellation meet: whichever way it goes, one of the two waiters must wake. */
    for (int round = 0; round < 200; round++) {
        pthread_t thread;
        struct other other;
        probes_start();
        woken = 0;
        pthread_create(&thread, NULL, wait_for_ever, NULL);
        probes_await("wait_begin", &condition, 1);
        other_start(&other, wait_once, NULL);
        probes_await("wait_begin", &condition, 2);
        thrum_lock_acquire(&lock);
        thrum_lock_release(&lock);
        thrum_condition_notify(&condition);
        pthread_cancel(thread);
        pthread_join(thread, NULL);
        if (woken)
            thrum_condition_notify(&condition);
        ck_assert_int_eq(other_end(&other), 0);
    }
}
END_TEST

START_TEST(a_condition_tells_its_story)
{
    probes_start();
    thrum_lock_acquire(&lock);
    thrum_condition_wait_for(&condition, 9);
    thrum_condition_notify(&condition);
    thrum_condition_notify_many(&condition, 2);
    thrum_condition_notify_all(&condition);
    probes_refuse(EDEADLK);
    ck_assert_int_eq(thrum_condition_wait(&condition), EDEADLK);
    ck_assert_str_eq(probes_story(&condition), "init name wait_begin wait_end wake wake wake wake wait_begin wait_end");
    ck_assert_ptr_eq(probes_get(&condition, 2)->mutex, &lock);
    ck_assert_int_eq(probes_get(&condition, 2)->timeout, 9);
    ck_assert_int_eq(probes_get(&condition, 3)->result, ETIMEDOUT);
    ck_assert_int_eq(probes_get(&condition, 4)->scope, THRUM_scope_one);
    ck_assert_int_eq(probes_get(&condition, 7)->scope, THRUM_scope_all);
    ck_assert_int_eq(probes_get(&condition, 0)->kind, THRUM_kind_condition);
    ck_assert_str_eq(probes_story(&lock), "init acquire"); /* the lock's part is in the wait */
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("condition");
    TCase *tcase = tcase_create("condition");
    tcase_add_test(tcase, the_lock_must_be_held);
    tcase_add_test(tcase, a_wait_times_out_and_holds_the_lock_again);
    tcase_add_test(tcase, a_notify_without_waiters_is_forgotten);
    tcase_add_test(tcase, as_many_wake_as_were_notified);
    tcase_add_test(tcase, the_oldest_waiter_wakes_first);
    tcase_add_test(tcase, a_recursive_lock_is_dropped_and_taken_with_all_its_depth);
    tcase_add_test(tcase, await_returns_when_the_predicate_holds);
    tcase_add_test(tcase, a_cancelled_wait_takes_the_lock_again_before_its_clean_up);
    tcase_add_test(tcase, a_cancelled_wait_passes_its_notification_on);
    tcase_add_test(tcase, a_condition_tells_its_story);
    suite_add_tcase(suite, tcase);
    return suite;
}
