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
#include <ucontext.h>
#include <unistd.h>

#include "recorder-fast.h"
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
            suite_assert(strtoull(object + 9, NULL, 16) == next++);
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
            suite_assert(value == (value < FROM_HANDLER ? next++ : FROM_HANDLER + next_handled++));
    }
    ck_assert_uint_eq(next, count);
    ck_assert_uint_eq(next_handled, atomic_load(&handled));
    recording_text_free(&text);
    recording_remove();
}
END_TEST

/* --- signals at every instruction --- */

#if defined(__x86_64__)
/*
 * The processor stops after each instruction of an event, and at two of them a handler records: in turn at all, or many, and
 * at some behind them, as far as the event is written without a system call, in which a stop would be the end.
 */
enum { TRAP_FLAG = 0x100, OF_HANDLER = 1 << 30 };
static struct {
    uint32_t count, record_at[2];
    uint64_t recorded; /* by handlers */
    bool whole;        /* it came to no system call */
} steps;

/* Of one object, which the thread knows: else the short way isn't taken. The site tells the events apart. */
static struct thrum_event_acquire acquire_numbered(uint64_t number)
{
    return (struct thrum_event_acquire){
        .object = 1, .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive, .how = THRUM_how_block, .site = number};
}

static void acquire_long(uint64_t number)
{
    const struct thrum_event_acquire record = acquire_numbered(number);

    recorder_sink.emit(THRUM_EVENT_acquire, &record);
}

static void acquire_short(uint64_t number)
{
    const struct thrum_event_acquire record = acquire_numbered(number);

    if (!recorder_fast_acquire(&record))
        recorder_sink.emit(THRUM_EVENT_acquire, &record);
}

static void on_step(int signal, siginfo_t *info, void *context)
{
    static const uint8_t system_call[] = {0x0f, 0x05};
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

    (void)signal, (void)info;
    steps.count++;
    if (steps.count == steps.record_at[0] || steps.count == steps.record_at[1])
        acquire_long(OF_HANDLER + steps.recorded++);
    if (memcmp((const void *)registers[REG_RIP], system_call, sizeof(system_call)) == 0)
        steps.whole = false;
    if (!steps.whole || steps.count == steps.record_at[1])
        registers[REG_EFL] &= ~TRAP_FLAG;
}

/* How many instructions it took, about. */
static __attribute__((noinline)) uint32_t step_through(void (*record)(uint64_t), uint64_t number, uint32_t first, uint32_t second)
{
    steps.count = 0;
    steps.whole = true;
    steps.record_at[0] = first, steps.record_at[1] = second;
    __asm__ volatile("lea -128(%%rsp), %%rsp; pushfq; orq %0, (%%rsp); popfq; lea 128(%%rsp), %%rsp" : : "i"(TRAP_FLAG) : "memory", "cc");
    record(number);
    __asm__ volatile("lea -128(%%rsp), %%rsp; pushfq; andq %0, (%%rsp); popfq; lea 128(%%rsp), %%rsp" : : "i"(~TRAP_FLAG) : "memory", "cc");
    return steps.count;
}

/*
 *  event     . . . . . place . . write . . . commit
 *  handler         ^ here        ^ and here: mustn't write over the event, which has its place in the packet of the first
 */
static void interrupt_everywhere(void (*record)(uint64_t))
{
    uint64_t next = 0, count = 0, recorded = 0;
    uint32_t whole;

    recording_start(0, 0);
    steps.recorded = 0;
    record(count++);
    do
        whole = step_through(record, count++, 0, 0);
    while (!steps.whole); /* a new line of the clock, or a new chunk */
    /* The short way at every instruction; a stop costs up to 30 us. */
    for (uint32_t first = 1; first <= whole; first += record == acquire_short ? 1 : 1 + whole / 50)
        for (uint32_t quarter = 2; quarter <= 3; quarter++)
            step_through(record, count++, first, first + 1 + (whole - first) * quarter / 4);
    struct recording_text text = recording_read(recording_path());
    for (size_t i = 0; i < text.count; i++) {
        const char *site = strstr(text.lines[i], "site = ");
        uint64_t value = site ? strtoull(site + 7, NULL, 16) : 0;
        if (site)
            suite_assert(value == (value < OF_HANDLER ? next++ : OF_HANDLER + recorded++));
    }
    ck_assert_uint_eq(next, count);
    ck_assert_uint_eq(recorded, steps.recorded);
    ck_assert_uint_gt(recorded, count);
    recording_text_free(&text);
    recording_remove();
}
#endif

START_TEST(handlers_at_any_instruction_of_an_event_write_over_nothing)
{
#if defined(__x86_64__)
    const struct sigaction stop = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};

    if (!recording_can_read())
        return;
    sigaction(SIGTRAP, &stop, NULL);
    interrupt_everywhere(_i ? acquire_short : acquire_long);
#endif
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
    tcase_add_loop_test(all, handlers_at_any_instruction_of_an_event_write_over_nothing, 0, 2);
    tcase_add_test(all, a_forked_child_has_its_own_files);
    tcase_add_test(all, so_has_a_child_that_was_cloned_behind_our_back);
    suite_add_tcase(suite, all);
    return suite;
}
