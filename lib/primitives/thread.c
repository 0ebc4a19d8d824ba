/* SPDX-License-Identifier: MIT */
/* Threads: how they start, run, end and are joined. */
#include "thread.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "error.h"

static __thread struct thrum_thread *self __attribute__((tls_model("initial-exec")));

/* --- handles --- */

void thread_ref(struct thrum_thread *thread)
{
    atomic_fetch_add_explicit(&thread->references, 1, memory_order_relaxed);
}

void thread_unref(struct thrum_thread *thread)
{
    annotate_before(&thread->references);
    if (atomic_fetch_sub_explicit(&thread->references, 1, memory_order_acq_rel) > 1)
        return;
    annotate_after(&thread->references);
    thread->object.magic = OBJECT_DESTROYED;
    object_free(thread);
}

/* The function has ended, or the handle is given up: whichever comes second prints an error that nobody asked for. */
static void part(struct thrum_thread *thread)
{
    annotate_before(&thread->alone);
    if (!atomic_exchange(&thread->alone, true))
        return;
    annotate_after(&thread->alone);
    if (thread->error.code != 0 && !atomic_load_explicit(&thread->asked, memory_order_relaxed))
        thrum_error_print(&thread->error);
}

static void plan_name(struct thrum_thread *thread, const char *name)
{
    static _Atomic unsigned number;
    if (name)
        snprintf(thread->name, sizeof thread->name, "%s", name);
    else
        snprintf(thread->name, sizeof thread->name, "thread-%u",
                 atomic_fetch_add_explicit(&number, 1, memory_order_relaxed) + 1);
}

static struct thrum_thread *thread_new(const struct thread_plan *plan)
{
    struct thrum_thread *thread = calloc(1, sizeof *thread);
    if (!thread)
        return NULL;
    object_begin(&thread->object, OBJECT_THREAD, OBJECT_ON_HEAP);
    guard_begin(&thread->guard);
    annotate_atomic(&thread->references);
    annotate_atomic(&thread->state);
    annotate_atomic(&thread->native_id);
    annotate_atomic(&thread->asked);
    annotate_atomic(&thread->alone);
    annotate_atomic(&thread->handle);
    atomic_init(&thread->references, plan->detached ? 1 : 2);
    atomic_init(&thread->alone, plan->detached);
    thread->reaped = plan->detached;
    thread->daemon = plan->detached || (plan->options && plan->options->daemon);
    thread->function = plan->function;
    thread->argument = plan->argument;
    thread->finish = plan->finish;
    thread->finish_argument = plan->finish_argument;
    plan_name(thread, plan->options ? plan->options->name : NULL);
    return thread;
}

/* --- life --- */

static void begin(struct thrum_thread *thread)
{
    char name[16];
    self = thread;
    atomic_store_explicit(&thread->handle, (uintptr_t)pthread_self(), memory_order_relaxed);
    error_slot_set(&thread->error);
    snprintf(name, sizeof name, "%.15s", thread->name);
    self_inner_enter();
    pthread_setname_np(pthread_self(), name);
    self_inner_leave();
    if (thread->serial != 0 && probe_on()) {
        probe_thread_begin(thread->serial, (const void *)thread->function);
        probe_thread_name((uint64_t)pthread_self(), thread->name);
    }
    atomic_store(&thread->native_id, (uint32_t)gettid());
    wait_wake(&thread->native_id, INT32_MAX);
}

/*
 * The frames of the thread's function are gone, and with them the objects in them. The stack's size reaches at most
 * from its highest address, which lies within a page above the thread's control block, so this never leaves the stack.
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

/* By return, exit or cancellation. From the exchange on the handle may be gone, but for the thread's own reference. */
static void end(void *argument)
{
    struct thrum_thread *thread = argument;
    if (thread->serial != 0 && probe_on()) {
        stack_ends(thread->stack_size, __builtin_frame_address(0));
        probe_thread_end();
    }
    error_slot_set(NULL);
    if (thread->finish)
        thread->finish(thread, thread->finish_argument);
    part(thread);
    registry_remove(thread); /* now the process may exit */
    self = NULL;
    annotate_before(thread);
    if (atomic_exchange(&thread->state, THREAD_DONE) == THREAD_WAITED_FOR)
        wait_wake(&thread->state, INT32_MAX);
    thread_unref(thread);
}

static void *run(void *argument)
{
    struct thrum_thread *thread = argument;
    void *result;
    annotate_after(&thread->serial);
    begin(thread);
    pthread_cleanup_push(end, thread);
    result = thread->function(thread->argument);
    thread->result = result;
    thread->returned = true;
    pthread_cleanup_pop(1);
    return result;
}

static int attributes_begin(pthread_attr_t *attributes, struct thrum_thread *thread, const struct thread_plan *plan)
{
    size_t size = plan->options && plan->options->stack_size ? plan->options->stack_size : thread_stack_size();
    int result = pthread_attr_init(attributes);
    if (result != 0)
        return result;
    if (size > 0)
        result = pthread_attr_setstacksize(attributes, size);
    pthread_attr_getstacksize(attributes, &thread->stack_size);
    if (result == 0 && plan->detached)
        result = pthread_attr_setdetachstate(attributes, PTHREAD_CREATE_DETACHED);
    if (result != 0)
        pthread_attr_destroy(attributes);
    return result;
}

