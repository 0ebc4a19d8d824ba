/* SPDX-License-Identifier: MIT */
/* Groups: workers, their first error, waiting for all of them. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "other.h"
#include "probes.h"
#include "suite.h"
#include "thrum/event.h"
#include "thrum/group.h"
#include "thrum/interrupt.h"
#include <signal.h>

static struct thrum_event go = THRUM_EVENT_INIT;
static struct thrum_group *group;
static _Atomic int ran;

static void *run(void *unused)
{
    ran++;
    return unused;
}

static void *wait_and_run(void *unused)
{
    thrum_event_wait(&go);
    return run(unused);
}

static void *fails(void *number)
{
    ran++;
    return THRUM_FAIL(EIO, "worker %d", (int)(intptr_t)number);
}

START_TEST(wait_waits_for_all)
{
    ck_assert_int_eq(thrum_group_create(&group), 0);
    ck_assert_int_eq(thrum_group_wait(group), 0);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(thrum_group_spawn(group, wait_and_run, NULL, NULL), 0);
    ck_assert_int_eq(thrum_group_wait_for(group, THRUM_MICROSECONDS(100)), ETIMEDOUT);
    ck_assert_int_eq(thrum_group_wait_for(group, -9), EINVAL);
    ck_assert_int_eq(thrum_group_wait_until(group, &(struct timespec){ 1, 0 }), ETIMEDOUT);
    ck_assert_int_eq(thrum_group_destroy(group), EBUSY);
    thrum_event_set(&go);
    ck_assert_int_eq(thrum_group_wait(group), 0);
    ck_assert_int_eq(ran, 5);
    ck_assert_uint_eq(thrum_thread_count(), 0);
    ck_assert_int_eq(thrum_group_error(group, NULL), ENOENT);
    ck_assert_uint_eq(thrum_group_failures(group), 0);
    ck_assert_int_eq(thrum_group_destroy(group), 0);
}
END_TEST

START_TEST(the_first_error_is_kept)
{
    struct thrum_error error;
    thrum_group_create(&group);
    thrum_group_spawn(group, fails, (void *)1, "first");
    thrum_group_wait(group);
    for (intptr_t i = 2; i <= 9; i++)
        thrum_group_spawn(group, fails, (void *)i, NULL);
    thrum_group_wait(group);
    ck_assert_int_eq(ran, 9);
    ck_assert_uint_eq(thrum_group_failures(group), 9);
    ck_assert_int_eq(thrum_group_error(group, &error), 0);
    ck_assert_int_eq(error.code, EIO);
    ck_assert_str_eq(error.message, "worker 1");
    ck_assert_str_eq(error.thread, "first");
    ck_assert_str_eq(error.function, "fails");
    ck_assert_int_gt(error.line, 0);
    ck_assert_ptr_nonnull(strstr(error.file, "group.c"));
    ck_assert_int_gt(error.native_id, 0);
    ck_assert_int_eq(thrum_group_destroy(group), 0);
}
END_TEST

START_TEST(a_group_that_spawns_for_ever_does_not_grow)
{
    thrum_group_create(&group);
    for (int i = 0; i < 2000; i++) {
        int result;
        while ((result = thrum_group_spawn(group, run, NULL, NULL)) == EAGAIN)
            thrum_group_wait(group);
        ck_assert_int_eq(result, 0);
    }
    ck_assert_int_eq(thrum_group_wait(group), 0);
    ck_assert_int_eq(ran, 2000);
    ck_assert_int_eq(thrum_group_destroy(group), 0);
}
END_TEST

static int wait_for_group(void *unused)
{
    (void)unused;
    return thrum_group_wait(group);
}

START_TEST(many_may_wait)
{
    struct other other[3];
    probes_start();
    thrum_group_create(&group);
    for (int i = 0; i < 4; i++)
        thrum_group_spawn(group, wait_and_run, NULL, NULL);
    for (int i = 0; i < 3; i++)
        other_start(&other[i], wait_for_group, NULL);
    probes_await("wait_begin", NULL, 4 + 3); /* four wait for the event */
    thrum_event_set(&go);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(other_end(&other[i]), 0);
    ck_assert_int_eq(thrum_group_destroy(group), 0);
}
END_TEST

START_TEST(an_interrupted_wait_can_be_made_again)
{
    thrum_group_create(&group);
    thrum_group_spawn(group, wait_and_run, NULL, NULL);
    thrum_interrupt_install(SIGINT);
    thrum_interrupt_main(SIGINT);
    ck_assert_int_eq(thrum_group_wait(group), EINTR);
    thrum_event_set(&go);
    ck_assert_int_eq(thrum_group_wait(group), 0);
    thrum_group_destroy(group);
}
END_TEST

static void *wait_for_own_group(void *unused)
{
    (void)unused;
    thrum_event_wait(&go);
    return (void *)(intptr_t)thrum_group_wait(group) == (void *)(intptr_t)EDEADLK ? run(NULL) : NULL;
}

START_TEST(a_worker_cannot_wait_for_its_group)
{
    thrum_group_create(&group);
    thrum_group_spawn(group, wait_for_own_group, NULL, NULL);
    thrum_event_set(&go);
    thrum_group_wait(group);
    ck_assert_int_eq(ran, 1);
    thrum_group_destroy(group);
}
END_TEST

START_TEST(without_a_group_the_error_is_printed)
{
    int ends[2];
    char text[400];
    ck_assert_int_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    ck_assert_int_eq(thrum_spawn(fails, (void *)3, "loner"), 0);
    ssize_t length = read(ends[0], text, sizeof text - 1);
    ck_assert_int_gt(length, 0);
    text[length] = '\0';
    ck_assert_ptr_nonnull(strstr(text, "thrum: thread loner ("));
    ck_assert_ptr_nonnull(strstr(text, ") failed: worker 3: Input/output error [EIO] in fails ("));
    ck_assert_int_eq(text[length - 1], '\n');
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("group");
    TCase *tcase = tcase_create("group");
    tcase_add_test(tcase, wait_waits_for_all);
    tcase_add_test(tcase, the_first_error_is_kept);
    tcase_add_test(tcase, a_group_that_spawns_for_ever_does_not_grow);
    tcase_add_test(tcase, many_may_wait);
    tcase_add_test(tcase, an_interrupted_wait_can_be_made_again);
    tcase_add_test(tcase, a_worker_cannot_wait_for_its_group);
    tcase_add_test(tcase, without_a_group_the_error_is_printed);
    suite_add_tcase(suite, tcase);
    return suite;
}
