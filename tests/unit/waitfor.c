/* SPDX-License-Identifier: MIT */
/* Deadlocks that happened: who waits for whom at the end of hand-made traces. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "suite.h"
#include "verdict.h"

/* Threads that are there in every test; main is at its end, so that it neither waits nor could post anything. */
#define START "main process; main begin; main start T1; main start T2; main start T3;"

START_TEST(two_mutexes)
{
    verdict_expect(START "T1 lock A; T2 lock B; T1 want B; T2 want A", "happened deadlock: T1 A->B, T2 B->A\n");
}
END_TEST

START_TEST(three_mutexes)
{
    verdict_expect(START "T1 lock A; T2 lock B; T3 lock D; T1 want B; T2 want D; T3 want A",
                   "happened deadlock: T1 A->B, T2 B->D, T3 D->A\n");
}
END_TEST

START_TEST(a_chain_that_ends_is_none)
{
    verdict_expect(START "T1 lock A; T2 lock B; T1 want B; T3 want A", "");
}
END_TEST

START_TEST(blocked_for_a_moment_is_none)
{
    verdict_expect(START "T1 lock A; T2 lock B; T1 want B; T2 unlock B; T1 got B; T2 want A; T1 unlock B; T1 unlock A", "");
}
END_TEST

START_TEST(a_released_object_is_about_to_be_got)
{
    verdict_expect(START "T1 lock A; T2 lock B; T1 want B; T2 unlock B; T2 want A", "");
}
END_TEST

START_TEST(a_timeout_ends_it)
{
    verdict_expect(START "T1 lock A; T2 lock B; T1 want B timeout=1000000; T2 want A", "");
    verdict_expect(START "T1 lock A; T2 lock B; T1 want B timeout=5; T2 want A; T1 got B ETIMEDOUT; T1 unlock A; T2 got A", "");
}
END_TEST

START_TEST(an_error_ends_it)
{
    verdict_expect(START "T1 lock A; T1 want A; T1 got A EDEADLK", "");
}
END_TEST

START_TEST(threads_behind_are_told_of_but_not_part_of_it)
{
    verdict_expect_reason(START "T1 lock A; T2 lock B; T1 want B; T2 want A; T3 want A; main joining T1",
                          "happened deadlock: T1 A->B, T2 B->A", "2 more threads wait behind them: ");
}
END_TEST

START_TEST(its_lock_orders_are_not_reported_again)
{
    verdict_expect(START "T1 lock A; T2 lock B; T1 want B; T2 want A; T3 lock D; T3 lock F; T3 unlock F; T3 unlock D",
                   "happened deadlock: T1 A->B, T2 B->A\n");
}
END_TEST

START_TEST(two_deadlocks_are_two)
{
    verdict_expect(START "main start T4; T1 lock A; T2 lock B; T3 lock D; T4 lock F;"
                         "T1 want B; T2 want A; T3 want F; T4 want D",
                   "happened deadlock: T3 D->F, T4 F->D\nhappened deadlock: T1 A->B, T2 B->A\n");
}
END_TEST

/* --- oneself --- */

START_TEST(a_plain_mutex_twice)
{
    verdict_expect(START "T1 lock A; T1 want A", "happened self-deadlock: T1 A->A\n");
}
END_TEST

START_TEST(a_recursive_mutex_twice_is_none)
{
    verdict_expect(START "T1 init A type=recursive; T1 lock A; T1 lock A; T1 unlock A; T1 unlock A", "");
}
END_TEST

START_TEST(from_reading_to_writing)
{
    verdict_expect(START "T1 rdlock R; T1 want R", "happened self-deadlock: T1 R->R\n");
}
END_TEST

/* --- rwlocks --- */

START_TEST(a_writer_waits_for_every_reader)
{
    verdict_expect(START "T1 lock A; T2 rdlock R; T3 rdlock R; T1 want R; T3 want A",
                   "happened deadlock: T1 A->R, T3 R->A\n");
}
END_TEST

START_TEST(readers_do_not_wait_for_readers)
{
    verdict_expect(START "T1 init R; T1 lock A; T2 rdlock R; T1 wantrd R; T2 want A",
                   "infeasible lock-order: T1 A->R, T2 R->A\n");
}
END_TEST

START_TEST(a_reader_waits_for_a_writer)
{
    verdict_expect(START "T1 lock A; T2 lock R; T1 wantrd R; T2 want A", "happened deadlock: T1 A->R, T2 R->A\n");
}
END_TEST

