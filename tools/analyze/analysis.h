/* SPDX-License-Identifier: MIT */
/*
 * An analysis watches the model and then yields findings. To add one: a file with its struct analysis, and a line in
 * the list in analysis.c. A command runs them all:
 *
 *     struct analyses *analyses = analyses_begin(model, NULL);  // before the first event
 *     ... symbols_event() and model_feed() for each event, model_finish(model) ...
 *     analyses_find(analyses, symbols, losses, &findings);   // the model is still there
 *     hints = analyses_hints(analyses, &findings);
 *     analyses_end(analyses);                                // before model_free()
 *
 * Where there are hints, the findings can be had with proofs, by a second reading of the same events into another model:
 * analyses_begin(model, hints) and so on; the findings of the first are then to be thrown away.
 */
#ifndef THRUM_ANALYZE_ANALYSIS_H
#define THRUM_ANALYZE_ANALYSIS_H

#include "analyze/finding.h"
#include "model/model.h"
#include "trace/reader.h"
#include "symbols/symbols.h"

struct describe;
struct hints;
struct predict;

/* What analyses share while they yield. */
struct analysis_context {
    struct findings *findings;
    struct describe *describe;            /* objects, threads and places in words */
    const struct reader_losses *losses;   /* may be NULL: nothing was lost */
    struct predict *predict;              /* NULL: in a first reading; no schedules are looked for */
    struct map happened;                  /* analysis_order_key() of locks in deadlocks that happened */
};

struct analysis {
    const char *name;
    /* Subscribes to the model; its state. */
    void *(*begin)(struct model *);
    /* Once, after the last event; in the order of the list. */
    void (*find)(void *self, struct analysis_context *);
    /* Adds what a second reading is to look for; may be NULL. */
    void (*hint)(void *self, struct hints *);
    /* Frees the state and gives back its references. */
    void (*end)(void *self);
};

extern const struct analysis analysis_waitfor;   /* deadlocks that happened */
extern const struct analysis analysis_lockorder; /* locks taken in opposite orders */
extern const struct analysis analysis_misuse;    /* what may not be done to an object */

/* Every analysis subscribes to the model. hints: of a first reading, which outlive the analyses; NULL: this is it. */
struct analyses *analyses_begin(struct model *, const struct hints *hints);

/* Appends what they found, the gravest first; symbols NULL: addresses stay numbers. losses may be NULL. */
void analyses_find(struct analyses *, struct symbols *, const struct reader_losses *, struct findings *);

/* After analyses_find() of a first reading: what a second one is to look for, to be freed; NULL: it would find no more. */
struct hints *analyses_hints(struct analyses *, const struct findings *);
void analyses_end(struct analyses *);

/* The order "wanted while held" of two locks, as a key for maps. */
uint64_t analysis_order_key(const struct object *held, const struct object *wanted);

#endif
