/* SPDX-License-Identifier: MIT */
/* Interrupts: every blocking call in the main thread returns EINTR, loses nothing, and can be left in peace. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "other.h"
#include "probes.h"
#include "suite.h"
#include "thrum/thrum.h"

/* --- calls that block, and what they block on --- */

static struct thrum_lock lock = THRUM_LOCK_INIT, free_lock = THRUM_LOCK_INIT;
static struct thrum_rlock rlock = THRUM_RLOCK_INIT;
static struct thrum_semaphore semaphore = THRUM_SEMAPHORE_INIT(0);
static struct thrum_event event = THRUM_EVENT_INIT, end = THRUM_EVENT_INIT;
static struct thrum_condition condition = THRUM_CONDITION_INIT(&free_lock);
static struct thrum_barrier barrier = THRUM_BARRIER_INIT(2);
static struct thrum_rwlock rwlock = THRUM_RWLOCK_INIT;
static struct thrum_spinlock spinlock = THRUM_SPINLOCK_INIT;
static struct thrum_queue empty, full;
static struct thrum_thread *thread;
static struct thrum_group *group;
static struct thrum_future *future;
static struct thrum_pool *pool, *shut_pool;
static struct thrum_io *io;
static void *item;

static bool never(void *unused)
{
    return unused != NULL;
}

static void *nothing(void *argument)
{
    return argument;
}

static int submit_one_more(void)
{
    return thrum_pool_submit(pool, nothing, NULL, NULL);
}

static int map_one_more(void)
{
    return thrum_pool_map(pool, nothing, &item, 1, NULL, THRUM_FOREVER);
}

#define BLOCKING(V)                                                      \
    V(lock, thrum_lock_acquire(&lock))                                   \
    V(lock_for, thrum_lock_acquire_for(&lock, THRUM_SECONDS(1000)))      \
    V(rlock, thrum_rlock_acquire(&rlock))                                \
    V(semaphore, thrum_semaphore_acquire(&semaphore))                    \
    V(event, thrum_event_wait(&event))                                   \
    V(event_for, thrum_event_wait_for(&event, THRUM_SECONDS(1000)))      \
    V(condition, thrum_condition_wait(&condition))                       \
    V(barrier, thrum_barrier_wait(&barrier, NULL))                       \
    V(rwlock_read, thrum_rwlock_acquire_read(&rwlock))                   \
    V(rwlock_write, thrum_rwlock_acquire_write(&rwlock))                 \
    V(spinlock, thrum_spinlock_acquire(&spinlock))                       \
    V(queue_get, thrum_queue_get(&empty, &item))                         \
    V(queue_put, thrum_queue_put(&full, NULL))                           \
    V(queue_join, thrum_queue_join(&full))                               \
    V(thread, thrum_thread_join(thread, NULL))                           \
    V(condition_await, thrum_condition_await(&condition, never, NULL, THRUM_FOREVER)) \
    V(group, thrum_group_wait(group))                                    \
    V(future, thrum_future_wait(future))                                 \
    V(future_result, thrum_future_result(future, &item, THRUM_FOREVER))  \
    V(pool_submit, submit_one_more())                                    \
    V(pool_map, map_one_more())                                          \
    V(pool_wait, thrum_pool_wait(shut_pool, THRUM_FOREVER))              \
    V(io_flush, thrum_io_flush(io, THRUM_FOREVER))

#define FUNCTION(name, call)  \
    static int do_##name(void) \
    {                         \
        return call;          \
    }
BLOCKING(FUNCTION)

#define ENTRY(name, call) { #name, do_##name },
static const struct {
    const char *name;
    int (*call)(void);
} blocking[] = { BLOCKING(ENTRY) };
enum { BLOCKING_COUNT = sizeof blocking / sizeof *blocking };

static int hold_rlock(void *unused)
{
    (void)unused;
    return thrum_rlock_acquire(&rlock);
}

static void *wait_for_end(void *unused)
{
    thrum_event_wait(&end);
    return unused;
}

static void make_all_block(void)
{
    thrum_lock_acquire(&lock);
    thrum_lock_acquire(&free_lock);
    elsewhere(hold_rlock, NULL);
    thrum_rwlock_acquire_write(&rwlock);
    thrum_spinlock_acquire(&spinlock);
    thrum_queue_init(&empty, THRUM_QUEUE_FIFO, 0, NULL);
    thrum_queue_init(&full, THRUM_QUEUE_FIFO, 1, NULL);
    thrum_queue_put(&full, NULL);
    struct thrum_thread_options daemon = { .daemon = true };
    thrum_thread_create(&thread, wait_for_end, NULL, &daemon);
    thrum_group_create(&group);
    thrum_group_spawn(group, wait_for_end, NULL, NULL);
    thrum_future_create(&future, NULL);
    thrum_pool_create(&pool, 1, 1, NULL);
    thrum_pool_submit(pool, wait_for_end, NULL, NULL);
    while (thrum_pool_waiting(pool) > 0) /* until it runs; then one more is as many as may wait */
        sched_yield();
    thrum_pool_submit(pool, wait_for_end, NULL, NULL);
    thrum_pool_create(&shut_pool, 1, 0, NULL);
    thrum_pool_submit(shut_pool, wait_for_end, NULL, NULL);
    thrum_pool_shutdown(shut_pool, false);
    thrum_io_create(&io, 0, NULL);
    thrum_io_call(io, wait_for_end, NULL, NULL);
}

