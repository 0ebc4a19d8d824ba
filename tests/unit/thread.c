/* SPDX-License-Identifier: MIT */
/* Threads: those without a handle and with one, results, errors, ends of all kinds, exit, fork, and what they tell. */
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
#include "thrum/print.h"
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

/* --- errors --- */

static int fail_line;

static void *fails(void *what)
{
    fail_line = __LINE__ + 1;
    THRUM_FAIL(ENOSPC, "no room for %s", (char *)what);
    return THRUM_FAIL(EIO, "a second one, which isn't kept");
}

START_TEST(an_error_goes_to_the_joiner)
{
    struct thrum_thread *thread;
    struct thrum_thread_options options = { .name = "miller" };
    thrum_thread_create(&thread, fails, "flour", &options);
    ck_assert_int_eq(thrum_thread_join(thread, NULL), 0);
    const struct thrum_error *error = thrum_thread_error(thread);
    ck_assert_ptr_nonnull(error);
    ck_assert_int_eq(error->code, ENOSPC);
    ck_assert_str_eq(error->message, "no room for flour");
    ck_assert_str_eq(error->thread, "miller");
    ck_assert_str_eq(error->function, "fails");
    ck_assert_int_eq(error->line, fail_line);
    ck_assert_uint_eq(error->ident, thrum_thread_ident_of(thread));
    thrum_thread_destroy(thread);
}
END_TEST

static void *fail_and_recover(void *unused)
{
    (void)unused;
    ck_assert_int_eq(thrum_error_clear(), ENOENT);
    THRUM_FAIL(EIO, "once");
    ck_assert_int_eq(thrum_error_clear(), 0);
    return &go;
}

START_TEST(an_error_can_be_taken_back)
{
    struct thrum_thread *thread;
    void *result;
    thrum_thread_create(&thread, fail_and_recover, NULL, NULL);
    thrum_thread_join(thread, &result);
    ck_assert_ptr_eq(result, &go);
    ck_assert_ptr_null(thrum_thread_error(thread));
    thrum_thread_destroy(thread);
}
END_TEST

/* What `body` writes to a descriptor, in a child process that exits in the normal way. */
static void child_output(int descriptor, void (*body)(void), char *text, size_t size)
{
    int ends[2], status;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], descriptor);
        close(ends[0]), close(ends[1]);
        body();
        exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t got;
    while ((got = read(ends[0], text + length, size - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d, output: %s", status, text);
}

static void *fail_at_length(void *number)
{
    char text[100];
    memset(text, 'a' + (int)(intptr_t)number, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    return THRUM_FAIL(ENOSPC, "%s", text);
}

static void fail_in_twenty(void)
{
    struct thrum_thread *thread[20];
    for (int i = 0; i < 20; i++) {
        thrum_thread_create(&thread[i], fail_at_length, (void *)(intptr_t)i, NULL);
        thrum_thread_destroy(thread[i]);
    }
}

START_TEST(errors_nobody_asks_for_are_printed_as_whole_lines)
{
    static char text[20000];
    child_output(STDERR_FILENO, fail_in_twenty, text, sizeof text);
    unsigned seen = 0;
    int lines = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        char *message = strstr(line, "failed: ");
        ck_assert_msg(strncmp(line, "thrum: thread thread-", 21) == 0 && message, "line: %s", line);
        message += strlen("failed: ");
        ck_assert_uint_eq(strspn(message, (char[]){ *message, 0 }), 99);
        ck_assert_ptr_nonnull(strstr(line, ": No space left on device [ENOSPC] in fail_at_length ("));
        seen |= 1u << (*message - 'a');
    }
    ck_assert_int_eq(lines, 20);
    ck_assert_uint_eq(seen, (1u << 20) - 1);
}
END_TEST

/* --- exit --- */

static void *say_late(void *unused)
{
    thrum_event_wait(&go);
    thrum_print("late");
    return unused;
}

static void *wait_in_vain(void *event)
{
    thrum_event_wait(event);
    return NULL;
}

static void set_go_at_exit(void)
{
    thrum_event_set(&go);
}

static void leave_threads_behind(void)
{
    struct thrum_thread *thread;
    static struct thrum_event never = THRUM_EVENT_INIT;
    struct thrum_thread_options daemon = { .daemon = true };
    thrum_thread_create(&thread, wait_in_vain, &never, &daemon); /* it would hang, were it waited for */
    thrum_thread_destroy(thread);
    thrum_thread_create(&thread, say_late, NULL, NULL);
    thrum_thread_destroy(thread);
    atexit(set_go_at_exit); /* registered later, runs before the joins */
}

START_TEST(exit_waits_for_threads_that_are_no_daemons)
{
    char text[100];
    child_output(STDOUT_FILENO, leave_threads_behind, text, sizeof text);
    ck_assert_str_eq(text, "late\n");
}
END_TEST

static void *exit_process(void *unused)
{
    (void)unused;
    exit(0);
}

static void exit_from_a_thread(void)
{
    struct thrum_thread *thread;
    thrum_thread_create(&thread, exit_process, NULL, NULL);
    pause();
}

START_TEST(a_thread_that_exits_does_not_wait_for_itself)
{
    char text[100];
    child_output(STDOUT_FILENO, exit_from_a_thread, text, sizeof text);
    ck_assert_str_eq(text, "");
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

/* --- safe print --- */

static void *print_many(void *letter)
{
    char text[400];
    memset(text, (int)(intptr_t)letter, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 50; i++)
        ck_assert_int_eq(thrum_print("%s", text), 0);
    return NULL;
}

static void print_from_eight(void)
{
    struct thrum_thread *thread[8];
    for (int i = 0; i < 8; i++)
        thrum_thread_create(&thread[i], print_many, (void *)(intptr_t)('a' + i), NULL);
    for (int i = 0; i < 8; i++)
        thrum_thread_join(thread[i], NULL);
}

START_TEST(printed_lines_are_whole)
{
    static char text[400 * 450];
    child_output(STDOUT_FILENO, print_from_eight, text, sizeof text);
    int lines = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++)
        ck_assert_uint_eq(strspn(line, (char[]){ *line, 0 }), 399);
    ck_assert_int_eq(lines, 400);
}
END_TEST

START_TEST(a_print_that_fails_says_why)
{
    FILE *full = fopen("/dev/full", "w");
    ck_assert_ptr_nonnull(full);
    errno = 0;
    ck_assert_int_eq(thrum_print_to(full, "%d", 1), ENOSPC);
    ck_assert_int_eq(errno, 0);
    fclose(full);
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
    tcase_add_test(tcase, an_error_goes_to_the_joiner);
    tcase_add_test(tcase, an_error_can_be_taken_back);
    tcase_add_test(tcase, errors_nobody_asks_for_are_printed_as_whole_lines);
    tcase_add_test(tcase, exit_waits_for_threads_that_are_no_daemons);
    tcase_add_test(tcase, a_thread_that_exits_does_not_wait_for_itself);
    tcase_add_test(tcase, threads_stay_behind_when_the_process_forks);
    tcase_add_test(tcase, a_thread_tells_its_story);
    tcase_add_test(tcase, a_started_thread_is_told_as_detached);
    tcase_add_test(tcase, printed_lines_are_whole);
    tcase_add_test(tcase, a_print_that_fails_says_why);
    suite_add_tcase(suite, tcase);
    return suite;
}
