/* SPDX-License-Identifier: MIT */
/* Texts by number: each distinct text gets one, 0 for the empty text, 1, 2 ... in the order in which they came. */
#ifndef THRUM_RENDER_TEXTS_H
#define THRUM_RENDER_TEXTS_H

#include <stddef.h>
#include <stdint.h>
#include "base/map.h"

/* All zero is an empty collection. */
struct texts {
    char **at; /* by number; at[0] is "" once there is any */
    size_t count;
    size_t capacity;
    struct map numbers; /* hash of the text -> its number + 1 */
};

/* The number of a text; it is copied. */
uint32_t texts_number(struct texts *, const char *text);

void texts_free(struct texts *);

#endif
