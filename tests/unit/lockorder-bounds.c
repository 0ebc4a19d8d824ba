/* SPDX-License-Identifier: MIT */
/* Lock orders at length: many locks, what is kept of them, searches that are given up; and against an oracle that tries all. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"
#include "verdict.h"

#define START "main process; main begin; main start T1; main start T2; main start T3;"
#define UNDER(outer, inner, thread) \
    thread " lock " outer ";" thread " lock " inner ";" thread " unlock " inner ";" thread " unlock " outer ";"

/* --- many --- */

START_TEST(a_circle_of_a_thousand)
{
    struct verdict_run *run = verdict_new();
    char play[200];
    script_play(run->script, "main process; main begin");
    for (int i = 0; i < 1000; i++) {
        snprintf(play, sizeof play, "t%d lock L%d; t%d lock L%d; t%d unlock L%d; t%d unlock L%d", i, i, i, (i + 1) % 1000, i,
                 (i + 1) % 1000, i, i);
        script_play(run->script, play);
    }
    verdict_find(run, NULL);
    ck_assert_uint_eq(run->findings.count, 1);
    ck_assert_int_eq(run->findings.at[0].certainty, CERTAINTY_feasible);
    ck_assert_uint_eq(run->findings.at[0].step_count, 1000);
    verdict_free(run);
}
END_TEST

/* Eighty thousand orders: each lock under all that were taken before it. */
START_TEST(hundreds_of_locks_held_at_once)
{
    struct verdict_run *run = verdict_new();
    char play[64];
    script_play(run->script, START);
    for (int i = 0; i < 400; i++) {
        snprintf(play, sizeof play, "T1 lock L%d", i);
        script_play(run->script, play);
    }
    for (int i = 400; i-- > 0;) {
        snprintf(play, sizeof play, "T1 unlock L%d", i);
        script_play(run->script, play);
    }
    script_play(run->script, UNDER("L399", "L0", "T2"));
    verdict_find(run, NULL);
    ck_assert_uint_eq(run->findings.count, 1);
    ck_assert_int_eq(run->findings.at[0].certainty, CERTAINTY_feasible);
    verdict_free(run);
}
END_TEST

/* --- memory --- */

static void count_born(void *self, int64_t now, struct object *object)
{
    (void)now, (void)object;
    ++*(int *)self;
}

static void count_freed(void *self, int64_t now, struct object *object)
{
    (void)now, (void)object;
    --*(int *)self;
}

/* Plays `each` many times; how many objects are alive then, and *run to look at what is found. */
static int alive_after(const char *each, int times, struct verdict_run **run)
{
    static const struct model_ops ops = {.object_born = count_born, .object_freed = count_freed};
    int alive = 0;
    *run = verdict_new();
    int slot = model_subscribe((*run)->model, &ops, &alive);
    script_play((*run)->script, START);
    for (int i = 0; i < times; i++)
        script_play((*run)->script, each);
    model_unsubscribe((*run)->model, slot);
    verdict_find(*run, NULL);
    return alive;
}

START_TEST(memory_is_given_back_for_locks_that_lie_on_no_cycle)
{
    struct verdict_run *run;
    int alive = alive_after("T1 init B; T1 init D;" UNDER("A", "B", "T1") UNDER("B", "D", "T1") "T1 destroy B; T1 destroy D",
                            5000, &run);
    ck_assert_int_eq(alive, 1);
    verdict_free(run);
}
END_TEST

START_TEST(nor_is_a_lock_kept_that_only_one_thread_passes)
{
    struct verdict_run *run;
    int alive = alive_after("T1 init D; T1 lock A; T1 lock D; T1 lock B; T1 unlock B; T1 unlock D; T1 unlock A; T1 destroy D",
                            5000, &run);
    ck_assert_int_le(alive, 2 + 8); /* some of them as part of what was held around B */
    ck_assert_uint_eq(run->findings.note_count, 0);
    verdict_free(run);
}
END_TEST

START_TEST(of_locks_that_could_be_on_one_enough_are_kept_and_the_rest_is_told_of)
{
    struct verdict_run *run;
    int alive = alive_after("T1 init D @1;" UNDER("A", "D", "T1") UNDER("D", "B", "T2") "T1 destroy D", 1000, &run);
    ck_assert_int_eq(alive, 2 + 256);
    ck_assert_uint_eq(run->findings.note_count, 1);
    ck_assert_ptr_nonnull(strstr(run->findings.notes[0], "744 locks that had been destroyed"));
    verdict_free(run);
}
END_TEST

/* --- bounds --- */

