/* SPDX-License-Identifier: MIT */
/* What LTTng's pthread wrapper tells of mutexes, as events of ours. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "suite.h"
#include "trace/wrapper.h"

static struct wrapper *wrapper;
static char events[400];

static void set_up(void)
{
    wrapper = wrapper_new();
    events[0] = '\0';
}

static void tear_down(void)
{
    wrapper_free(wrapper);
}

static const char *word(const struct trace_event *event)
{
    switch (event->id) {
    case THRUM_EVENT_acquire:
        return event->record.acquire.how == THRUM_how_try ? "tried" : "acquire";
    case THRUM_EVENT_acquire_begin:
        return "begin";
    case THRUM_EVENT_acquire_end:
        return event->record.acquire_end.result ? "end-without" : "end";
    case THRUM_EVENT_acquire_fail:
        return "fail";
    case THRUM_EVENT_release:
        return "release";
    default:
        return "?";
    }
}

/* A thread tells something of mutex 0xa. */
static void tell(int32_t tid, enum wrapper_what what, int status)
{
    const struct wrapper_told told = {.what = what, .time_ns = 1, .who = {7, tid}, .mutex = 0xa, .site = 0x51, .status = status};
    struct trace_event event;
    wrapper_take(wrapper, &told);
    while (wrapper_give(wrapper, &event)) {
        ck_assert_int_eq(event.record.common.pid, 7);
        ck_assert_uint_eq(event.record.acquire.object, 0xa);
        char one[40];
        snprintf(one, sizeof one, "%d:%s ", event.record.common.tid, word(&event));
        strcat(events, one);
    }
}

static void lock(int32_t tid)
{
    tell(tid, WRAPPER_request, 0);
    tell(tid, WRAPPER_got, 0);
}

START_TEST(a_free_mutex_is_acquired_without_waiting)
{
    lock(1);
    tell(1, WRAPPER_unlocked, 0);
    lock(2);
    tell(2, WRAPPER_unlocked, 0);
    ck_assert_str_eq(events, "1:acquire 1:release 2:acquire 2:release ");
}
END_TEST

START_TEST(a_held_mutex_is_waited_for)
{
    lock(1);
    tell(2, WRAPPER_request, 0);
    tell(1, WRAPPER_unlocked, 0);
    tell(2, WRAPPER_got, 0);
    ck_assert_str_eq(events, "1:acquire 2:begin 1:release 2:end ");
}
END_TEST

/* The unlock is told of after the call: 2 has the mutex by then, and even gives it back. */
START_TEST(a_late_unlock_comes_before_who_has_it_next)
{
    lock(1);
    tell(2, WRAPPER_request, 0);
    tell(2, WRAPPER_got, 0);
    tell(1, WRAPPER_unlocked, 0);
    tell(2, WRAPPER_unlocked, 0);
    tell(1, WRAPPER_unlocked, EPERM);
    ck_assert_str_eq(events, "1:acquire 2:begin 1:release 2:end 2:release ");
}
END_TEST

/* Both ask while it is free; who comes too late waits from then on, and may wait for ever. */
START_TEST(who_asked_and_was_too_late_waits)
{
    tell(1, WRAPPER_request, 0);
    tell(2, WRAPPER_request, 0);
    tell(2, WRAPPER_got, 0);
    ck_assert_str_eq(events, "2:acquire 1:begin ");
}
END_TEST

START_TEST(a_recursive_mutex_is_given_back_as_often_as_it_was_taken)
{
    lock(1);
    lock(1);
    tell(2, WRAPPER_request, 0);
    tell(1, WRAPPER_unlocked, 0);
    tell(2, WRAPPER_got, 0);
    tell(1, WRAPPER_unlocked, 0);
    ck_assert_str_eq(events, "1:acquire 1:acquire 2:begin 1:release 1:release 2:end ");
}
END_TEST

START_TEST(tries_and_failures_are_told_apart)
{
    tell(1, WRAPPER_tried, 0);
    tell(2, WRAPPER_tried, EBUSY);
    tell(1, WRAPPER_request, 0);
    tell(1, WRAPPER_got, EDEADLK);
    tell(3, WRAPPER_request, 0);
    tell(3, WRAPPER_got, EINVAL);
    ck_assert_str_eq(events, "1:tried 2:fail 1:fail 3:begin 3:end-without ");
}
END_TEST

START_TEST(names_are_known)
{
    ck_assert_int_eq(wrapper_what("lttng_ust_pthread:pthread_mutex_lock_req"), WRAPPER_request);
    ck_assert_int_eq(wrapper_what("lttng_ust_pthread:pthread_mutex_lock_acq"), WRAPPER_got);
    ck_assert_int_eq(wrapper_what("lttng_ust_pthread:pthread_mutex_trylock"), WRAPPER_tried);
    ck_assert_int_eq(wrapper_what("lttng_ust_pthread:pthread_mutex_unlock"), WRAPPER_unlocked);
    ck_assert_int_eq(wrapper_what("thrum:acquire"), WRAPPER_none);
    ck_assert_int_eq(wrapper_what(""), WRAPPER_none);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("wrapper");
    TCase *tests = tcase_create("wrapper");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_free_mutex_is_acquired_without_waiting);
    tcase_add_test(tests, a_held_mutex_is_waited_for);
    tcase_add_test(tests, a_late_unlock_comes_before_who_has_it_next);
    tcase_add_test(tests, who_asked_and_was_too_late_waits);
    tcase_add_test(tests, a_recursive_mutex_is_given_back_as_often_as_it_was_taken);
    tcase_add_test(tests, tries_and_failures_are_told_apart);
    tcase_add_test(tests, names_are_known);
    suite_add_tcase(suite, tests);
    return suite;
}
