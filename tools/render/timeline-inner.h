/* SPDX-License-Identifier: MIT */
/* What the parts of timeline-data.h share. */
#ifndef THRUM_RENDER_TIMELINE_INNER_H
#define THRUM_RENDER_TIMELINE_INNER_H

#include "render/timeline-data.h"
#include "base/memory.h"

/* A new, zeroed item at the end of a TIMELINE_TABLE: its place in it. */
#define TIMELINE_ADD(table)                                                                              \
    ((table)->at = memory_grow((table)->at, (table)->count + 1, &(table)->capacity, sizeof *(table)->at), \
     (table)->at[(table)->count] = (__typeof__(*(table)->at)){0}, (uint32_t)(table)->count++)

/* --- timeline-observe.c: who takes part --- */
extern const struct model_ops timeline_ops;

/* --- timeline-name.c: places of the tables for what the model knows; made where they are new --- */
uint32_t timeline_process(struct timeline *, const struct process *);
/* Until the next process is added. */
struct timeline_process *timeline_process_at(struct timeline *, const struct process *);
uint32_t timeline_thread(struct timeline *, int64_t now, const struct thread *);
/* TIMELINE_NONE: it is left out. */
uint32_t timeline_object(struct timeline *, int64_t now, const struct object *);
#define TIMELINE_CANCELLATION (-1)
/* What stands for a signal, "SIGINT", or for cancellation. */
uint32_t timeline_signal(struct timeline *, const struct process *, int signal);

/* Frame of a call, by the address that it returns to; 0 where that is 0. */
uint32_t timeline_site(struct timeline *, int64_t now, const struct process *, uint64_t address);
/* Frame of a function. */
uint32_t timeline_function(struct timeline *, int64_t now, const struct process *, uint64_t address);
/* What a thread runs. */
void timeline_routine(struct timeline *, struct timeline_thread *, int64_t now, const struct thread *);
/* Number in `stacks`. */
uint32_t timeline_stack(struct timeline *, int64_t now, const struct process *, const struct stack *);

#endif
