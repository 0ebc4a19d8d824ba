/* SPDX-License-Identifier: MIT */
/* A debug build: NULL, what has been destroyed and what is something else is said in one line, and the program aborted. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "suite.h"
#include "thrum/thrum.h"

/* --- one function of each kind of object, and how one is made and destroyed --- */

#define OBJECTS(X)                                                                           \
    X(lock, "lock", thrum_lock_create(&object, NULL), thrum_lock_acquire(object))            \
    X(rlock, "rlock", thrum_rlock_create(&object, NULL), thrum_rlock_acquire(object))        \
    X(semaphore, "semaphore", thrum_semaphore_create(&object, 1, NULL), thrum_semaphore_release(object)) \
    X(event, "event", thrum_event_create(&object, NULL), thrum_event_set(object))            \
    X(barrier, "barrier", thrum_barrier_create(&object, 2, NULL, NULL, NULL), thrum_barrier_wait(object, NULL)) \
    X(rwlock, "rwlock", thrum_rwlock_create(&object, NULL), thrum_rwlock_acquire_read(object)) \
    X(spinlock, "spinlock", thrum_spinlock_create(&object, NULL), thrum_spinlock_acquire(object)) \
    X(queue, "queue", thrum_queue_create(&object, THRUM_QUEUE_FIFO, 0, NULL), thrum_queue_put(object, NULL)) \
    X(group, "group", thrum_group_create(&object), thrum_group_wait(object))                 \
    X(local, "local", thrum_local_create(&object, NULL), thrum_local_set(object, NULL))      \
    X(watchdog, "watchdog", thrum_watchdog_create(&object, NULL, NULL, NULL), thrum_watchdog_feed(object)) \
    X(router, "signal router", thrum_router_create(&object, NULL), thrum_router_remove(object, SIGUSR1)) \
    X(pool, "pool", thrum_pool_create(&object, 1, 0, NULL), thrum_pool_waiting(object))      \
    X(future, "future", thrum_future_create(&object, NULL), thrum_future_wait(object))       \
    X(io, "I/O worker", thrum_io_create(&object, 0, NULL), thrum_io_error(object, NULL))

#define DEFINE(kind, word, make, use)       \
    static void use_##kind(void *memory)    \
    {                                       \
        struct thrum_##kind *object = memory; \
        (void)use;                          \
    }                                       \
    static void *destroy_##kind(void)       \
    {                                       \
        struct thrum_##kind *object = NULL; \
        ck_assert_int_eq(make, 0);          \
        ck_assert_int_eq(thrum_##kind##_destroy(object), 0); \
        return object;                      \
    }
OBJECTS(DEFINE)

static const struct kind {
    const char *word;
    void (*use)(void *object);
    void *(*destroyed)(void);
} kinds[] = {
#define ENTRY(kind, word, make, use) { word, use_##kind, destroy_##kind },
    OBJECTS(ENTRY)
};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* --- */

/* What a child says on stderr that calls `use`; it must be aborted. */
static void spoken(char line[200], const struct kind *kind, void *object)
{
    int ends[2], status;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        alarm(20);
        kind->use(object);
        _exit(0);
    }
    close(ends[1]);
    ssize_t size = read(ends[0], line, 199);
    line[size > 0 ? size : 0] = '\0';
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "%s: status %x", kind->word, (unsigned)status);
}

static void expect(const struct kind *kind, void *object, const char *what)
{
    char line[200], start[100];
    spoken(line, kind, object);
    if (object)
        snprintf(start, sizeof start, "thrum: the %s at %p %s, in ", kind->word, object, what);
    else
        snprintf(start, sizeof start, "thrum: NULL in place of a %s, in ", kind->word);
    ck_assert_msg(strncmp(line, start, strlen(start)) == 0, "%s", line);
    ck_assert(strchr(line, '\n') == line + strlen(line) - 1);
}

START_TEST(null_is_caught)
{
    expect(&kinds[_i], NULL, NULL);
}
END_TEST

START_TEST(the_destroyed_is_caught)
{
    expect(&kinds[_i], kinds[_i].destroyed(), "has been destroyed");
}
END_TEST

START_TEST(something_else_is_caught)
{
    struct thrum_condition *condition;
    struct thrum_lock lock = THRUM_LOCK_INIT;
    ck_assert_int_eq(thrum_condition_create(&condition, &lock, NULL), 0);
    expect(&kinds[_i], condition, "is none: never made, or overwritten");
    thrum_condition_destroy(condition);
}
END_TEST

START_TEST(what_is_right_is_not_disturbed)
{
    struct thrum_lock zeroed = { .word = 0 };
    struct thrum_event event = THRUM_EVENT_INIT;
    ck_assert_int_eq(thrum_lock_acquire(&zeroed), 0);
    ck_assert_int_eq(thrum_lock_release(&zeroed), 0);
    ck_assert_int_eq(thrum_event_set(&event), 0);
    for (int i = 0; i < 5000; i++) { /* the destroyed are kept for a while, and no longer */
        struct thrum_lock *lock;
        ck_assert_int_eq(thrum_lock_create(&lock, NULL), 0);
        ck_assert_int_eq(thrum_lock_destroy(lock), 0);
    }
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("debug");
    TCase *tcase = tcase_create("debug");
    tcase_add_loop_test(tcase, null_is_caught, 0, KINDS);
    tcase_add_loop_test(tcase, the_destroyed_is_caught, 0, KINDS);
    tcase_add_loop_test(tcase, something_else_is_caught, 0, KINDS);
    tcase_add_test(tcase, what_is_right_is_not_disturbed);
    suite_add_tcase(suite, tcase);
    return suite;
}
