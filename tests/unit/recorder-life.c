/* SPDX-License-Identifier: MIT */
/* The recorder when its process is killed, read while it runs, interrupted by signals, forked. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorder-help.h"
#include "suite.h"

static void *shared_memory(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    ck_assert_ptr_ne(at, MAP_FAILED);
    return at;
}

/* Acquires of objects 0, 1, 2 ... are all there, in order; how many. */
static uint64_t check_row(const struct recording_text *text)
{
    uint64_t next = 0;

    for (size_t i = 0; i < text->count; i++) {
        const char *object = strstr(text->lines[i], "object = ");
        if (object)
            ck_assert_uint_eq(strtoull(object + 9, NULL, 16), next++);
    }
    return next;
}

/* Records acquires of 0, 1, 2 ... and counts each one when it is done; after `most` it waits for its end. */
static void record_for_ever(_Atomic uint64_t *done, uint64_t most)
{
    recording_begin(0, 0);
    for (uint64_t i = 0; i < most; i++) {
        recording_acquire(i);
        atomic_store_explicit(done, i + 1, memory_order_release);
    }
    for (;;)
        pause();
}

static void wait_for(_Atomic uint64_t *done, uint64_t count)
{
    while (atomic_load_explicit(done, memory_order_acquire) < count)
        sched_yield();
}

static void kill_after(_Atomic uint64_t *done, uint64_t count)
{
    pid_t child;

    recording_prepare();
    atomic_store(done, 0);
    child = fork();
    if (child == 0)
        record_for_ever(done, UINT64_MAX);
    wait_for(done, count);
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    struct recording_text text = recording_read(recording_path());
    uint64_t read = check_row(&text);
    ck_assert_uint_ge(read, atomic_load(done));
    ck_assert_uint_le(read, atomic_load(done) + 1);
    recording_text_free(&text);
    recording_remove();
}

START_TEST(a_killed_process_leaves_all_but_the_event_being_written)
{
    _Atomic uint64_t *done = shared_memory(sizeof(*done));

    if (!recording_can_read())
        return;
    srand48(_i);
    for (int round = 0; round < 10; round++)
        kill_after(done, 1 + (uint64_t)(lrand48() % (_i % 2 ? 100000 : 500)));
}
END_TEST

/* Killed wherever it is between the first system call and the first events: no trace yet, or a whole one. */
START_TEST(a_process_killed_while_it_starts_leaves_no_broken_trace)
{
    if (!recording_can_read())
        return;
    for (int round = 0; round < 40; round++) {
        _Atomic uint64_t *done = shared_memory(sizeof(*done));
        recording_prepare();
        pid_t child = fork();
        if (child == 0)
            record_for_ever(done, 5000);
        for (int i = 0; i < round * 40; i++)
            sched_yield();
        kill(child, SIGKILL);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        if (recording_holds_trace()) {
            struct recording_text text = recording_read(recording_path());
            ck_assert_uint_ge(check_row(&text), atomic_load(done));
            recording_text_free(&text);
        }
        recording_remove();
        munmap((void *)done, sizeof(*done));
    }
}
END_TEST

