/* SPDX-License-Identifier: MIT */
/*
 * An analysis watches the model and then yields findings. To add one: a file with its struct analysis, and a line in
 * the list in analysis.c. A command runs them all:
 *
 *     struct analyses *analyses = analyses_begin(model);     // before the first event
 *     ... symbols_event() and model_feed() for each event, model_finish(model) ...
 *     analyses_find(analyses, symbols, losses, &findings);   // the model is still there
 *     analyses_end(analyses);                                // before model_free()
 */
#ifndef THRUM_ANALYZE_ANALYSIS_H
#define THRUM_ANALYZE_ANALYSIS_H

#include "analyze/finding.h"
#include "trace/model.h"
#include "trace/reader.h"
#include "trace/symbols.h"

struct describe;

/* What analyses share while they yield. */
struct analysis_context {
    struct findings *findings;
    struct describe *describe;            /* objects, threads and places in words */
    const struct reader_losses *losses;   /* may be NULL: nothing was lost */
    struct map happened;                  /* analysis_order_key() of locks in deadlocks that happened */
};

struct analysis {
    const char *name;
    /* Subscribes to the model; its state. */
    void *(*begin)(struct model *);
    /* Once, after the last event; in the order of the list. */
    void (*find)(void *self, struct analysis_context *);
    /* Frees the state and gives back its references. */
    void (*end)(void *self);
};

extern const struct analysis analysis_waitfor;   /* deadlocks that happened */
extern const struct analysis analysis_lockorder; /* locks taken in opposite orders */

/* Every analysis subscribes to the model. */
struct analyses *analyses_begin(struct model *);

/* Appends what they found, the gravest first; symbols NULL: addresses stay numbers. losses may be NULL. */
void analyses_find(struct analyses *, struct symbols *, const struct reader_losses *, struct findings *);
void analyses_end(struct analyses *);

/* The order "wanted while held" of two locks, as a key for maps. */
uint64_t analysis_order_key(const struct object *held, const struct object *wanted);

#endif
