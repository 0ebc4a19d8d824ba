/* SPDX-License-Identifier: MIT */
/* Doing something in another thread of a test. */
#ifndef THRUM_TESTS_OTHER_H
#define THRUM_TESTS_OTHER_H

#include <pthread.h>
#include <stdint.h>
#include "suite.h"

/* A thread that runs one call and keeps its result. */
struct other {
    pthread_t thread;
    int (*call)(void *);
    void *argument;
    int result;
};

static inline void *other_run(void *at)
{
    struct other *other = at;
    other->result = other->call(other->argument);
    return NULL;
}

static inline void other_start(struct other *other, int (*call)(void *), void *argument)
{
    *other = (struct other){ .call = call, .argument = argument };
    ck_assert_int_eq(pthread_create(&other->thread, NULL, other_run, other), 0);
}

/* Waits for its end; its result. */
static inline int other_end(struct other *other)
{
    ck_assert_int_eq(pthread_join(other->thread, NULL), 0);
    return other->result;
}

/* The whole of it: the result of a call made in another thread. */
static inline int elsewhere(int (*call)(void *), void *argument)
{
    struct other other;
    other_start(&other, call, argument);
    return other_end(&other);
}

/* A public function of one object as such a call. */
#define OTHER_CALL(name, function, type)   \
    static int name(void *object)          \
    {                                      \
        return function((type *)object);   \
    }

#endif
