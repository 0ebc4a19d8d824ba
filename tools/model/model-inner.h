/* SPDX-License-Identifier: MIT */
/* What the parts of the model share; nobody else includes this. */
#ifndef THRUM_TRACE_MODEL_INNER_H
#define THRUM_TRACE_MODEL_INNER_H

#include "base/map.h"
#include "base/memory.h"
#include "model/model.h"
#include "model/stacks.h"

enum {
    MODEL_KINDS = THRUM_kind_process + 1,
    ENDED_KEPT = 1024, /* ended detached threads are remembered that long: their destructors may still run */
};

struct observer {
    const struct model_ops *ops;
    void *self;
};

struct model {
    struct observer *observers;
    size_t observer_count;
    size_t observer_capacity;
    int64_t now;
    bool finished;
    bool closing; /* observers aren't told any more */
    struct model_totals totals;
    struct map by_pid;
    struct map files; /* locks of files, which all processes share */
    struct process **processes;
    size_t process_count;
    size_t process_capacity;
    uint64_t next_process_id, next_thread_id, next_object_id;
    struct thread *last_thread; /* of the last event: the next one is often its own too */
    struct thread *ended[ENDED_KEPT]; /* a ring; a reference each */
    size_t ended_next;
    struct stacks stacks;
};

struct process_maps {
    struct map by_tid;    /* threads */
    struct map by_handle; /* threads */
    struct map by_serial; /* threads whose creation isn't complete */
    struct map objects[MODEL_KINDS];
    struct map over_lines;  /* lines at which a thread makes the lock that it gives back last */
    struct map given_early; /* address -> itself: released before process_begin, in a fork handler */
};

/* Wakes that may still end waits, the oldest first. */
struct wake_left {
    struct waker waker;
    uint32_t left; /* how many waits it may end */
};

struct wakes {
    struct wake_left *at;
    uint32_t count;
    uint32_t capacity;
};

/* Tells every observer that wants to hear it. */
#define TELL(model_, op, ...)                                                                      \
    do {                                                                                           \
        struct model *m_ = (model_);                                                               \
        for (struct observer *o_ = m_->observers; o_ < m_->observers + m_->observer_count; o_++)   \
            if (o_->ops->op && !m_->closing)                                                      \
                o_->ops->op(o_->self, m_->now, __VA_ARGS__);                                       \
    } while (0)

/* --- model-process.c --- */
struct process *process_get(struct model *, int32_t pid);
/* Ends it and forgets all that was in it. */
void process_end(struct model *, struct process *);
void process_release_all(struct model *);
void on_process_begin(struct model *, const struct thrum_event_process_begin *);
void on_process_fork(struct model *, const struct thrum_event_process_fork *);
void on_process_end(struct thread *, const struct thrum_event_process_end *);
void on_thread_begin(struct model *, const struct thrum_event_thread_begin *);

/* --- model-thread.c --- */
struct thread *thread_get(struct model *, int32_t pid, int32_t tid);
struct thread *thread_new(struct process *);
struct thread *thread_by_handle(const struct process *, uint64_t handle);
/* It has this tid from now on, also where another had it. */
void thread_set_tid(struct thread *, int32_t tid);
void thread_set_handle(struct thread *, uint64_t handle);
void thread_run(struct thread *, int64_t begin_ns);
/* Out of every map; freed when nobody refers to it. */
void thread_forget(struct thread *);
void thread_joined(struct thread *joiner, struct thread *joined);
void on_spawn(struct thread *, const struct thrum_event_spawn *);
void on_spawn_end(struct thread *, const struct thrum_event_spawn_end *);
void on_thread_end(struct thread *, const struct thrum_event_thread_end *);
void on_thread_name(struct thread *, const struct thrum_event_thread_name *);
void on_thread_detach(struct thread *, const struct thrum_event_thread_detach *);

/* --- model-object.c --- */
/* The object of a kind that lives at an address; made up where none is known. */
struct object *object_get(struct process *, unsigned kind, uint64_t address);
/* The mutex that a wait drops: what the thread holds at that address, else a mutex there; NULL for address 0. */
struct object *object_mutex(struct thread *, uint64_t address);
void object_destroy(struct object *);
/* A process has it no longer; the last one's end is its own. */
void object_leave(struct process *, struct object *);
void on_object_init(struct thread *, const struct thrum_event_object_init *);
void on_object_destroy(struct thread *, const struct thrum_event_object_destroy *);
void on_object_name(struct thread *, const struct thrum_event_object_name *);

/* --- model-hold.c --- */
/* Makes the thread its holder, where it can be held, and tells of it; `how_got` is complete but for `hold`. */
void hold_take(struct acquisition *how_got);
/* Gives it back once, by a release or for a wait. */
void hold_release(struct thread *, struct object *, uint64_t site);
/* Ends all holds of an object. */
void hold_drop_all(struct object *, enum drop);
/* Ends one hold. */
void hold_drop(struct thread *, struct object *, enum drop);
/* In a fork's child: its only thread holds what the forking thread did. */
void hold_inherit(struct thread *child, const struct thread *forked);
void on_acquire(struct thread *, const struct thrum_event_acquire *);
void on_acquire_stack(struct thread *, const struct thrum_event_acquire_stack *);
void on_acquire_fail(struct thread *, const struct thrum_event_acquire_fail *);
void on_held(struct thread *, const struct thrum_event_held *);
void on_release(struct thread *, const struct thrum_event_release *);

/* --- model-block.c --- */
/* Forgets that it is blocked, telling nobody. */
void blocked_clear(struct thread *);
void on_acquire_begin(struct thread *, const struct thrum_event_acquire_begin *);
void on_acquire_end(struct thread *, const struct thrum_event_acquire_end *);
void on_wait_begin(struct thread *, const struct thrum_event_wait_begin *);
void on_wait_end(struct thread *, const struct thrum_event_wait_end *);

/* --- model-over.c --- */
void on_source_line(struct thread *, const struct thrum_event_source_line *);
/* It was made; it was got. */
void over_made(struct thread *, struct object *);
void over_got(struct thread *, const struct object *);

/* --- model-wake.c --- */
void waker_set(struct waker *, struct thread *, int64_t time_ns, uint64_t site);
void waker_clear(struct waker *);
void on_wake(struct thread *, const struct thrum_event_wake *);
/* A post: one waiter may go on. */
void wakes_post(struct object *, const struct waker *);
/* Sets an empty waker to who most plausibly ended this block; to be cleared after use. */
void wakes_end(struct thread *, const struct blocked *, struct waker *);
void wakes_free(struct object *);

#endif
