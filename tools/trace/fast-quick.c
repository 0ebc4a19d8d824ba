/* SPDX-License-Identifier: MIT */
/* Finds out which events are an address, words, an address: their moves become three. */
#include "config.h"
#include "trace/fast-layout.h"

#include <stddef.h>

enum { WORDS_MOST = 3 };

/* Process and thread, as two numbers side by side of 32 bits each. */
static bool are_ids(const struct layout_move *two)
{
    return two[0].to == offsetof(struct trace_event, record.common.pid) && two[0].mask == UINT32_MAX &&
           two[1].to == offsetof(struct trace_event, record.common.tid) && two[1].mask == UINT32_MAX && two[0].shift == 0 &&
           two[1].shift == 0 && two[1].byte == two[0].byte + 4;
}

static bool is_address(const struct layout_move *move, uint16_t before)
{
    return move->size == 8 && move->shift == 0 && move->to >= before && move->to % 8 == 0;
}

/* Words that go to bytes side by side, all of them within the 8 bytes that the first one begins in. */
static bool are_words(const struct layout_move *words, unsigned count, struct layout_trio *trio)
{
    trio->bytes[1] = words[0].byte;
    trio->to[1] = words[0].to;
    for (unsigned i = 0; i < count; i++) {
        const struct layout_move *word = &words[i];
        unsigned place = word->to - words[0].to, from = (word->byte - words[0].byte) * 8 + word->shift;
        bool near = word->byte >= words[0].byte && word->byte - words[0].byte < 6 && place < 4 && word->size == 1;
        if (!near)
            return false;
        trio->turns[i] = (uint8_t)((from - place * 8) & 63);
        trio->word_masks[i] = (word->mask & 0xff) << place * 8;
    }
    return true;
}

void layout_find_trio(struct layout_event *event)
{
    const struct layout_move *moves = event->moves;
    unsigned count = event->move_count;
    struct layout_trio trio = {.fits = true};
    if (!event->quick_ids) {
        if (count < 2 || !are_ids(moves))
            return;
        event->ids_byte = moves[0].byte;
        moves += 2;
        count -= 2;
    }
    if (count < 3 || count > 2 + WORDS_MOST)
        return;
    const struct layout_move *first = &moves[0], *last = &moves[count - 1];
    if (!is_address(first, offsetof(struct trace_event, record) + sizeof(struct thrum_event_common)) ||
        !are_words(moves + 1, count - 2, &trio) || trio.to[1] < first->to + 8 || !is_address(last, (uint16_t)(trio.to[1] + 8)))
        return;
    trio.to[0] = first->to;
    trio.to[2] = last->to;
    trio.bytes[0] = first->byte;
    trio.bytes[2] = last->byte;
    trio.masks[0] = first->mask;
    trio.masks[1] = last->mask;
    event->trio = trio;
}
