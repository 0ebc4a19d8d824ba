/* SPDX-License-Identifier: MIT */
/* Thread-local values: one for each thread, destroyed as it ends or as the local does. */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>
#include "other.h"
#include "suite.h"
#include "thrum/event.h"
#include "thrum/local.h"
#include "thrum/thread.h"

static struct thrum_local local, second;
static _Atomic long destroyed;
static struct thrum_event ready = THRUM_EVENT_INIT, go = THRUM_EVENT_INIT;

static void count(void *value)
{
    destroyed += (long)(intptr_t)value;
}

static int set_and_get(void *value)
{
    if (thrum_local_get(&local) != NULL || thrum_local_set(&local, value) != 0)
        return -1;
    return thrum_local_get(&local) == value ? 0 : -2;
}

START_TEST(each_thread_has_its_own)
{
    thrum_local_init(&local, count);
    ck_assert_ptr_null(thrum_local_get(&local));
    ck_assert_int_eq(thrum_local_set(&local, (void *)100), 0);
    for (intptr_t i = 1; i <= 10; i++)
        ck_assert_int_eq(elsewhere(set_and_get, (void *)i), 0);
    ck_assert_int_eq(destroyed, 55);
    ck_assert_ptr_eq(thrum_local_get(&local), (void *)100);
    ck_assert_int_eq(thrum_local_set(&local, (void *)7), 0); /* who sets another sees to the one before */
    ck_assert_int_eq(destroyed, 55);
    ck_assert_int_eq(thrum_local_destroy(&local), 0);
    ck_assert_int_eq(destroyed, 62);
}
END_TEST

static void *set_and_leave(void *value)
{
    set_and_get(value);
    thrum_exit();
    return NULL;
}

static void *set_and_wait(void *value)
{
    set_and_get(value);
    thrum_event_set(&ready);
    thrum_event_wait(&go);
    return NULL;
}

START_TEST(every_end_of_a_thread_destroys)
{
    struct thrum_thread *thread;
    thrum_local_init(&local, count);
    thrum_thread_create(&thread, set_and_leave, (void *)1, NULL);
    thrum_thread_join(thread, NULL);
    thrum_thread_destroy(thread);
    ck_assert_int_eq(destroyed, 1); /* join waits for the destructors, too */
    thrum_thread_create(&thread, set_and_wait, (void *)2, NULL);
    thrum_event_wait(&ready);
    pthread_cancel((pthread_t)thrum_thread_ident_of(thread));
    thrum_thread_join(thread, NULL);
    thrum_thread_destroy(thread);
    ck_assert_int_eq(destroyed, 3);
}
END_TEST

START_TEST(the_end_of_a_local_destroys_for_all_threads)
{
    struct thrum_thread *thread;
    struct thrum_local *heap;
    thrum_local_init(&local, count);
    thrum_thread_create(&thread, set_and_wait, (void *)5, NULL);
    thrum_event_wait(&ready);
    thrum_local_set(&local, (void *)6);
    thrum_local_destroy(&local);
    ck_assert_int_eq(destroyed, 11);
    ck_assert_int_eq(thrum_local_create(&heap, NULL), 0); /* it takes the place of the other */
    ck_assert_ptr_null(thrum_local_get(heap));
    thrum_event_set(&go);
    thrum_thread_join(thread, NULL);
    thrum_thread_destroy(thread);
    ck_assert_int_eq(destroyed, 11);
    ck_assert_int_eq(thrum_local_destroy(heap), 0);
}
END_TEST

static int rounds;

static void set_again(void *value)
{
    rounds++;
    thrum_local_set(&local, value);
}

static void set_the_second(void *value)
{
    thrum_local_set(&second, value);
}

static int set_first(void *value)
{
    return thrum_local_set(&local, value);
}

START_TEST(destructors_may_set_values)
{
    thrum_local_init(&local, set_the_second);
    thrum_local_init(&second, count);
    elsewhere(set_first, (void *)3);
    ck_assert_int_eq(destroyed, 3);
    thrum_local_destroy(&local);
    thrum_local_init(&local, set_again);
    elsewhere(set_first, (void *)3);
    ck_assert_int_gt(rounds, 3);
    ck_assert_int_le(rounds, 4 * 8); /* it came to an end */
}
END_TEST

enum { MANY = 3000 };
static struct thrum_local many[MANY];

static int use_many(void *unused)
{
    (void)unused;
    for (intptr_t i = 0; i < MANY; i++)
        if (thrum_local_set(&many[i], (void *)(i + 1)) != 0)
            return -1;
    for (intptr_t i = 0; i < MANY; i++)
        if (thrum_local_get(&many[i]) != (void *)(i + 1))
            return -2;
    return 0;
}

START_TEST(there_may_be_more_than_the_system_has_keys)
{
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(thrum_local_init(&many[i], count), 0);
    ck_assert_int_eq(elsewhere(use_many, NULL), 0);
    ck_assert_int_eq(destroyed, (long)MANY * (MANY + 1) / 2);
    for (int i = 0; i < MANY; i++)
        thrum_local_destroy(&many[i]);
}
END_TEST

START_TEST(a_forked_child_has_the_values_of_its_thread)
{
    int status;
    thrum_local_init(&local, count);
    thrum_local_set(&local, (void *)4);
    pid_t child = fork();
    if (child == 0) {
        int bad = thrum_local_get(&local) != (void *)4;
        thrum_local_destroy(&local);
        _exit(bad || destroyed != 4);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("local");
    TCase *tcase = tcase_create("local");
    tcase_add_test(tcase, each_thread_has_its_own);
    tcase_add_test(tcase, every_end_of_a_thread_destroys);
    tcase_add_test(tcase, the_end_of_a_local_destroys_for_all_threads);
    tcase_add_test(tcase, destructors_may_set_values);
    tcase_add_test(tcase, there_may_be_more_than_the_system_has_keys);
    tcase_add_test(tcase, a_forked_child_has_the_values_of_its_thread);
    suite_add_tcase(suite, tcase);
    return suite;
}
