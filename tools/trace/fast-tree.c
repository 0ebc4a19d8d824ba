/* SPDX-License-Identifier: MIT */
/* Trees of matches made and looked into. */
#include "config.h"
#include "trace/fast-tree.h"

#include <stdlib.h>
#include "base/memory.h"

void tree_make(struct tree *tree, size_t count)
{
    *tree = (struct tree){.leaves = 1};
    for (; tree->leaves < count; tree->leaves *= 2)
        tree->bits++;
    tree->far = (UINT64_MAX << tree->bits) - tree->leaves;
    tree->winners = memory_new(2 * tree->leaves, sizeof *tree->winners);
    tree_rebase(tree, 0);
    tree_play(tree);
}

void tree_free(struct tree *tree)
{
    free(tree->winners);
    *tree = (struct tree){0};
}

void tree_rebase(struct tree *tree, int64_t base_ns)
{
    tree->base_ns = base_ns;
    for (size_t i = 0; i < tree->leaves; i++)
        tree->winners[tree->leaves + i] = tree_ended(tree, i);
}

void tree_play(struct tree *tree)
{
    for (size_t at = tree->leaves - 1; at > 0; at--) {
        const uint64_t one = tree->winners[2 * at], other = tree->winners[2 * at + 1];
        tree->winners[at] = other < one ? other : one;
    }
}

int64_t tree_time(const struct tree *tree, uint64_t key)
{
    const uint64_t since = key >> tree->bits, room = (uint64_t)INT64_MAX - (uint64_t)tree->base_ns;
    return tree_is_ended(tree, key) || since > room ? INT64_MAX : (int64_t)((uint64_t)tree->base_ns + since);
}

void tree_next_two(const struct tree *tree, uint64_t *second, uint64_t *third)
{
    const uint64_t *const winners = tree->winners;
    size_t met = 1;
    *second = *third = UINT64_MAX;
    for (size_t at = tree_leaf(tree, tree_first(tree)) + tree->leaves; at > 1; at /= 2)
        if (winners[at ^ 1] < *second) {
            *third = *second;
            *second = winners[at ^ 1];
            met = at ^ 1;
        } else if (winners[at ^ 1] < *third) {
            *third = winners[at ^ 1];
        }
    if (met == 1)
        return;
    /* Or one that the second has beaten before they met. */
    for (size_t at = tree_leaf(tree, *second) + tree->leaves; at != met; at /= 2)
        if (winners[at ^ 1] < *third)
            *third = winners[at ^ 1];
}
