/* SPDX-License-Identifier: MIT */
/* Waits and holds of hand-made event sequences, counted. Times are in statements of the script. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/contention.h"
#include "script.h"
#include "suite.h"

#define START "main process; main begin; main start T1; main start T2; main start T3;"

static struct model *model;
static struct contention *contention;
static struct script *script;

static void take(void *self, const struct trace_event *event)
{
    (void)self;
    model_feed(model, event);
}

static void set_up(void)
{
    model = model_new();
    contention = contention_new(model, NULL, false);
    script = script_new(take, NULL);
}

static void tear_down(void)
{
    contention_free(contention);
    model_free(model);
    script_free(script);
}

static void play(const char *text)
{
    script_play(script, text);
    model_finish(model);
    contention_finish(contention, 0);
}

static long long steps(int64_t ns)
{
    return (long long)(ns / SCRIPT_STEP_NS);
}

static const struct contention_row *row(enum contention_table table, const char *name)
{
    size_t count;
    struct contention_row *const *rows = contention_rows(contention, table, &count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(rows[i]->name, name))
            return rows[i];
    ck_abort_msg("no row for %s", name);
    return NULL;
}

/* "acquired 2 contended 1 wait 3 max 3 hold 4 max 4 waiters 1" */
static void expect_side(enum contention_table table, const char *name, enum contention_mode mode, const char *expected)
{
    const struct contention_row *it = row(table, name);
    const struct contention_side *side = &it->sides[mode];
    char text[200];
    snprintf(text, sizeof text, "acquired %d contended %d wait %lld max %lld hold %lld max %lld waiters %u", (int)side->acquired,
             (int)side->contended, steps(side->wait.total_ns), steps(side->wait.max_ns), steps(side->hold.total_ns),
             steps(side->hold.max_ns), it->waiters);
    ck_assert_str_eq(text, expected);
}

static void expect(enum contention_table table, const char *name, const char *expected)
{
    expect_side(table, name, CONTENTION_exclusive, expected);
}

static const char *name_of(const struct contention_row *it)
{
    return it ? it->name : "-";
}

/* Lines "A: waiter@site behind holder@site 3 of which 1". */
static void expect_pairs(const char *expected)
{
    char *text;
    size_t size, count;
    FILE *out = open_memstream(&text, &size);
    const struct contention_pair *pairs = contention_pairs(contention, &count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s: %s@%s behind %s@%s %lld of which %lld\n", name_of(pairs[i].object), name_of(pairs[i].waiter),
                name_of(pairs[i].waiter_site), name_of(pairs[i].holder), name_of(pairs[i].holder_site), steps(pairs[i].wait_ns),
                steps(pairs[i].behind_ns));
    fclose(out);
    ck_assert_str_eq(text, expected);
    free(text);
}

/* --- counting --- */

START_TEST(who_got_it_at_once_did_not_wait)
{
    play(START "main label A a; T1 lock A; T1 unlock A; T2 lock A; T2 unlock A");
    expect(CONTENTION_locks, "a", "acquired 2 contended 0 wait 0 max 0 hold 2 max 1 waiters 0");
    ck_assert_int_eq(contention_totals(contention)->wait_ns, 0);
}
END_TEST

START_TEST(a_wait_lasts_from_want_to_got)
{
    play(START "main label A a; T1 lock A; T2 want A; T3 want A; T1 unlock A; T2 got A; T2 unlock A; T3 got A; T3 unlock A");
    expect(CONTENTION_locks, "a", "acquired 3 contended 2 wait 7 max 4 hold 5 max 3 waiters 2");
    ck_assert_int_eq(steps(contention_totals(contention)->wait_ns), 7);
    ck_assert_uint_eq(contention_totals(contention)->contended, 2);
}
END_TEST

START_TEST(a_wait_in_vain_is_one_but_no_acquire)
{
    play(START "main label A a; T1 lock A; T2 want A timeout=1000; T2 got A ETIMEDOUT; T1 unlock A; T3 trylock A; T2 fail A EBUSY");
    expect(CONTENTION_locks, "a", "acquired 2 contended 1 wait 1 max 1 hold 3 max 3 waiters 1");
    ck_assert_uint_eq(row(CONTENTION_locks, "a")->failed, 1);
}
END_TEST

START_TEST(a_recursive_hold_is_one)
{
    play(START "main init A type=recursive; main label A a; T1 lock A; T1 lock A; T1 unlock A; T1 unlock A");
    expect(CONTENTION_locks, "a", "acquired 2 contended 0 wait 0 max 0 hold 3 max 3 waiters 0");
}
END_TEST

