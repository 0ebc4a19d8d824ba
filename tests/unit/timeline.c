/* SPDX-License-Identifier: MIT */
/* What a timeline shows of hand-made event sequences. Times are in statements of the script, from 0. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "analyze/describe.h"
#include "suite.h"
#include "timeline-play.h"

/* --- spans --- */
START_TEST(a_hold_goes_from_acquire_to_release)
{
    play_expect_spans("main begin; main lock A @1; main lock B @2; main unlock A @3; main unlock B @4",
                 "main holds mutex 1 1-3 at s1 until s3\n"
                 "main holds mutex 2 2-4 at s2 until s4\n");
}
END_TEST

START_TEST(spans_are_in_order_of_their_beginning)
{
    play_expect_spans("main begin; main lock A; main lock B; main lock D; main unlock D; main unlock B; main unlock A",
                 "main holds mutex 1 1-6\n"
                 "main holds mutex 2 2-5\n"
                 "main holds mutex 3 3-4\n");
}
END_TEST

START_TEST(a_lock_taken_twice_is_held_once)
{
    play_expect_spans("main begin; main lock A; main lock A; main unlock A; main unlock A", "main holds mutex 1 1-4\n");
}
END_TEST

START_TEST(readers_and_tries_are_told_apart)
{
    play_expect_spans("main begin; main rdlock R; main trylock A; main unlock A; main unlock R",
                 "main reads rwlock 1 1-4\n"
                 "main holds mutex 2 2-3 try\n");
}
END_TEST

static int failed_tries_of(const char *play)
{
    play_tear_down();
    play_set_up();
    script_play(script, play);
    play_finish();
    return (int)timeline->marks.count;
}

START_TEST(a_try_at_the_beginning_of_a_wait_is_part_of_it)
{
    ck_assert_int_eq(failed_tries_of("main begin; main start T1; main lock A; T1 fail A @5; T1 want A @5; main unlock A; T1 got A"), 0);
    ck_assert_int_eq(failed_tries_of("main begin; main start T1; main lock A; T1 fail A @5; T1 fail A @5; T1 want A @5"), 1);
    ck_assert_int_eq(failed_tries_of("main begin; main start T1; main lock A; T1 fail A @5; T1 want A @6"), 1);
    ck_assert_int_eq(failed_tries_of("main begin; main start T1; main lock A; main lock B; T1 fail A @5; T1 want B @5"), 1);
}
END_TEST

START_TEST(to_try_for_a_semaphore_of_ones_own_is_to_ask)
{
    ck_assert_int_eq(failed_tries_of("main begin; main lock S; main fail S; main unlock S"), 0);
    ck_assert_int_eq(failed_tries_of("main begin; main start T1; T1 lock S; main fail S; T1 unlock S"), 1);
}
END_TEST

START_TEST(who_released_let_the_waiter_go_on)
{
    play_expect_spans("main begin; main start T1; main lock A @1; T1 want A @2; main unlock A @3; T1 got A; T1 unlock A",
                 "main holds mutex 1 2-4 at s1 until s3\n"
                 "T1 blocked for mutex 1 3-5 at s2\n"
                 "T1 holds mutex 1 5-6\n");
    play_expect_arrows("released by main 4 at s3: T1 blocked for mutex 1 3-5 at s2\n");
}
END_TEST

START_TEST(a_wait_drops_the_mutex_and_is_woken)
{
    play_expect_spans("main begin; main start T1; T1 lock A; T1 wait C A @1; main lock A; main signal C @2; main unlock A; "
                 "T1 waited C A; T1 unlock A",
                 "T1 holds mutex 1 2-3 until s1\n"
                 "T1 waits on condition 2 3-7 at s1\n"
                 "main holds mutex 1 4-6\n"
                 "T1 holds mutex 1 7-8\n");
    play_expect_arrows("woke by main 5 at s2: T1 waits on condition 2 3-7 at s1\n");
}
END_TEST

