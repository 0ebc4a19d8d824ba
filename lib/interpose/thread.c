/* SPDX-License-Identifier: MIT */
/* pthread_create and the life of threads. */
#include "interpose/interpose.h"

#include "core/memory.h"
#include "interpose/jump.h"

/* What a new thread must know before it runs the program's function. */
struct start {
    void *(*routine)(void *);
    void *argument;
    uint64_t serial; /* 0: not one of the program's threads */
    size_t stack_size;
};
_Static_assert(sizeof(struct start) <= MEMORY_BLOCK, "a start fits a block");

/*
 * The frames of the program's function are gone, and with them the objects in them. The stack's size reaches at most from
 * its highest address, which lies within a page above the thread's control block, so this never leaves the stack.
 */
static void stack_ends(size_t size, const void *frame)
{
#ifdef __x86_64__
    const char *lowest = (const char *)pthread_self() - size + 4096;

    if (size > 4096 && lowest < (const char *)frame)
        probe_memory_end(lowest, (size_t)((const char *)frame - lowest), NULL);
#else
    (void)size, (void)frame;
#endif
}

static void thread_left(void *data)
{
    const struct start *start = data;

    if (!probe_on())
        return;
    stack_ends(start->stack_size, start);
    probe_thread_end();
}

/* The first frame of every thread: left by return, by pthread_exit or by cancellation. */
static void *thread_run(void *argument)
{
    struct start start = *(struct start *)argument;
    void *value;

    memory_block_give(argument);
    if (start.serial == 0) {
        thrum_self.guard |= SELF_SILENT;
        return start.routine(start.argument);
    }
    if (probe_on())
        probe_thread_begin(start.serial, (const void *)start.routine);
    pthread_cleanup_push(thread_left, &start);
    value = start.routine(start.argument);
    pthread_cleanup_pop(1);
    return value;
}

/* As the attributes say, or as new threads have it. */
static size_t stack_size(const pthread_attr_t *attributes)
{
    pthread_attr_t standard;
    size_t size = 0;

    if (attributes)
        pthread_attr_getstacksize(attributes, &size);
    else if (pthread_getattr_default_np(&standard) == 0)
        pthread_attr_getstacksize(&standard, &size), pthread_attr_destroy(&standard);
    return size;
}

/* Creates a thread that runs `routine`, known to the traces by its serial number. */
static int thread_create(pthread_t *thread, const pthread_attr_t *attributes, const struct start *start)
{
    struct start *passed = memory_block_take();
    int result;

    /* Out of memory: the thread runs all the same, unknown. */
    if (!passed)
        return REAL(pthread_create)(thread, attributes, start->routine, start->argument);
    *passed = *start;
    result = REAL(pthread_create)(thread, attributes, thread_run, passed);
    if (result != 0)
        memory_block_give(passed);
    return result;
}

INTERPOSE int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                             void *(*routine)(void *), void *restrict argument)
{
    struct start start = {.routine = routine, .argument = argument};
    int result;

    if (thrum_self.guard & (SELF_BUSY | SELF_SILENT))
        return thread_create(thread, attributes, &start);
    if (!probe_on())
        return REAL(pthread_create)(thread, attributes, routine, argument);
    start.stack_size = stack_size(attributes);
    start.serial = probe_spawn((const void *)routine, SITE);
    result = thread_create(thread, attributes, &start);
    /* A detached thread may be gone by now; its handle is just a number here. */
    probe_spawn_end(start.serial, result == 0 ? (uint64_t)*thread : 0, result);
    return result;
}

static struct begun join_begun(pthread_t thread, const void *site)
{
    return (struct begun){.object = (const void *)thread, .kind = THRUM_kind_thread, .is_wait = true, .site = site};
}

INTERPOSE int pthread_join(pthread_t thread, void **value)
{
    if (!probe_on())
        return REAL(pthread_join)(thread, value);
    BEGUN(begun, join_begun(thread, SITE));
    int refused = begun_begin(&begun, -1);
    return refused ? refused : begun_end(&begun, REAL(pthread_join)(thread, value));
}

INTERPOSE int pthread_tryjoin_np(pthread_t thread, void **value)
{
    struct begun begun = join_begun(thread, SITE);
    int result = REAL(pthread_tryjoin_np)(thread, value);

    if (!probe_on())
        return result;
    if (result != 0) {
        probe_acquire_fail(begun.object, THRUM_kind_thread, THRUM_mode_exclusive, THRUM_how_try, result, SITE);
        return result;
    }
    begun_begin(&begun, 0);
    return begun_end(&begun, 0);
}

INTERPOSE int pthread_timedjoin_np(pthread_t thread, void **value, const struct timespec *until)
{
    if (!probe_on())
        return REAL(pthread_timedjoin_np)(thread, value, until);
    BEGUN(begun, join_begun(thread, SITE));
    int refused = begun_begin(&begun, timeout_until(CLOCK_REALTIME, until));
    return refused ? refused : begun_end(&begun, REAL(pthread_timedjoin_np)(thread, value, until));
}

INTERPOSE int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock, const struct timespec *until)
{
    if (!probe_on() || !clock_is_supported(clock))
        return REAL(pthread_clockjoin_np)(thread, value, clock, until);
    BEGUN(begun, join_begun(thread, SITE));
    int refused = begun_begin(&begun, timeout_until(clock, until));
    return refused ? refused : begun_end(&begun, REAL(pthread_clockjoin_np)(thread, value, clock, until));
}

INTERPOSE int pthread_detach(pthread_t thread)
{
    if (probe_on())
        probe_thread_detach((uint64_t)thread, SITE);
    return REAL(pthread_detach)(thread);
}

/* A created thread tells of its end in its first frame; the main thread has none of ours. */
INTERPOSE void pthread_exit(void *value)
{
    if (self_tid() == self_pid() && probe_on())
        probe_thread_end();
    jump_thread_exit(value);
    REAL(pthread_exit)(value);
    __builtin_unreachable();
}

INTERPOSE int pthread_setname_np(pthread_t thread, const char *name)
{
    int result = REAL(pthread_setname_np)(thread, name);

    if (result == 0 && probe_on())
        probe_thread_name((uint64_t)thread, name);
    return result;
}
