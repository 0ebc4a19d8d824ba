/* SPDX-License-Identifier: MIT */
/* Watchdog, signal router and I/O worker: the threads that serve others. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "other.h"
#include "probes.h"
#include "suite.h"
#include "thrum/event.h"
#include "thrum/interrupt.h"
#include "thrum/io.h"
#include "thrum/lock.h"
#include "thrum/semaphore.h"
#include "thrum/signals.h"
#include "thrum/watchdog.h"

static struct thrum_event go = THRUM_EVENT_INIT, ready = THRUM_EVENT_INIT;

/* --- watchdog --- */

static struct thrum_watchdog *watchdog;
static _Atomic int fired;

static void count(void *unused)
{
    (void)unused;
    fired++;
    thrum_event_set(&ready);
}

static void count_and_wait(void *unused)
{
    count(unused);
    thrum_event_wait(&go);
    fired += 10;
}

START_TEST(a_watchdog_interrupts_the_main_thread)
{
    struct thrum_event never = THRUM_EVENT_INIT;
    thrum_interrupt_install(SIGINT);
    ck_assert_int_eq(thrum_watchdog_create(&watchdog, NULL, NULL, "patience"), 0);
    ck_assert_int_eq(thrum_watchdog_start(watchdog, THRUM_MILLISECONDS(1)), 0);
    ck_assert_int_eq(thrum_event_wait(&never), EINTR);
    ck_assert_int_eq(thrum_interrupt_signal(), SIGINT);
    ck_assert_int_eq(thrum_watchdog_cancel(watchdog), EALREADY);
    ck_assert(thrum_watchdog_fired(watchdog));
    ck_assert_int_eq(thrum_watchdog_destroy(watchdog), 0);
    ck_assert_int_eq(thrum_interrupt_poll(), 0);
}
END_TEST

START_TEST(a_watchdog_fires_once_for_each_start)
{
    thrum_watchdog_create(&watchdog, count, NULL, NULL);
    ck_assert_int_eq(thrum_watchdog_feed(watchdog), EINVAL);
    ck_assert_int_eq(thrum_watchdog_start(watchdog, -1), EINVAL);
    ck_assert_int_eq(thrum_watchdog_cancel(watchdog), 0);
    for (int i = 1; i <= 20; i++) {
        thrum_event_clear(&ready);
        thrum_watchdog_start(watchdog, 0);
        thrum_event_wait(&ready);
        ck_assert_int_eq(thrum_watchdog_cancel(watchdog), EALREADY);
        ck_assert_int_eq(fired, i);
        ck_assert_int_eq(thrum_watchdog_feed(watchdog), EALREADY);
    }
    thrum_watchdog_destroy(watchdog);
    ck_assert_int_eq(fired, 20);
}
END_TEST

START_TEST(it_never_fires_after_a_cancel_that_returned)
{
    thrum_watchdog_create(&watchdog, count, NULL, NULL);
    int expected = 0;
    for (int i = 0; i < 2000; i++) { /* the time is up about when it is cancelled */
        thrum_watchdog_start(watchdog, i % 100 * 1000);
        int result = thrum_watchdog_cancel(watchdog);
        expected += result == EALREADY;
        ck_assert_int_eq(fired, expected);
        ck_assert_int_eq(thrum_watchdog_fired(watchdog), result == EALREADY);
    }
    thrum_watchdog_destroy(watchdog);
    ck_assert_int_eq(fired, expected);
}
END_TEST

static int cancel(void *unused)
{
    (void)unused;
    return thrum_watchdog_cancel(watchdog);
}

START_TEST(a_cancel_waits_for_the_action_under_way)
{
    struct other other;
    thrum_watchdog_create(&watchdog, count_and_wait, NULL, NULL);
    thrum_watchdog_start(watchdog, 0);
    thrum_event_wait(&ready);
    other_start(&other, cancel, NULL);
    thrum_event_set(&go);
    ck_assert_int_eq(thrum_watchdog_cancel(watchdog), EALREADY);
    ck_assert_int_eq(fired, 11);
    ck_assert_int_eq(other_end(&other), EALREADY);
    thrum_watchdog_destroy(watchdog);
}
END_TEST

