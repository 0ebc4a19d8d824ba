/* SPDX-License-Identifier: MIT */
/* Which part of a recording is asked for: a range of time, processes, threads, locks. What it means is chosen.h's affair. */
#ifndef THRUM_ANALYZE_SELECTION_H
#define THRUM_ANALYZE_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names, patterns as the shell has them ("worker*"), or numbers: pid, tid, address. None: all. */
struct selection_names {
    const char **at;
    size_t count, capacity;
};

struct selection {
    bool ranged;
    int64_t from_ns, to_ns; /* since the beginning of the recording; to_ns < 0: to its end */
    struct selection_names processes, threads, locks;
};

void selection_add(struct selection_names *, const char *name);
void selection_free(struct selection *);

/* Whether processes, threads or locks are named. */
bool selection_names_any(const struct selection *);

/* Whether something of this name and number is wanted; marks in fits[], NULL or one for each name, those that it fits. */
bool selection_fits(const struct selection_names *, bool *fits, const char *name, uint64_t number);

/* The first name that nothing fits; NULL: there is none. */
const char *selection_unfit(const struct selection_names *, const bool *fits);

#endif
