/* SPDX-License-Identifier: MIT */
/*
 * Watchdogs. A watchdog's thread sleeps until the deadline that it knew as it went to sleep; feeding only moves the
 * deadline away, and the thread sees to the rest of the time when it wakes. Only where it must wake earlier, `changed`
 * is changed.
 */
#include "thrum/watchdog.h"

#include <signal.h>
#include "thread.h"
#include "thrum/interrupt.h"
#include "waiters.h"

enum state { IDLE, STARTED, FIRING, FIRED };

struct thrum_watchdog {
    struct thrum_object object;
    struct thrum_guard guard; /* of all of this */
    enum state state;
    bool again; /* started anew while it fires */
    bool ends;
    int64_t time;
    struct timespec deadline;
    _Atomic uint32_t changed;
    struct thrum_waiters waiters; /* cancels that wait for the action's end */
    void (*action)(void *argument);
    void *argument;
    struct thrum_thread *thread;
};

static bool before(const struct timespec *left, const struct timespec *right)
{
    return left->tv_sec < right->tv_sec || (left->tv_sec == right->tv_sec && left->tv_nsec < right->tv_nsec);
}

static struct timespec from_now(int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    wait_limit_for(&space, nanoseconds, &limit);
    return *wait_limit_deadline(limit);
}

/* Under the guard: has the thread look again. */
static void change(struct thrum_watchdog *watchdog)
{
    atomic_fetch_add(&watchdog->changed, 1);
    wait_wake(&watchdog->changed, 1);
}

static void interrupt_main(void *unused)
{
    (void)unused;
    thrum_interrupt_main(SIGINT);
}

/* --- its thread --- */

/* The action is over, or was left. */
static void fired(void *argument)
{
    struct thrum_watchdog *watchdog = argument;
    guard_acquire(&watchdog->guard);
    watchdog->state = watchdog->again ? STARTED : FIRED;
    struct thrum_waiter *waiters = waiters_take_many(&watchdog->waiters, UINT32_MAX);
    guard_release(&watchdog->guard);
    waiters_signal(waiters);
}

/* Under the guard, which it takes again: does what the watchdog is there for. */
static void fire(struct thrum_watchdog *watchdog)
{
    watchdog->state = FIRING;
    watchdog->again = false;
    guard_release(&watchdog->guard);
    pthread_cleanup_push(fired, watchdog);
    watchdog->action(watchdog->argument);
    pthread_cleanup_pop(1);
    guard_acquire(&watchdog->guard);
}

/* Under the guard, which it takes again: sleeps until there may be something to do. */
static void sleep_on(struct thrum_watchdog *watchdog)
{
    struct wait_limit space, *limit = NULL;
    uint32_t seen = atomic_load(&watchdog->changed);
    if (watchdog->state == STARTED)
        wait_limit_until(&space, &watchdog->deadline, &limit);
    guard_release(&watchdog->guard);
    wait_on(&watchdog->changed, seen, limit, 0);
    guard_acquire(&watchdog->guard);
}

static void *watch(void *argument)
{
    struct thrum_watchdog *watchdog = argument;
    guard_acquire(&watchdog->guard);
    while (!watchdog->ends) {
        struct timespec now = from_now(0);
        if (watchdog->state == STARTED && !before(&now, &watchdog->deadline))
            fire(watchdog);
        else
            sleep_on(watchdog);
    }
    guard_release(&watchdog->guard);
    return NULL;
}

/* --- birth and end --- */

int thrum_watchdog_create(struct thrum_watchdog **made, void (*action)(void *argument), void *argument,
                          const char *name)
{
    struct thrum_watchdog *watchdog = calloc(1, sizeof *watchdog);
    if (!watchdog)
        return ENOMEM;
    object_begin(&watchdog->object, OBJECT_WATCHDOG, OBJECT_ON_HEAP);
    guard_begin(&watchdog->guard);
    waiters_begin(&watchdog->waiters);
    annotate_atomic(&watchdog->changed);
    watchdog->action = action ? action : interrupt_main;
    watchdog->argument = argument;
    struct thrum_thread_options options = { .name = name ? name : "watchdog", .daemon = true };
    struct thread_plan plan = { .function = watch, .argument = watchdog, .options = &options };
    int result = thread_create(&watchdog->thread, &plan, SITE);
    if (result != 0)
        free(watchdog);
    else
        *made = watchdog;
    return result;
}

int thrum_watchdog_destroy(struct thrum_watchdog *watchdog)
{
    object_check(&watchdog->object, OBJECT_WATCHDOG);
    if (thrum_thread_self() == watchdog->thread)
        return EDEADLK;
    guard_acquire(&watchdog->guard);
    watchdog->ends = true;
    change(watchdog);
    guard_release(&watchdog->guard);
    thread_end(watchdog->thread, SITE);
    watchdog->object.magic = OBJECT_DESTROYED;
    object_free(watchdog);
    return 0;
}

/* --- start, feed, cancel --- */

int thrum_watchdog_start(struct thrum_watchdog *watchdog, int64_t nanoseconds)
{
    object_check(&watchdog->object, OBJECT_WATCHDOG);
    if (nanoseconds < 0)
        return EINVAL;
    guard_acquire(&watchdog->guard);
    bool later = watchdog->state == STARTED && nanoseconds >= watchdog->time;
    watchdog->time = nanoseconds;
    watchdog->deadline = from_now(nanoseconds);
    if (watchdog->state == FIRING)
        watchdog->again = true;
    else
        watchdog->state = STARTED;
    if (!later)
        change(watchdog);
    guard_release(&watchdog->guard);
    return 0;
}

int thrum_watchdog_feed(struct thrum_watchdog *watchdog)
{
    object_check(&watchdog->object, OBJECT_WATCHDOG);
    guard_acquire(&watchdog->guard);
    int result = watchdog->state == STARTED || watchdog->again ? 0 : watchdog->state == IDLE ? EINVAL : EALREADY;
    if (result == 0)
        watchdog->deadline = from_now(watchdog->time);
    guard_release(&watchdog->guard);
    return result;
}

int thrum_watchdog_cancel(struct thrum_watchdog *watchdog)
{
    object_check(&watchdog->object, OBJECT_WATCHDOG);
    struct thrum_waiter self;
    guard_acquire(&watchdog->guard);
    watchdog->again = false;
    enum state state = watchdog->state;
    if (state == STARTED)
        watchdog->state = IDLE;
    bool waits = state == FIRING && thrum_thread_self() != watchdog->thread;
    if (waits)
        waiters_add(&watchdog->waiters, &self, 0);
    guard_release(&watchdog->guard);
    if (waits)
        waiters_wait(&watchdog->waiters, &watchdog->guard, &self, NULL, WAIT_UNINTERRUPTED);
    return state == FIRING || state == FIRED ? EALREADY : 0;
}

bool thrum_watchdog_fired(struct thrum_watchdog *watchdog)
{
    object_check(&watchdog->object, OBJECT_WATCHDOG);
    guard_acquire(&watchdog->guard);
    bool fired = watchdog->state == FIRING || watchdog->state == FIRED;
    guard_release(&watchdog->guard);
    return fired;
}
