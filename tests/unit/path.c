/* SPDX-License-Identifier: MIT */
/* The critical path and the convoys of hand-made event sequences; answers worked out by hand. Times in statements, from 1. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/contention.h"
#include "script.h"
#include "suite.h"

#define BEGIN "main process; main begin;"

static struct model *model;
static struct contention *contention;
static struct script *script;
static int64_t first_ns;

static void take(void *self, const struct trace_event *event)
{
    (void)self;
    if (!first_ns)
        first_ns = event->time_ns;
    model_feed(model, event);
}

static void set_up(void)
{
    first_ns = 0;
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

static long long moment(int64_t time_ns)
{
    return steps(time_ns - first_ns) + 1;
}

static const char *name_of(const struct contention_row *row)
{
    return row ? row->name : "-";
}

static char *path_text(const struct contention_path *path)
{
    static const char *const words[] = {"runs", "holds", "woken", "outside"};
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < path->step_count; i++) {
        const struct contention_step *step = &path->steps[i];
        fprintf(out, "%lld-%lld %s %s", moment(step->begin_ns), moment(step->end_ns), name_of(step->thread), words[step->kind]);
        fprintf(out, step->object ? " %s\n" : "\n", name_of(step->object));
    }
    fclose(out);
    return text;
}

/* Pieces without a gap, from the first event to the last; what was summed up is as long. */
static void expect_whole(const struct contention_path *path)
{
    int64_t at = path->begin_ns, sum = 0;
    ck_assert_int_eq(moment(path->begin_ns), 1);
    ck_assert_int_eq(path->end_ns, model_totals(model)->end_ns);
    for (size_t i = 0; i < path->step_count; i++) {
        ck_assert_int_eq(path->steps[i].begin_ns, at);
        ck_assert_int_gt(path->steps[i].end_ns, at);
        at = path->steps[i].end_ns;
    }
    ck_assert_int_eq(at, path->end_ns);
    for (size_t i = 0; i < path->share_count; i++)
        sum += path->shares[i].time_ns;
    ck_assert_int_eq(sum, path->end_ns - path->begin_ns);
}

static void expect_path(const char *expected)
{
    const struct contention_path *path = contention_path(contention);
    char *text = path_text(path);
    ck_assert_str_eq(text, expected);
    free(text);
    expect_whole(path);
}

/* Lines "a gain 2 path 3 handovers 1". */
static void expect_gains(const char *expected)
{
    const struct contention_path *path = contention_path(contention);
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < path->gain_count; i++)
        fprintf(out, "%s gain %lld path %lld handovers %d\n", path->gains[i].object->name, steps(path->gains[i].gain_ns),
                steps(path->gains[i].path_ns), (int)path->gains[i].handovers);
    fclose(out);
    ck_assert_str_eq(text, expected);
    free(text);
}

/* --- the path --- */

START_TEST(one_thread_is_the_path)
{
    play(BEGIN "main lock A; main unlock A; main exit");
    expect_path("1-5 main runs\n");
    expect_gains("");
}
END_TEST

START_TEST(a_join_leads_to_the_thread_that_ended_and_its_beginning_to_who_made_it)
{
    play(BEGIN "main start T1; main joining T1; T1 lock A; T1 unlock A; T1 end; main joined T1; main exit");
    expect_path("1-3 main runs\n3-7 thread 2 runs\n7-8 main woken thread 2\n8-9 main runs\n");
}
END_TEST

START_TEST(a_thread_takes_time_to_begin)
{
    play(BEGIN "main spawn T1; main spawned T1; main joining T1; T1 begin; T1 end; main joined T1");
    expect_path("1-3 main runs\n3-6 thread 2 woken\n6-7 thread 2 runs\n7-8 main woken thread 2\n");
}
END_TEST

START_TEST(a_lock_leads_to_its_holder_who_is_in_its_section_since_it_took_it)
{
    play(BEGIN "main label A a; main start T1; main start T2; main joining T2; T1 lock A; T2 want A; T1 lock B; T1 unlock A;"
         "T2 got A; T2 unlock A; T2 end; main joined T2");
    expect_path("1-4 main runs\n4-7 thread 2 runs\n7-10 thread 2 holds a\n10-11 thread 3 woken a\n11-13 thread 3 runs\n"
                "13-14 main woken thread 3\n");
    expect_gains("a gain 3 path 4 handovers 1\n");
}
END_TEST

START_TEST(a_join_of_what_had_ended_stays_in_the_thread)
{
    play(BEGIN "main start T1; T1 end; main lock A; main joining T1; main joined T1; main unlock A");
    expect_path("1-6 main runs\n6-7 main woken thread 2\n7-8 main runs\n");
}
END_TEST

