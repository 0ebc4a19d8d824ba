/* SPDX-License-Identifier: MIT */
/* Lines of the checker's that tell of an order, as orders of lock classes. */
#ifndef THRUM_CHECK_EDGES_H
#define THRUM_CHECK_EDGES_H

#include "check/log.h"
#include "check/orders.h"

/* Takes a line; false where it isn't such a one. */
bool edges_take(struct check_log *, struct orders *, const char *program, struct json_object *line);

#endif
