/* SPDX-License-Identifier: MIT */
/*
 * How an event's fields are written, made from the table. For each event and each width of addresses:
 *
 *   size_t size_acquire(record, width)                the most bytes that its fields take
 *   uint8_t *pack_acquire(at, record, width)          writes them; where they end. Up to 8 bytes behind may be written too
 *   uint64_t addresses_acquire(record)                all its addresses, or-ed: whether they fit in the narrow width
 *
 * Fields of words that stand side by side share bytes; every other field begins at a whole byte.
 */
#ifndef THRUM_TRACEPOINTS_RECORDER_PACK_H
#define THRUM_TRACEPOINTS_RECORDER_PACK_H

#include <stdbool.h>
#include <string.h>

#include "recorder-layout.h"
#include "records.h"

/* Longer strings and deeper stacks than these are cut: an event must fit in a packet. */
enum { PACK_STRING = 8192, PACK_ADDRS = 1024 };

#define INLINE static inline __attribute__((always_inline, unused))

/* Where the next field goes, and words that haven't been written yet. */
struct pack {
    uint8_t *at;
    uint64_t words;
    unsigned bits;
};

INLINE void pack_bytes(struct pack *pack, uint64_t value, unsigned size)
{
    if (pack->bits > 0) {
        memcpy(pack->at, &pack->words, 8);
        pack->at += (pack->bits + 7) / 8;
        pack->words = 0;
        pack->bits = 0;
    }
    memcpy(pack->at, &value, 8);
    pack->at += size;
}

INLINE void pack_word(struct pack *pack, uint64_t word, unsigned bits)
{
    pack->words |= (word & (((uint64_t)1 << bits) - 1)) << pack->bits;
    pack->bits += bits;
}

INLINE size_t pack_string_length(const char *string)
{
    return strnlen(string, PACK_STRING - 1);
}

INLINE void pack_string(struct pack *pack, const char *string)
{
    size_t length = pack_string_length(string);

    pack_bytes(pack, 0, 0);
    memcpy(pack->at, string, length);
    pack->at[length] = 0;
    pack->at += length + 1;
}

INLINE uint32_t pack_addrs_count(struct thrum_addrs addrs)
{
    return addrs.count < PACK_ADDRS ? addrs.count : PACK_ADDRS;
}

INLINE void pack_addrs(struct pack *pack, struct thrum_addrs addrs, unsigned width)
{
    uint32_t count = pack_addrs_count(addrs);

    pack_bytes(pack, count, LAYOUT_LENGTH);
    for (uint32_t i = 0; i < count; i++)
        pack_bytes(pack, addrs.at[i], width);
}

INLINE uint64_t pack_or(struct thrum_addrs addrs)
{
    uint64_t all = 0;

    for (uint32_t i = 0; i < addrs.count; i++)
        all |= addrs.at[i];
    return all;
}

/* --- size --- */
#define THRUM_ADDR(name, meaning) +width
#define THRUM_U32(name, meaning) +4
#define THRUM_U64(name, meaning) +8
#define THRUM_I32(name, meaning) +4
#define THRUM_I64(name, meaning) +8
#define THRUM_WORD(name, words, meaning) +1
#define THRUM_STRING(name, meaning) +pack_string_length(record->name) + 1
#define THRUM_ADDRS(name, meaning) +LAYOUT_LENGTH + pack_addrs_count(record->name) * (size_t)width
#define THRUM_EVENT(name, meaning, fields)                                                  \
    INLINE size_t size_##name(const struct thrum_event_##name *record, unsigned width)      \
    {                                                                                       \
        (void)record;                                                                       \
        (void)width;                                                                        \
        return 0 fields;                                                                    \
    }
#include "events.h"
#include "events-end.h"

/* --- addresses --- */
#define THRUM_ADDR(name, meaning) | record->name
#define THRUM_U32(name, meaning)
#define THRUM_U64(name, meaning)
#define THRUM_I32(name, meaning)
#define THRUM_I64(name, meaning)
#define THRUM_WORD(name, words, meaning)
#define THRUM_STRING(name, meaning)
#define THRUM_ADDRS(name, meaning) | pack_or(record->name)
#define THRUM_EVENT(name, meaning, fields)                                      \
    INLINE uint64_t addresses_##name(const struct thrum_event_##name *record)   \
    {                                                                           \
        (void)record;                                                           \
        return 0 fields;                                                        \
    }
#include "events.h"
#include "events-end.h"

/* --- pack --- */
#define THRUM_ADDR(name, meaning) pack_bytes(&pack, record->name, width);
#define THRUM_U32(name, meaning) pack_bytes(&pack, record->name, 4);
#define THRUM_U64(name, meaning) pack_bytes(&pack, record->name, 8);
#define THRUM_I32(name, meaning) pack_bytes(&pack, (uint32_t)record->name, 4);
#define THRUM_I64(name, meaning) pack_bytes(&pack, (uint64_t)record->name, 8);
#define THRUM_WORD(name, words, meaning) pack_word(&pack, record->name, BITS_##words);
#define THRUM_STRING(name, meaning) pack_string(&pack, record->name);
#define THRUM_ADDRS(name, meaning) pack_addrs(&pack, record->name, width);
#define THRUM_EVENT(name, meaning, fields)                                                                 \
    INLINE uint8_t *pack_##name(uint8_t *at, const struct thrum_event_##name *record, unsigned width)      \
    {                                                                                                      \
        struct pack pack = {at, 0, 0};                                                                     \
        (void)width;                                                                                       \
        fields pack_bytes(&pack, 0, 0);                                                                    \
        return pack.at;                                                                                    \
    }
#include "events.h"
#include "events-end.h"

#undef INLINE
#endif
