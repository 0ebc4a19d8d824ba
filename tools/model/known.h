/* SPDX-License-Identifier: MIT */
/* Objects of well-known runtimes: what their users call them, and which of them are the runtime's own affair. */
#ifndef THRUM_TRACE_KNOWN_H
#define THRUM_TRACE_KNOWN_H

#include <stdbool.h>
#include "symbols/symbols.h"

struct known {
    const char *word; /* "Python lock" */
    bool inner;       /* the runtime's own: its users neither made it nor can mend it */
};

/* What an object is by the static variable that it lies in, or by its place of birth; both may be NULL. NULL: not known. */
const struct known *known_object(const struct symbol_variable *, const struct symbol_place *birth);

#endif
