/* SPDX-License-Identifier: MIT */
/* The first frame of new threads: it tells of their beginning, and of their end by return, exit or cancellation. */
#include "interpose/start.h"

#include "interpose/jump.h"
#include "interpose/last.h"

enum { PAGE_SHIFT = 12 };

static __thread bool framed __attribute__((tls_model("initial-exec")));

void start_exits(void *value)
{
    jump_thread_exit(value);
    if (!framed && probe_on())
        probe_thread_end();
}

static void start_give(struct start *start)
{
    if (atomic_fetch_sub_explicit(&start->users, 1, memory_order_acq_rel) == 1)
        memory_block_give(start);
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

static bool is_detached(const pthread_attr_t *attributes)
{
    int state = PTHREAD_CREATE_JOINABLE;

    pthread_attr_getdetachstate(attributes, &state);
    return state == PTHREAD_CREATE_DETACHED;
}

struct start *start_new(void *argument, const pthread_attr_t *attributes)
{
    struct start *start = memory_block_take();
    size_t pages = stack_size(attributes) >> PAGE_SHIFT;

    if (!start)
        return NULL;
    start->argument = argument;
    start->users = 2;
    start->tickless = thrum_self.tickless;
    start->detached = attributes && is_detached(attributes);
    start->stack_size = pages < UINT32_MAX ? (uint32_t)pages : 0;
    return start;
}

pthread_t start_created(struct start *start, const pthread_t *thread, int result)
{
    pthread_t handle = 0;

    if (result == 0) {
        futex_lock_acquire(&start->lock);
        handle = start->handle ? start->handle : *thread;
        futex_lock_release(&start->lock);
    } else {
        start_give(start);
    }
    start_give(start);
    return handle;
}

static void tell_begin(const struct start *start)
{
    probe_thread_begin(start->serial, (const void *)start->routine.posix);
    if (start->detached)
        probe_thread_detach((uint64_t)pthread_self(), (const void *)start->routine.posix);
}

/* Takes over what the creator passed. */
static struct start start_begin(struct start *passed)
{
    struct start start = {.routine = passed->routine, .argument = passed->argument, .serial = passed->serial,
                          .stack_size = passed->stack_size, .detached = passed->detached};

    thrum_self.tickless = passed->tickless;
    futex_lock_acquire(&passed->lock);
    passed->handle = pthread_self();
    futex_lock_release(&passed->lock);
    start_give(passed);
    framed = true;
    last_thread_begins(start.serial == 0);
    if (start.serial == 0)
        probe_foreign_begins();
    else if (probe_on())
        tell_begin(&start);
    return start;
}

/*
 * The frames of the program's function are gone, and with them the objects in them. The stack's size reaches at most from
 * its highest address, which lies within a page above the thread's control block, so this never leaves the stack.
 */
static void stack_ends(size_t pages, const void *frame)
{
#ifdef __x86_64__
    size_t size = pages << PAGE_SHIFT, page = 1 << PAGE_SHIFT;
    const char *lowest = (const char *)pthread_self() - size + page;

    if (size > page && lowest < (const char *)frame)
        probe_memory_end(lowest, (size_t)((const char *)frame - lowest), NULL);
#else
    (void)pages, (void)frame;
#endif
}

static void start_left(struct start *start)
{
    if (probe_on()) {
        stack_ends(start->stack_size, start);
        probe_thread_end();
    }
    last_thread_leaves(start->serial == 0);
    if (start->serial == 0)
        probe_foreign_ends();
}

void *start_posix(void *argument)
{
    struct start start __attribute__((cleanup(start_left))) = start_begin(argument);

    return start.routine.posix(start.argument);
}

int start_c11(void *argument)
{
    struct start start __attribute__((cleanup(start_left))) = start_begin(argument);

    return start.routine.c11(start.argument);
}
