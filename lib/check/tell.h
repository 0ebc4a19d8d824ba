/* SPDX-License-Identifier: MIT */
/* What the checker found, told to the other sinks and to the program that asked. Under the checker's lock. */
#ifndef THRUM_CHECK_TELL_H
#define THRUM_CHECK_TELL_H

#include "check/order.h"

/* A finding; all texts are constants or live for ever, but the id, which is copied. */
void tell_finding(uint64_t id, const char *kind, const char *certainty, const char *message, const struct check_stack *stack);

/* Whether there are other sinks that hear of orders. */
bool tell_others(void);

/* An order that was never seen before. */
void tell_edge(const struct record_object *held, const struct record_object *wanted);

/* Without the lock, after it was given back: calls the program's handler for what was found meanwhile. */
void tell_program(void);

/* Whether there is anything for that. */
extern _Atomic bool tell_pending;

#endif
