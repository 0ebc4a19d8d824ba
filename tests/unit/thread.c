/* SPDX-License-Identifier: MIT */
/* Threads: those without a handle and with one, results, ends of all kinds, fork, and what they tell. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "other.h"
#include "probes.h"
#include "suite.h"
#include "thrum/event.h"
#include "thrum/semaphore.h"
#include "thrum/thread.h"

static struct thrum_event go = THRUM_EVENT_INIT, ready = THRUM_EVENT_INIT;

static void *echo(void *argument)
{
    return argument;
}

static void *wait_for_go(void *argument)
{
    thrum_event_set(&ready);
    thrum_event_wait(&go);
    return argument;
}

/* --- as in _thread --- */

static uint64_t ident_inside;
static int32_t native_inside;

static void *note_identity(void *unused)
{
    ident_inside = thrum_thread_ident();
    native_inside = thrum_thread_native_id();
    thrum_event_set(&ready);
    thrum_event_wait(&go);
    return unused;
}

START_TEST(a_started_thread_is_counted_while_it_runs)
{
    uint64_t ident;
    ck_assert_uint_eq(thrum_thread_count(), 0);
    ck_assert_int_eq(thrum_thread_start(note_identity, NULL, &ident), 0);
    thrum_event_wait(&ready);
    ck_assert_uint_eq(ident, ident_inside);
    ck_assert_uint_ne(ident, thrum_thread_ident());
    ck_assert_int_ne(native_inside, thrum_thread_native_id());
    ck_assert_int_eq(thrum_thread_native_id(), getpid());
    ck_assert_uint_eq(thrum_thread_count(), 1);
    struct thrum_thread *thread;
    thrum_thread_create(&thread, wait_for_go, NULL, NULL);
    ck_assert_uint_eq(thrum_thread_count(), 2);
    thrum_event_set(&go);
    ck_assert_int_eq(thrum_thread_join(thread, NULL), 0);
    ck_assert_uint_le(thrum_thread_count(), 1);
    thrum_thread_destroy(thread);
}
END_TEST

START_TEST(stack_sizes_are_checked_and_used)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct thrum_thread *thread;
    ck_assert_uint_eq(thrum_thread_stack_size(), 0);
    ck_assert_int_eq(thrum_thread_set_stack_size(32 * 1024 - page), EINVAL);
    ck_assert_int_eq(thrum_thread_set_stack_size(1), EINVAL);
    ck_assert_int_eq(thrum_thread_set_stack_size(64 * 1024 + 1), EINVAL);
    ck_assert_uint_eq(thrum_thread_stack_size(), 0);
    ck_assert_int_eq(thrum_thread_set_stack_size(64 * page), 0);
    ck_assert_uint_eq(thrum_thread_stack_size(), 64 * page);
    ck_assert_int_eq(thrum_thread_set_stack_size(100), EINVAL);
    ck_assert_uint_eq(thrum_thread_stack_size(), 64 * page);
    pthread_attr_t attributes;
    size_t size;
    ck_assert_int_eq(thrum_thread_create(&thread, wait_for_go, NULL, NULL), 0);
    thrum_event_wait(&ready);
    ck_assert_int_eq(pthread_getattr_np((pthread_t)thrum_thread_ident_of(thread), &attributes), 0);
    pthread_attr_getstacksize(&attributes, &size);
    pthread_attr_destroy(&attributes);
    ck_assert_uint_ge(size, 64 * page); /* ThreadSanitizer adds to it */
    ck_assert_uint_lt(size, 1024 * page);
    thrum_event_set(&go);
    thrum_thread_join(thread, NULL);
    thrum_thread_destroy(thread);
    ck_assert_int_eq(thrum_thread_set_stack_size(0), 0);
    struct thrum_thread_options tiny = { .stack_size = 10 };
    ck_assert_int_eq(thrum_thread_create(&thread, echo, NULL, &tiny), EINVAL);
    ck_assert_uint_eq(thrum_thread_count(), 0);
}
END_TEST

static int cleaned;

static void clean(void *unused)
{
    (void)unused;
    cleaned++;
}

static void *leave(void *unused)
{
    pthread_cleanup_push(clean, NULL);
    thrum_exit();
    pthread_cleanup_pop(0);
    return unused;
}

START_TEST(exit_runs_the_clean_ups)
{
    struct thrum_thread *thread;
    void *result = &thread;
    thrum_thread_create(&thread, leave, &thread, NULL);
    ck_assert_int_eq(thrum_thread_join(thread, &result), 0);
    ck_assert_ptr_null(result);
    ck_assert_int_eq(cleaned, 1);
    ck_assert_uint_eq(thrum_thread_count(), 0);
    ck_assert_ptr_null(thrum_thread_error(thread));
    thrum_thread_destroy(thread);
}
END_TEST

