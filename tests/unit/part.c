/* SPDX-License-Identifier: MIT */
/* A part of a recording, counted: a range of time, some threads, some locks. Times are in statements of the script, from 0. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/contention.h"
#include "script.h"
#include "suite.h"

/* Statement 0, 1 ... 5; what follows begins with 6. */
#define START "main process; main begin; main start T1; main start T2; main start T3; main label A a;"

struct counted {
    struct model *model;
    struct contention *contention;
    struct script *script;
};

static void take(void *self, const struct trace_event *event)
{
    model_feed(((struct counted *)self)->model, event);
}

static struct counted play(const char *text, const struct selection *selection, struct chosen *chosen)
{
    static struct counted counted; /* script_new() keeps its address */
    counted.model = model_new();
    counted.contention = contention_new(counted.model, NULL, false);
    counted.script = script_new(take, &counted);
    contention_select(counted.contention, selection, chosen);
    script_play(counted.script, text);
    model_finish(counted.model);
    contention_finish(counted.contention, 0);
    return counted;
}

static void end(struct counted *counted)
{
    contention_free(counted->contention);
    model_free(counted->model);
    script_free(counted->script);
}

static struct selection from_to(long from, long to)
{
    return (struct selection){.ranged = true, .from_ns = from * SCRIPT_STEP_NS, .to_ns = to * SCRIPT_STEP_NS};
}

static long long steps(int64_t ns)
{
    return (long long)(ns / SCRIPT_STEP_NS);
}

