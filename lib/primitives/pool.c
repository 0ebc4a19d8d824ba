/* SPDX-License-Identifier: MIT */
/* Pools: a queue of futures and the threads that run them. */
#include "pool.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "error.h"
#include "queue.h"
#include "thread.h"

struct thrum_pool {
    struct thrum_object object;
    struct thrum_pool *next, *previous; /* of the open ones */
    struct thrum_queue queue;           /* of futures, a reference each */
    struct thrum_guard guard;           /* of the workers */
    unsigned workers;
    unsigned started; /* names them, also those that took another's place */
    char name[48];
    struct thrum_thread *worker[];
};

/* --- the open pools, to be closed at exit --- */

static struct futex_lock lock;
static struct thrum_pool *first;

static void close_all(void)
{
    struct thrum_pool *pool;
    int result = 0;
    for (pool = first; pool; pool = pool->next)
        thrum_pool_shutdown(pool, false);
    for (pool = first; pool && result != EINTR; pool = pool->next)
        result = thrum_pool_wait(pool, THRUM_FOREVER);
}

static void register_exit(void)
{
    atexit(close_all);
}

static void list(struct thrum_pool *pool)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    self_inner_enter();
    pthread_once(&once, register_exit);
    self_inner_leave();
    futex_lock_acquire(&lock);
    pool->next = first;
    pool->previous = NULL;
    if (first)
        first->previous = pool;
    first = pool;
    futex_lock_release(&lock);
}

static void unlist(struct thrum_pool *pool)
{
    futex_lock_acquire(&lock);
    *(pool->previous ? &pool->previous->next : &first) = pool->next;
    if (pool->next)
        pool->next->previous = pool->previous;
    futex_lock_release(&lock);
}

/* --- workers --- */

struct working {
    struct thrum_pool *pool;
    struct thrum_future *future; /* that runs now */
    struct thrum_error error;
};

static int start_worker(struct thrum_pool *pool, unsigned index);

/* The function that runs ends its thread: it has failed, and another worker is needed. */
static void replace(void *argument)
{
    struct working *working = argument;
    struct thrum_pool *pool = working->pool;
    struct thrum_thread *self = thrum_thread_self();
    if (working->error.code == 0)
        error_fill(&working->error, ECANCELED, "left by exit or cancellation");
    future_complete(working->future, NULL, &working->error, SITE);
    future_unref(working->future);
    error_slot_set(NULL);
    guard_acquire(&pool->guard);
    unsigned index = 0;
    while (index < pool->workers && pool->worker[index] != self)
        index++;
    guard_release(&pool->guard);
    if (index == pool->workers || start_worker(pool, index) != 0)
        return;
    thread_let_go(self, SITE);
    thread_unref(self);
}

static void run(struct working *working)
{
    struct thrum_future *future = working->future;
    void *result;
    if (!future_run(future)) {
        future_unref(future);
        return;
    }
    struct thrum_error *slot = error_slot_set(&working->error);
    pthread_cleanup_push(replace, working);
    result = future->function(future->argument);
    pthread_cleanup_pop(0);
    error_slot_set(slot);
    future_complete(future, result, &working->error, SITE);
    future_unref(future);
    if (working->error.code != 0)
        working->error.code = 0;
}

static void *work(void *argument)
{
    struct working working = { .pool = argument };
    void *item;
    int result;
    while ((result = queue_get(&working.pool->queue, &item, NULL, SITE)) != ESHUTDOWN) {
        if (result != 0)
            continue;
        working.future = item;
        run(&working);
    }
    return NULL;
}

static int start_worker(struct thrum_pool *pool, unsigned index)
{
    char name[THRUM_THREAD_NAME];
    struct thrum_thread_options options = { .name = name, .daemon = true };
    struct thread_plan plan = { .function = work, .argument = pool, .options = &options };
    /* Under the guard as a whole: the new worker may be left at once, and looks for itself in the list then. */
    guard_acquire(&pool->guard);
    struct thrum_thread *before = pool->worker[index];
    snprintf(name, sizeof name, "%s-%u", pool->name, ++pool->started);
    int result = thread_create(&pool->worker[index], &plan, SITE);
    if (result != 0)
        pool->worker[index] = before;
    guard_release(&pool->guard);
    return result;
}

/* --- birth and end --- */

static void drop(void *item)
{
    future_cancel(item, SITE);
    future_unref(item);
}

static void drop_both(void *item)
{
    future_unref(item);
    drop(item);
}

static void end(struct thrum_pool *pool)
{
    for (unsigned i = 0; i < pool->workers; i++)
        thrum_thread_destroy(pool->worker[i]);
    thrum_queue_destroy(&pool->queue);
    pool->object.magic = OBJECT_DESTROYED;
    object_free(pool);
}

