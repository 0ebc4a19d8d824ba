/* SPDX-License-Identifier: MIT */
/* A table of stacks: some entries for each hash, of which the oldest goes. */
#include "core/stacks-known.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

/* Calls of one function from different places often have the same key. */
enum { SETS = 64, ENTRIES = 8 };
enum { HEAD_WORDS = offsetof(struct stack_known, frame) / 8, WORDS = sizeof(struct stack_known) / 8 };

/*
 * Who touches what: `version` is odd while somebody writes the words, which he does only if he made it odd. What a reader
 * copied counts if the version was even, and is the same after.
 */
struct entry {
    _Atomic uint64_t version;
    _Atomic uint64_t words[WORDS];
};
static struct set {
    _Atomic uint32_t oldest;
    struct entry entries[ENTRIES];
} sets[SETS];

static struct set *set_of(const struct stack_key *key)
{
    uint64_t hash = ((uint64_t)(uintptr_t)key->thread ^ key->frame ^ key->site << 16 ^ key->max << 40) * 0x9e3779b97f4a7c15u;

    return &sets[hash >> 58];
}
_Static_assert(SETS == 1 << (64 - 58), "a set for each hash");

static void load(uint64_t *to, struct entry *from, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        to[i] = atomic_load_explicit(&from->words[i], memory_order_relaxed);
}

static bool same_key(const struct stack_key *one, const struct stack_key *other)
{
    return one->thread == other->thread && one->frame == other->frame && one->site == other->site && one->max == other->max;
}

/* A whole copy of the entry, if it is of that key. */
static bool copy(struct stack_known *stack, struct entry *entry, const struct stack_key *key)
{
    uint64_t version = atomic_load_explicit(&entry->version, memory_order_acquire), *words = (uint64_t *)(void *)stack;

    load(words, entry, 0, HEAD_WORDS);
    if (version % 2 || !same_key(&stack->key, key) || stack->count > STACK_KNOWN_FRAMES)
        return false;
    load(words, entry, HEAD_WORDS, HEAD_WORDS + 2 * stack->count);
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&entry->version, memory_order_relaxed) == version;
}

static uint64_t word_at(uint64_t address)
{
    uint64_t word;

    memcpy(&word, (const void *)(uintptr_t)address, sizeof(word));
    return word;
}

/* Whether its return addresses are where they were. */
static bool is_current(const struct stack_known *stack)
{
    for (uint64_t i = 0; i < stack->count; i++)
        if (word_at(stack->key.frame + stack->frame[i].place) != stack->frame[i].address)
            return false;
    return stack->count > 0;
}

bool stack_known_find(struct stack_known *stack, const struct stack_key *key)
{
    struct set *set = set_of(key);

    for (unsigned i = 0; i < ENTRIES; i++)
        if (copy(stack, &set->entries[i], key) && is_current(stack))
            return true;
    return false;
}

void stack_known_keep(const struct stack_known *stack)
{
    struct set *set = set_of(&stack->key);
    struct entry *entry = &set->entries[atomic_fetch_add_explicit(&set->oldest, 1, memory_order_relaxed) % ENTRIES];
    uint64_t version = atomic_load_explicit(&entry->version, memory_order_relaxed);
    const uint64_t *words = (const uint64_t *)(const void *)stack;

    if (version % 2 || !atomic_compare_exchange_strong_explicit(&entry->version, &version, version + 1, memory_order_acquire,
                                                                memory_order_relaxed))
        return;
    atomic_thread_fence(memory_order_release); /* whoever reads a word from here on reads the odd version after it */
    for (size_t i = 0; i < HEAD_WORDS + 2 * stack->count; i++)
        atomic_store_explicit(&entry->words[i], words[i], memory_order_relaxed);
    atomic_store_explicit(&entry->version, version + 2, memory_order_release);
}

bool stack_known_add(struct stack_known *stack, uint64_t address, uint64_t place)
{
    if (stack->count == STACK_KNOWN_FRAMES || word_at(place) != address)
        return false;
    stack->frame[stack->count].address = address;
    stack->frame[stack->count++].place = place - stack->key.frame;
    return true;
}