START_TEST(a_join_is_ended_by_the_joined_thread)
{
    play_expect_spans("main begin; main start T1; main name boss; T1 name Kant; main joining T1; T1 end; main joined T1",
                 "main waits on end of Kant 4-6\n");
    play_expect_arrows("ended by T1 5: main waits on end of Kant 4-6\n");
}
END_TEST

START_TEST(a_timeout_has_no_waker)
{
    play_expect_spans("main begin; main start T1; main lock A; T1 want A timeout=500; T1 got A ETIMEDOUT; main unlock A",
                 "main holds mutex 1 2-5\n"
                 "T1 blocked for mutex 1 3-4 timed ETIMEDOUT\n");
    play_expect_arrows("");
}
END_TEST

START_TEST(what_is_not_over_goes_to_the_end)
{
    play_expect_spans("main begin; main start T1; T1 lock A; main want A; T1 trylock B",
                 "T1 holds mutex 1 2-5 open\n"
                 "main blocked for mutex 1 3-5 open\n"
                 "T1 holds mutex 2 4-5 open try\n");
}
END_TEST

/* --- how much is shown of what comes after the last event --- */
static void play_hang(int64_t microseconds)
{
    script_play(script, "main begin; main start T1; main lock A; main start T2; main start T3; main lock B; main lock D; "
                        "main unlock D; main lock D; main unlock D; main lock D; main unlock D; main lock D; main unlock D; "
                        "main lock D; main unlock D; main joining T1");
    stopped_ns = timeline->begin_ns + microseconds * 1000;
    play_finish();
    ck_assert_int_eq(play_step(timeline->last_ns), 16);
}

START_TEST(a_short_hang_is_shown_whole)
{
    play_hang(17);
    ck_assert_int_eq(timeline->quiet_ns, 1000);
    ck_assert_int_eq(play_step(timeline->end_ns), 17);
}
END_TEST

START_TEST(of_a_long_hang_a_part_is_shown)
{
    play_hang(2000000);
    ck_assert_int_eq(timeline->quiet_ns, 2000000000 - 16000);
    ck_assert_int_eq(play_step(timeline->end_ns), 18);
}
END_TEST

START_TEST(a_pool_that_waits_when_main_ends_does_not_hang)
{
    stopped_ns = 2000000000;
    play_expect_spans("main begin; main start T1; T1 want S; main lock B; main unlock B",
                 "T1 blocked for semaphore 1 2-4 open\n"
                 "main holds mutex 2 3-4\n");
    ck_assert_int_eq(timeline->quiet_ns, 0);
    ck_assert_int_eq(timeline->end_ns, timeline->last_ns);
}
END_TEST

START_TEST(what_waits_after_main_has_ended_hangs)
{
    script_play(script, "main begin; main start T1; main end; T1 want S");
    play_finish();
    ck_assert_int_eq(timeline->quiet_ns, -1);
}
END_TEST

START_TEST(after_a_run_that_came_to_its_end_nothing_is_shown)
{
    script_play(script, "main begin; main lock A; main unlock A");
    stopped_ns = timeline->begin_ns + 1000000;
    play_finish();
    ck_assert_int_eq(timeline->quiet_ns, 0);
    ck_assert_int_eq(timeline->end_ns, timeline->last_ns);
}
END_TEST

START_TEST(a_semaphore_that_signals_is_not_held)
{
    play_expect_spans("main begin; main start T1; main init S value=0; T1 want S @1; main post S @2; T1 got S; T1 want S; "
                 "main post S; T1 got S",
                 "T1 blocked for semaphore 1 3-5 at s1\n"
                 "T1 blocked for semaphore 1 6-8\n");
    play_expect_arrows("released by main 4 at s2: T1 blocked for semaphore 1 3-5 at s1\n"
                  "released by main 7: T1 blocked for semaphore 1 6-8\n");
}
END_TEST

