/* SPDX-License-Identifier: MIT */
/* The living threads: how many there are, whom to wait for at exit, and what becomes of them in a forked child. */
#include "thread.h"

static struct futex_lock lock;
static struct thrum_thread *first;
static size_t count;

void registry_add(struct thrum_thread *thread)
{
    futex_lock_acquire(&lock);
    thread->next = first;
    if (first)
        first->previous = thread;
    first = thread;
    count++;
    futex_lock_release(&lock);
}

void registry_remove(struct thrum_thread *thread)
{
    futex_lock_acquire(&lock);
    *(thread->previous ? &thread->previous->next : &first) = thread->next;
    if (thread->next)
        thread->next->previous = thread->previous;
    count--;
    futex_lock_release(&lock);
}

size_t thrum_thread_count(void)
{
    futex_lock_acquire(&lock);
    size_t number = count;
    futex_lock_release(&lock);
    return number;
}

/* --- at exit --- */

/* One that must be waited for, with a reference of the caller's; NULL: there is none. */
static struct thrum_thread *unfinished(void)
{
    futex_lock_acquire(&lock);
    struct thrum_thread *thread = first;
    while (thread && (thread->daemon || thread == thrum_thread_self()))
        thread = thread->next;
    if (thread)
        thread_ref(thread);
    futex_lock_release(&lock);
    return thread;
}

/* An interrupt ends the waiting, as a second Ctrl-C does in Python: the user wants out. */
static void join_all(void)
{
    struct thrum_thread *thread;
    int result = 0;
    while (result != EINTR && (thread = unfinished())) {
        bool probed = probe_on();
        const void *told = (const void *)(uintptr_t)thrum_thread_ident_of(thread);
        if (probed)
            probe_wait_begin(told, THRUM_kind_thread, NULL, -1, SITE);
        result = thread_wait_done(thread, NULL, 0);
        if (probed)
            probe_wait_end(told, THRUM_kind_thread, NULL, result, SITE);
        thread_unref(thread);
    }
}

static void register_exit(void)
{
    atexit(join_all);
}

void registry_join_at_exit(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    self_inner_enter();
    pthread_once(&once, register_exit);
    self_inner_leave();
}

/* --- fork --- */

static void before_fork(void)
{
    futex_lock_acquire(&lock);
}

static void after_fork(void)
{
    futex_lock_release(&lock);
}

/* Only the forking thread lives on. The others' handles stay valid, their own references are never given back. */
static void in_child(void)
{
    struct thrum_thread *self = thrum_thread_self();
    for (struct thrum_thread *thread = first; thread; thread = thread->next) {
        if (thread == self)
            continue;
        guard_begin(&thread->guard);
        thread->reaped = true;
        atomic_store(&thread->state, THREAD_LOST);
    }
    first = self;
    if (self)
        self->next = self->previous = NULL;
    count = self != NULL;
    futex_lock_release(&lock);
}

__attribute__((constructor)) static void start(void)
{
    pthread_atfork(before_fork, after_fork, in_child);
}
