/* SPDX-License-Identifier: MIT */
/* Trees of matches made and looked into. */
#include "config.h"
#include "trace/fast-tree.h"

#include <stdlib.h>
#include "base/memory.h"

static bool before(struct tree_key one, struct tree_key other)
{
    return one.time_ns != other.time_ns ? one.time_ns < other.time_ns : one.leaf < other.leaf;
}

void tree_make(struct tree *tree, const int64_t *times_ns, size_t count)
{
    size_t leaves = 1;
    while (leaves < count)
        leaves *= 2;
    *tree = (struct tree){memory_new(2 * leaves, sizeof *tree->winners), leaves};
    for (size_t i = 0; i < leaves; i++)
        tree->winners[leaves + i] = (struct tree_key){i < count ? tree_time(times_ns[i]) : TREE_ENDED, i};
    for (size_t at = leaves - 1; at > 0; at--) {
        const struct tree_key one = tree->winners[2 * at], other = tree->winners[2 * at + 1];
        tree->winners[at] = before(other, one) ? other : one;
    }
}

void tree_free(struct tree *tree)
{
    free(tree->winners);
    *tree = (struct tree){0};
}

void tree_next_two(const struct tree *tree, struct tree_key *second, struct tree_key *third)
{
    const struct tree_key nobody = {TREE_ENDED, SIZE_MAX}, *const winners = tree->winners;
    size_t met = 0;
    *second = *third = nobody;
    for (size_t at = tree_first(tree).leaf + tree->leaves; at > 1; at /= 2)
        if (before(winners[at ^ 1], *second)) {
            *third = *second;
            *second = winners[at ^ 1];
            met = at ^ 1;
        } else if (before(winners[at ^ 1], *third)) {
            *third = winners[at ^ 1];
        }
    if (second->leaf == SIZE_MAX)
        return;
    /* Or one that the second has beaten before they met. */
    for (size_t at = second->leaf + tree->leaves; at != met; at /= 2)
        if (before(winners[at ^ 1], *third))
            *third = winners[at ^ 1];
}