START_TEST(a_wait_that_nobody_ended_is_on_the_path)
{
    play(BEGIN "main label C c; main lock A; main wait C A timeout=1000; main waited C A ETIMEDOUT; main exit");
    expect_path("1-5 main runs\n5-6 main outside c\n6-7 main runs\n");
}
END_TEST

START_TEST(a_signal_leads_to_who_sent_it)
{
    play(BEGIN "main label C c; main start T1; main wait C; T1 lock B; T1 signal C; T1 unlock B; main waited C; main exit");
    expect_path("1-4 main runs\n4-7 thread 2 runs\n7-9 main woken c\n9-10 main runs\n");
}
END_TEST

START_TEST(who_keeps_the_mutex_of_a_condition_is_in_the_way_not_who_signalled)
{
    play(BEGIN "main label C c; main start T1; main lock A; main wait C A; T1 lock A; T1 signal C; T1 fail B; T1 unlock A; main waited C A");
    expect_path("1-4 main runs\n4-10 thread 2 runs\n10-11 main woken c\n");
}
END_TEST

START_TEST(a_post_a_barrier_and_an_event_lead_to_who_ended_the_wait)
{
    play(BEGIN "main label S s; main label E e; main label W w; main start T1; main want S; T1 lock B; T1 post S; main got S; T1 wait E; main broadcast E; T1 waited E;"
         "main wait W; T1 wait W; T1 waited W; main waited W; main exit");
    expect_path("1-6 main runs\n6-9 thread 2 runs\n9-10 main woken s\n10-12 main runs\n12-13 thread 2 woken e\n"
                "13-15 thread 2 runs\n15-17 main woken w\n17-18 main runs\n");
}
END_TEST

START_TEST(of_threads_that_wait_for_each_other_for_ever_the_last_event_is_the_end)
{
    play(BEGIN "main start T1; main start T2; T1 lock A; T2 lock B; T1 want B; T2 want A");
    expect_path("1-4 main runs\n4-8 thread 3 runs\n");
}
END_TEST

START_TEST(a_section_that_began_before_the_trace_goes_back_to_its_begin)
{
    play("main process; main label A a; main start T1; main held A count=1 age=90000; T1 want A; main unlock A; T1 got A");
    expect_path("1-6 main holds a\n6-7 thread 2 woken a\n");
}
END_TEST

START_TEST(the_path_to_another_threads_end)
{
    contention_path_of(contention, "thread 2");
    play(BEGIN "main start T1; T1 fail B; T1 end; main lock A; main exit");
    const struct contention_path *path = contention_path(contention);
    char *text = path_text(path);
    ck_assert_str_eq(text, "1-3 main runs\n3-5 thread 2 runs\n");
    free(text);
}
END_TEST

START_TEST(of_no_such_thread_there_is_none)
{
    contention_path_of(contention, "thread 9");
    play(BEGIN "main lock A; main exit");
    ck_assert_uint_eq(contention_path(contention)->step_count, 0);
}
END_TEST

/* --- what it would gain --- */

/* T2 would end 3 earlier, main go on 2 earlier, but T3 ended only 1 before main asked for its end. */
START_TEST(the_next_longest_way_limits_the_gain)
{
    play(BEGIN "main label A a; main start T1; main start T2; main start T3; T1 lock A; T2 want A; T1 fail B; T1 unlock A; T2 got A;"
         "main joining T2; T2 end; main joined T2; T3 end; main joining T3; main joined T3");
    expect_gains("a gain 1 path 4 handovers 1\n");
}
END_TEST

START_TEST(a_wait_that_is_not_on_the_path_gains_nothing)
{
    play(BEGIN "main label A a; main label E e; main start T1; main start T2; main start T3; T1 lock A; T2 want A; T1 fail B; T1 unlock A;"
         "T2 got A; main wait E; T3 lock B; T2 broadcast E; main waited E; main wait E; T3 signal E; main waited E; main exit");
    expect_path("1-7 main runs\n7-18 thread 4 runs\n18-19 main woken e\n19-20 main runs\n");
    expect_gains("");
}
END_TEST

/* T1 holds a from 6 to 9 and b from 7 to 13: main waits for b last, and all that time T1 is on the path. */
START_TEST(the_longer_of_two_sections_hides_the_shorter)
{
    play(BEGIN "main label A a; main label B b; main start T1; T1 lock A; T1 lock B; main want A; T1 unlock A; main got A;"
         "main want B; T1 fail K; T1 unlock B; main got B; main exit");
    expect_path("1-5 main runs\n5-7 thread 2 runs\n7-13 thread 2 holds b\n13-14 main woken b\n14-15 main runs\n");
    expect_gains("b gain 3 path 7 handovers 1\n");
}
END_TEST

