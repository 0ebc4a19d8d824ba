/* SPDX-License-Identifier: MIT */
/* Probes that only remember that they were called: what the primitives tell, without the sinks. */
#ifndef THRUM_TESTS_PROBES_H
#define THRUM_TESTS_PROBES_H

#include "probe/probe.h"

/* One call of a probe; fields that it doesn't have are 0. */
struct probed {
    const char *probe; /* its name without probe_ */
    const void *object;
    enum thrum_kind kind;
    enum thrum_mode mode;
    enum thrum_how how;
    int result;
    int64_t timeout;
    const void *mutex;
    enum thrum_scope scope;
    uint32_t value;
    const void *site;
    int32_t tid;
    char name[40];
};

/* Switches them on and forgets what they remembered; off. */
void probes_start(void);
void probes_stop(void);

/* How many calls of a probe ("acquire", "wait_begin" ..., "_begin": any of these) told of this object; NULL: of any. */
int probes_count(const char *probe, const void *object);

/* Waits until probes_count() is at least `least`: how a test knows that another thread is about to block. */
void probes_await(const char *probe, const void *object, int least);

/* The n-th call, from 0, that told of this object (NULL: any); fails the test where there are fewer. */
const struct probed *probes_get(const void *object, int n);

/* The calls about one object as words: "acquire release wait_begin". Static memory, valid until the next call. */
const char *probes_story(const void *object);

/* What the next acquire_begin or wait_begin answers instead of 0, once. */
void probes_refuse(int result);

#endif
