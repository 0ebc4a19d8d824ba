/* SPDX-License-Identifier: MIT */
/* The bits: 64 words to a leaf of 32 KiB of memory, 8192 leaves to a branch. */
#include "core/objects.h"

#include <stdbool.h>
#include <stddef.h>

#include "core/memory.h"

/* An address: 19 bits choose the branch, 13 the leaf in it, 6 a word in that, 6 a bit; 3 lie within eight bytes. */
enum {
    UNIT_SHIFT = 3,
    WORD_SHIFT = 9,
    LEAF_SHIFT = 15,
    BRANCH_SHIFT = 28,
    ADDRESS_BITS = 47,
    LEAF_WORDS = 1 << (LEAF_SHIFT - WORD_SHIFT),
    BRANCH_LEAVES = 1 << (BRANCH_SHIFT - LEAF_SHIFT),
    BRANCHES = 1 << (ADDRESS_BITS - BRANCH_SHIFT),
};

struct leaf {
    _Atomic uint64_t words[LEAF_WORDS];
};

struct branch {
    _Atomic(struct leaf *) leaves[BRANCH_LEAVES];
};

static _Atomic(struct branch *) branches[BRANCHES];
_Atomic uint64_t objects_recent[OBJECTS_RECENT];
_Atomic uint16_t objects_lives[OBJECTS_LIVES];
_Atomic int64_t objects_count;

/* What the slot points to; made where it is empty. A race is lost to whoever was first. */
static void *fill(_Atomic(void *) *slot, size_t size)
{
    void *there = atomic_load_explicit(slot, memory_order_acquire), *fresh;

    if (there || !(fresh = memory_keep(size)))
        return there;
    return atomic_compare_exchange_strong_explicit(slot, &there, fresh, memory_order_acq_rel, memory_order_acquire) ? fresh : there;
}

static _Atomic uint64_t *word_of(uint64_t address, bool make)
{
    struct branch *branch;
    struct leaf *leaf;

    if (address >> ADDRESS_BITS)
        return NULL;
    _Atomic(struct branch *) *branch_slot = &branches[address >> BRANCH_SHIFT];
    branch = make ? fill((_Atomic(void *) *)branch_slot, sizeof(*branch)) : atomic_load_explicit(branch_slot, memory_order_acquire);
    if (!branch)
        return NULL;
    _Atomic(struct leaf *) *leaf_slot = &branch->leaves[(address >> LEAF_SHIFT) % BRANCH_LEAVES];
    leaf = make ? fill((_Atomic(void *) *)leaf_slot, sizeof(*leaf)) : atomic_load_explicit(leaf_slot, memory_order_acquire);
    return leaf ? &leaf->words[(address >> WORD_SHIFT) % LEAF_WORDS] : NULL;
}

static uint64_t bit_of(uint64_t address)
{
    return (uint64_t)1 << (address >> UNIT_SHIFT) % 64;
}

void objects_note_new(uint64_t address)
{
    _Atomic uint64_t *word = word_of(address, true);

    if (!word)
        return;
    if (!(atomic_load_explicit(word, memory_order_relaxed) & bit_of(address)) &&
        !(atomic_fetch_or_explicit(word, bit_of(address), memory_order_relaxed) & bit_of(address)))
        atomic_fetch_add_explicit(&objects_count, 1, memory_order_relaxed);
    atomic_store_explicit(objects_recent_slot(address), address, memory_order_relaxed);
}

/* Takes bits out of a word; those that were there. */
static uint64_t clear(_Atomic uint64_t *word, uint64_t bits)
{
    if (!(atomic_load_explicit(word, memory_order_relaxed) & bits))
        return 0;
    bits &= atomic_fetch_and_explicit(word, ~bits, memory_order_relaxed);
    atomic_fetch_sub_explicit(&objects_count, __builtin_popcountll(bits), memory_order_relaxed);
    return bits;
}

static void forget_recent(uint64_t address)
{
    uint64_t expected = address;

    atomic_compare_exchange_strong_explicit(objects_recent_slot(address), &expected, 0, memory_order_relaxed, memory_order_relaxed);
}

void objects_forget(uint64_t address)
{
    _Atomic uint64_t *word = word_of(address, false);

    if (word)
        clear(word, bit_of(address));
    forget_recent(address);
}

/* The bits of one word that lie in the range. */
static uint64_t mask_of(uint64_t word_begin, uint64_t begin, uint64_t end)
{
    uint64_t mask = ~(uint64_t)0;

    if (begin > word_begin)
        mask &= ~(uint64_t)0 << ((begin - word_begin) >> UNIT_SHIFT);
    if (end - word_begin <= ((uint64_t)1 << WORD_SHIFT) - ((uint64_t)1 << UNIT_SHIFT))
        mask &= ((uint64_t)1 << ((end - word_begin + 7) >> UNIT_SHIFT)) - 1;
    return mask;
}

/* Where to go on after an address for which there is no leaf, or no branch. */
static uint64_t skip(uint64_t address)
{
    unsigned shift = atomic_load_explicit(&branches[address >> BRANCH_SHIFT], memory_order_relaxed) ? LEAF_SHIFT : BRANCH_SHIFT;

    return ((address >> shift) + 1) << shift;
}

void objects_forget_range(uint64_t begin, uint64_t end, void (*ended)(uint64_t, const void *), const void *context)
{
    if (end > (uint64_t)1 << ADDRESS_BITS)
        end = (uint64_t)1 << ADDRESS_BITS;
    for (uint64_t at = begin >> WORD_SHIFT << WORD_SHIFT; at < end;) {
        _Atomic uint64_t *word = word_of(at, false);

        if (!word) {
            at = skip(at);
            continue;
        }
        for (uint64_t bits = clear(word, mask_of(at, begin, end)); bits; bits &= bits - 1) {
            uint64_t address = at + ((uint64_t)__builtin_ctzll(bits) << UNIT_SHIFT);

            forget_recent(address);
            ended(address, context);
        }
        at += (uint64_t)1 << WORD_SHIFT;
    }
}
