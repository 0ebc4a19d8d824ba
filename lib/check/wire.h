/* SPDX-License-Identifier: MIT */
/*
 * What the checker tells the program that reads it (THRUM_CHECK_LOG): lines of JSON with bare addresses, appended to a file
 * that every process of the check writes to. Under the checker's lock.
 */
#ifndef THRUM_CHECK_WIRE_H
#define THRUM_CHECK_WIRE_H

#include "check/order.h"
#include "check/text.h"
#include "core/env.h"

void wire_configure(const struct env *env);

/* Whether there is such a program. */
bool wire_on(void);

/* Before that: the modules that a stack's calls lie in are looked up, for libraries are loaded at any time. */
void wire_meet(const struct check_stack *stack);

/* Opens the file, and tells first of what lines refer to; false where that can't be. */
bool wire_open(struct text *text);
void wire_close(struct text *text);

/* "key":"value", "key":5, and ,"key":{...}; `verb` may be NULL. */
void wire_text(struct text *text, const char *key, const char *value);
void wire_number(struct text *text, const char *key, uint64_t value);
void wire_object(struct text *text, const char *key, const struct record_object *object, const char *verb);

/* The thread of a handle: its name, or its number where it has none; false where it isn't known. */
bool wire_thread_name(struct text *text, uint64_t handle);

/*
 * This process blocks for what other processes may have: its reader, who looks for circles across processes, is told once.
 * Without the lock.
 */
void wire_shares(void);

/* Whether the reader collects orders. */
bool wire_orders_wanted(void);

/* Says that this process is checked. */
void wire_begins(void);

/* An order that a thread showed, where the reader collects orders. */
void wire_edge(const struct record *record, uint32_t index);

#endif
