/* SPDX-License-Identifier: MIT */
/* The tree that merges streams: who is first, second and third, held against a look at all. */
#include "config.h"

#include <stdlib.h>
#include "suite.h"
#include "trace/fast-tree.h"

enum { LEAVES_MOST = 20, MOVES = 2000 };

static struct tree tree;
static int64_t times[LEAVES_MOST];
static bool ended[LEAVES_MOST];
static size_t leaf_count;

static void tear_down(void)
{
    tree_free(&tree);
}

/* The earliest leaf but for two; leaf_count: there is none. */
static size_t earliest(size_t but, size_t but_too)
{
    size_t best = leaf_count;
    for (size_t i = 0; i < leaf_count; i++)
        if (i != but && i != but_too && !ended[i] && (best == leaf_count || times[i] < times[best]))
            best = i;
    return best;
}

static void expect(uint64_t key, size_t leaf)
{
    if (leaf == leaf_count) {
        ck_assert(tree_is_ended(&tree, key));
        ck_assert_int_eq(tree_time(&tree, key), INT64_MAX);
        return;
    }
    ck_assert_uint_eq(tree_leaf(&tree, key), leaf);
    ck_assert_int_eq(tree_time(&tree, key), times[leaf]);
}

static void expect_order(void)
{
    const size_t first = earliest(leaf_count, leaf_count), second = earliest(first, leaf_count);
    uint64_t second_key, third_key;
    expect(tree_first(&tree), first);
    tree_next_two(&tree, &second_key, &third_key);
    expect(second_key, second);
    expect(third_key, earliest(first, second));
}

static void play(size_t count)
{
    leaf_count = count;
    tree_make(&tree, count);
    expect(tree_first(&tree), leaf_count);
    for (size_t i = 0; i < count; i++) {
        times[i] = random() % 10;
        ended[i] = false;
        tree.winners[tree.leaves + i] = tree_key(&tree, i, times[i]);
    }
    tree_play(&tree);
    for (unsigned i = 0; i < MOVES; i++) {
        expect_order();
        const size_t leaf = (size_t)random() % count; /* not the first one alone */
        times[leaf] += random() % 4;
        ended[leaf] = ended[leaf] || random() % 400 == 0;
        tree_move(&tree, ended[leaf] ? tree_ended(&tree, leaf) : tree_key(&tree, leaf, times[leaf]));
    }
    expect_order();
    tree_free(&tree);
}

START_TEST(leaves_come_in_the_order_of_time)
{
    for (size_t count = 1; count <= LEAVES_MOST; count++)
        play(count);
}
END_TEST

START_TEST(what_is_late_is_told_apart_only_after_a_new_base)
{
    const int64_t late_ns = INT64_C(1) << 61, later_ns = late_ns + 5;
    tree_make(&tree, 16);
    tree.winners[tree.leaves + 3] = tree_key(&tree, 3, later_ns);
    tree.winners[tree.leaves + 7] = tree_key(&tree, 7, late_ns);
    tree_play(&tree);
    ck_assert_uint_ge(tree_first(&tree), tree.far);
    ck_assert(!tree_is_ended(&tree, tree_first(&tree)));
    ck_assert_int_le(tree_time(&tree, tree_first(&tree)), late_ns);
    tree_rebase(&tree, late_ns);
    tree.winners[tree.leaves + 3] = tree_key(&tree, 3, later_ns);
    tree.winners[tree.leaves + 7] = tree_key(&tree, 7, late_ns);
    tree_play(&tree);
    ck_assert_uint_eq(tree_leaf(&tree, tree_first(&tree)), 7);
    ck_assert_uint_lt(tree_first(&tree), tree.far);
    tree_move(&tree, tree_ended(&tree, 7));
    ck_assert_uint_eq(tree_leaf(&tree, tree_first(&tree)), 3);
    ck_assert_int_eq(tree_time(&tree, tree_first(&tree)), later_ns);
}
END_TEST

START_TEST(times_at_the_ends_of_the_scale_do_not_wrap)
{
    tree_make(&tree, 2);
    tree_rebase(&tree, INT64_MAX - 10);
    tree.winners[tree.leaves] = tree_key(&tree, 0, INT64_MAX);
    tree.winners[tree.leaves + 1] = tree_key(&tree, 1, INT64_MIN);
    tree_play(&tree);
    ck_assert_uint_eq(tree_leaf(&tree, tree_first(&tree)), 1); /* before the base: as early as the base */
    ck_assert_int_eq(tree_time(&tree, tree_first(&tree)), INT64_MAX - 10);
    tree_rebase(&tree, INT64_MIN);
    tree.winners[tree.leaves] = tree_key(&tree, 0, INT64_MAX);
    tree_play(&tree);
    ck_assert_uint_eq(tree_leaf(&tree, tree_first(&tree)), 0);
    ck_assert_uint_ge(tree_first(&tree), tree.far);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("tree");
    TCase *tests = tcase_create("tree");

    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_add_test(tests, leaves_come_in_the_order_of_time);
    tcase_add_test(tests, what_is_late_is_told_apart_only_after_a_new_base);
    tcase_add_test(tests, times_at_the_ends_of_the_scale_do_not_wrap);
    suite_add_tcase(suite, tests);
    return suite;
}