/* "a acquired 1 contended 2 wait 5 hold 2 waiters 2; ..." and pairs "T2 behind T1 1; ..." */
static char *counted_text(const struct counted *counted)
{
    char *text;
    size_t size, count;
    FILE *out = open_memstream(&text, &size);
    struct contention_row *const *rows = contention_rows(counted->contention, CONTENTION_locks, &count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s acquired %d contended %d wait %lld hold %lld waiters %u; ", rows[i]->name, (int)contention_acquired(rows[i]),
                (int)contention_contended(rows[i]), steps(rows[i]->sides[0].wait.total_ns), steps(rows[i]->sides[0].hold.total_ns), rows[i]->waiters);
    const struct contention_pair *pairs = contention_pairs(counted->contention, &count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s behind %s %lld; ", pairs[i].waiter->name, pairs[i].holder->name, steps(pairs[i].wait_ns));
    fclose(out);
    return text;
}

static void expect(const char *script, const struct selection *selection, struct chosen *chosen, const char *expected)
{
    struct counted counted = play(script, selection, chosen);
    char *text = counted_text(&counted);
    ck_assert_str_eq(text, expected);
    free(text);
    end(&counted);
}

/* --- a range --- */

/* 6: T1 has it; 7, 8: two want it; 9: it is free; 10 to 11: T2 has it; 12 to 13: T3. */
#define LINE START "T1 lock A; T2 want A; T3 want A; T1 unlock A; T2 got A; T2 unlock A; T3 got A; T3 unlock A"

START_TEST(what_reaches_into_a_range_is_cut_at_its_ends)
{
    struct selection selection = from_to(8, 11);
    expect(LINE, &selection, NULL, "a acquired 1 contended 2 wait 5 hold 2 waiters 2; thread 3 behind thread 2 1; thread 4 behind thread 2 1; thread 4 behind thread 3 1; ");
}
END_TEST

START_TEST(an_open_range_ends_where_the_recording_does)
{
    struct selection selection = {.ranged = true, .from_ns = 12 * SCRIPT_STEP_NS, .to_ns = -1};
    expect(LINE, &selection, NULL, "a acquired 1 contended 1 wait 0 hold 1 waiters 1; ");
}
END_TEST

START_TEST(before_and_after_everything_there_is_nothing)
{
    struct selection selection = from_to(0, 5);
    expect(LINE, &selection, NULL, "");
    selection = from_to(14, 100);
    expect(LINE, &selection, NULL, "");
}
END_TEST

/* What is counted of a run cut in two, in all and of each kind. */
struct sums {
    int64_t wait, hold, life, held, pairs, woken, path;
    uint64_t acquired;
};

static struct sums sums_of(const char *script, const struct selection *selection)
{
    struct counted counted = play(script, selection, NULL);
    struct sums sums = {0};
    size_t count;
    struct contention_row *const *rows = contention_rows(counted.contention, CONTENTION_locks, &count);
    for (size_t i = 0; i < count; i++) {
        sums.wait += rows[i]->sides[0].wait.total_ns;
        sums.hold += rows[i]->sides[0].hold.total_ns;
        sums.woken += rows[i]->woken_ns;
        sums.acquired += contention_acquired(rows[i]);
    }
    rows = contention_rows(counted.contention, CONTENTION_threads, &count);
    for (size_t i = 0; i < count; i++) {
        sums.life += rows[i]->life_ns;
        sums.held += rows[i]->holding_ns;
    }
    const struct contention_pair *pairs = contention_pairs(counted.contention, &count);
    for (size_t i = 0; i < count; i++)
        sums.pairs += pairs[i].wait_ns;
    const struct contention_path *path = contention_path(counted.contention);
    for (size_t i = 0; i < path->share_count; i++)
        sums.path += path->shares[i].time_ns;
    ck_assert_int_eq(sums.path, path->end_ns - path->begin_ns);
    end(&counted);
    return sums;
}

#define BUSY                                                                                                           \
    START "main label B b; T1 lock A; T2 lock B; T3 want B; T2 want A; T1 unlock A; T2 got A; T2 unlock A; T1 want A timeout=900000;" \
          "T1 got A; T2 unlock B; T3 got B; T2 want B; T1 unlock A; T3 unlock B; T2 got B; T1 lock A; T1 unlock A; T2 unlock B; T2 end; main join T2; T1 end; T3 end"
enum { BUSY_END = 40 };

START_TEST(two_halves_are_the_whole)
{
    struct sums whole = sums_of(BUSY, NULL);
    ck_assert_int_gt(whole.wait, 0);
    ck_assert_int_gt(whole.pairs, 0);
    for (long at = 1; at < BUSY_END; at++) {
        struct selection first = from_to(0, at), second = from_to(at, BUSY_END);
        second.from_ns++; /* what happens at that moment is the first's */
        struct sums one = sums_of(BUSY, &first), two = sums_of(BUSY, &second);
        ck_assert_int_le(whole.wait - one.wait - two.wait, 8); /* a nanosecond for each wait that is cut */
        ck_assert_int_ge(whole.wait, one.wait + two.wait);
        ck_assert_int_le(whole.hold - one.hold - two.hold, 8);
        ck_assert_int_ge(whole.hold, one.hold + two.hold);
        ck_assert_int_le(whole.life - one.life - two.life, 8);
        ck_assert_int_le(whole.held - one.held - two.held, 8);
        ck_assert_int_le(whole.pairs - one.pairs - two.pairs, 8);
        ck_assert_int_ge(whole.pairs, one.pairs + two.pairs);
        ck_assert_int_le(labs(whole.woken - one.woken - two.woken), 8);
        ck_assert_uint_eq(whole.acquired, one.acquired + two.acquired);
    }
}
END_TEST

/* --- names --- */

static void choose(struct chosen *chosen, const char *script)
{
    struct counted counted = {.model = model_new()};
    counted.script = script_new(take, &counted);
    chosen_watch(chosen, counted.model, NULL);
    script_play(counted.script, script);
    model_finish(counted.model);
    chosen_rest(chosen);
    model_free(counted.model);
    script_free(counted.script);
}

static void expect_chosen(const char *script, struct selection *selection, const char *expected)
{
    struct chosen *chosen = chosen_new(selection);
    choose(chosen, script);
    ck_assert_ptr_null(chosen_unfit(chosen));
    expect(script, selection, chosen, expected);
    chosen_free(chosen);
    selection_free(selection);
}

START_TEST(of_a_thread_what_it_did_and_who_was_in_its_way)
{
    struct selection selection = {.to_ns = -1};
    selection_add(&selection.threads, "thread 3");
    expect_chosen(LINE, &selection, "a acquired 1 contended 1 wait 3 hold 1 waiters 1; thread 3 behind thread 2 2; thread 4 behind thread 3 1; ");
}
END_TEST

START_TEST(a_thread_goes_by_its_last_name)
{
    struct selection selection = {.to_ns = -1};
    selection_add(&selection.threads, "work*");
    expect_chosen(LINE "; T1 name worker", &selection, "a acquired 1 contended 0 wait 0 hold 3 waiters 0; thread 3 behind worker 2; thread 4 behind worker 1; ");
}
END_TEST

START_TEST(of_a_lock_what_happened_to_it)
{
    struct selection selection = {.to_ns = -1};
    selection_add(&selection.locks, "b");
    expect_chosen(START "main label B b; T1 lock A; T1 lock B; T1 unlock B; T1 unlock A", &selection, "b acquired 1 contended 0 wait 0 hold 1 waiters 0; ");
}
END_TEST

START_TEST(what_nothing_is_called_is_told)
{
    struct selection selection = {.to_ns = -1};
    selection_add(&selection.threads, "thread 2");
    selection_add(&selection.locks, "nowhere");
    struct chosen *chosen = chosen_new(&selection);
    choose(chosen, LINE);
    ck_assert_str_eq(chosen_unfit(chosen), "nowhere");
    chosen_free(chosen);
    selection_free(&selection);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("part");
    TCase *range = tcase_create("range"), *names = tcase_create("names");
    tcase_add_test(range, what_reaches_into_a_range_is_cut_at_its_ends);
    tcase_add_test(range, an_open_range_ends_where_the_recording_does);
    tcase_add_test(range, before_and_after_everything_there_is_nothing);
    tcase_add_test(range, two_halves_are_the_whole);
    tcase_add_test(names, of_a_thread_what_it_did_and_who_was_in_its_way);
    tcase_add_test(names, a_thread_goes_by_its_last_name);
    tcase_add_test(names, of_a_lock_what_happened_to_it);
    tcase_add_test(names, what_nothing_is_called_is_told);
    suite_add_tcase(suite, range);
    suite_add_tcase(suite, names);
    return suite;
}