/* main waits for a from 6 to 9, then T2 for b from 10 to 13: each lock's own. */
START_TEST(each_lock_gains_what_its_own_waits_took)
{
    play(BEGIN "main label A a; main label B b; main start T1; T1 lock A; main want A; T1 lock K; T1 unlock A; main got A;"
         "main lock B; T1 want B; main fail K; main fail K; main unlock B; T1 got B; T1 unlock B");
    expect_path("1-5 main runs\n5-6 thread 2 runs\n6-9 thread 2 holds a\n9-10 main woken a\n10-11 main runs\n11-15 main holds b\n"
                "15-16 thread 2 woken b\n16-17 thread 2 runs\n");
    expect_gains("b gain 4 path 5 handovers 1\na gain 3 path 4 handovers 1\n");
}
END_TEST

/* --- convoys --- */

static const struct contention_row *lock_row(const char *name)
{
    size_t count;
    struct contention_row *const *rows = contention_rows(contention, CONTENTION_locks, &count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(rows[i]->name, name))
            return rows[i];
    ck_abort_msg("no row for %s", name);
    return NULL;
}

static void expect_convoys(const char *expected)
{
    const struct contention_convoys *it = &lock_row("a")->convoys;
    char text[200];
    snprintf(text, sizeof text, "%d of %lld held %lld longest %lld handovers %d threads %u waiters %u", (int)it->count,
             steps(it->time_ns), steps(it->held_ns), steps(it->longest_ns), (int)it->handovers, it->threads, it->waiters);
    ck_assert_str_eq(text, expected);
}

#define THREADS BEGIN "main label A a; main start T1; main start T2; main start T3;"
#define ROUND "T1 unlock A; T2 got A; T1 want A; T2 unlock A; T3 got A; T2 want A; T3 unlock A; T1 got A; T3 want A;"

/* The line stands from T2's want at 8 to T3's last got at 40; the lock is held but for the 11 ways from a release to a got. */
START_TEST(a_line_that_never_empties_is_a_convoy)
{
    play(THREADS "T1 lock A; T2 want A; T3 want A;" ROUND ROUND ROUND "T1 unlock A; T2 got A; T2 unlock A; T3 got A; T3 unlock A");
    expect_convoys("1 of 32 held 21 longest 32 handovers 11 threads 3 waiters 2");
}
END_TEST

START_TEST(a_few_hand_overs_are_none)
{
    play(THREADS "T1 lock A; T2 want A; T3 want A;" ROUND ROUND "T1 unlock A; T2 got A; T2 unlock A");
    expect_convoys("0 of 0 held 0 longest 0 handovers 0 threads 0 waiters 0");
}
END_TEST

#define PING "T1 unlock A; T2 got A; T1 want A; T2 unlock A; T1 got A; T2 want A;"
START_TEST(two_threads_that_alternate_are_none)
{
    play(THREADS "T1 lock A; T2 want A;" PING PING PING PING PING);
    expect_convoys("0 of 0 held 0 longest 0 handovers 0 threads 0 waiters 0");
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("path");
    TCase *path = tcase_create("path"), *convoys = tcase_create("convoys");
    tcase_add_checked_fixture(path, set_up, tear_down);
    tcase_add_checked_fixture(convoys, set_up, tear_down);
    tcase_add_test(path, one_thread_is_the_path);
    tcase_add_test(path, a_join_leads_to_the_thread_that_ended_and_its_beginning_to_who_made_it);
    tcase_add_test(path, a_thread_takes_time_to_begin);
    tcase_add_test(path, a_lock_leads_to_its_holder_who_is_in_its_section_since_it_took_it);
    tcase_add_test(path, a_join_of_what_had_ended_stays_in_the_thread);
    tcase_add_test(path, a_wait_that_nobody_ended_is_on_the_path);
    tcase_add_test(path, a_signal_leads_to_who_sent_it);
    tcase_add_test(path, who_keeps_the_mutex_of_a_condition_is_in_the_way_not_who_signalled);
    tcase_add_test(path, a_post_a_barrier_and_an_event_lead_to_who_ended_the_wait);
    tcase_add_test(path, of_threads_that_wait_for_each_other_for_ever_the_last_event_is_the_end);
    tcase_add_test(path, a_section_that_began_before_the_trace_goes_back_to_its_begin);
    tcase_add_test(path, the_path_to_another_threads_end);
    tcase_add_test(path, of_no_such_thread_there_is_none);
    tcase_add_test(path, the_next_longest_way_limits_the_gain);
    tcase_add_test(path, a_wait_that_is_not_on_the_path_gains_nothing);
    tcase_add_test(path, the_longer_of_two_sections_hides_the_shorter);
    tcase_add_test(path, each_lock_gains_what_its_own_waits_took);
    tcase_add_test(convoys, a_line_that_never_empties_is_a_convoy);
    tcase_add_test(convoys, a_few_hand_overs_are_none);
    tcase_add_test(convoys, two_threads_that_alternate_are_none);
    suite_add_tcase(suite, path);
    suite_add_tcase(suite, convoys);
    return suite;
}