/* Threads that aren't daemons are waited for as the test's process exits. */
static void let_all_end(void)
{
    thrum_event_set(&end);
}

/* Nothing was given to the interrupted calls, and nobody is left waiting. */
static void check_nothing_changed(void)
{
    ck_assert(thrum_lock_locked(&free_lock));
    ck_assert_uint_eq(condition.waiters.count, 0);
    ck_assert_uint_eq(thrum_barrier_waiting(&barrier), 0);
    ck_assert(!thrum_barrier_broken(&barrier));
    ck_assert_uint_eq(semaphore.state, 0);
    ck_assert_uint_eq(thrum_rwlock_readers(&rwlock), 0);
    ck_assert_uint_eq(rwlock.waiters.count, 0);
    ck_assert_uint_eq(thrum_queue_size(&full), 1);
    ck_assert_uint_eq(empty.getters.count + full.putters.count + full.joiners.count, 0);
    ck_assert(thrum_thread_is_alive(thread));
    ck_assert_uint_eq(thrum_pool_waiting(pool), 1);
}

static int interrupt(void *unused)
{
    (void)unused;
    return thrum_interrupt_main(SIGINT);
}

/* --- tests --- */

START_TEST(a_pending_interrupt_ends_the_call_at_once)
{
    int i = _i;
    make_all_block();
    ck_assert_int_eq(thrum_interrupt_install(SIGINT), 0);
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(thrum_interrupt_main(SIGINT), 0);
        ck_assert_msg(blocking[i].call() == EINTR, "%s wasn't interrupted", blocking[i].name);
        ck_assert_int_eq(thrum_interrupt_signal(), SIGINT);
        ck_assert_int_eq(thrum_interrupt_poll(), 0); /* it was taken */
    }
    check_nothing_changed();
}
END_TEST

static int interrupt_when_blocked(void *unused)
{
    probes_await("_begin", NULL, 1);
    return interrupt(unused);
}

START_TEST(an_interrupt_ends_the_call_that_blocks)
{
    int i = _i;
    struct other other;
    make_all_block();
    thrum_interrupt_install(SIGINT);
    for (int round = 0; round < 20; round++) {
        probes_start();
        other_start(&other, interrupt_when_blocked, NULL);
        ck_assert_msg(blocking[i].call() == EINTR, "%s wasn't interrupted", blocking[i].name);
        ck_assert_int_eq(other_end(&other), 0);
    }
    probes_stop();
    check_nothing_changed();
}
END_TEST

/* The interrupt comes at any moment of the call: before it looks, while it goes to sleep, when it sleeps. */
START_TEST(an_interrupt_at_any_moment_is_not_lost)
{
    int i = _i;
    make_all_block();
    thrum_interrupt_install(SIGINT);
    for (int round = 0; round < 100; round++) {
        struct other other;
        other_start(&other, interrupt, NULL);
        ck_assert_int_eq(blocking[i].call(), EINTR);
        other_end(&other);
    }
    check_nothing_changed();
}
END_TEST

static _Atomic int handled;

static void own_handler(int signum)
{
    handled = signum;
}

static int usr1(void *unused)
{
    (void)unused;
    return thrum_interrupt_main(SIGUSR1);
}

START_TEST(a_handler_of_the_programs_runs_and_the_call_ends)
{
    struct sigaction action = { .sa_handler = own_handler, .sa_flags = SA_RESTART };
    struct other other;
    sigaction(SIGUSR1, &action, NULL);
    for (int round = 0; round < 100; round++) {
        handled = 0;
        other_start(&other, usr1, NULL);
        ck_assert_int_eq(thrum_event_wait(&event), EINTR);
        ck_assert_int_eq(handled, SIGUSR1);
        ck_assert_int_eq(thrum_interrupt_signal(), SIGUSR1);
        other_end(&other);
    }
}
END_TEST