START_TEST(a_reader_waits_behind_a_writer_where_writers_come_first)
{
    verdict_expect_reason(START "main init R type=prefer_writer_nonrecursive; T1 rdlock R; T2 want R; T1 wantrd R",
                          "happened deadlock: T1 R->R, T2 R->R", "still blocked");
    verdict_expect(START "main init R; T1 rdlock R; T2 want R; T1 wantrd R", "");
}
END_TEST

/* --- semaphores --- */

START_TEST(semaphores_that_were_used_as_locks)
{
    verdict_expect(START "main init S1 value=1; main init S2 value=1; T3 lock S1; T3 post S1; T3 lock S2; T3 post S2;"
                         "T1 lock S1; T2 lock S2; T1 want S2; T2 want S1",
                   "happened deadlock: T1 S1->S2, T2 S2->S1\n");
}
END_TEST

START_TEST(semaphores_that_another_thread_may_yet_post)
{
    verdict_expect_reason(START "main init S1 value=1; main init S2 value=1; T1 lock S1; T2 lock S2; T1 want S2; T2 want S1",
                          "potential deadlock: T1 S1->S2, T2 S2->S1", "another thread may yet post");
}
END_TEST

START_TEST(semaphores_that_nobody_is_left_to_post)
{
    verdict_expect_reason("main process; main begin; main start T1; main start T2; main init S1 value=1;"
                          "main init S2 value=1; T1 lock S1; T2 lock S2; T1 want S2; T2 want S1; main joining T1",
                          "potential deadlock: T1 S1->S2, T2 S2->S1", "no thread is known that could post");
}
END_TEST

START_TEST(a_semaphore_used_as_a_signal_has_no_holder)
{
    verdict_expect(START "main init S value=1; T1 lock S; T2 post S; T1 lock S; T1 lock A; T2 want S; T1 want S", "");
}
END_TEST

START_TEST(waiting_for_ones_own_semaphore_may_be_waiting_for_a_signal)
{
    /* As CPython's conditions do: a lock that is taken, and taken again to wait for who gives it back. */
    verdict_expect(START "T1 init S value=1; T1 lock S; T1 want S", "");
    verdict_expect(START "T1 init S value=1; T1 lock S; T1 post S; T1 lock S; T1 want S",
                   "happened self-deadlock: T1 S->S\n");
}
END_TEST

START_TEST(a_semaphore_of_many_is_no_lock)
{
    verdict_expect(START "main init S value=2; T1 lock S; T1 lock A; T2 lock S; T2 want A; T1 want S", "");
}
END_TEST

/* --- joins --- */

START_TEST(joining_while_holding_what_the_joined_thread_needs)
{
    verdict_expect(START "main lock A; T1 want A; main joining T1", "happened deadlock: main A->thread 2, T1 thread 2->A\n");
}
END_TEST

START_TEST(a_circle_of_joins)
{
    verdict_expect(START "T1 joining T2; T2 joining T1",
                   "happened deadlock: T1 thread 2->thread 3, T2 thread 3->thread 2\n");
}
END_TEST

START_TEST(an_ended_thread_can_be_joined)
{
    verdict_expect(START "main lock A; T1 lock B; T1 end; main joining T1", "");
}
END_TEST

START_TEST(a_timed_join_is_none)
{
    verdict_expect(START "main lock A; T1 want A; main joining T1 timeout=100", "");
}
END_TEST

/* --- conditions --- */

START_TEST(an_idle_waiter_is_none)
{
    verdict_expect(START "T1 lock A; T1 wait C A; T2 lock A; T2 wait C A", "");
}
END_TEST

START_TEST(a_waiter_needs_its_mutex_back)
{
    verdict_expect_reason(START "T1 lock B; T1 lock A; T1 wait C A; T2 lock A; T2 signal C; T2 want B",
                          "happened deadlock: T1 B->A, T2 A->B", "still blocked");
}
END_TEST

START_TEST(a_timed_waiter_needs_it_too)
{
    verdict_expect(START "T1 lock B; T1 lock A; T1 wait C A timeout=5; T2 lock A; T2 want B",
                   "happened deadlock: T1 B->A, T2 A->B\n");
}
END_TEST

START_TEST(a_recursively_held_mutex_is_still_the_waiters_own)
{
    verdict_expect(START "T1 init A type=recursive; T1 lock A; T1 lock A; T1 wait C A",
                   "happened cond-recursive: T1 ?->A, T1 ?->A\n");
}
END_TEST

