/* SPDX-License-Identifier: MIT */
/* Futures. */
#include "future.h"

#include <pthread.h>

struct future_callback {
    struct future_callback *next;
    void (*call)(struct thrum_future *future, void *argument);
    void *argument;
};

static const struct object_birth birth = { .kind = THRUM_kind_future };

/* --- birth and end --- */

void future_begin(struct thrum_future *future, uint32_t references, const char *name, const void *site)
{
    object_begin(&future->object, OBJECT_FUTURE, OBJECT_ON_HEAP);
    annotate_atomic(&future->references);
    annotate_atomic(&future->word);
    guard_begin(&future->guard);
    atomic_init(&future->references, references);
    atomic_init(&future->word, 0);
    future->state = FUTURE_PENDING;
    future->asked = false;
    future->callbacks = NULL;
    future->result = NULL;
    future->error = NULL;
    future->function = NULL;
    future->argument = NULL;
    if (probe_on())
        object_announce(&future->object, future, &birth, name, site);
}

int thrum_future_create(struct thrum_future **future, const char *name)
{
    *future = malloc(sizeof **future);
    if (!*future)
        return ENOMEM;
    future_begin(*future, 1, name, SITE);
    return 0;
}

static void future_end(struct thrum_future *future, const void *site)
{
    if (future->error && !future->asked)
        thrum_error_print(future->error);
    free(future->error);
    while (future->callbacks) {
        struct future_callback *callback = future->callbacks;
        future->callbacks = callback->next;
        free(callback);
    }
    object_end(&future->object, future, THRUM_kind_future, site);
}

/* Whether nobody else has it, or can get it: then neither guard nor atomics are needed, as of tasks that nobody asks for. */
static inline bool is_alone(struct thrum_future *future)
{
    if (atomic_load_explicit(&future->references, memory_order_acquire) != 1)
        return false;
    annotate_after(&future->references);
    return true;
}

void future_unref(struct thrum_future *future)
{
    if (is_alone(future)) {
        future_end(future, SITE);
        return;
    }
    annotate_before(&future->references);
    if (atomic_fetch_sub_explicit(&future->references, 1, memory_order_acq_rel) > 1)
        return;
    annotate_after(&future->references);
    future_end(future, SITE);
}

int thrum_future_destroy(struct thrum_future *future)
{
    object_check(&future->object, OBJECT_FUTURE);
    future_unref(future);
    return 0;
}

/* --- completion --- */

/* Under the guard, which it lets go: the future is what it will be. */
static void finish(struct thrum_future *future, enum future_state state, const void *site)
{
    struct future_callback *callback = future->callbacks;
    future->callbacks = NULL;
    future->state = state;
    /* Who waits may give up the last handle as soon as it is woken. */
    atomic_fetch_add_explicit(&future->references, 1, memory_order_relaxed);
    guard_release(&future->guard);
    if (object_probed(&future->object, future, &birth, site))
        probe_wake(future, THRUM_kind_future, THRUM_scope_all, site);
    annotate_before(future);
    if (atomic_exchange(&future->word, 2) == 1)
        wait_wake(&future->word, INT32_MAX);
    while (callback) {
        struct future_callback *next = callback->next;
        callback->call(future, callback->argument);
        free(callback);
        callback = next;
    }
    future_unref(future);
}

/* Why it can't begin or be completed; 0: it can. */
static int refusal(const struct thrum_future *future, enum future_state latest)
{
    return future->state <= latest ? 0 : future->state == FUTURE_CANCELLED ? ECANCELED : EALREADY;
}

static int complete(struct thrum_future *future, void *result, const struct thrum_error *error, const void *site)
{
    struct thrum_error *copy = NULL;
    bool failed = error && error->code != 0;
    if (failed && (copy = malloc(sizeof *copy)))
        *copy = *error;
    guard_acquire(&future->guard);
    int refused = refusal(future, FUTURE_RUNNING);
    if (refused != 0) {
        guard_release(&future->guard);
        free(copy);
        return refused;
    }
    future->result = failed && !copy ? (void *)(intptr_t)error->code : result; /* without memory the code is kept */
    future->error = copy;
    finish(future, failed ? FUTURE_FAILED : FUTURE_DONE, site);
    return 0;
}

void future_complete(struct thrum_future *future, void *result, const struct thrum_error *error, const void *site)
{
    if (probe_on() || (error && error->code != 0) || !is_alone(future) || future->callbacks)
        (void)complete(future, result, error, site);
    else
        future->state = FUTURE_DONE;
}

bool future_run(struct thrum_future *future)
{
    bool alone = is_alone(future);
    if (!alone)
        guard_acquire(&future->guard);
    bool runs = future->state == FUTURE_PENDING;
    if (runs)
        future->state = FUTURE_RUNNING;
    if (!alone)
        guard_release(&future->guard);
    return runs;
}

int future_cancel(struct thrum_future *future, const void *site)
{
    guard_acquire(&future->guard);
    uint32_t state = future->state;
    if (state == FUTURE_PENDING) {
        finish(future, FUTURE_CANCELLED, site);
        return 0;
    }
    guard_release(&future->guard);
    return state == FUTURE_CANCELLED ? 0 : state == FUTURE_RUNNING ? EBUSY : EALREADY;
}

int thrum_future_cancel(struct thrum_future *future)
{
    object_check(&future->object, OBJECT_FUTURE);
    return future_cancel(future, SITE);
}

