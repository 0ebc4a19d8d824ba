/* SPDX-License-Identifier: MIT */
/*
 * A tree of matches between sources: which of many comes first, played anew with a comparison for each level when one has
 * moved on. No comparison is a branch: a processor couldn't foresee who wins.
 */
#ifndef THRUM_TRACE_FAST_TREE_H
#define THRUM_TRACE_FAST_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When a leaf's next event is, by tree_time(); at equal times the lower leaf comes first. */
struct tree_key {
    int64_t time_ns;
    size_t leaf;
};
#define TREE_ENDED (INT64_C(1) << 62) /* nothing comes any more */

struct tree {
    struct tree_key *winners; /* of the matches, the last one's at 1; behind them the leaves */
    size_t leaves;            /* a power of two: a match's first side holds the lower leaves */
};

/* A time that is less than TREE_ENDED, and such that the difference of two is none too large; the year 2116 is out of reach. */
static inline int64_t tree_time(int64_t time_ns)
{
    const int64_t most = time_ns > TREE_ENDED - 1 ? TREE_ENDED - 1 : time_ns;
    return most < -TREE_ENDED ? -TREE_ENDED : most;
}

/* Makes it of so many times, one at least, the leaves in their order. */
void tree_make(struct tree *tree, const int64_t *times_ns, size_t count);
void tree_free(struct tree *tree);

static inline struct tree_key tree_first(const struct tree *tree)
{
    return tree->winners[1];
}

/* A leaf has moved on: its new key. Who is first now. */
static inline struct tree_key tree_move(struct tree *tree, struct tree_key key)
{
    struct tree_key *const winners = tree->winners;
    size_t at = key.leaf + tree->leaves;
    winners[at] = key;
    while (at > 1) {
        const struct tree_key other = winners[at ^ 1];
        /* All bits where the other one comes first: also at equal times, where it is on the first side. */
        const int64_t loses = (other.time_ns - (int64_t)(at & 1) - key.time_ns) >> 63;
        key.time_ns ^= (key.time_ns ^ other.time_ns) & loses;
        key.leaf ^= (key.leaf ^ other.leaf) & (size_t)loses;
        at /= 2;
        winners[at] = key;
    }
    return key;
}

/* The earliest but for the first, and the earliest but for both; ended ones where there are none. */
void tree_next_two(const struct tree *tree, struct tree_key *second, struct tree_key *third);

#endif
