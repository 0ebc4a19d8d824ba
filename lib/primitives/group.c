/* SPDX-License-Identifier: MIT */
/* Groups of workers, and their first error. */
#include "thrum/group.h"
#include "thread.h"

struct thrum_group {
    struct thrum_object object;
    struct thrum_guard guard;
    struct thrum_thread *workers; /* all that haven't been seen to be gone, newest first, by `sibling` */
    struct thrum_thread **look;   /* where to look next for one that is gone */
    size_t failures;
    struct thrum_error first;
};

int thrum_spawn(thrum_function *function, void *argument, const char *name)
{
    struct thrum_thread *thread;
    struct thrum_thread_options options = { .name = name };
    struct thread_plan plan = { .function = function, .argument = argument, .options = &options };
    int result = thread_create(&thread, &plan, SITE);
    if (result == 0) {
        thread_let_go(thread, SITE);
        thread_unref(thread);
    }
    return result;
}

int thrum_group_create(struct thrum_group **group)
{
    *group = calloc(1, sizeof **group);
    if (!*group)
        return ENOMEM;
    object_begin(&(*group)->object, OBJECT_GROUP, OBJECT_ON_HEAP);
    guard_begin(&(*group)->guard);
    (*group)->look = &(*group)->workers;
    return 0;
}

/* Under the guard: takes one off the list. */
static struct thrum_thread *take(struct thrum_group *group, struct thrum_thread **at)
{
    struct thrum_thread *thread = *at;
    if (group->look == &thread->sibling)
        group->look = at;
    *at = thread->sibling;
    return thread;
}

/* Frees what is left of up to two workers that are gone, so that a group that spawns for ever doesn't grow for ever. */
static void reap_some(struct thrum_group *group)
{
    for (int i = 0; i < 2; i++) {
        struct thrum_thread *gone = NULL;
        guard_acquire(&group->guard);
        if (!*group->look)
            group->look = &group->workers;
        if (*group->look && thrum_thread_is_done(*group->look))
            gone = take(group, group->look);
        else if (*group->look)
            group->look = &(*group->look)->sibling;
        guard_release(&group->guard);
        if (gone) {
            thread_reap(gone);
            thread_unref(gone);
        }
    }
}

int thrum_group_destroy(struct thrum_group *group)
{
    object_check(&group->object, OBJECT_GROUP);
    for (struct thrum_thread *thread = group->workers; thread; thread = thread->sibling)
        if (thrum_thread_is_alive(thread))
            return EBUSY;
    while (group->workers) {
        struct thrum_thread *gone = take(group, &group->workers);
        thread_reap(gone);
        thread_unref(gone);
    }
    group->object.magic = OBJECT_DESTROYED;
    object_free(group);
    return 0;
}

/* A worker's last act: its error goes to the group. */
static void finish(struct thrum_thread *thread, void *argument)
{
    struct thrum_group *group = argument;
    if (thread->error.code == 0)
        return;
    atomic_store_explicit(&thread->asked, true, memory_order_relaxed);
    guard_acquire(&group->guard);
    if (group->failures++ == 0)
        group->first = thread->error;
    guard_release(&group->guard);
}

int thrum_group_spawn(struct thrum_group *group, thrum_function *function, void *argument, const char *name)
{
    object_check(&group->object, OBJECT_GROUP);
    struct thrum_thread *thread;
    struct thrum_thread_options options = { .name = name };
    struct thread_plan plan = { .function = function, .argument = argument, .options = &options, .finish = finish,
                                .finish_argument = group };
    reap_some(group);
    int result = thread_create(&thread, &plan, SITE);
    if (result != 0)
        return result;
    guard_acquire(&group->guard);
    thread->sibling = group->workers;
    if (group->look == &group->workers)
        group->look = &thread->sibling;
    group->workers = thread;
    guard_release(&group->guard);
    return 0;
}

/* The newest worker, with a reference; NULL: all are gone. */
static struct thrum_thread *newest(struct thrum_group *group)
{
    guard_acquire(&group->guard);
    struct thrum_thread *thread = group->workers;
    if (thread)
        thread_ref(thread);
    guard_release(&group->guard);
    return thread;
}

/* Takes a worker that is gone off the list, if nobody has, and drops the list's reference and the caller's. */
static void forget(struct thrum_group *group, struct thrum_thread *thread)
{
    guard_acquire(&group->guard);
    struct thrum_thread **at = &group->workers;
    while (*at && *at != thread)
        at = &(*at)->sibling;
    bool listed = *at != NULL;
    if (listed)
        take(group, at);
    guard_release(&group->guard);
    if (listed)
        thread_unref(thread);
    thread_unref(thread);
}

static void unwind(void *thread)
{
    thread_unref(thread);
}

static int join_workers(struct thrum_group *group, struct wait_limit *limit, const void *site)
{
    object_check(&group->object, OBJECT_GROUP);
    struct thrum_thread *thread;
    int result = 0;
    wait_limit_deadline(limit);
    while ((thread = newest(group))) {
        pthread_cleanup_push(unwind, thread);
        result = thread_join(thread, NULL, limit, WAIT_CANCELLABLE, site);
        pthread_cleanup_pop(0);
        if (result != 0) {
            thread_unref(thread);
            return result;
        }
        forget(group, thread);
        if (limit)
            limit->relative = false; /* what is left, not what there was */
    }
    return 0;
}

int thrum_group_wait(struct thrum_group *group)
{
    return join_workers(group, NULL, SITE);
}

int thrum_group_wait_for(struct thrum_group *group, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : join_workers(group, limit, SITE);
}

int thrum_group_wait_until(struct thrum_group *group, const struct timespec *deadline)
{
    struct wait_limit space, *limit;
    int result = wait_limit_until(&space, deadline, &limit);
    return result < 0 ? -result : join_workers(group, limit, SITE);
}

int thrum_group_error(struct thrum_group *group, struct thrum_error *error)
{
    object_check(&group->object, OBJECT_GROUP);
    guard_acquire(&group->guard);
    bool failed = group->failures > 0;
    if (failed && error)
        *error = group->first;
    guard_release(&group->guard);
    return failed ? 0 : ENOENT;
}

size_t thrum_group_failures(struct thrum_group *group)
{
    object_check(&group->object, OBJECT_GROUP);
    guard_acquire(&group->guard);
    size_t failures = group->failures;
    guard_release(&group->guard);
    return failures;
}