int thrum_future_set_running(struct thrum_future *future)
{
    object_check(&future->object, OBJECT_FUTURE);
    guard_acquire(&future->guard);
    int refused = refusal(future, FUTURE_PENDING);
    if (refused == 0)
        future->state = FUTURE_RUNNING;
    guard_release(&future->guard);
    return refused;
}

int thrum_future_set_result(struct thrum_future *future, void *result)
{
    object_check(&future->object, OBJECT_FUTURE);
    return complete(future, result, NULL, SITE);
}

int thrum_future_set_error(struct thrum_future *future, const struct thrum_error *error)
{
    object_check(&future->object, OBJECT_FUTURE);
    return complete(future, NULL, error, SITE);
}

int thrum_future_on_done(struct thrum_future *future,
                         void (*call)(struct thrum_future *future, void *argument), void *argument)
{
    object_check(&future->object, OBJECT_FUTURE);
    struct future_callback *callback = malloc(sizeof *callback), **end;
    if (!callback)
        return ENOMEM;
    *callback = (struct future_callback){ NULL, call, argument };
    guard_acquire(&future->guard);
    bool completed = future->state > FUTURE_RUNNING;
    for (end = &future->callbacks; *end; end = &(*end)->next)
        ;
    if (!completed)
        *end = callback;
    guard_release(&future->guard);
    if (completed) {
        free(callback);
        call(future, argument);
    }
    return 0;
}

/* --- waiting --- */

struct unwinding {
    struct thrum_future *future;
    const void *site;
};

static void unwind(void *argument)
{
    struct unwinding *wait = argument;
    probe_wait_end(wait->future, THRUM_kind_future, NULL, THRUM_result_cancelled, wait->site);
}

static int sleep_completed(struct thrum_future *future, struct wait_limit *limit, unsigned flags)
{
    uint32_t word = atomic_load_explicit(&future->word, memory_order_acquire);
    while (word != 2) {
        if (word == 0 && !atomic_compare_exchange_weak(&future->word, &word, 1))
            continue;
        int result = wait_on(&future->word, 1, limit, flags);
        if (result < 0)
            return -result;
        word = atomic_load_explicit(&future->word, memory_order_acquire);
    }
    annotate_after(future);
    return 0;
}

static int await(struct thrum_future *future, struct wait_limit *limit, unsigned flags, const void *site)
{
    object_check(&future->object, OBJECT_FUTURE);
    struct unwinding wait = { future, site };
    if (!object_probed(&future->object, future, &birth, site))
        return sleep_completed(future, limit, flags);
    if (thrum_future_is_done(future)) {
        probe_acquire(future, THRUM_kind_future, THRUM_mode_shared, wait_limit_how(limit), site);
        return 0;
    }
    int result = probe_wait_begin(future, THRUM_kind_future, NULL, wait_limit_left(limit), site);
    pthread_cleanup_push(unwind, &wait);
    if (result == 0)
        result = sleep_completed(future, limit, flags);
    pthread_cleanup_pop(0);
    probe_wait_end(future, THRUM_kind_future, NULL, result, site);
    return result;
}

int thrum_future_wait(struct thrum_future *future)
{
    return await(future, NULL, WAIT_CANCELLABLE, SITE);
}

int thrum_future_wait_for(struct thrum_future *future, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int result = wait_limit_for(&space, nanoseconds, &limit);
    return result < 0 ? -result : await(future, limit, WAIT_CANCELLABLE, SITE);
}

int thrum_future_wait_until(struct thrum_future *future, const struct timespec *deadline)
{
    struct wait_limit space, *limit;
    int result = wait_limit_until(&space, deadline, &limit);
    return result < 0 ? -result : await(future, limit, WAIT_CANCELLABLE, SITE);
}

void future_wait_uninterrupted(struct thrum_future *future, const void *site)
{
    (void)await(future, NULL, WAIT_UNINTERRUPTED, site);
}

int future_take(struct thrum_future *future, void **result, struct wait_limit *limit, const void *site)
{
    int failure = await(future, limit, WAIT_CANCELLABLE, site);
    if (failure != 0)
        return failure;
    guard_acquire(&future->guard);
    future->asked = true;
    guard_release(&future->guard);
    if (future->state == FUTURE_CANCELLED)
        return ECANCELED;
    if (future->state == FUTURE_FAILED)
        return future->error ? future->error->code : (int)(intptr_t)future->result;
    if (result)
        *result = future->result;
    return 0;
}

int thrum_future_result(struct thrum_future *future, void **result, int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    int bad = wait_limit_for(&space, nanoseconds, &limit);
    return bad < 0 ? -bad : future_take(future, result, limit, SITE);
}

/* --- what it is --- */

static uint32_t state_of(struct thrum_future *future)
{
    object_check(&future->object, OBJECT_FUTURE);
    guard_acquire(&future->guard);
    uint32_t state = future->state;
    guard_release(&future->guard);
    return state;
}

const struct thrum_error *thrum_future_error(struct thrum_future *future)
{
    if (state_of(future) != FUTURE_FAILED)
        return NULL;
    guard_acquire(&future->guard);
    future->asked = true;
    guard_release(&future->guard);
    return future->error;
}

bool thrum_future_is_cancelled(struct thrum_future *future)
{
    return state_of(future) == FUTURE_CANCELLED;
}

bool thrum_future_is_running(struct thrum_future *future)
{
    return state_of(future) == FUTURE_RUNNING;
}

bool thrum_future_is_done(struct thrum_future *future)
{
    return state_of(future) > FUTURE_RUNNING;
}
