/* SPDX-License-Identifier: MIT */
/*
 * A tree of matches between sources: which of many comes first, played anew with a comparison for each level when one has
 * moved on. A key is one word, so that a match is the lesser of two numbers and not a branch: a processor couldn't foresee
 * who wins.
 */
#ifndef THRUM_TRACE_FAST_TREE_H
#define THRUM_TRACE_FAST_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tree {
    uint64_t *winners; /* keys: of the matches, the last one's at 1; behind them the leaves */
    size_t leaves;     /* a power of two */
    unsigned bits;     /* of a key that hold its leaf, the lower ones: the lower leaf comes first at equal times */
    int64_t base_ns;   /* the others hold the time from here on */
    uint64_t far;      /* a key from here on is late, but how late isn't told; or its leaf has ended */
};

/* The key of a leaf whose next event is at that time. */
static inline uint64_t tree_key(const struct tree *tree, size_t leaf, int64_t time_ns)
{
    const uint64_t most = tree->far >> tree->bits, since = (uint64_t)time_ns - (uint64_t)tree->base_ns;
    const uint64_t time = time_ns < tree->base_ns ? 0 : since;
    return (time < most ? time : most) << tree->bits | leaf;
}

/* The key of a leaf that has ended. */
static inline uint64_t tree_ended(const struct tree *tree, size_t leaf)
{
    return UINT64_MAX << tree->bits | leaf;
}

static inline size_t tree_leaf(const struct tree *tree, uint64_t key)
{
    return key & (tree->leaves - 1);
}

/* Whether all leaves have ended, of the first one's key. */
static inline bool tree_is_ended(const struct tree *tree, uint64_t key)
{
    return key >= UINT64_MAX << tree->bits;
}

/* A time that isn't after that of the key; the latest there is where its leaf has ended. */
int64_t tree_time(const struct tree *tree, uint64_t key);

/* Makes it for so many leaves, one at least; all have ended. */
void tree_make(struct tree *tree, size_t count);

/* Counts from another time on: all leaves are to be given their keys, in tree->winners, and tree_play() is to follow. */
void tree_rebase(struct tree *tree, int64_t base_ns);
void tree_play(struct tree *tree);
void tree_free(struct tree *tree);

static inline uint64_t tree_first(const struct tree *tree)
{
    return tree->winners[1];
}

/* The winner of the match at a place against its neighbour goes up. */
static inline void tree_match(const struct tree *tree, size_t *at, uint64_t *key)
{
    const uint64_t other = tree->winners[*at ^ 1];
    *key = other < *key ? other : *key;
    *at /= 2;
    tree->winners[*at] = *key;
}

/* A leaf has moved on: its new key. Who is first now. */
static inline uint64_t tree_move(const struct tree *tree, uint64_t key)
{
    size_t at = tree_leaf(tree, key) + tree->leaves;
    tree->winners[at] = key;
    unsigned level = tree->bits;
    for (; level > 3; level--)
        tree_match(tree, &at, &key);
    if (level > 2) /* written out: no branches are left where the number of leaves is known */
        tree_match(tree, &at, &key);
    if (level > 1)
        tree_match(tree, &at, &key);
    if (level > 0)
        tree_match(tree, &at, &key);
    return key;
}

/* The earliest but for the first, and the earliest but for both; ended ones where there are none. */
void tree_next_two(const struct tree *tree, uint64_t *second, uint64_t *third);

#endif