START_TEST(readers_and_writers_are_apart)
{
    play(START "main label R r; T1 rdlock R; T2 want R; T1 unlock R; T2 got R; T3 wantrd R; T2 unlock R; T3 gotrd R; T3 unlock R");
    expect_side(CONTENTION_locks, "r", CONTENTION_exclusive, "acquired 1 contended 1 wait 2 max 2 hold 2 max 2 waiters 1");
    expect_side(CONTENTION_locks, "r", CONTENTION_shared, "acquired 2 contended 1 wait 2 max 2 hold 3 max 2 waiters 1");
}
END_TEST

START_TEST(sites_have_their_own_numbers)
{
    play(START "T1 lock A @10; T2 want A @20; T1 unlock A; T2 got A @20; T2 unlock A; T2 lock B @10; T2 unlock B");
    expect(CONTENTION_sites, "0x40000a", "acquired 2 contended 0 wait 0 max 0 hold 3 max 2 waiters 0");
    expect(CONTENTION_sites, "0x400014", "acquired 1 contended 1 wait 2 max 2 hold 1 max 1 waiters 0");
    ck_assert_str_eq(row(CONTENTION_sites, "0x40000a")->kind, "several");
}
END_TEST

START_TEST(a_wait_that_goes_on_counts_to_the_end)
{
    play(START "main label A a; T1 lock A @1; T2 want A @2; T3 lock B; T3 unlock B");
    expect(CONTENTION_locks, "a", "acquired 1 contended 1 wait 2 max 2 hold 0 max 0 waiters 1");
    ck_assert_uint_eq(contention_totals(contention)->unended, 1);
    expect_pairs("a: thread 3@0x400002 behind thread 2@0x400001 2 of which 0\n");
}
END_TEST

START_TEST(what_is_waited_on_is_no_lock)
{
    play(START "main label C c; main label A a; T1 lock A; T1 wait C A; T2 signal C; T1 waited C A; T1 unlock A");
    expect(CONTENTION_waits, "c", "acquired 1 contended 1 wait 2 max 2 hold 0 max 0 waiters 1");
    expect(CONTENTION_locks, "a", "acquired 1 contended 0 wait 0 max 0 hold 2 max 1 waiters 0");
    ck_assert_int_eq(contention_totals(contention)->wait_ns, 0);
    ck_assert_int_eq(steps(contention_totals(contention)->other_wait_ns), 2);
}
END_TEST

/* --- threads --- */

START_TEST(a_thread_runs_waits_and_holds)
{
    play("main process; main begin; main start T1; T1 name one; main lock A; T1 lock B; T1 want A; main unlock A; T1 got A;"
         "T1 unlock A; T1 unlock B; T1 end");
    const struct contention_row *one = row(CONTENTION_threads, "one");
    ck_assert_int_eq(steps(one->waited_ns[REASON_lock]), 2);
    ck_assert_int_eq(steps(one->holding_ns), 5);
    ck_assert_int_eq(steps(one->life_ns), 9);
    expect(CONTENTION_threads, "one", "acquired 2 contended 1 wait 2 max 2 hold 6 max 5 waiters 0");
}
END_TEST

