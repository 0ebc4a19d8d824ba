/* SPDX-License-Identifier: MIT */
/* The set of call stacks. */
#include "config.h"
#include "model/stacks.h"

#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "model/model.h"

struct kept {
    struct kept *next; /* another stack with the same hash */
    struct stack stack;
};

static uint64_t hash(const struct thrum_addrs *addrs)
{
    uint64_t sum = addrs->count + 1;
    for (uint32_t i = 0; i < addrs->count; i++)
        sum = (sum ^ addrs->at[i]) * 0x100000001b3u + (sum >> 29);
    return sum;
}

const struct stack *stacks_keep(struct stacks *stacks, const struct thrum_addrs *addrs)
{
    uint64_t key = hash(addrs);
    size_t bytes = addrs->count * sizeof addrs->at[0];
    struct kept *first = map_get(&stacks->by_hash, key);
    for (struct kept *kept = first; kept; kept = kept->next)
        if (kept->stack.count == addrs->count && (!bytes || !memcmp(kept->stack.at, addrs->at, bytes)))
            return &kept->stack;
    struct kept *kept = memory_new(1, sizeof *kept + bytes);
    kept->next = first;
    kept->stack.count = addrs->count;
    if (bytes)
        memcpy(kept->stack.at, addrs->at, bytes);
    map_put(&stacks->by_hash, key, kept);
    return &kept->stack;
}

void stacks_free(struct stacks *stacks)
{
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(&stacks->by_hash, &place));)
        for (struct kept *kept = entry->value, *next; kept; kept = next) {
            next = kept->next;
            free(kept);
        }
    map_free(&stacks->by_hash);
}
