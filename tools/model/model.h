/* SPDX-License-Identifier: MIT */
/*
 * The model: what processes, threads and objects were doing at each moment of a trace. It replays events in time
 * order and tells its observers what each one meant: who got what, who waits for whom, who let whom go on.
 *
 *     struct model *model = model_new();
 *     int slot = model_subscribe(model, &ops, self);   // every observer, before the first event
 *     while ((event = reader_next(reader)))
 *         model_feed(model, event);
 *     model_finish(model);
 *
 * Memory is bounded by what is live, not by the length of the trace. Objects, threads and processes are counted
 * references: the model drops a thread once it was joined (or ended detached) and an object once it was destroyed;
 * an observer that wants to keep one takes a reference (thread_ref() ...) and gives it back.
 *
 * Nothing has to be announced: a trace may begin in the middle, and what is met first in use is made up then.
 * Addresses, pthread_t values and thread ids are used again and again by a program: compare pointers or `id`, which
 * are one thread, one object, one process; never addresses. A file's lock is one object in all processes, and so is what a
 * process-shared one is to a forked child; object->process is the first that had it.
 *
 * What is loaded where is kept by symbols.h, which takes the same events.
 */
#ifndef THRUM_TRACE_MODEL_H
#define THRUM_TRACE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/map.h"
#include "trace/reader.h"
#include "model/words.h"

#define MODEL_UNKNOWN_NS INT64_MIN /* a time that the trace doesn't tell: before it began, or not yet */

/* Call addresses, innermost first; each distinct stack exists once and lives as long as the model. */
struct stack {
    uint32_t count;
    uint64_t at[];
};

struct model;
struct thread;

struct process {
    uint64_t id; /* 0, 1, 2 ... in the order in which the trace showed them */
    uint64_t references;
    int32_t pid;
    int32_t ppid;       /* 0 where not known */
    char *executable;   /* path; "" where not known */
    int64_t begin_ns;   /* MODEL_UNKNOWN_NS: since before the trace */
    int64_t end_ns;     /* replaced by exec, or its pid used again; else MODEL_UNKNOWN_NS */
    struct thread *threads; /* those the model has not dropped, newest first, by next_thread */
    uint32_t thread_count;  /* how many there were so far; the number of the newest */
    bool exiting;                /* a thread called exit, or main returned */
    bool stands;                 /* the checker in it told that all its threads wait for ever */
    uint64_t handlers;           /* signals that have a handler, a bit each from 1 on; 0 where the trace doesn't tell */
    struct process *forked_from; /* NULL: not a fork, or not known */
    struct model *model;
    struct process_maps *maps;   /* the model's own */
    void **slots;                /* one for each observer */
};

/* An object that a thread holds, and how it came by it. */
struct hold {
    struct object *object;
    enum thrum_mode mode;
    enum thrum_how how;
    uint32_t depth;            /* how often it was taken and not yet given back */
    uint32_t holder_index;     /* the model's own: where object->holders has it */
    uint64_t site;             /* of the first acquire */
    const struct stack *stack; /* of the first acquire, where it blocked, or was told of; else NULL */
    int64_t since_ns;
};

enum blocking {
    BLOCKING_no,      /* running, for all one knows */
    BLOCKING_acquire, /* between acquire_begin and acquire_end */
    BLOCKING_wait,    /* between wait_begin and wait_end */
};

/* What a thread is blocked for. */
struct blocked {
    enum blocking what;
    struct object *object;     /* what it wants or waits on */
    enum thrum_mode mode;      /* acquire: how it wants it */
    enum thrum_how how;        /* block, or timed where there is a timeout */
    int64_t timeout_ns;        /* from since_ns on; -1: for ever */
    struct object *mutex;      /* wait: the mutex that it dropped and will take again, or NULL */
    uint32_t waiter_index;     /* the model's own */
    uint64_t site;
    const struct stack *stack; /* never NULL while blocked, but may be empty */
    int64_t since_ns;
};

struct thread {
    uint64_t id; /* 0, 1, 2 ... in the order in which the trace showed them, over all processes */
    uint64_t references;
    struct process *process;
    struct thread *next_thread, *previous_thread;
    struct thread *parent; /* who spawned it, NULL where not known */
    int32_t tid;           /* 0: spawned, but it has not begun yet */
    uint32_t number;       /* 1, 2 ... in its process */
    uint64_t serial;       /* as in spawn; 0: a main thread, or not known */
    uint64_t handle;       /* pthread_t, 0: not known */
    uint64_t routine;      /* function that it runs, 0: not known */
    uint64_t spawn_site;   /* 0: not known */
    const struct stack *spawn_stack; /* NULL: not known */
    char *name;            /* last name it was given, NULL: none */
    bool main;             /* its process's first thread */
    bool ended;            /* destructors may still run */
    bool detached;
    bool joined;
    bool dropped;          /* the model doesn't list it any more */
    int64_t spawn_ns;      /* MODEL_UNKNOWN_NS: not in the trace */
    int64_t begin_ns;      /* MODEL_UNKNOWN_NS: since before the trace, or not begun */
    int64_t end_ns;        /* MODEL_UNKNOWN_NS: not ended */
    struct blocked blocked;
    const struct stack *told; /* of its next acquire, where that is of this object at this site; NULL: not told */
    uint64_t told_object, told_site;
    struct hold *held;     /* in the order in which they were taken */
    uint32_t held_count;
    uint32_t held_capacity;
    void **slots;          /* one for each observer */
};

