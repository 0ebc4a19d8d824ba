/* SPDX-License-Identifier: MIT */
/*
 * Orders of lock classes: all locks born at one place are one class, a static variable is one by itself. What threads of
 * any number of processes, and of earlier runs where a file keeps them, took under what; and the circles in that.
 */
#ifndef THRUM_CHECK_ORDERS_H
#define THRUM_CHECK_ORDERS_H

#include <stdbool.h>
#include <stdint.h>
#include "analyze/finding.h"

/* One order, as one thread showed it. Texts are its own. */
struct order_seen {
    char *from, *to;       /* classes */
    char *from_object, *to_object; /* "mutex lock_a" */
    char *from_calls, *to_calls;   /* a line for each call, innermost first */
    char *gates;           /* classes that were held beside, a line each */
    char *program, *thread;
    uint64_t from_address, to_address;
    bool from_read, to_read;
    int32_t pid, tid;
    bool earlier;          /* of another run than this one */
};

struct orders {
    struct order_seen *at;
    size_t count, capacity;
};

/* A new one, zeroed; and freeing them all. */
struct order_seen *orders_add(struct orders *);
void orders_free(struct orders *);

/*
 * Appends the circles that this run has a part in: of distinct threads, without a lock that two of them held meanwhile. Not
 * those that one process closed with the very same locks: that is for the checker in it to judge.
 */
void orders_find(const struct orders *, struct findings *);

/* Merges this run's orders into the file (SQLite), all at once, and reads what earlier runs left there. False: *trouble,
 * to be freed, says why not. */
bool orders_keep(struct orders *, const char *path, char **trouble);

#endif