/* Once it is created, a detached thread may be gone: nothing of it may be touched. */
static int spawn(struct thrum_thread *thread, const struct thread_plan *plan, const void *site)
{
    pthread_attr_t attributes;
    pthread_t handle = 0;
    bool probed = probe_on();
    int result = attributes_begin(&attributes, thread, plan);
    if (result != 0)
        return result;
    uint64_t serial = thread->serial = probed ? probe_spawn((const void *)plan->function, site) : 0;
    annotate_before(&thread->serial);
    self_inner_enter();
    result = pthread_create(&handle, &attributes, run, thread);
    self_inner_leave();
    pthread_attr_destroy(&attributes);
    if (result == 0 && !plan->detached)
        atomic_store_explicit(&thread->handle, (uintptr_t)handle, memory_order_relaxed);
    if (result == 0 && plan->ident)
        *plan->ident = (uint64_t)handle;
    if (probed)
        probe_spawn_end(serial, result == 0 ? (uint64_t)handle : 0, result);
    if (probed && result == 0 && plan->detached)
        probe_thread_detach((uint64_t)handle, site);
    return result;
}

int thread_create(struct thrum_thread **thread, const struct thread_plan *plan, const void *site)
{
    struct thrum_thread *new = thread_new(plan);
    if (!new)
        return ENOMEM;
    if (!new->daemon)
        registry_join_at_exit();
    registry_add(new);
    if (!plan->detached)
        *thread = new;
    int result = spawn(new, plan, site);
    if (result != 0) {
        registry_remove(new);
        free(new);
    }
    return result;
}

/* --- join --- */

void thread_reap(struct thrum_thread *thread)
{
    int state;
    void *value = NULL;
    guard_acquire(&thread->guard);
    if (!thread->reaped) {
        self_inner_enter();
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
        pthread_join((pthread_t)thread->handle, &value);
        pthread_setcancelstate(state, NULL);
        self_inner_leave();
        thread->reaped = true;
        if (!thread->returned)
            thread->result = value;
    }
    guard_release(&thread->guard);
}

int thread_wait_done(struct thrum_thread *thread, struct wait_limit *limit, unsigned flags)
{
    uint32_t state = atomic_load_explicit(&thread->state, memory_order_acquire);
    while (state < THREAD_DONE) {
        if (state == THREAD_RUNS && !atomic_compare_exchange_weak(&thread->state, &state, THREAD_WAITED_FOR))
            continue;
        int result = wait_on(&thread->state, THREAD_WAITED_FOR, limit, flags);
        if (result < 0)
            return -result;
        state = atomic_load_explicit(&thread->state, memory_order_acquire);
    }
    annotate_after(thread);
    return state == THREAD_DONE ? 0 : ESRCH;
}

struct joining {
    struct thrum_thread *thread;
    bool probed;
    const void *site;
};

static const void *told(const struct thrum_thread *thread)
{
    return (const void *)atomic_load_explicit(&thread->handle, memory_order_relaxed);
}

static void unwind(void *argument)
{
    struct joining *join = argument;
    if (join->probed)
        probe_wait_end(told(join->thread), THRUM_kind_thread, NULL, THRUM_result_cancelled, join->site);
    thread_unref(join->thread);
}

int thread_join(struct thrum_thread *thread, void **result, struct wait_limit *limit, unsigned flags, const void *site)
{
    object_check(&thread->object, OBJECT_THREAD);
    if (thread == self)
        return EDEADLK;
    struct joining join = { thread, probe_on(), site };
    int failure = 0;
    if (join.probed)
        failure = probe_wait_begin(told(thread), THRUM_kind_thread, NULL, wait_limit_left(limit), site);
    thread_ref(thread);
    pthread_cleanup_push(unwind, &join);
    if (failure == 0)
        failure = thread_wait_done(thread, limit, flags);
    pthread_cleanup_pop(0);
    if (failure == 0) {
        thread_reap(thread);
        atomic_store_explicit(&thread->asked, true, memory_order_relaxed);
        if (result)
            *result = thread->result;
    }
    if (join.probed)
        probe_wait_end(told(thread), THRUM_kind_thread, NULL, failure, site);
    thread_unref(thread);
    return failure;
}

void thread_end(struct thrum_thread *thread, const void *site)
{
    if (thread_join(thread, NULL, NULL, WAIT_UNINTERRUPTED, site) != 0) {
        thread_wait_done(thread, NULL, WAIT_UNINTERRUPTED);
        thread_reap(thread);
    }
    thread_unref(thread);
}

struct thrum_thread *thrum_thread_self(void)
{
    return self;
}

void thread_let_go(struct thrum_thread *thread, const void *site)
{
    part(thread);
    guard_acquire(&thread->guard);
    if (!thread->reaped) {
        if (probe_on())
            probe_thread_detach(thread->handle, site);
        self_inner_enter();
        pthread_detach((pthread_t)thread->handle);
        self_inner_leave();
        thread->reaped = true;
    }
    guard_release(&thread->guard);
}