/* --- nobody left --- */

#define PAIR "main process; main begin; main start T1;"
#define IDLE "T1 lock A; T1 wait C A; main joining T1"
#define NOTE "note: no thread of test (pid 100) is left that could let another go on: "

START_TEST(that_nobody_is_left_to_act_is_noted)
{
    verdict_expect(PAIR IDLE, NOTE "main waits for thread 2, thread 2 waits for condition 2; unless a signal or another "
                                   "process was to do so, somebody forgot to post, signal or end\n");
    verdict_expect(PAIR "T1 init C; main handler 10;" IDLE, NOTE "main waits for thread 2, thread 2 waits for condition 1; unless a signal or "
                                                                "another process was to do so, somebody forgot to post, signal or end\n");
    verdict_expect(PAIR "main start T2;" IDLE, "");
    verdict_expect(PAIR "T1 lock A; T1 wait C A timeout=5; main joining T1", "");
    verdict_expect(PAIR "main exit;" IDLE, "");
}
END_TEST

START_TEST(that_nobody_could_be_woken_is_told)
{
    /* But by a thread that the C library made for itself: the checker in the process would know. */
    verdict_expect_reason(PAIR "T1 init C;" IDLE, "potential communication: main ?->thread 2, T1 ?->C", "doesn't know of");
    verdict_expect(PAIR "T1 init C; main handler 10; main handler 10 none;" IDLE, "potential communication: main ?->thread 2, T1 ?->C\n");
    verdict_expect_reason(PAIR "T1 init C;" IDLE "; main told communication happened", "happened communication: main ?->thread 2, T1 ?->C", "the checker");
    verdict_expect(PAIR "T1 init C;" IDLE "; main told communication potential", "potential communication: main ?->thread 2, T1 ?->C\n");
    /* The wake has come, and T1 hasn't gone on yet. */
    verdict_expect(PAIR "T1 init C; T1 lock A; T1 wait C A; main signal C; main joining T1", NOTE "main waits for thread 2, thread 2 waits for "
                   "condition 1; unless a signal or another process was to do so, somebody forgot to post, signal or end\n");
}
END_TEST

/* --- what traces do --- */

START_TEST(a_robust_mutex_is_taken_from_the_dead)
{
    verdict_expect(START "T1 lock A; T1 end; T2 lock B; T2 want A; T2 got A EOWNERDEAD; T3 want B; T2 unlock A",
                   "happened robust-inconsistent: T2 ?->A, T2 ?->A\n");
}
END_TEST

START_TEST(a_mutex_at_the_same_address_is_another)
{
    verdict_expect(START "T1 init A; T1 lock A; T1 destroy A; T2 init A; T2 lock A; T2 lock B; T1 want B; T3 want A",
                   "happened destroy-held: T1 ?->A, T1 ?->A\n");
}
END_TEST

START_TEST(a_trace_that_begins_in_the_middle)
{
    verdict_expect("T1 unlock A; T1 lock A; T2 lock B; T1 want B; T2 want A", "happened deadlock: T1 A->B, T2 B->A\n");
}
END_TEST

START_TEST(a_process_that_is_replaced_was_in_it)
{
    verdict_expect_reason(START "T1 lock A; T2 lock B; T1 want B; T2 want A; main process /bin/other; main begin; main lock A",
                          "happened deadlock: T1 A->B, T2 B->A", "when the process was replaced");
}
END_TEST

START_TEST(addresses_of_two_processes_have_nothing_to_do_with_each_other)
{
    verdict_expect(START "q.main process /bin/q; q.main begin; q.main start q.T1;"
                         "T1 lock A; q.T1 lock B; T1 want B; q.T1 want A", "");
}
END_TEST

START_TEST(lost_events_leave_a_doubt)
{
    struct verdict_run *run = verdict_new();
    script_play(run->script, START "T1 lock A; T2 lock B; T1 want B; T2 want A");
    verdict_find(run, &(struct reader_losses){.lost_events = 7});
    ck_assert_uint_eq(run->findings.count, 1);
    ck_assert_int_eq(run->findings.at[0].certainty, CERTAINTY_potential);
    ck_assert_ptr_nonnull(strstr(run->findings.at[0].reason, "7 events were lost"));
    verdict_free(run);
}
END_TEST

/* --- words --- */

