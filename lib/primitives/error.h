/* SPDX-License-Identifier: MIT */
/* Where the error of what the calling thread runs goes. */
#ifndef THRUM_PRIMITIVES_ERROR_H
#define THRUM_PRIMITIVES_ERROR_H

#include "thrum/error.h"

/* Lets errors go to `slot` from now on, NULL: print them; what it was before. */
struct thrum_error *error_slot_set(struct thrum_error *slot);

/* Copies the error of what runs; false: it has none. */
bool error_slot_get(struct thrum_error *error);

/* Writes an error into `error`, as of the calling thread. */
void error_fill(struct thrum_error *error, int code, const char *message);

#endif