START_TEST(feeding_keeps_it_quiet)
{
    thrum_watchdog_create(&watchdog, count, NULL, NULL);
    thrum_watchdog_start(watchdog, THRUM_SECONDS(100));
    thrum_watchdog_start(watchdog, THRUM_SECONDS(50)); /* earlier: its thread must learn of it */
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(thrum_watchdog_feed(watchdog), 0);
    ck_assert(!thrum_watchdog_fired(watchdog));
    thrum_watchdog_start(watchdog, THRUM_MICROSECONDS(100));
    thrum_event_wait(&ready);
    ck_assert_int_eq(thrum_watchdog_cancel(watchdog), EALREADY);
    ck_assert_int_eq(fired, 1);
    thrum_watchdog_destroy(watchdog);
}
END_TEST

static int results[3];

static void ask_from_inside(void *unused)
{
    (void)unused;
    results[0] = thrum_watchdog_cancel(watchdog);
    results[1] = thrum_watchdog_destroy(watchdog);
    if (fired++ == 0)
        results[2] = thrum_watchdog_start(watchdog, 0); /* once more */
    else
        thrum_event_set(&ready);
}

START_TEST(an_action_may_start_it_anew)
{
    thrum_watchdog_create(&watchdog, ask_from_inside, NULL, NULL);
    thrum_watchdog_start(watchdog, 0);
    thrum_event_wait(&ready);
    ck_assert_int_eq(thrum_watchdog_destroy(watchdog), 0);
    ck_assert_int_eq(fired, 2);
    ck_assert_int_eq(results[0], EALREADY);
    ck_assert_int_eq(results[1], EDEADLK);
    ck_assert_int_eq(results[2], 0);
}
END_TEST

/* --- signal router --- */

static struct thrum_router *router;
static struct thrum_semaphore arrived = THRUM_SEMAPHORE_INIT(0);
static struct thrum_signal last;
static struct thrum_lock lock = THRUM_LOCK_INIT;
static int32_t handled_in;

static void take(const struct thrum_signal *signal, void *argument)
{
    ck_assert_ptr_eq(argument, &last);
    thrum_lock_acquire(&lock); /* normal thread context */
    last = *signal;
    free(malloc(1000));
    handled_in = gettid();
    thrum_lock_release(&lock);
    thrum_semaphore_release(&arrived);
}

START_TEST(signals_are_handed_on_in_a_thread_of_their_own)
{
    sigset_t mask;
    ck_assert_int_eq(thrum_router_create(&router, NULL), 0);
    ck_assert_int_eq(thrum_router_add(router, SIGUSR1, take, &last), 0);
    ck_assert_int_eq(thrum_router_add(router, SIGRTMIN, take, &last), 0);
    ck_assert_int_eq(thrum_router_add(router, SIGKILL, take, NULL), EINVAL);
    ck_assert_int_eq(thrum_router_add(router, 0, take, NULL), EINVAL);
    ck_assert_int_eq(thrum_router_add(router, NSIG, take, NULL), EINVAL);
    ck_assert_int_eq(thrum_router_add(router, SIGUSR2, NULL, NULL), EINVAL);
    for (int i = 0; i < 20; i++) {
        kill(getpid(), SIGUSR1);
        thrum_semaphore_acquire(&arrived);
        ck_assert_int_eq(last.signal, SIGUSR1);
        ck_assert_int_eq(last.pid, getpid());
    }
    for (int i = 0; i < 20; i++) { /* these queue up */
        union sigval value = { .sival_int = i };
        sigqueue(getpid(), SIGRTMIN, value);
    }
    for (int i = 0; i < 20; i++)
        thrum_semaphore_acquire(&arrived);
    ck_assert_int_eq(last.signal, SIGRTMIN);
    ck_assert_int_eq(last.value, 19);
    ck_assert_int_eq(last.code, SI_QUEUE);
    ck_assert_int_ne(handled_in, gettid());
    ck_assert_int_eq(thrum_router_remove(router, SIGRTMIN), 0);
    ck_assert_int_eq(thrum_router_remove(router, SIGRTMIN), ENOENT);
    ck_assert_int_eq(thrum_router_destroy(router), 0);
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    ck_assert(!sigismember(&mask, SIGUSR1));
}
END_TEST