/* Who let a blocked thread go on. */
struct waker {
    struct thread *thread; /* NULL: nobody known */
    int64_t time_ns;       /* when it released, woke, posted, arrived or ended */
    uint64_t site;         /* 0 where there is none: a thread that ended */
};

/* Something that threads acquire or wait on. What lived at one address one after the other are several objects. */
struct object {
    uint64_t id; /* 0, 1, 2 ... in the order in which the trace showed them, over all processes */
    uint64_t references;
    struct process *process;
    uint64_t address;
    enum thrum_kind kind;
    enum thrum_type type;
    enum thrum_protocol protocol;
    bool robust;
    bool shared;
    bool born;        /* its birth is in the trace: type, value, birth are known */
    bool destroyed;
    bool signals;     /* a semaphore or lock that was given back by a thread that didn't have it: not used as a lock */
    bool proven_lock; /* was given back by a thread that had it, at least once */
    uint32_t value;   /* first value of a semaphore, size of a barrier or queue; 0 where not born */
    char *name;       /* NULL: none given */
    uint64_t birth_thread;           /* who made it, its id + 1; 0: not known */
    uint64_t birth_site;             /* 0: not known */
    const struct stack *birth_stack; /* NULL: not known */
    int64_t birth_ns;                /* first seen, where not born */
    uint64_t acquires;               /* how often it was got so far */
    struct thread *thread;           /* the thread that a kind `thread` stands for; may be NULL */
    struct thread *last_of;          /* the thread that gives it back last, which is how it is joined; NULL: none */
    struct thread **holders;
    uint32_t holder_count;
    uint32_t holder_capacity;
    struct thread **waiters; /* threads whose blocked.object this is */
    uint32_t waiter_count;
    uint32_t waiter_capacity;
    uint32_t users;            /* the model's own: processes that have it, more than one where they share it */
    struct waker last_release; /* or post; of whoever */
    struct wakes *wakes;       /* the model's own: wakes that no wait has ended by yet */
    void **slots;              /* one for each observer */
};

/* An acquire that succeeded. */
struct acquisition {
    struct thread *thread;
    struct object *object;
    enum thrum_mode mode;
    enum thrum_how how;
    uint64_t site;
    const struct hold *hold;       /* as it is now; NULL: can't be held (a semaphore used as a signal) */
    const struct blocked *blocked; /* how it was blocked for it until now, NULL: it wasn't */
    struct waker waker;            /* who let it have it, where it was blocked */
    bool back;                     /* it is the mutex that was dropped for a wait */
    bool owner_died;
};

/* How a hold ended without its holder giving it back. */
enum drop {
    DROP_owner_died, /* a robust mutex went to another thread after its holder's death */
    DROP_destroyed,  /* the object was destroyed, or made anew */
    DROP_signals,    /* it turned out to be no lock: object->signals */
    DROP_taken,      /* another thread got it: the release isn't in the trace */
    DROP_process,    /* the process was replaced by exec, or its pid is used by another */
};

/*
 * What an observer wants to hear of; every function may be NULL. `self` is what was given to model_subscribe(),
 * `now` the time of the event. All is told after the model knows it, but for holds and blocks that end: those
 * are passed as they were. The *_freed functions are the place to free what is in a slot: nobody refers to it any
 * more. After finished() only they are called, for references that are given back; model_free() tells nobody.
 */
struct model_ops {
    /* Every event, before the model takes it. */
    void (*event)(void *self, const struct trace_event *);

    /* Or first seen; its executable may come later. */
    void (*process_begun)(void *self, int64_t now, struct process *);
    /* Replaced by exec, or its pid used again. Its threads and what they hold are still there to be looked at. */
    void (*process_ended)(void *self, int64_t now, struct process *);
    void (*process_freed)(void *self, int64_t now, struct process *);

    void (*thread_spawned)(void *self, int64_t now, struct thread *child); /* child->parent is about to create it */
    void (*thread_begun)(void *self, int64_t now, struct thread *);        /* it runs, or is first seen */
    void (*thread_named)(void *self, int64_t now, struct thread *);
    void (*thread_ended)(void *self, int64_t now, struct thread *);
    void (*thread_joined)(void *self, int64_t now, struct thread *joiner, struct thread *joined);
    /* The waiter knows that it has done all that it does, but for its runtime's part: Python's join until 3.12. */
    void (*thread_over)(void *self, int64_t now, struct thread *waiter, struct thread *);
    void (*thread_freed)(void *self, int64_t now, struct thread *);