START_TEST(a_search_that_is_given_up_is_told_of)
{
    /* Layers of locks, each taken under each of the layer before by other threads; the only way back is by the thread that
       made all steps into the last layer, so every one of the many ways fails at its end. */
    enum { LAYERS = 12, WIDTH = 4 };
    struct verdict_run *run = verdict_new();
    char play[200];
    int thread = 0;
    script_play(run->script, "main process; main begin");
    for (int layer = 0; layer < LAYERS; layer++)
        for (int i = 0; i < (layer ? WIDTH : 1); i++)
            for (int j = 0; j < (layer == LAYERS - 1 ? 1 : WIDTH); j++) {
                int t = layer == LAYERS - 1 ? 0 : ++thread;
                snprintf(play, sizeof play, "t%d lock L%d_%d; t%d lock L%d_%d; t%d unlock L%d_%d; t%d unlock L%d_%d", t, layer,
                         i, t, layer + 1, j, t, layer + 1, j, t, layer, i);
                script_play(run->script, play);
            }
    snprintf(play, sizeof play, "t0 lock L%d_0; t0 lock L0_0; t0 unlock L0_0; t0 unlock L%d_0", LAYERS, LAYERS);
    script_play(run->script, play);
    verdict_find(run, NULL);
    ck_assert_uint_eq(run->findings.note_count, 1);
    ck_assert_ptr_nonnull(strstr(run->findings.notes[0], "Not all cycles"));
    for (size_t i = 0; i < run->findings.count; i++)
        ck_assert_int_eq(run->findings.at[i].certainty, CERTAINTY_infeasible);
    verdict_free(run);
}
END_TEST

/* --- against an oracle --- */

enum { THREADS = 4, LOCKS = 4, NESTS = 7 };

/* A thread that takes up to three locks, one under the other. */
struct nest {
    int thread, count, lock[3];
};

/* Acquires of a nest, but its first: wanted lock number k while those before are held. */
static bool closes(const struct nest *nests, const int *chosen, const int *wanted, int count)
{
    for (int i = 0; i < count; i++) {
        const struct nest *here = &nests[chosen[i]], *there = &nests[chosen[(i + 1) % count]];
        bool held = false;
        for (int k = 0; k < wanted[(i + 1) % count]; k++)
            held |= there->lock[k] == here->lock[wanted[i]];
        if (!held)
            return false;
        for (int j = 0; j < i; j++) {
            if (nests[chosen[j]].thread == here->thread)
                return false;
            for (int k = 0; k < wanted[i]; k++)
                for (int l = 0; l < wanted[j]; l++)
                    if (nests[chosen[j]].lock[l] == here->lock[k])
                        return false;
        }
    }
    return true;
}

/* Whether any acquires of different threads, holding nothing in common, want each what the next one holds. */
static bool oracle(const struct nest *nests, int *chosen, int *wanted, int count)
{
    if (count >= 2 && closes(nests, chosen, wanted, count))
        return true;
    if (count == THREADS)
        return false;
    for (chosen[count] = 0; chosen[count] < NESTS; chosen[count]++)
        for (wanted[count] = 1; wanted[count] < nests[chosen[count]].count; wanted[count]++)
            if (oracle(nests, chosen, wanted, count + 1))
                return true;
    return false;
}

static void make_nest(struct nest *nest, struct script *script)
{
    char play[64];
    nest->thread = rand() % THREADS;
    nest->count = 0;
    for (int want = 1 + rand() % 3; nest->count < want;) {
        int lock = rand() % LOCKS, k = 0;
        while (k < nest->count && nest->lock[k] != lock)
            k++;
        if (k == nest->count)
            nest->lock[nest->count++] = lock;
    }
    for (int k = 0; k < nest->count; k++) {
        snprintf(play, sizeof play, "t%d lock L%d", nest->thread, nest->lock[k]);
        script_play(script, play);
    }
    for (int k = nest->count; k-- > 0;) {
        snprintf(play, sizeof play, "t%d unlock L%d", nest->thread, nest->lock[k]);
        script_play(script, play);
    }
}

START_TEST(agrees_with_trying_all_combinations)
{
    int possible = 0;
    for (unsigned seed = 0; seed < 3000; seed++) {
        struct verdict_run *run = verdict_new();
        struct nest nests[NESTS];
        int chosen[THREADS], wanted[THREADS];
        bool found = false;
        srand(seed);
        for (int i = 0; i < NESTS; i++)
            make_nest(&nests[i], run->script);
        verdict_find(run, NULL);
        for (size_t i = 0; i < run->findings.count; i++)
            found |= run->findings.at[i].certainty != CERTAINTY_infeasible;
        bool expected = oracle(nests, chosen, wanted, 0);
        ck_assert_msg(found == expected, "seed %u: %s where the oracle says %s", seed, found ? "possible" : "nothing",
                      expected ? "possible" : "nothing");
        possible += expected;
        verdict_free(run);
    }
    ck_assert_int_gt(possible, 500);
    ck_assert_int_lt(possible, 2500);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("lockorder-bounds");
    TCase *bounds = tcase_create("bounds");
    tcase_add_test(bounds, a_circle_of_a_thousand);
    tcase_add_test(bounds, hundreds_of_locks_held_at_once);
    tcase_add_test(bounds, memory_is_given_back_for_locks_that_lie_on_no_cycle);
    tcase_add_test(bounds, nor_is_a_lock_kept_that_only_one_thread_passes);
    tcase_add_test(bounds, of_locks_that_could_be_on_one_enough_are_kept_and_the_rest_is_told_of);
    tcase_add_test(bounds, a_search_that_is_given_up_is_told_of);
    tcase_add_test(bounds, agrees_with_trying_all_combinations);
    suite_add_tcase(suite, bounds);
    return suite;
}
