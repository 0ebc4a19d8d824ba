/* SPDX-License-Identifier: MIT */
/* The public functions of threads. */
#include "thread.h"

#include <unistd.h>

/* --- as in _thread --- */

int thrum_thread_start(thrum_function *function, void *argument, uint64_t *ident)
{
    struct thread_plan plan = { .function = function, .argument = argument, .detached = true, .ident = ident };
    return thread_create(NULL, &plan, SITE);
}

uint64_t thrum_thread_ident(void)
{
    return (uint64_t)pthread_self();
}

int32_t thrum_thread_native_id(void)
{
    return gettid();
}

void thrum_exit(void)
{
    pthread_exit(NULL);
}

enum { LEAST_STACK = 32 * 1024 };
static _Atomic size_t stack_size;

size_t thread_stack_size(void)
{
    return atomic_load_explicit(&stack_size, memory_order_relaxed);
}

size_t thrum_thread_stack_size(void)
{
    return thread_stack_size();
}

/* CPython's least, or the system's where that is more: it grows with the processor's registers. */
static size_t least_stack(void)
{
    long least = sysconf(_SC_THREAD_STACK_MIN);
    return least > LEAST_STACK ? (size_t)least : LEAST_STACK;
}

int thrum_thread_set_stack_size(size_t size)
{
    pthread_attr_t attributes;
    if (size != 0) {
        if (size < least_stack() || size % (size_t)sysconf(_SC_PAGESIZE) != 0)
            return EINVAL;
        if (pthread_attr_init(&attributes) != 0)
            return EINVAL;
        int result = pthread_attr_setstacksize(&attributes, size);
        pthread_attr_destroy(&attributes);
        if (result != 0)
            return EINVAL;
    }
    atomic_store_explicit(&stack_size, size, memory_order_relaxed);
    return 0;
}

/* --- with a handle --- */

int thrum_thread_create(struct thrum_thread **thread, thrum_function *function, void *argument,
                        const struct thrum_thread_options *options)
{
    struct thread_plan plan = { .function = function, .argument = argument, .options = options };
    return thread_create(thread, &plan, SITE);
}

int thrum_thread_join(struct thrum_thread *thread, void **result)
{
    return thread_join(thread, result, NULL, WAIT_CANCELLABLE, SITE);
}

int thrum_thread_join_for(struct thrum_thread *thread, void **result, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int bad = wait_limit_for(&space, nanoseconds, &limit);
    return bad < 0 ? -bad : thread_join(thread, result, limit, WAIT_CANCELLABLE, SITE);
}

int thrum_thread_join_until(struct thrum_thread *thread, void **result, const struct timespec *deadline)
{
    struct wait_limit space, *limit;
    int bad = wait_limit_until(&space, deadline, &limit);
    return bad < 0 ? -bad : thread_join(thread, result, limit, WAIT_CANCELLABLE, SITE);
}

const struct thrum_error *thrum_thread_error(struct thrum_thread *thread)
{
    if (!thrum_thread_is_done(thread))
        return NULL;
    atomic_store_explicit(&thread->asked, true, memory_order_relaxed);
    return thread->error.code != 0 ? &thread->error : NULL;
}

int thrum_thread_destroy(struct thrum_thread *thread)
{
    object_check(&thread->object, OBJECT_THREAD);
    thread_let_go(thread, SITE);
    thread_unref(thread);
    return 0;
}

bool thrum_thread_is_alive(const struct thrum_thread *thread)
{
    object_check(&thread->object, OBJECT_THREAD);
    uint32_t state = atomic_load_explicit(&thread->state, memory_order_acquire);
    return state == THREAD_RUNS || state == THREAD_WAITED_FOR;
}

bool thrum_thread_is_done(const struct thrum_thread *thread)
{
    object_check(&thread->object, OBJECT_THREAD);
    bool done = atomic_load_explicit(&thread->state, memory_order_acquire) == THREAD_DONE;
    if (done)
        annotate_after(thread);
    return done;
}

uint64_t thrum_thread_ident_of(const struct thrum_thread *thread)
{
    object_check(&thread->object, OBJECT_THREAD);
    return atomic_load_explicit(&thread->handle, memory_order_relaxed);
}

int32_t thrum_thread_native_id_of(const struct thrum_thread *thread)
{
    object_check(&thread->object, OBJECT_THREAD);
    _Atomic uint32_t *id = (_Atomic uint32_t *)&thread->native_id;
    while (atomic_load_explicit(id, memory_order_acquire) == 0) /* it has been created, and is about to run */
        wait_on(id, 0, NULL, WAIT_UNINTERRUPTED);
    return (int32_t)*id;
}

const char *thrum_thread_name(const struct thrum_thread *thread)
{
    object_check(&thread->object, OBJECT_THREAD);
    return thread->name;
}

bool thrum_thread_is_daemon(const struct thrum_thread *thread)
{
    object_check(&thread->object, OBJECT_THREAD);
    return thread->daemon;
}