    void (*object_born)(void *self, int64_t now, struct object *); /* made, or first seen */
    void (*object_named)(void *self, int64_t now, struct object *);
    void (*object_destroyed)(void *self, int64_t now, struct object *);
    /* It isn't a lock, and wasn't since its birth; its holds have been dropped. */
    void (*object_signals)(void *self, int64_t now, struct object *);
    void (*object_freed)(void *self, int64_t now, struct object *);

    /* thread->blocked says for what. */
    void (*blocked)(void *self, int64_t now, struct thread *);
    /* Was blocked as said until now; thread->blocked.what is BLOCKING_no. An acquired() follows where it got it. */
    void (*unblocked)(void *self, int64_t now, struct thread *, const struct blocked *, enum thrum_result, struct waker);
    void (*acquired)(void *self, int64_t now, const struct acquisition *);
    /* It is told that the thread holds it already; hold->since_ns may be before the trace. */
    void (*held)(void *self, int64_t now, struct thread *, const struct hold *);
    /* A try that failed without blocking. */
    void (*failed)(void *self, int64_t now, struct thread *, struct object *, enum thrum_mode, enum thrum_how,
                   enum thrum_result, uint64_t site);
    /* hold->depth is what is left: 0 means that it is given back. Also the mutex that a wait drops. */
    void (*released)(void *self, int64_t now, struct thread *, const struct hold *, uint64_t site);
    /* The hold ended otherwise; `thread` may be gone. */
    void (*dropped)(void *self, int64_t now, struct thread *, const struct hold *, enum drop);
    /* A release of what the thread doesn't hold: the post of a signal, or misuse. */
    void (*posted)(void *self, int64_t now, struct thread *, struct object *, uint64_t site);
    void (*woke)(void *self, int64_t now, struct thread *, struct object *, enum thrum_scope, uint64_t site);

    void (*interrupt_sent)(void *self, int64_t now, struct thread *, const struct thrum_event_interrupt_send *);
    void (*interrupt_begun)(void *self, int64_t now, struct thread *, const struct thrum_event_interrupt_begin *);
    void (*interrupt_ended)(void *self, int64_t now, struct thread *, const struct thrum_event_interrupt_end *);

    /* What the checker in the process told: it found something; a thread took an object under another for the first time. */
    void (*told)(void *self, int64_t now, struct thread *, const struct thrum_event_finding *);
    void (*ordered)(void *self, int64_t now, struct thread *, struct object *held, struct object *wanted, const struct thrum_event_order_edge *);

    /* The trace is over; threads, objects and processes are as they were at its last event. */
    void (*finished)(void *self, int64_t now);
};

/* Counts over the whole trace. */
struct model_totals {
    uint64_t events;
    uint64_t processes;
    uint64_t threads; /* that ran */
    uint64_t objects;
    int64_t begin_ns; /* of the first and last event; 0 where there was none */
    int64_t end_ns;
};

struct model *model_new(void);
void model_free(struct model *);

/* Adds an observer, before the first event; its slot: the index of what is its own in every `slots`. */
int model_subscribe(struct model *, const struct model_ops *, void *self);

/* No longer: nothing is told to it from now on. Its slot stays. */
void model_unsubscribe(struct model *, int slot);

void model_feed(struct model *, const struct trace_event *);
void model_finish(struct model *);

const struct model_totals *model_totals(const struct model *);

/* Processes known to the model, in the order of their ids; valid until the next model_feed(). */
struct process *const *model_processes(const struct model *, size_t *count);

/* The hold of an object by a thread, or NULL. */
const struct hold *thread_hold(const struct thread *, const struct object *);

/*
 * Whether who acquires it keeps others from it until it gives it back: mutex, rwlock, spinlock, lock, file lock, and
 * a semaphore of one that has been used like that up to now.
 */
bool object_is_lock(const struct object *);

/* What one without a name is called, in new memory: "mutex 7", for the word "mutex"; the same in whatever tells of this trace. */
char *object_label(const struct object *, const char *word);

/* Whether a wait of this kind blocked a thread for ever unless another acts: no timeout, no interrupt in sight. */
static inline bool blocked_for_ever(const struct blocked *blocked)
{
    return blocked->what != BLOCKING_no && blocked->timeout_ns < 0;
}

/* Whether it was woken, as far as is known, since it was blocked, and hasn't gone on yet. */
bool blocked_is_woken(const struct blocked *);

struct process *process_ref(struct process *);
void process_unref(struct process *);
struct thread *thread_ref(struct thread *);
void thread_unref(struct thread *);
struct object *object_ref(struct object *);
void object_unref(struct object *);

#endif