START_TEST(ignored_and_default_actions_are_nothing)
{
    signal(SIGINT, SIG_DFL); /* Check has a handler of its own */
    ck_assert_int_eq(thrum_interrupt_main(SIGINT), 0); /* nobody dies */
    ck_assert_int_eq(thrum_interrupt_poll(), 0);
    signal(SIGINT, SIG_IGN);
    ck_assert_int_eq(thrum_interrupt_main(SIGINT), 0);
    ck_assert_int_eq(thrum_interrupt_poll(), 0);
    ck_assert_int_eq(thrum_interrupt_main(0), EINVAL);
    ck_assert_int_eq(thrum_interrupt_main(-1), EINVAL);
    ck_assert_int_eq(thrum_interrupt_main(NSIG), EINVAL);
    ck_assert_int_eq(thrum_interrupt_install(SIGKILL), EINVAL);
    ck_assert_int_eq(thrum_interrupt_install(0), EINVAL);
}
END_TEST

START_TEST(a_real_signal_interrupts_too)
{
    thrum_interrupt_install(SIGINT);
    raise(SIGINT);
    ck_assert_int_eq(thrum_event_wait(&event), EINTR);
    kill(getpid(), SIGINT);
    ck_assert_int_eq(thrum_event_wait(&event), EINTR);
}
END_TEST

START_TEST(a_signal_with_another_handler_ends_nothing)
{
    struct sigaction action = { .sa_handler = own_handler };
    sigaction(SIGALRM, &action, NULL);
    alarm(1); /* its handler runs while the wait goes on */
    ck_assert_int_eq(thrum_event_wait_for(&event, THRUM_MILLISECONDS(1300)), ETIMEDOUT);
    ck_assert_int_eq(handled, SIGALRM);
}
END_TEST

START_TEST(poll_takes_each_signal_once)
{
    thrum_interrupt_install(SIGINT);
    thrum_interrupt_install(SIGTERM);
    thrum_interrupt_install(SIGRTMAX - 1); /* Valgrind keeps the last for itself */
    for (int i = 0; i < 3; i++) {
        thrum_interrupt_main(SIGTERM);
        thrum_interrupt_main(SIGINT);
        thrum_interrupt_main(SIGRTMAX - 1);
    }
    int seen[3];
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(thrum_interrupt_poll(), EINTR);
        seen[i] = thrum_interrupt_signal();
    }
    ck_assert_int_eq(seen[0], SIGINT);
    ck_assert_int_eq(seen[1], SIGTERM);
    ck_assert_int_eq(seen[2], SIGRTMAX - 1);
    ck_assert_int_eq(thrum_interrupt_poll(), 0);
}
END_TEST

START_TEST(deferred_interrupts_wait)
{
    make_all_block();
    thrum_interrupt_install(SIGINT);
    ck_assert_int_eq(thrum_interrupt_restore(), EINVAL);
    {
        THRUM_INTERRUPTS_DEFERRED;
        thrum_interrupt_main(SIGINT);
        ck_assert_int_eq(thrum_interrupt_poll(), 0);
        ck_assert_int_eq(thrum_event_wait_for(&event, THRUM_MICROSECONDS(100)), ETIMEDOUT);
        ck_assert_int_eq(thrum_interrupt_defer(), 0);
        ck_assert_int_eq(thrum_interrupt_restore(), 0);
        ck_assert_int_eq(thrum_lock_acquire_for(&lock, THRUM_MICROSECONDS(100)), ETIMEDOUT);
        ck_assert_int_eq(thrum_queue_get_for(&empty, &item, THRUM_MICROSECONDS(100)), ETIMEDOUT);
    }
    ck_assert_int_eq(thrum_event_wait(&event), EINTR);
    ck_assert_int_eq(thrum_interrupt_restore(), EINVAL);
}
END_TEST

static int defer_here(void *unused)
{
    (void)unused;
    int poll = thrum_interrupt_poll();
    return thrum_interrupt_defer() == EPERM && thrum_interrupt_restore() == EPERM && poll == 0 ? 0 : -1;
}

static int wait_briefly(void *unused)
{
    (void)unused;
    return thrum_event_wait_for(&event, THRUM_MILLISECONDS(1));
}

START_TEST(other_threads_are_never_interrupted)
{
    thrum_interrupt_install(SIGINT);
    thrum_interrupt_main(SIGINT);
    ck_assert_int_eq(elsewhere(defer_here, NULL), 0);
    ck_assert_int_eq(elsewhere(wait_briefly, NULL), ETIMEDOUT);
    ck_assert_int_eq(thrum_interrupt_poll(), EINTR);
}
END_TEST

START_TEST(what_is_there_is_taken_first)
{
    thrum_interrupt_install(SIGINT);
    thrum_interrupt_main(SIGINT);
    ck_assert_int_eq(thrum_lock_acquire(&free_lock), 0);
    thrum_event_set(&event);
    ck_assert_int_eq(thrum_event_wait(&event), 0);
    ck_assert_int_eq(thrum_interrupt_poll(), EINTR);
}
END_TEST

