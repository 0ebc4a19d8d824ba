/* SPDX-License-Identifier: MIT */
/* Threads, objects and places of the model in words, as findings tell of them. */
#ifndef THRUM_ANALYZE_DESCRIBE_H
#define THRUM_ANALYZE_DESCRIBE_H

#include "analyze/finding.h"
#include "model/model.h"
#include "symbols/symbols.h"

struct describe;

/* symbols NULL: addresses stay numbers. */
struct describe *describe_new(struct symbols *);
void describe_free(struct describe *);

/* How a thread took an object or wants it. */
struct taking {
    struct object *object;
    enum thrum_mode mode;
    uint64_t site;             /* 0: not known, or none */
    const struct stack *stack; /* NULL or empty: only the site is known */
    int64_t since_ns;          /* MODEL_UNKNOWN_NS: not known */
    const struct process *process; /* whose calls these are; NULL: of the object's */
};

struct taking taking_of_hold(const struct hold *);
struct taking taking_of_block(const struct blocked *);

/* Fills in the object of a step. */
void describe_taking(struct describe *, const struct taking *, struct finding_object *);

/* "worker", "main", "thread 7 (worker)"; to be freed. */
char *describe_thread(struct describe *, const struct thread *);

/* What to call an object in a sentence: "lock_a", else "mutex 7"; lives as long as `describe`. */
const char *describe_object(struct describe *, const struct object *);

/* Whether it is a variable of the program's, or of one of its libraries'. */
bool describe_is_static(struct describe *, const struct object *);

/* Whether it belongs to a runtime's locks, all of which are made and taken at the same few places: "Python lock". */
bool describe_is_anonymous(struct describe *, const struct object *);

/* Whether its place of birth tells it from others: no such runtime's object, or one that was made at a line of Python. */
bool describe_is_made_apart(struct describe *, const struct object *);

/*
 * The place in the program that a taking stands for, the same in every recording of it: its object's name or place of
 * birth, and the call's site. To be freed.
 */
char *describe_class(struct describe *, const struct taking *);

/* A step's thread and both of its sides; the step is zeroed. */
void describe_step(struct describe *, struct finding_step *, const struct thread *, const struct taking *holds,
                   const struct taking *wants);

/* Tells threads of one name apart. */
void describe_steps_apart(struct finding *);

#endif
