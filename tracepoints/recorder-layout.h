/* SPDX-License-Identifier: MIT */
/* How wide the fields of events are in the recorder's traces; the metadata tells readers. */
#ifndef THRUM_TRACEPOINTS_RECORDER_LAYOUT_H
#define THRUM_TRACEPOINTS_RECORDER_LAYOUT_H

#include "enums.h"

/* BITS_kind ...: as few as the largest number of the enumeration needs. */
#define LAYOUT_LAST(enumeration, word, number) char last_##word[(number) + 1];
#define LAYOUT_BITS(name, list)                                           \
    union layout_##name { list(LAYOUT_LAST) };                            \
    enum { LAST_##name = sizeof(union layout_##name) - 1,                 \
           BITS_##name = LAST_##name > 0 ? 32 - __builtin_clz(LAST_##name | 1) : 1 };
THRUM_ENUMS(LAYOUT_BITS)
#undef LAYOUT_BITS
#undef LAYOUT_LAST

/* Bytes of an address, and of one in an event with an address that doesn't fit in there. */
enum { LAYOUT_ADDR = 6, LAYOUT_ADDR_WIDE = 8, LAYOUT_LENGTH = 2 };

#endif