static int put_and_interrupt(void *unused)
{
    thrum_queue_put(&empty, &item);
    return interrupt(unused);
}

START_TEST(item_and_interrupt_meet_and_neither_is_lost)
{
    thrum_queue_init(&empty, THRUM_QUEUE_FIFO, 0, NULL);
    thrum_interrupt_install(SIGINT);
    int items = 0, interrupts = 0;
    for (int round = 0; round < 500; round++) {
        struct other other;
        other_start(&other, put_and_interrupt, NULL);
        int result = thrum_queue_get(&empty, &item);
        ck_assert(result == 0 || result == EINTR);
        items += result == 0;
        interrupts += result == EINTR;
        other_end(&other);
        if (result == EINTR) {
            ck_assert_int_eq(thrum_queue_try_get(&empty, &item), 0);
            items++;
        } else {
            ck_assert_int_eq(thrum_interrupt_poll(), EINTR);
            interrupts++;
        }
        ck_assert_int_eq(thrum_interrupt_poll(), 0);
    }
    ck_assert_int_eq(items, 500);
    ck_assert_int_eq(interrupts, 500);
}
END_TEST

START_TEST(a_forked_child_has_nothing_pending)
{
    int status;
    thrum_interrupt_install(SIGINT);
    thrum_interrupt_main(SIGINT);
    thrum_interrupt_defer();
    pid_t child = fork();
    if (child == 0) {
        int bad = thrum_interrupt_poll() != 0 || thrum_interrupt_restore() != EINVAL;
        thrum_interrupt_main(SIGINT);
        _exit(bad || thrum_event_wait(&event) != EINTR);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

static int fork_elsewhere(void *unused)
{
    int status;
    (void)unused;
    pid_t child = fork();
    if (child == 0) { /* here the forking thread is the main thread */
        thrum_interrupt_main(SIGINT);
        _exit(thrum_event_wait(&event) != EINTR);
    }
    waitpid(child, &status, 0);
    return status;
}

START_TEST(in_a_forked_child_the_thread_that_forked_is_the_main_thread)
{
    thrum_interrupt_install(SIGINT);
    ck_assert_int_eq(elsewhere(fork_elsewhere, NULL), 0);
}
END_TEST

START_TEST(an_interrupt_tells_its_story)
{
    probes_start();
    thrum_interrupt_install(SIGINT);
    thrum_interrupt_main(SIGINT);
    ck_assert_str_eq(probes_get(NULL, 0)->probe, "interrupt_send");
    ck_assert_int_eq(probes_get(NULL, 0)->result, SIGINT);
    ck_assert_uint_eq(probes_get(NULL, 0)->value, THRUM_means_interrupt_main);
    ck_assert_ptr_eq(probes_get(NULL, 0)->object, (void *)(uintptr_t)pthread_self());
    ck_assert_str_eq(probes_get(NULL, 1)->probe, "interrupt_begin");
    ck_assert_str_eq(probes_get(NULL, 2)->probe, "interrupt_end");
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("interrupt");
    TCase *tcase = tcase_create("interrupt");
    tcase_add_checked_fixture(tcase, NULL, let_all_end);
    tcase_add_loop_test(tcase, a_pending_interrupt_ends_the_call_at_once, 0, BLOCKING_COUNT);
    tcase_add_loop_test(tcase, an_interrupt_ends_the_call_that_blocks, 0, BLOCKING_COUNT);
    tcase_add_loop_test(tcase, an_interrupt_at_any_moment_is_not_lost, 0, BLOCKING_COUNT);
    tcase_add_test(tcase, a_handler_of_the_programs_runs_and_the_call_ends);
    tcase_add_test(tcase, ignored_and_default_actions_are_nothing);
    tcase_add_test(tcase, a_real_signal_interrupts_too);
    tcase_add_test(tcase, a_signal_with_another_handler_ends_nothing);
    tcase_add_test(tcase, poll_takes_each_signal_once);
    tcase_add_test(tcase, deferred_interrupts_wait);
    tcase_add_test(tcase, other_threads_are_never_interrupted);
    tcase_add_test(tcase, what_is_there_is_taken_first);
    tcase_add_test(tcase, item_and_interrupt_meet_and_neither_is_lost);
    tcase_add_test(tcase, a_forked_child_has_nothing_pending);
    tcase_add_test(tcase, in_a_forked_child_the_thread_that_forked_is_the_main_thread);
    tcase_add_test(tcase, an_interrupt_tells_its_story);
    suite_add_tcase(suite, tcase);
    return suite;
}