START_TEST(a_routed_signal_can_interrupt_the_main_thread)
{
    struct thrum_event never = THRUM_EVENT_INIT;
    thrum_router_create(&router, "router");
    thrum_router_add(router, SIGTERM, thrum_router_interrupt_main, NULL);
    kill(getpid(), SIGTERM);
    ck_assert_int_eq(thrum_event_wait(&never), EINTR);
    ck_assert_int_eq(thrum_interrupt_signal(), SIGTERM);
    thrum_router_destroy(router);
}
END_TEST

static void remove_and_destroy(const struct thrum_signal *signal, void *unused)
{
    (void)unused;
    results[0] = thrum_router_destroy(router);
    results[1] = thrum_router_remove(router, signal->signal);
    thrum_event_set(&ready);
}

static void take_slowly(const struct thrum_signal *signal, void *unused)
{
    (void)signal, (void)unused;
    thrum_event_set(&ready);
    thrum_event_wait(&go);
    fired++;
}

static int remove_usr2(void *unused)
{
    (void)unused;
    int result = thrum_router_remove(router, SIGUSR2);
    return result == 0 && fired == 1 ? 0 : -1;
}

START_TEST(remove_waits_for_the_handler)
{
    struct other other;
    thrum_router_create(&router, NULL);
    thrum_router_add(router, SIGUSR1, remove_and_destroy, NULL);
    kill(getpid(), SIGUSR1);
    thrum_event_wait(&ready);
    thrum_event_clear(&ready);
    thrum_router_add(router, SIGUSR2, take_slowly, NULL);
    kill(getpid(), SIGUSR2);
    thrum_event_wait(&ready);
    other_start(&other, remove_usr2, NULL);
    thrum_event_set(&go);
    ck_assert_int_eq(other_end(&other), 0);
    ck_assert_int_eq(results[0], EDEADLK);
    ck_assert_int_eq(results[1], 0);
    ck_assert_int_eq(thrum_router_destroy(router), 0);
}
END_TEST

START_TEST(a_router_tells_its_story)
{
    probes_start();
    thrum_router_create(&router, NULL);
    thrum_router_add(router, SIGUSR1, take, &last);
    probes_await("wait_begin", router, 1);
    kill(getpid(), SIGUSR1);
    probes_await("interrupt_end", NULL, 1);
    ck_assert_int_eq(probes_count("interrupt_begin", NULL), 1);
    thrum_router_destroy(router);
    ck_assert_int_ge(probes_count("wait_begin", router), 1);
    ck_assert_int_eq(probes_count("wait_begin", router), probes_count("wait_end", router));
}
END_TEST

/* --- I/O worker --- */

static struct thrum_io *io;

static int temporary_file(void)
{
    char path[] = "/tmp/thrum-unit-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    unlink(path);
    return fd;
}

static size_t size_of(struct thrum_future *future)
{
    void *result;
    ck_assert_int_eq(thrum_future_result(future, &result, THRUM_FOREVER), 0);
    thrum_future_destroy(future);
    return (size_t)result;
}

START_TEST(writes_and_reads_keep_their_order)
{
    struct thrum_future *future;
    int fd = temporary_file();
    char text[100] = "", line[20];
    ck_assert_int_eq(thrum_io_create(&io, 2, NULL), 0);
    for (int i = 0; i < 9; i++) {
        snprintf(line, sizeof line, "line %d\n", i);
        ck_assert_int_eq(thrum_io_write(io, fd, line, strlen(line), THRUM_IO_HERE, NULL), 0);
    }
    ck_assert_int_eq(thrum_io_write(io, fd, "LINE", 4, 7, &future), 0);
    ck_assert_uint_eq(size_of(future), 4);
    ck_assert_int_eq(thrum_io_sync(io, fd, &future), 0);
    ck_assert_uint_eq(size_of(future), 0);
    ck_assert_int_eq(thrum_io_read(io, fd, text, sizeof text, 0, &future), 0);
    ck_assert_uint_eq(size_of(future), 9 * 7);
    ck_assert_str_eq(text, "line 0\nLINE 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\n");
    ck_assert_int_eq(thrum_io_read(io, fd, text, 4, 7, &future), 0);
    ck_assert_uint_eq(size_of(future), 4);
    ck_assert_int_eq(thrum_io_destroy(io), 0);
    close(fd);
}
END_TEST