int pool_create(struct thrum_pool **made, unsigned workers, size_t limit, const char *name, const void *site)
{
    if (workers == 0)
        return EINVAL;
    struct thrum_pool *pool = calloc(1, sizeof *pool + workers * sizeof *pool->worker);
    if (!pool)
        return ENOMEM;
    object_begin(&pool->object, OBJECT_POOL, OBJECT_ON_HEAP);
    guard_begin(&pool->guard);
    snprintf(pool->name, sizeof pool->name, "%s", name ? name : "pool");
    queue_begin(&pool->queue, THRUM_QUEUE_FIFO, limit, pool->name, site);
    thrum_queue_on_drop(&pool->queue, drop);
    list(pool);
    pool->workers = workers;
    for (unsigned i = 0; i < workers; i++) {
        int result = start_worker(pool, i);
        if (result != 0) {
            pool->workers = i;
            thrum_pool_destroy(pool);
            return result;
        }
    }
    *made = pool;
    return 0;
}

int thrum_pool_create(struct thrum_pool **pool, unsigned workers, size_t limit, const char *name)
{
    return pool_create(pool, workers, limit, name, SITE);
}

int thrum_pool_shutdown(struct thrum_pool *pool, bool cancel)
{
    object_check(&pool->object, OBJECT_POOL);
    return thrum_queue_shutdown(&pool->queue, cancel);
}

/* The worker at an index, with a reference. */
static struct thrum_thread *worker(struct thrum_pool *pool, unsigned index)
{
    guard_acquire(&pool->guard);
    struct thrum_thread *thread = pool->worker[index];
    thread_ref(thread);
    guard_release(&pool->guard);
    return thread;
}

static void unwind(void *thread)
{
    thread_unref(thread);
}

static int join_workers(struct thrum_pool *pool, struct wait_limit *limit, unsigned flags, const void *site)
{
    wait_limit_deadline(limit);
    for (unsigned i = 0; i < pool->workers;) {
        struct thrum_thread *thread = worker(pool, i);
        int result;
        pthread_cleanup_push(unwind, thread);
        result = thread_join(thread, NULL, limit, flags, site);
        pthread_cleanup_pop(0);
        guard_acquire(&pool->guard);
        bool replaced = pool->worker[i] != thread;
        guard_release(&pool->guard);
        thread_unref(thread);
        if (result != 0)
            return result;
        i += !replaced;
    }
    return 0;
}

int thrum_pool_wait(struct thrum_pool *pool, int64_t nanoseconds)
{
    object_check(&pool->object, OBJECT_POOL);
    struct wait_limit space, *limit;
    if (wait_limit_for(&space, nanoseconds, &limit) < 0 || !thrum_queue_is_shut_down(&pool->queue))
        return EINVAL;
    return join_workers(pool, limit, WAIT_CANCELLABLE, SITE);
}

int thrum_pool_destroy(struct thrum_pool *pool)
{
    object_check(&pool->object, OBJECT_POOL);
    thrum_queue_shutdown(&pool->queue, false);
    int result = join_workers(pool, NULL, WAIT_UNINTERRUPTED, SITE);
    if (result != 0)
        return result;
    unlist(pool);
    end(pool);
    return 0;
}

size_t thrum_pool_waiting(struct thrum_pool *pool)
{
    object_check(&pool->object, OBJECT_POOL);
    return thrum_queue_size(&pool->queue);
}

/* --- submit --- */

int pool_submit(struct thrum_pool *pool, thrum_function *function, void *argument, struct thrum_future **future,
                struct wait_limit *limit, const void *site)
{
    object_check(&pool->object, OBJECT_POOL);
    struct thrum_future *task = malloc(sizeof *task);
    int result;
    if (!task)
        return ENOMEM;
    future_begin(task, future ? 2 : 1, NULL, site);
    task->function = function;
    task->argument = argument;
    pthread_cleanup_push(future ? drop_both : drop, task);
    result = queue_put(&pool->queue, task, 0, limit, site);
    pthread_cleanup_pop(result != 0);
    if (future && result == 0)
        *future = task;
    return result;
}

int thrum_pool_submit(struct thrum_pool *pool, thrum_function *function, void *argument, struct thrum_future **future)
{
    return pool_submit(pool, function, argument, future, NULL, SITE);
}

int thrum_pool_try_submit(struct thrum_pool *pool, thrum_function *function, void *argument,
                          struct thrum_future **future)
{
    struct wait_limit now, *limit;
    wait_limit_for(&now, 0, &limit);
    int result = pool_submit(pool, function, argument, future, limit, SITE);
    return result == ETIMEDOUT ? EAGAIN : result;
}
