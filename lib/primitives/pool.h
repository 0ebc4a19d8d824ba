/* SPDX-License-Identifier: MIT */
/* Pools, as the I/O worker uses one. */
#ifndef THRUM_PRIMITIVES_POOL_H
#define THRUM_PRIMITIVES_POOL_H

#include "future.h"
#include "thrum/pool.h"

/* A pool whose queue and threads are named after something else. As thrum_pool_create(). */
int pool_create(struct thrum_pool **pool, unsigned workers, size_t limit, const char *name, const void *site);

/* As thrum_pool_submit(); `limit` NULL: for ever. */
int pool_submit(struct thrum_pool *pool, thrum_function *function, void *argument, struct thrum_future **future,
                struct wait_limit *limit, const void *site);

#endif