/* --- interrupts: the script has no words for them --- */
static void interrupt(enum thrum_event_id id, int64_t step, int signal)
{
    struct trace_event event = {.id = id, .time_ns = timeline->begin_ns + step * SCRIPT_STEP_NS};
    event.record.common = (struct thrum_event_common){100, 100};
    if (id == THRUM_EVENT_interrupt_send)
        event.record.interrupt_send.signal = signal;
    else if (id == THRUM_EVENT_interrupt_begin)
        event.record.interrupt_begin.signal = signal;
    else
        event.record.interrupt_end.signal = signal;
    model_feed(model, &event);
}

START_TEST(handlers_nest)
{
    script_play(script, "main begin; main lock A");
    interrupt(THRUM_EVENT_interrupt_begin, 2, 2);
    interrupt(THRUM_EVENT_interrupt_begin, 3, 15);
    interrupt(THRUM_EVENT_interrupt_end, 5, 15);
    interrupt(THRUM_EVENT_interrupt_end, 6, 2);
    interrupt(THRUM_EVENT_interrupt_begin, 7, 2);
    interrupt(THRUM_EVENT_interrupt_send, 8, 2);
    play_expect_spans("", "main holds mutex 1 1-8 open\n"
                     "main handles SIGINT 2-6\n"
                     "main handles SIGTERM 3-5\n"
                     "main handles SIGINT 7-8 open\n");
    ck_assert_uint_eq(timeline->marks.count, 1);
    ck_assert_int_eq(timeline->marks.at[0].what, TIMELINE_interrupt_sent);
    ck_assert_str_eq(timeline->objects.at[timeline->marks.at[0].object].name, "SIGINT");
}
END_TEST

/* --- lives --- */
START_TEST(a_thread_lives_from_its_begin_to_its_end)
{
    script_play(script, "main begin; main start T1; T1 name Kant; T1 end; main lock A; main unlock A");
    play_finish();
    uint32_t thread = timeline_find_thread(timeline, 100, script_tid(script, "T1"));
    ck_assert_int_eq(play_step(timeline->threads.at[thread].begin_ns), 1);
    ck_assert_int_eq(play_step(timeline->threads.at[thread].end_ns), 3);
    ck_assert(!timeline->threads.at[thread].open);
    ck_assert(!timeline->threads.at[thread].before);
}
END_TEST

START_TEST(a_thread_first_met_in_use_was_there_before)
{
    script_play(script, "main lock A; T1 lock B; T1 unlock B; main unlock A");
    play_finish();
    uint32_t thread = timeline_find_thread(timeline, 100, script_tid(script, "T1"));
    ck_assert(timeline->threads.at[thread].before);
    ck_assert(timeline->threads.at[thread].open);
    ck_assert_int_eq(play_step(timeline->threads.at[thread].begin_ns), 0);
    ck_assert_int_eq(play_step(timeline->threads.at[thread].end_ns), 3);
}
END_TEST

START_TEST(a_process_that_waits_for_nothing_lives_until_its_last_event)
{
    script_play(script, "main begin; main lock A; q.main begin; q.main lock B; q.main lock D; q.main lock E1");
    play_finish();
    uint32_t thread = timeline_find_thread(timeline, 100, 100);
    ck_assert_int_eq(play_step(timeline->threads.at[thread].end_ns), 1);
    ck_assert_int_eq(play_step(timeline->spans.at[0].end_ns), 1);
}
END_TEST

START_TEST(a_reused_thread_id_is_another_thread)
{
    script_play(script, "main begin; main start T1; T1 end; main join T1; T2 like T1; main start T2; T2 lock A; T2 unlock A");
    play_finish();
    ck_assert_uint_eq(timeline->threads.count, 3);
    ck_assert_uint_eq(timeline->spans.at[timeline->spans.count - 1].thread, 2);
    ck_assert_uint_eq(timeline_find_thread(timeline, 100, script_tid(script, "T1")), 2);
}
END_TEST

