/* SPDX-License-Identifier: MIT */
/* The checker: a sink that finds problems while the program runs. */
#ifndef THRUM_CHECK_H
#define THRUM_CHECK_H

#include "core/env.h"
#include "sink.h"

extern const struct thrum_sink check_sink;

/* What THRUM_CHECK wants, before the sink is started. */
void check_configure(const struct env *env);

/* Whether the acquire that the calling thread begins closed a deadlock that is to be broken: EDEADLK, else 0. Asked once. */
int check_refusal(void);

#endif