/* --- with a handle --- */

START_TEST(join_gives_the_result_any_number_of_times)
{
    struct thrum_thread *thread;
    int value;
    void *result = NULL;
    struct thrum_thread_options options = { .name = "a name of more than fifteen bytes", .daemon = true };
    ck_assert_int_eq(thrum_thread_create(&thread, wait_for_go, &value, &options), 0);
    ck_assert(thrum_thread_is_alive(thread) && !thrum_thread_is_done(thread));
    ck_assert_int_eq(thrum_thread_join_for(thread, &result, THRUM_MICROSECONDS(50)), ETIMEDOUT);
    ck_assert_int_eq(thrum_thread_join_for(thread, &result, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_thread_join_for(thread, &result, -2), EINVAL);
    ck_assert_int_eq(thrum_thread_join_until(thread, &result, &(struct timespec){ 1, 0 }), ETIMEDOUT);
    ck_assert_str_eq(thrum_thread_name(thread), options.name);
    ck_assert(thrum_thread_is_daemon(thread));
    ck_assert_int_gt(thrum_thread_native_id_of(thread), getpid());
    thrum_event_set(&go);
    for (int i = 0; i < 3; i++) {
        result = NULL;
        ck_assert_int_eq(i == 2 ? thrum_thread_join_for(thread, &result, 0) : thrum_thread_join(thread, &result), 0);
        ck_assert_ptr_eq(result, &value);
    }
    ck_assert(!thrum_thread_is_alive(thread) && thrum_thread_is_done(thread));
    ck_assert_int_eq(thrum_thread_destroy(thread), 0);
}
END_TEST

static int join_it(void *thread)
{
    void *result;
    return thrum_thread_join(thread, &result) == 0 && result == &go ? 0 : -1;
}

START_TEST(many_may_join_at_once)
{
    struct other other[4];
    struct thrum_thread *thread;
    probes_start();
    thrum_thread_create(&thread, wait_for_go, &go, NULL);
    for (int i = 0; i < 4; i++)
        other_start(&other[i], join_it, thread);
    probes_await("wait_begin", (void *)(uintptr_t)thrum_thread_ident_of(thread), 4);
    thrum_event_set(&go);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(other_end(&other[i]), 0);
    thrum_thread_destroy(thread);
}
END_TEST

static struct thrum_thread *own;

static void *join_self(void *unused)
{
    (void)unused;
    thrum_event_wait(&go);
    return thrum_thread_self() == own ? (void *)(intptr_t)thrum_thread_join(own, NULL) : NULL;
}

START_TEST(a_thread_cannot_join_itself)
{
    void *result;
    ck_assert_ptr_null(thrum_thread_self());
    thrum_thread_create(&own, join_self, NULL, NULL);
    thrum_event_set(&go);
    ck_assert_int_eq(thrum_thread_join(own, &result), 0);
    ck_assert_int_eq((intptr_t)result, EDEADLK);
    thrum_thread_destroy(own);
}
END_TEST

START_TEST(a_cancelled_thread_is_joined_as_such)
{
    struct thrum_thread *thread;
    void *result;
    thrum_thread_create(&thread, wait_for_go, NULL, NULL);
    thrum_event_wait(&ready);
    pthread_cancel((pthread_t)thrum_thread_ident_of(thread));
    ck_assert_int_eq(thrum_thread_join(thread, &result), 0);
    ck_assert_ptr_eq(result, PTHREAD_CANCELED);
    ck_assert_uint_eq(thrum_thread_count(), 0);
    thrum_thread_destroy(thread);
}
END_TEST

static void *join_in_vain(void *thread)
{
    return (void *)(intptr_t)thrum_thread_join(thread, NULL);
}

START_TEST(a_join_can_be_cancelled)
{
    struct thrum_thread *thread;
    pthread_t joiner;
    void *value;
    probes_start();
    thrum_thread_create(&thread, wait_for_go, NULL, NULL);
    pthread_create(&joiner, NULL, join_in_vain, thread);
    probes_await("wait_begin", (void *)(uintptr_t)thrum_thread_ident_of(thread), 1);
    pthread_cancel(joiner);
    pthread_join(joiner, &value);
    ck_assert_ptr_eq(value, PTHREAD_CANCELED);
    ck_assert_int_eq(probes_count("wait_end", (void *)(uintptr_t)thrum_thread_ident_of(thread)), 1);
    thrum_event_set(&go);
    ck_assert_int_eq(thrum_thread_join(thread, NULL), 0);
    thrum_thread_destroy(thread);
}
END_TEST

static struct thrum_semaphore done = THRUM_SEMAPHORE_INIT(0);

static void *release(void *unused)
{
    thrum_semaphore_release(&done);
    return unused;
}

START_TEST(a_handle_may_go_before_its_thread)
{
    for (int i = 0; i < 200; i++) {
        struct thrum_thread *thread;
        ck_assert_int_eq(thrum_thread_create(&thread, release, NULL, NULL), 0);
        thrum_thread_destroy(thread);
    }
    for (int i = 0; i < 200; i++)
        thrum_semaphore_acquire(&done);
}
END_TEST

/* --- fork --- */

START_TEST(threads_stay_behind_when_the_process_forks)
{
    struct thrum_thread *thread;
    int status;
    thrum_thread_create(&thread, wait_for_go, NULL, NULL);
    pid_t child = fork();
    if (child == 0) {
        int bad = thrum_thread_count() != 0 || thrum_thread_join(thread, NULL) != ESRCH ||
                  thrum_thread_is_alive(thread);
        thrum_thread_destroy(thread);
#ifndef __SANITIZE_THREAD__ /* it takes the child's thread for the one that stayed behind */
        struct thrum_thread *own_thread;
        void *result = NULL;
        bad |= thrum_thread_create(&own_thread, echo, &status, NULL) != 0;
        bad |= thrum_thread_join(own_thread, &result) != 0 || result != &status;
#endif
        _exit(bad);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    thrum_event_set(&go);
    ck_assert_int_eq(thrum_thread_join(thread, NULL), 0);
    thrum_thread_destroy(thread);
}
END_TEST

/* --- what they tell --- */

START_TEST(a_thread_tells_its_story)
{
    struct thrum_thread *thread;
    struct thrum_thread_options options = { .name = "miller of the village" };
    probes_start();
    thrum_thread_create(&thread, echo, NULL, &options);
    void *object = (void *)(uintptr_t)thrum_thread_ident_of(thread);
    thrum_thread_join(thread, NULL);
    thrum_thread_destroy(thread);
    ck_assert_int_eq(probes_count("spawn", NULL), 1);
    ck_assert_int_eq(probes_count("spawn_end", object), 1);
    ck_assert_int_eq(probes_count("thread_begin", object), 1);
    ck_assert_int_eq(probes_count("thread_end", object), 1);
    ck_assert_int_eq(probes_count("wait_begin", object), 1);
    ck_assert_int_eq(probes_count("wait_end", object), 1);
    ck_assert_int_eq(probes_count("thread_detach", object), 0);
    for (int i = 0; i < 4; i++) {
        const struct probed *call = probes_get(object, i);
        if (strcmp(call->probe, "name") == 0)
            ck_assert_str_eq(call->name, options.name);
        if (strcmp(call->probe, "wait_begin") == 0)
            ck_assert_int_eq(call->kind, THRUM_kind_thread);
    }
}
END_TEST

START_TEST(a_started_thread_is_told_as_detached)
{
    uint64_t ident;
    probes_start();
    thrum_thread_start(echo, NULL, &ident);
    ck_assert_int_eq(probes_count("thread_detach", (void *)(uintptr_t)ident), 1);
    probes_await("thread_end", (void *)(uintptr_t)ident, 1);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("thread");
    TCase *tcase = tcase_create("thread");
    tcase_add_test(tcase, a_started_thread_is_counted_while_it_runs);
    tcase_add_test(tcase, stack_sizes_are_checked_and_used);
    tcase_add_test(tcase, exit_runs_the_clean_ups);
    tcase_add_test(tcase, join_gives_the_result_any_number_of_times);
    tcase_add_test(tcase, many_may_join_at_once);
    tcase_add_test(tcase, a_thread_cannot_join_itself);
    tcase_add_test(tcase, a_cancelled_thread_is_joined_as_such);
    tcase_add_test(tcase, a_join_can_be_cancelled);
    tcase_add_test(tcase, a_handle_may_go_before_its_thread);
    tcase_add_test(tcase, threads_stay_behind_when_the_process_forks);
    tcase_add_test(tcase, a_thread_tells_its_story);
    tcase_add_test(tcase, a_started_thread_is_told_as_detached);
    suite_add_tcase(suite, tcase);
    return suite;
}
