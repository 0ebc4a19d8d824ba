/* SPDX-License-Identifier: MIT */
/*
 * One of almost every primitive of libthrum, a known number of times each and with no chance in it; trace/primitives.sh
 * has the numbers. What would wait is given no time, so that no other thread is needed to end it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <thrum/thrum.h>

static void must(int result, int expected, const char *what)
{
    if (result == expected)
        return;
    fprintf(stderr, "%s: %s, where it should be: %s\n", what, strerror(result), strerror(expected));
    exit(2);
}
#define MUST(call) must((call), 0, #call)
#define MUST_GIVE(expected, call) must((call), (expected), #call)

static void locks(void)
{
    static struct thrum_lock lock = THRUM_LOCK_INIT_NAMED("lock");
    struct thrum_rlock *rlock;
    MUST(thrum_rlock_create(&rlock, "rlock"));
    for (int i = 0; i < 3; i++) {
        MUST(thrum_lock_acquire(&lock));
        MUST_GIVE(EBUSY, thrum_lock_try_acquire(&lock));
        MUST_GIVE(ETIMEDOUT, thrum_lock_acquire_for(&lock, 1));
        MUST(thrum_rlock_acquire(rlock));
        MUST(thrum_rlock_acquire(rlock));
        MUST(thrum_rlock_release(rlock));
        MUST(thrum_rlock_release(rlock));
        MUST(thrum_lock_release(&lock));
    }
    MUST(thrum_rlock_destroy(rlock));
}

static void more_locks(void)
{
    struct thrum_rwlock *rwlock;
    struct thrum_spinlock *spinlock;
    MUST(thrum_rwlock_create(&rwlock, "rwlock"));
    MUST(thrum_spinlock_create(&spinlock, "spinlock"));
    MUST(thrum_rwlock_acquire_read(rwlock));
    MUST(thrum_rwlock_acquire_read(rwlock));
    MUST_GIVE(EBUSY, thrum_rwlock_try_acquire_write(rwlock));
    MUST(thrum_rwlock_release_read(rwlock));
    MUST(thrum_rwlock_release_read(rwlock));
    MUST(thrum_rwlock_acquire_write(rwlock));
    MUST(thrum_rwlock_release_write(rwlock));
    MUST(thrum_spinlock_acquire(spinlock));
    MUST(thrum_spinlock_release(spinlock));
    MUST(thrum_rwlock_destroy(rwlock));
    MUST(thrum_spinlock_destroy(spinlock));
}

static void signalling(void)
{
    struct thrum_semaphore *semaphore;
    struct thrum_event *event;
    struct thrum_condition *condition;
    struct thrum_barrier *barrier;
    static struct thrum_lock of_condition = THRUM_LOCK_INIT_NAMED("lock of the condition");
    MUST(thrum_semaphore_create(&semaphore, 1, "semaphore"));
    MUST(thrum_semaphore_acquire(semaphore));
    MUST_GIVE(EAGAIN, thrum_semaphore_try_acquire(semaphore));
    MUST(thrum_semaphore_release_many(semaphore, 3));
    MUST(thrum_semaphore_destroy(semaphore));
    MUST(thrum_event_create(&event, "event"));
    MUST_GIVE(ETIMEDOUT, thrum_event_wait_for(event, 1));
    MUST(thrum_event_set(event));
    MUST(thrum_event_wait(event));
    MUST(thrum_event_destroy(event));
    MUST(thrum_condition_create(&condition, &of_condition, "condition"));
    MUST(thrum_lock_acquire(&of_condition));
    MUST_GIVE(ETIMEDOUT, thrum_condition_wait_for(condition, 1));
    MUST(thrum_condition_notify_all(condition));
    MUST(thrum_lock_release(&of_condition));
    MUST(thrum_condition_destroy(condition));
    MUST(thrum_barrier_create(&barrier, 2, NULL, NULL, "barrier"));
    MUST_GIVE(ETIMEDOUT, thrum_barrier_wait_for(barrier, NULL, 1));
    MUST(thrum_barrier_destroy(barrier));
}

static void queues(void)
{
    struct thrum_queue *queue;
    void *item;
    MUST(thrum_queue_create(&queue, THRUM_QUEUE_PRIORITY, 2, "queue"));
    MUST(thrum_queue_put(queue, NULL));
    MUST(thrum_queue_put(queue, NULL));
    MUST_GIVE(ETIMEDOUT, thrum_queue_put_for(queue, NULL, 1));
    for (int i = 0; i < 2; i++) {
        MUST(thrum_queue_get(queue, &item));
        MUST(thrum_queue_task_done(queue));
    }
    MUST_GIVE(EAGAIN, thrum_queue_try_get(queue, &item));
    MUST(thrum_queue_destroy(queue));
}

static void *nothing(void *argument)
{
    return argument;
}

static void *fail(void *unused)
{
    (void)unused;
    return THRUM_FAIL(EIO, "as planned");
}

static void threads(void)
{
    struct thrum_thread *thread;
    struct thrum_group *group;
    struct thrum_watchdog *watchdog;
    struct thrum_thread_options options = { .name = "alone" };
    MUST(thrum_thread_create(&thread, nothing, NULL, &options));
    MUST(thrum_thread_join(thread, NULL));
    MUST(thrum_thread_destroy(thread));
    MUST(thrum_group_create(&group));
    MUST(thrum_group_spawn(group, fail, NULL, "worker")); /* with more, those that end early aren't waited for */
    MUST(thrum_group_wait(group));
    MUST(thrum_group_destroy(group));
    MUST(thrum_watchdog_create(&watchdog, NULL, NULL, "watchdog"));
    MUST(thrum_watchdog_start(watchdog, THRUM_SECONDS(1000)));
    MUST(thrum_watchdog_cancel(watchdog));
    MUST(thrum_watchdog_destroy(watchdog));
}

static void interrupts(void)
{
    MUST(thrum_interrupt_install(SIGUSR1));
    MUST(thrum_interrupt_main(SIGUSR1));
    MUST(thrum_interrupt_main(SIGUSR2)); /* has its default action, so this is nothing */
    MUST_GIVE(EINTR, thrum_interrupt_poll());
}

int main(void)
{
    locks();
    more_locks();
    signalling();
    queues();
    threads();
    interrupts();
    return 0;
}