START_TEST(errors_go_to_the_future_or_stay)
{
    struct thrum_future *future;
    struct thrum_error error;
    thrum_io_create(&io, 0, "disk");
    ck_assert_int_eq(thrum_io_error(io, &error), ENOENT);
    thrum_io_write(io, -1, "x", 1, THRUM_IO_HERE, &future);
    ck_assert_int_eq(thrum_future_result(future, NULL, THRUM_FOREVER), EBADF);
    ck_assert_str_eq(thrum_future_error(future)->message, "cannot write to descriptor -1");
    ck_assert_str_eq(thrum_future_error(future)->thread, "disk-1");
    thrum_future_destroy(future);
    ck_assert_int_eq(thrum_io_error(io, &error), ENOENT);
    int full = open("/dev/full", O_WRONLY);
    thrum_io_write(io, full, "x", 1, THRUM_IO_HERE, NULL);
    thrum_io_write(io, -1, "x", 1, THRUM_IO_HERE, NULL);
    ck_assert_int_eq(thrum_io_flush(io, THRUM_FOREVER), 0);
    ck_assert_int_eq(thrum_io_error(io, &error), 0);
    ck_assert_int_eq(error.code, ENOSPC); /* the first */
    ck_assert_int_eq(thrum_io_error(io, &error), ENOENT);
    thrum_io_destroy(io);
    close(full);
}
END_TEST

static void *wait_for_go(void *unused)
{
    thrum_event_wait(&go);
    return unused;
}

START_TEST(flush_waits_for_all_before_it)
{
    thrum_io_create(&io, 0, NULL);
    ck_assert_int_eq(thrum_io_flush(io, THRUM_FOREVER), 0);
    ck_assert_int_eq(thrum_io_flush(io, -2), EINVAL);
    thrum_io_call(io, wait_for_go, NULL, NULL);
    ck_assert_int_eq(thrum_io_flush(io, THRUM_MICROSECONDS(100)), ETIMEDOUT);
    thrum_event_set(&go);
    ck_assert_int_eq(thrum_io_flush(io, THRUM_FOREVER), 0);
    thrum_io_destroy(io);
}
END_TEST

START_TEST(a_slow_pipe_keeps_nobody_waiting)
{
    int ends[2];
    static char bytes[1 << 20], back[1 << 20];
    struct thrum_future *future;
    memset(bytes, 'b', sizeof bytes);
    ck_assert_int_eq(pipe(ends), 0);
    thrum_io_create(&io, 0, NULL);
    thrum_io_write(io, ends[1], bytes, sizeof bytes, THRUM_IO_HERE, &future); /* more than a pipe holds */
    memset(bytes, 'c', sizeof bytes);                                         /* it has its copy */
    size_t got = 0;
    while (got < sizeof back) {
        ssize_t some = read(ends[0], back + got, sizeof back - got);
        ck_assert_int_gt(some, 0);
        got += (size_t)some;
    }
    ck_assert_uint_eq(size_of(future), sizeof bytes);
    for (size_t i = 0; i < sizeof back; i++)
        ck_assert_int_eq(back[i], 'b');
    thrum_io_destroy(io);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("service");
    TCase *dogs = tcase_create("watchdog");
    tcase_add_test(dogs, a_watchdog_interrupts_the_main_thread);
    tcase_add_test(dogs, a_watchdog_fires_once_for_each_start);
    tcase_add_test(dogs, it_never_fires_after_a_cancel_that_returned);
    tcase_add_test(dogs, a_cancel_waits_for_the_action_under_way);
    tcase_add_test(dogs, feeding_keeps_it_quiet);
    tcase_add_test(dogs, an_action_may_start_it_anew);
    suite_add_tcase(suite, dogs);
    TCase *signals = tcase_create("signals");
    tcase_add_test(signals, signals_are_handed_on_in_a_thread_of_their_own);
    tcase_add_test(signals, a_routed_signal_can_interrupt_the_main_thread);
    tcase_add_test(signals, remove_waits_for_the_handler);
    tcase_add_test(signals, a_router_tells_its_story);
    suite_add_tcase(suite, signals);
    TCase *files = tcase_create("io");
    tcase_add_test(files, writes_and_reads_keep_their_order);
    tcase_add_test(files, errors_go_to_the_future_or_stay);
    tcase_add_test(files, flush_waits_for_all_before_it);
    tcase_add_test(files, a_slow_pipe_keeps_nobody_waiting);
    suite_add_tcase(suite, files);
    return suite;
}
