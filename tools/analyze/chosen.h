/* SPDX-License-Identifier: MIT */
/*
 * What of a recording a selection names: which threads, which objects. A thread goes by the last name that it was given, so
 * the recording is read once to learn names, and again to look at what was chosen:
 *
 *     struct chosen *chosen = chosen_new(&selection);
 *     chosen_watch(chosen, model, symbols);          // before the first event
 *     ... a whole reading ...
 *     chosen_rest(chosen);                           // after model_finish(), before model_free()
 *     ... chosen_unfit(chosen) ...
 *     ... in another reading of the same: chosen_thread(chosen, thread) ...
 *
 * What can be read only once is asked while it is watched: things then go by the names that they have so far.
 */
#ifndef THRUM_ANALYZE_CHOSEN_H
#define THRUM_ANALYZE_CHOSEN_H

#include "analyze/selection.h"
#include "model/model.h"
#include "symbols/symbols.h"

struct chosen;

/* The selection lives as long. */
struct chosen *chosen_new(const struct selection *);
void chosen_free(struct chosen *);

/* symbols NULL: nothing goes by its place. */
void chosen_watch(struct chosen *, struct model *, struct symbols *);
void chosen_rest(struct chosen *);

/* The first name that nothing in the recording has; NULL: there is none. */
const char *chosen_unfit(const struct chosen *);

/* Whether a thread, and its process, are wanted; whether an object is. NULL: everything. */
bool chosen_thread(struct chosen *, const struct thread *);
bool chosen_object(struct chosen *, const struct object *);

#endif