START_TEST(an_address_used_again_is_another_object)
{
    play_expect_spans("main begin; main init A; main lock A; main unlock A; main destroy A; main init A; main lock A; main unlock A",
                 "main holds mutex 1 2-3\n"
                 "main holds mutex 2 6-7\n");
}
END_TEST

/* --- names --- */
START_TEST(names_given_late_are_shown)
{
    play_expect_spans("main begin; main lock A; main unlock A; main label A orders", "main holds orders 1-2\n");
}
END_TEST

static void keep_born(void *kept, int64_t now, struct object *object)
{
    (void)now;
    *(struct object **)kept = object;
}

START_TEST(an_object_without_a_name_is_called_as_in_reports)
{
    static const struct model_ops ops = {.object_born = keep_born};
    struct object *born = NULL;
    int slot = model_subscribe(model, &ops, &born);
    script_play(script, "main begin; main start T1; main join T1; main lock A; main unlock A; main lock R");
    struct describe *describe = describe_new(NULL);
    char *label;
    ck_assert_int_eq(born->kind, THRUM_kind_rwlock);
    play_finish();
    ck_assert_ptr_nonnull(label = timeline_object_label(timeline, timeline_find_object(timeline, 100, born->address)));
    ck_assert_str_eq(label, describe_object(describe, born));
    ck_assert_str_eq(label, "rwlock 3");
    free(label);
    describe_free(describe);
    model_unsubscribe(model, slot);
}
END_TEST

START_TEST(an_object_knows_its_place_of_birth)
{
    script_play(script, "main begin; main init A @9; main lock A");
    play_finish();
    ck_assert_str_eq(timeline->frames.at[timeline->objects.at[0].birth], "s9");
}
END_TEST

START_TEST(a_wait_keeps_its_stack)
{
    script_play(script, "main begin; main start T1; main lock A; T1 want A @5; main trylock B");
    play_finish();
    const struct timeline_span *wait = &timeline->spans.at[1];
    const uint32_t *frames = timeline->stacks.at[wait->stack];
    ck_assert_uint_eq(frames[0], 2);
    ck_assert_str_eq(timeline->frames.at[frames[1]], "s5");
}
END_TEST

/* --- Python's global interpreter lock --- */
static void play_gil(void)
{
    python_begin = script_address(script, "A");
    python_end = python_begin + 1;
    play_expect_spans("main begin; main start T1; main lock A; T1 want A; main unlock A; T1 got A; T1 lock B; T1 unlock B; T1 fail A EBUSY",
                 timeline->all ? "main holds lock of the Python runtime 1 2-4\nT1 blocked for lock of the Python runtime 1 3-5\n"
                                 "T1 holds lock of the Python runtime 1 5-8 open\nT1 holds mutex 2 6-7\n"
                               : "T1 holds mutex 2 6-7\n");
}

START_TEST(what_is_inside_PyRuntime_is_left_out_and_counted)
{
    play_gil();
    ck_assert_uint_eq(timeline->left_out_objects, 1);
    ck_assert_uint_eq(timeline->left_out_spans, 3);
    ck_assert_uint_eq(timeline->marks.count, 0);
    play_expect_arrows("");
}
END_TEST

START_TEST(all_shows_what_is_inside_PyRuntime)
{
    play_tear_down();
    play_start(true);
    play_gil();
    ck_assert_uint_eq(timeline->left_out_objects, 0);
    ck_assert_uint_eq(timeline->marks.count, 1);
}
END_TEST