START_TEST(a_join_is_a_wait_for_the_thread)
{
    play("main process; main begin; main start T1; main joining T1; T1 lock A; T1 unlock A; T1 end; main joined T1");
    ck_assert_int_eq(steps(row(CONTENTION_threads, "main")->waited_ns[REASON_join]), 4);
    size_t count;
    const struct contention_pair *pairs = contention_pairs(contention, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(pairs[0].holder->name, "thread 2");
    ck_assert_ptr_null(pairs[0].holder_site);
    ck_assert_int_eq(steps(pairs[0].wait_ns), 3);
}
END_TEST

/* --- who made whom wait --- */

START_TEST(each_holder_answers_for_its_own_time)
{
    play(START "main label A a; T1 lock A @1; T3 want A @3; T2 want A @2; T1 unlock A; T2 got A @2; T2 unlock A; T3 got A @3; T3 unlock A");
    expect_pairs("a: thread 4@0x400003 behind thread 2@0x400001 2 of which 0\n"
                 "a: thread 3@0x400002 behind thread 2@0x400001 1 of which 0\n"
                 "a: thread 4@0x400003 behind thread 3@0x400002 1 of which 0\n");
    ck_assert_int_eq(steps(row(CONTENTION_locks, "a")->woken_ns), 3); /* from T1's unlock on both, from T2's one */
}
END_TEST

START_TEST(a_holder_answers_for_a_wait_in_vain)
{
    play(START "main label A a; T1 lock A @1; T2 want A @2 timeout=1000; T3 lock B; T2 got A ETIMEDOUT; T1 unlock A");
    expect_pairs("a: thread 3@0x400002 behind thread 2@0x400001 2 of which 0\n");
    ck_assert_int_eq(row(CONTENTION_locks, "a")->woken_ns, 0);
}
END_TEST

START_TEST(a_holder_that_waits_itself)
{
    play(START "main label A a; main label B b; T1 lock B @1; T2 lock A @2; T3 want A @3; T2 want B @4; T1 lock D; T1 unlock B;"
               "T2 got B @4; T2 unlock B; T2 unlock A; T3 got A @3; T3 unlock A");
    expect_pairs("a: thread 4@0x400003 behind thread 3@0x400002 6 of which 3\n"
                 "b: thread 3@0x400004 behind thread 2@0x400001 2 of which 0\n");
}
END_TEST

START_TEST(a_wait_is_its_wakers)
{
    play(START "main label C c; T1 lock A; T1 wait C A @1; T3 lock B; T2 signal C @2; T1 waited C A; T1 unlock A");
    expect_pairs("c: thread 2@0x400001 behind thread 3@0x400002 2 of which 0\n");
}
END_TEST

START_TEST(a_semaphore_that_signals_is_its_posters)
{
    play(START "main init S value=0; main label S s; T1 want S @1; T2 lock B; T2 post S @2; T1 got S @1");
    expect(CONTENTION_waits, "s", "acquired 1 contended 1 wait 3 max 3 hold 0 max 0 waiters 1");
    expect_pairs("s: thread 2@0x400001 behind thread 3@0x400002 2 of which 0\n");
}
END_TEST

/* --- chains --- */

/* Lines "waiter 7: object holder, object holder". */
static void expect_chains(const char *expected)
{
    char *text;
    size_t size, count;
    FILE *out = open_memstream(&text, &size);
    const struct contention_chain *chains = contention_chains(contention, &count);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%s %lld:", chains[i].waiter->name, steps(chains[i].wait_ns));
        for (unsigned j = 0; j < chains[i].link_count; j++)
            fprintf(out, "%s %s %s", j ? "," : "", chains[i].links[j].object->name, chains[i].links[j].holder->name);
        fputc('\n', out);
    }
    fclose(out);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(a_chain_that_grows_at_its_front)
{
    play(START "main label A a; main label B b; main label D d; T1 lock A; T2 lock B; T3 want B; T2 want A; main lock D; T1 want D;"
               "main unlock D; T1 got D; T1 unlock A; T2 got A; T2 unlock B; T3 got B");
    expect_chains("thread 4 9: b thread 3, a thread 2, d main\nthread 3 6: a thread 2, d main\n");
}
END_TEST

START_TEST(a_holder_that_runs_is_no_chain)
{
    play(START "T1 lock A; T2 want A; T1 unlock A; T2 got A");
    expect_chains("");
}
END_TEST

START_TEST(a_circle_is_a_chain_that_ends)
{
    size_t count;
    play(START "T1 lock A; T2 lock B; T1 want B; T2 want A; T3 want A");
    const struct contention_chain *chains = contention_chains(contention, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(chains[0].link_count, 2);
    ck_assert(chains[0].circle);
    ck_assert_uint_eq(chains[2].link_count, 3);
    ck_assert(chains[2].circle);
}
END_TEST

/* --- many --- */

START_TEST(many_of_one_birth_are_taken_together)
{
    size_t count;
    script_play(script, START);
    for (int i = 0; i < 3 * CONTENTION_APART; i++)
        script_play(script, "main init A @7; T1 lock A @1; T2 want A @2; T1 unlock A; T2 got A @2; T2 unlock A; main destroy A");
    play("");
    struct contention_row *const *rows = contention_rows(contention, CONTENTION_locks, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(rows[0]->members, 3 * CONTENTION_APART);
    ck_assert_uint_eq(contention_contended(rows[0]), 3 * CONTENTION_APART);
    ck_assert_int_eq(steps(rows[0]->sides[0].wait.total_ns), 2 * 3 * CONTENTION_APART);
    const struct contention_pair *pairs = contention_pairs(contention, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_ptr_eq(pairs[0].object, rows[0]);
    ck_assert_uint_eq(pairs[0].count, 3 * CONTENTION_APART);
}
END_TEST

START_TEST(a_few_of_one_birth_stay_apart)
{
    size_t count;
    script_play(script, START);
    for (int i = 0; i < CONTENTION_APART; i++)
        script_play(script, "main init A @7; T1 lock A @1; T1 unlock A; main destroy A");
    play("");
    contention_rows(contention, CONTENTION_locks, &count);
    ck_assert_uint_eq(count, CONTENTION_APART);
}
END_TEST

START_TEST(many_threads_are_taken_together)
{
    size_t count;
    script_play(script, "main process; main begin");
    for (int i = 0; i < 2 * CONTENTION_APART; i++)
        script_play(script, "main start T1; T1 lock A; T1 unlock A; T1 end; main join T1");
    play("");
    struct contention_row *const *rows = contention_rows(contention, CONTENTION_threads, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(rows[0]->members + rows[1]->members, 2 * CONTENTION_APART + 1);
    ck_assert_uint_eq(contention_acquired(rows[0]) + contention_acquired(rows[1]), 2 * CONTENTION_APART);
}
END_TEST

/* --- spreads --- */

START_TEST(percentiles_are_near)
{
    struct spread spread = {0}, none = {0};
    for (int64_t i = 1; i <= 100000; i++)
        spread_add(&spread, i * 977);
    for (unsigned percent = 1; percent <= 100; percent++) {
        int64_t exact = percent * 1000 * 977, got = spread_percentile(&spread, &none, percent);
        ck_assert_msg(got >= exact && got <= exact + exact / 8, "%u %%: %lld for %lld", percent, (long long)got, (long long)exact);
    }
    ck_assert_int_eq(spread_percentile(&spread, &none, 100), spread.max_ns);
    ck_assert_uint_lt(spread.bucket_count, 200);
    spread_free(&spread);
}
END_TEST

START_TEST(spreads_at_the_edges)
{
    static const int64_t edges[] = {-5, 0, 1, 7, 8, 9, 15, 16, 1023, 1024, INT64_MAX / 2, INT64_MAX};
    struct spread none = {0};
    ck_assert_int_eq(spread_percentile(&none, &none, 99), 0);
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        struct spread spread = {0};
        spread_add(&spread, edges[i]);
        ck_assert_int_eq(spread_percentile(&spread, &none, 99), edges[i] < 0 ? 0 : edges[i]);
        spread_free(&spread);
    }
}
END_TEST

START_TEST(spreads_merge)
{
    struct spread low = {0}, high = {0}, both = {0}, none = {0};
    for (int64_t i = 0; i < 1000; i++) {
        spread_add(i % 2 ? &low : &high, i % 2 ? i : i * 1000000);
        spread_add(&both, i % 2 ? i : i * 1000000);
    }
    for (unsigned percent = 1; percent <= 100; percent++)
        ck_assert_int_eq(spread_percentile(&low, &high, percent), spread_percentile(&both, &none, percent));
    spread_merge(&high, &low);
    spread_free(&low);
    ck_assert_uint_eq(high.count, both.count);
    ck_assert_int_eq(high.total_ns, both.total_ns);
    for (unsigned percent = 1; percent <= 100; percent++)
        ck_assert_int_eq(spread_percentile(&high, &low, percent), spread_percentile(&both, &none, percent));
    spread_free(&high);
    spread_free(&both);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("contention");
    TCase *counts = tcase_create("counts"), *spreads = tcase_create("spreads");
    tcase_add_checked_fixture(counts, set_up, tear_down);
    tcase_add_test(counts, who_got_it_at_once_did_not_wait);
    tcase_add_test(counts, a_wait_lasts_from_want_to_got);
    tcase_add_test(counts, a_wait_in_vain_is_one_but_no_acquire);
    tcase_add_test(counts, a_recursive_hold_is_one);
    tcase_add_test(counts, readers_and_writers_are_apart);
    tcase_add_test(counts, sites_have_their_own_numbers);
    tcase_add_test(counts, a_wait_that_goes_on_counts_to_the_end);
    tcase_add_test(counts, what_is_waited_on_is_no_lock);
    tcase_add_test(counts, a_thread_runs_waits_and_holds);
    tcase_add_test(counts, a_join_is_a_wait_for_the_thread);
    tcase_add_test(counts, each_holder_answers_for_its_own_time);
    tcase_add_test(counts, a_holder_answers_for_a_wait_in_vain);
    tcase_add_test(counts, a_holder_that_waits_itself);
    tcase_add_test(counts, a_wait_is_its_wakers);
    tcase_add_test(counts, a_semaphore_that_signals_is_its_posters);
    tcase_add_test(counts, a_chain_that_grows_at_its_front);
    tcase_add_test(counts, a_holder_that_runs_is_no_chain);
    tcase_add_test(counts, a_circle_is_a_chain_that_ends);
    tcase_add_test(counts, many_of_one_birth_are_taken_together);
    tcase_add_test(counts, a_few_of_one_birth_stay_apart);
    tcase_add_test(counts, many_threads_are_taken_together);
    suite_add_tcase(suite, counts);
    tcase_add_test(spreads, percentiles_are_near);
    tcase_add_test(spreads, spreads_at_the_edges);
    tcase_add_test(spreads, spreads_merge);
    suite_add_tcase(suite, spreads);
    return suite;
}
