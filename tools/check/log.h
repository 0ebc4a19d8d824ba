/* SPDX-License-Identifier: MIT */
/*
 * What the checker in a traced process writes for thrum check: a line of JSON for each module and each finding, with bare
 * addresses, and for findings that were met again; here they become findings with names, lines and counts.
 */
#ifndef THRUM_CHECK_LOG_H
#define THRUM_CHECK_LOG_H

#include <json-c/json_types.h>
#include "analyze/finding.h"
#include "symbols/symbols.h"

/* A finding of one process; several processes may find the same. */
struct check_origin {
    int32_t pid;
    uint64_t number; /* of the finding in its process */
    int32_t by;      /* who met it: that process, or one that was forked from it afterwards */
    size_t finding;  /* in the list */
    uint64_t count;
};

/* An object that has no name but a number. */
struct check_object {
    int32_t pid;
    uint64_t address;
    char letter; /* of its kind: several may be at one address */
    unsigned number;
};

struct check_log {
    struct symbols *symbols;
    struct findings findings;
    struct check_origin *origins;
    size_t origin_count, origin_capacity;
    struct check_object *objects;
    size_t object_count, object_capacity;
    bool begun;          /* a process said that it is checked */
    uint64_t unreadable; /* lines that make no sense: cut by the end of a process, or not the checker's */
    /* Lines of other sorts, by their first key; false where it isn't known. May be NULL. */
    bool (*other)(void *data, struct json_object *line);
    void *data;
};

/* Takes one line; true where it brought a finding that wasn't there, the newest of log->findings. */
bool check_log_take(struct check_log *, const char *line);

/* Fills in an object of a finding from what a process says of it. */
void check_log_object(struct check_log *, struct finding_object *, int32_t pid, struct json_object *from);

/* Frees all but the symbols. */
void check_log_free(struct check_log *);

#endif
