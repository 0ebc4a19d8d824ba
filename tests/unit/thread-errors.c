/* SPDX-License-Identifier: MIT */
/* Errors of threads, what exit does with those that still run, and lines that are printed whole. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "suite.h"
#include "thrum/event.h"
#include "thrum/print.h"
#include "thrum/thread.h"

static struct thrum_event go = THRUM_EVENT_INIT;

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
    Suite *suite = suite_create("thread-errors");
    TCase *tcase = tcase_create("thread-errors");
    tcase_add_test(tcase, an_error_goes_to_the_joiner);
    tcase_add_test(tcase, an_error_can_be_taken_back);
    tcase_add_test(tcase, errors_nobody_asks_for_are_printed_as_whole_lines);
    tcase_add_test(tcase, exit_waits_for_threads_that_are_no_daemons);
    tcase_add_test(tcase, a_thread_that_exits_does_not_wait_for_itself);
    tcase_add_test(tcase, printed_lines_are_whole);
    tcase_add_test(tcase, a_print_that_fails_says_why);
    suite_add_tcase(suite, tcase);
    return suite;
}