/* --- deadlocks --- */
START_TEST(waits_of_a_deadlock_are_for_ever)
{
    script_play(script, "main begin; main start T1; main start T2; main start T3; T1 lock A; T2 lock B; T3 want A; T1 want B; T2 want A");
    struct finding *finding = findings_add(&findings);
    finding->kind = FINDING_deadlock;
    finding->certainty = CERTAINTY_happened;
    finding->step_count = 2;
    finding->steps = calloc(2, sizeof *finding->steps);
    finding->steps[0] = (struct finding_step){.pid = 100, .tid = script_tid(script, "T1"), .wants.address = script_address(script, "B")};
    finding->steps[1] = (struct finding_step){.pid = 100, .tid = script_tid(script, "T2"), .wants.address = script_address(script, "A")};
    play_finish();
    for (size_t i = 0; i < timeline->spans.count; i++)
        if (timeline->spans.at[i].what == TIMELINE_acquire)
            play_say_span(&timeline->spans.at[i]);
    ck_assert_str_eq(text, "T3 blocked for mutex 1 6-9 open\n"
                           "T1 blocked for mutex 2 7-9 open for-ever\n"
                           "T2 blocked for mutex 1 8-9 open for-ever\n");
}
END_TEST

START_TEST(an_order_that_only_could_deadlock_marks_nothing)
{
    script_play(script, "main begin; main start T1; main lock B; T1 lock A; T1 want B");
    struct finding *finding = findings_add(&findings);
    finding->kind = FINDING_lock_order;
    finding->certainty = CERTAINTY_potential;
    finding->step_count = 1;
    finding->steps = calloc(1, sizeof *finding->steps);
    finding->steps[0] = (struct finding_step){.pid = 100, .tid = script_tid(script, "T1"), .wants.address = script_address(script, "B")};
    play_finish();
    for (size_t i = 0; i < timeline->spans.count; i++)
        ck_assert(!(timeline->spans.at[i].flags & TIMELINE_FOREVER));
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("timeline");
    TCase *tests = tcase_create("timeline");
    tcase_add_checked_fixture(tests, play_set_up, play_tear_down);
    tcase_add_test(tests, a_hold_goes_from_acquire_to_release);
    tcase_add_test(tests, spans_are_in_order_of_their_beginning);
    tcase_add_test(tests, a_lock_taken_twice_is_held_once);
    tcase_add_test(tests, readers_and_tries_are_told_apart);
    tcase_add_test(tests, a_try_at_the_beginning_of_a_wait_is_part_of_it);
    tcase_add_test(tests, to_try_for_a_semaphore_of_ones_own_is_to_ask);
    tcase_add_test(tests, who_released_let_the_waiter_go_on);
    tcase_add_test(tests, a_wait_drops_the_mutex_and_is_woken);
    tcase_add_test(tests, a_join_is_ended_by_the_joined_thread);
    tcase_add_test(tests, a_timeout_has_no_waker);
    tcase_add_test(tests, what_is_not_over_goes_to_the_end);
    tcase_add_test(tests, a_short_hang_is_shown_whole);
    tcase_add_test(tests, of_a_long_hang_a_part_is_shown);
    tcase_add_test(tests, a_pool_that_waits_when_main_ends_does_not_hang);
    tcase_add_test(tests, what_waits_after_main_has_ended_hangs);
    tcase_add_test(tests, after_a_run_that_came_to_its_end_nothing_is_shown);
    tcase_add_test(tests, a_semaphore_that_signals_is_not_held);
    tcase_add_test(tests, handlers_nest);
    tcase_add_test(tests, a_thread_lives_from_its_begin_to_its_end);
    tcase_add_test(tests, a_thread_first_met_in_use_was_there_before);
    tcase_add_test(tests, a_process_that_waits_for_nothing_lives_until_its_last_event);
    tcase_add_test(tests, a_reused_thread_id_is_another_thread);
    tcase_add_test(tests, an_address_used_again_is_another_object);
    tcase_add_test(tests, names_given_late_are_shown);
    tcase_add_test(tests, an_object_without_a_name_is_called_as_in_reports);
    tcase_add_test(tests, an_object_knows_its_place_of_birth);
    tcase_add_test(tests, a_wait_keeps_its_stack);
    tcase_add_test(tests, what_is_inside_PyRuntime_is_left_out_and_counted);
    tcase_add_test(tests, all_shows_what_is_inside_PyRuntime);
    tcase_add_test(tests, waits_of_a_deadlock_are_for_ever);
    tcase_add_test(tests, an_order_that_only_could_deadlock_marks_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
