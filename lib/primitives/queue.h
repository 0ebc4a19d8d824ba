/* SPDX-License-Identifier: MIT */
/* Queues, as other primitives use them: the caller's site, not ours. */
#ifndef THRUM_PRIMITIVES_QUEUE_H
#define THRUM_PRIMITIVES_QUEUE_H

#include "thrum/queue.h"
#include "waiters.h"

/* As thrum_queue_init(), of an order that exists. */
void queue_begin(struct thrum_queue *queue, enum thrum_queue_order order, size_t limit, const char *name,
                 const void *site);

/* Results as the public functions; `limit` NULL: for ever. */
int queue_put(struct thrum_queue *queue, void *item, int64_t priority, struct wait_limit *limit, const void *site);
int queue_get(struct thrum_queue *queue, void **item, struct wait_limit *limit, const void *site);

/* Whether a call on it is to be probed. */
bool queue_probed(struct thrum_queue *queue, const void *site);

#endif