START_TEST(it_is_told_with_names_stacks_and_times)
{
    struct verdict_run *run = verdict_new();
    script_play(run->script, START "T1 name alice; T2 name bob; main init A @3; main label A table; T1 lock A @4;"
                                   "T2 lock B @5; T1 want B @6; T2 want A @7");
    verdict_find(run, NULL);
    const struct finding *finding = &run->findings.at[0];
    ck_assert_str_eq(finding->message, "2 threads wait for each other in a circle: alice waits for mutex 2, which bob holds; "
                                       "bob waits for table, which alice holds");
    const struct finding_step *step = &finding->steps[0];
    ck_assert_str_eq(step->thread, "alice");
    ck_assert_str_eq(step->holds.name, "table");
    ck_assert_str_eq(step->holds.object, "mutex 1");
    ck_assert_str_eq(step->holds.birth, "0x400003");
    ck_assert_uint_eq(step->holds.stack_count, 1);
    ck_assert_uint_eq(step->holds.stack[0].address, SCRIPT_SITE(4));
    ck_assert_str_eq(step->wants.object, "mutex 2");
    ck_assert_uint_eq(step->wants.stack_count, 2);
    ck_assert_str_eq(step->wants.stack[0].text, "0x400006");
    ck_assert_int_eq(step->wants.since_ns - step->holds.since_ns, 2 * SCRIPT_STEP_NS);
    verdict_free(run);
}
END_TEST

START_TEST(its_id_is_that_of_the_program_s_places)
{
    const char *const plays[] = {
        START "T1 lock A @1; T2 lock B @2; T1 want B @3; T2 want A @4",
        "main process; main begin; T9 lock B @2; T8 lock A @1; T9 want A @4; T8 want B @3",
        START "T1 lock A @1; T2 lock B @2; T1 want B @3; T2 want A @5",
    };
    char *ids[3];
    for (int i = 0; i < 3; i++) {
        struct verdict_run *run = verdict_new();
        script_play(run->script, plays[i]);
        verdict_find(run, NULL);
        ids[i] = strdup(run->findings.at[0].id);
        verdict_free(run);
    }
    ck_assert_str_eq(ids[0], ids[1]);
    ck_assert_str_ne(ids[0], ids[2]);
    for (int i = 0; i < 3; i++)
        free(ids[i]);
}
END_TEST

#define ADD(tcase, ...)                                                                            \
    do {                                                                                           \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)                                \
            tcase_add_test(tcase, tests[i]);                                                       \
    } while (0)

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("waitfor");
    TCase *cycles = tcase_create("cycles"), *words = tcase_create("words");
    ADD(cycles, two_mutexes, three_mutexes, a_chain_that_ends_is_none, blocked_for_a_moment_is_none,
        a_released_object_is_about_to_be_got, a_timeout_ends_it, an_error_ends_it,
        threads_behind_are_told_of_but_not_part_of_it, its_lock_orders_are_not_reported_again, two_deadlocks_are_two,
        a_plain_mutex_twice, a_recursive_mutex_twice_is_none, from_reading_to_writing, a_writer_waits_for_every_reader,
        readers_do_not_wait_for_readers, a_reader_waits_for_a_writer,
        a_reader_waits_behind_a_writer_where_writers_come_first, semaphores_that_were_used_as_locks,
        semaphores_that_another_thread_may_yet_post, semaphores_that_nobody_is_left_to_post,
        a_semaphore_used_as_a_signal_has_no_holder, waiting_for_ones_own_semaphore_may_be_waiting_for_a_signal,
        a_semaphore_of_many_is_no_lock, joining_while_holding_what_the_joined_thread_needs, a_circle_of_joins,
        an_ended_thread_can_be_joined, a_timed_join_is_none, an_idle_waiter_is_none, a_waiter_needs_its_mutex_back,
        a_timed_waiter_needs_it_too, that_nobody_is_left_to_act_is_noted, that_nobody_could_be_woken_is_told, a_recursively_held_mutex_is_still_the_waiters_own,
        a_robust_mutex_is_taken_from_the_dead, a_mutex_at_the_same_address_is_another,
        a_trace_that_begins_in_the_middle, a_process_that_is_replaced_was_in_it,
        addresses_of_two_processes_have_nothing_to_do_with_each_other, lost_events_leave_a_doubt);
    ADD(words, it_is_told_with_names_stacks_and_times, its_id_is_that_of_the_program_s_places);
    suite_add_tcase(suite, cycles);
    suite_add_tcase(suite, words);
    return suite;
}
