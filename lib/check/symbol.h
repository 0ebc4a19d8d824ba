/* SPDX-License-Identifier: MIT */
/* Addresses as text in the traced process: the nearest symbol, and the module. thrum check does it better, from outside. */
#ifndef THRUM_CHECK_SYMBOL_H
#define THRUM_CHECK_SYMBOL_H

#include <stdbool.h>

#include "check/text.h"

/* "function+0x1f (program)", "(libfoo.so+0x1234)", or the bare address. A return address is taken for the call before it. */
void symbol_code(struct text *text, uint64_t address);

/* A static variable's name, or nothing; whether there was one. */
bool symbol_data(struct text *text, uint64_t address);

/* Whether the address is in thrum's own first frame of a thread: what is beyond it nobody wrote. */
bool symbol_is_own(uint64_t address);

/* Whether the address is in a module: what is there is one thing for good. */
bool symbol_is_static(uint64_t address);

#endif