START_TEST(a_running_process_can_be_read)
{
    _Atomic uint64_t *done = shared_memory(sizeof(*done));
    pid_t child;

    if (!recording_can_read())
        return;
    recording_prepare();
    child = fork();
    if (child == 0)
        record_for_ever(done, 100000);
    for (int round = 1; round <= 5; round++) {
        wait_for(done, 5000 * (uint64_t)round);
        uint64_t least = atomic_load(done);
        struct recording_text text = recording_read(recording_path());
        ck_assert_uint_ge(check_row(&text), least);
        recording_text_free(&text);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    recording_remove();
}
END_TEST

/* --- signals --- */

enum { EVENTS = 300000, FROM_HANDLER = 1 << 30 };
static _Atomic uint32_t handled;
static _Atomic bool enough;

static void on_signal(int signal)
{
    (void)signal;
    recording_acquire(FROM_HANDLER + atomic_fetch_add(&handled, 1));
}

/* Interrupts the main thread, again as soon as its handler is done, until there is enough. */
static void *interrupt(void *main_thread)
{
    for (uint32_t i = 0; !atomic_load(&enough); i++) {
        pthread_kill(*(pthread_t *)main_thread, SIGUSR1);
        while (atomic_load(&handled) <= i && !atomic_load(&enough))
            sched_yield();
    }
    return NULL;
}

/*
 *  main      acquire(i): writes ... . . . . . . . . . . . . writes again, commits
 *  handler                          acquire(j): commits
 */
START_TEST(a_handler_that_interrupts_an_event_records_too)
{
    pthread_t self = pthread_self(), other;
    uint64_t next = 0, next_handled = 0, count = 0;

    if (!recording_can_read())
        return;
    recording_start(0, 0);
    signal(SIGUSR1, on_signal);
    ck_assert_int_eq(pthread_create(&other, NULL, interrupt, &self), 0);
    while (atomic_load(&handled) == 0)
        sched_yield();
    while (count < EVENTS)
        recording_acquire(count++);
    atomic_store(&enough, true);
    pthread_join(other, NULL);
    signal(SIGUSR1, SIG_IGN);
    struct recording_text text = recording_read(recording_path());
    for (size_t i = 0; i < text.count; i++) {
        const char *object = strstr(text.lines[i], "object = ");
        uint64_t value = object ? strtoull(object + 9, NULL, 16) : 0;
        if (object)
            ck_assert_uint_eq(value, value < FROM_HANDLER ? next++ : FROM_HANDLER + next_handled++);
    }
    ck_assert_uint_eq(next, count);
    ck_assert_uint_eq(next_handled, atomic_load(&handled));
    recording_text_free(&text);
    recording_remove();
}
END_TEST

/* --- fork --- */

static void fork_and_record(bool told)
{
    pid_t child;

    recording_start(0, 0);
    recording_acquire(1);
    if (told)
        recorder_sink.fork_prepare();
    child = told ? fork() : (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) {
        if (told)
            recorder_sink.fork_child();
        recording_acquire(2);
        recording_acquire(3);
        _exit(0);
    }
    recording_acquire(4);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    recording_acquire(5);
    struct recording_text text = recording_read(recording_path());
    ck_assert_uint_eq(recording_count(&text, "thrum:process_begin:"), 2);
    ck_assert_uint_eq(text.count, 7);
    for (size_t i = 0; i < text.count; i++) {
        bool of_child = strstr(text.lines[i], "object = 0x2") || strstr(text.lines[i], "object = 0x3");
        const char *pid = strstr(text.lines[i], "{ pid = ");
        ck_assert_ptr_nonnull(pid);
        if (strstr(text.lines[i], "object"))
            ck_assert_int_eq(atoi(pid + 8), of_child ? child : getpid());
    }
    recording_text_free(&text);
    recording_remove();
}

START_TEST(a_forked_child_has_its_own_files)
{
    if (recording_can_read())
        fork_and_record(true);
}
END_TEST

START_TEST(so_has_a_child_that_was_cloned_behind_our_back)
{
    if (recording_can_read())
        fork_and_record(false);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("recorder-life");
    TCase *all = tcase_create("recorder-life");

    tcase_add_loop_test(all, a_killed_process_leaves_all_but_the_event_being_written, 0, 4);
    tcase_add_test(all, a_process_killed_while_it_starts_leaves_no_broken_trace);
    tcase_add_test(all, a_running_process_can_be_read);
    tcase_add_test(all, a_handler_that_interrupts_an_event_records_too);
    tcase_add_test(all, a_forked_child_has_its_own_files);
    tcase_add_test(all, so_has_a_child_that_was_cloned_behind_our_back);
    suite_add_tcase(suite, all);
    return suite;
}
