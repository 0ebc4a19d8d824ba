/* SPDX-License-Identifier: MIT */
/* Lock orders that could become a deadlock, and what rules them out, on hand-made traces. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"
#include "verdict.h"

#define START "main process; main begin; main start T1; main start T2; main start T3;"
#define UNDER(outer, inner, thread) \
    thread " lock " outer ";" thread " lock " inner ";" thread " unlock " inner ";" thread " unlock " outer ";"
/* Opposite orders of A and B, by T1 and T2. */
#define OPPOSITE UNDER("A", "B", "T1") UNDER("B", "A", "T2")

/* --- cycles --- */

START_TEST(two_locks_in_opposite_orders)
{
    verdict_expect(START OPPOSITE, "feasible lock-order: T1 A->B, T2 B->A\n");
}
END_TEST

START_TEST(one_order_is_none)
{
    verdict_expect(START UNDER("A", "B", "T1") UNDER("A", "B", "T2") UNDER("B", "D", "T2") UNDER("A", "D", "T3"), "");
}
END_TEST

START_TEST(three_locks_in_a_circle)
{
    verdict_expect(START UNDER("A", "B", "T1") UNDER("B", "D", "T2") UNDER("D", "A", "T3"),
                   "feasible lock-order: T1 A->B, T2 B->D, T3 D->A\n");
}
END_TEST

START_TEST(every_order_of_a_problem_is_in_a_finding)
{
    verdict_expect(START "main start T4;" OPPOSITE UNDER("D", "F", "T3") UNDER("F", "D", "T4") UNDER("B", "D", "T1"),
                   "feasible lock-order: T1 A->B, T2 B->A\nfeasible lock-order: T3 D->F, T4 F->D\n");
}
END_TEST

START_TEST(a_longer_way_round_where_the_short_one_is_ruled_out)
{
    /* B->A only by T1 itself; but T1 A->B, T2 B->D, T3 D->A can meet. */
    verdict_expect(START UNDER("A", "B", "T1") UNDER("B", "A", "T1") UNDER("B", "D", "T2") UNDER("D", "A", "T3"),
                   "feasible lock-order: T1 A->B, T2 B->D, T3 D->A\ninfeasible lock-order: T1 B->A, T1 A->B\n");
}
END_TEST

START_TEST(a_lock_that_is_blocked_for_counts_as_wanted)
{
    verdict_expect(START "T1 lock A; T3 lock B; T1 want B; T3 unlock B; T1 got B; T1 unlock B; T1 unlock A;"
                         UNDER("B", "A", "T2"), "feasible lock-order: T1 A->B, T2 B->A\n");
}
END_TEST

/* --- tries, timeouts, recursion --- */

START_TEST(a_try_wants_nothing)
{
    verdict_expect(START UNDER("A", "B", "T1") "T2 lock B; T2 trylock A; T2 unlock A; T2 unlock B", "");
    verdict_expect(START UNDER("A", "B", "T1") "T2 lock B; T2 fail A; T2 unlock B", "");
}
END_TEST

START_TEST(a_timed_acquire_wants_nothing_for_ever)
{
    verdict_expect(START UNDER("A", "B", "T1") "T2 lock B; T2 timedlock A; T2 unlock A; T2 unlock B", "");
    verdict_expect(START UNDER("A", "B", "T1") "T2 lock B; T2 want A timeout=9; T2 got A ETIMEDOUT; T2 unlock B", "");
}
END_TEST

START_TEST(what_a_try_got_is_held)
{
    verdict_expect(START UNDER("A", "B", "T1") "T2 trylock B; T2 lock A; T2 unlock A; T2 unlock B",
                   "feasible lock-order: T1 A->B, T2 B->A\n");
}
END_TEST

START_TEST(a_recursive_acquire_is_no_order)
{
    verdict_expect(START "T1 init A type=recursive; T1 lock A; T1 lock B; T1 lock A; T1 unlock A; T1 unlock B; T1 unlock A;"
                         UNDER("A", "B", "T2"), "");
}
END_TEST

START_TEST(a_wait_takes_its_mutex_back)
{
    verdict_expect(START "T1 lock A; T1 lock B; T1 wait C A; T1 waited C A; T1 unlock B; T1 unlock A;" UNDER("A", "B", "T2"),
                   "feasible lock-order: T2 A->B, T1 B->A\n");
    verdict_expect(START "T1 lock A; T1 lock B; T1 wait C B; T1 waited C B; T1 unlock B; T1 unlock A;" UNDER("A", "B", "T2"), "");
}
END_TEST

/* --- what rules it out --- */

START_TEST(a_gate)
{
    verdict_expect_reason(START "T1 lock G;" UNDER("A", "B", "T1") "T1 unlock G; T2 lock G;" UNDER("B", "A", "T2") "T2 unlock G",
                          "infeasible lock-order: T1 A->B, T2 B->A", "both hold mutex 1");
}
END_TEST

START_TEST(a_gate_that_only_one_holds_is_none)
{
    verdict_expect(START "T1 lock G;" UNDER("A", "B", "T1") "T1 unlock G;" UNDER("B", "A", "T2"),
                   "feasible lock-order: T1 A->B, T2 B->A\n");
}
END_TEST

START_TEST(a_gate_that_is_not_always_held_is_none)
{
    verdict_expect(START "T1 lock G;" UNDER("A", "B", "T1") "T1 unlock G; T2 lock G;" UNDER("B", "A", "T2") "T2 unlock G;"
                         UNDER("A", "B", "T1"), "feasible lock-order: T1 A->B, T2 B->A\n");
}
END_TEST

START_TEST(a_gate_among_ever_other_locks)
{
    struct verdict_run *run = verdict_new();
    script_play(run->script, START);
    for (int i = 0; i < 100; i++)
        script_play(run->script, "T1 init D; T1 lock G; T1 lock D;" UNDER("A", "B", "T1") "T1 unlock D; T1 unlock G; T1 destroy D;"
                                 "T2 init D; T2 lock G; T2 lock D;" UNDER("B", "A", "T2") "T2 unlock D; T2 unlock G; T2 destroy D");
    verdict_find(run, NULL);
    ck_assert_uint_eq(run->findings.count, 1);
    ck_assert_int_eq(run->findings.at[0].certainty, CERTAINTY_infeasible);
    verdict_free(run);
}
END_TEST

START_TEST(a_gate_of_very_many_threads)
{
    struct verdict_run *run = verdict_new();
    char play[400];
    script_play(run->script, START);
    for (int i = 0; i < 1000; i++) {
        snprintf(play, sizeof play, "t%d lock G; t%d lock A; t%d lock B; t%d unlock B; t%d unlock A; t%d unlock G", i, i, i, i, i, i);
        script_play(run->script, play);
    }
    script_play(run->script, "T1 lock G;" UNDER("B", "A", "T1") "T1 unlock G");
    verdict_find(run, NULL);
    ck_assert_uint_eq(run->findings.count, 1);
    ck_assert_int_eq(run->findings.at[0].certainty, CERTAINTY_infeasible);
    verdict_free(run);
}
END_TEST

/* Of 1000 threads one does it under another gate. Where others come after it, T1 finds under the gate what came of that. */
static void try_one_of_many(int one, enum finding_certainty certainty)
{
    struct verdict_run *run = verdict_new();
    char play[400];
    script_play(run->script, START);
    for (int i = 0; i < 1000; i++) {
        const char *gate = i == one ? "H" : "G";
        snprintf(play, sizeof play, "t%d lock %s; t%d lock A; t%d lock B; t%d unlock B; t%d unlock A; t%d unlock %s", i, gate, i, i, i,
                 i, i, gate);
        script_play(run->script, play);
    }
    script_play(run->script, "T1 lock G;" UNDER("B", "A", "T1") "T1 unlock G");
    verdict_find(run, NULL);
    ck_assert_uint_eq(run->findings.count, 1);
    ck_assert_int_eq(run->findings.at[0].certainty, certainty);
    ck_assert_uint_ge(run->findings.at[0].move_count, 2);
    verdict_free(run);
}

START_TEST(one_of_very_many_threads_is_enough)
{
    try_one_of_many(999, CERTAINTY_feasible);
    try_one_of_many(700, CERTAINTY_potential);
}
END_TEST

START_TEST(readers_pass_a_gate_together)
{
    verdict_expect(START "T1 rdlock R;" UNDER("A", "B", "T1") "T1 unlock R; T2 rdlock R;" UNDER("B", "A", "T2") "T2 unlock R",
                   "feasible lock-order: T1 A->B, T2 B->A\n");
    verdict_expect_reason(START "T1 rdlock R;" UNDER("A", "B", "T1") "T1 unlock R; T2 lock R;" UNDER("B", "A", "T2") "T2 unlock R",
                          "infeasible lock-order: T1 A->B, T2 B->A", "both hold rwlock 1");
}
END_TEST

START_TEST(one_thread)
{
    verdict_expect_reason(START UNDER("A", "B", "T1") UNDER("B", "A", "T1"), "infeasible lock-order: T1 A->B, T1 B->A",
                          "doesn't wait for itself");
}
END_TEST

START_TEST(two_steps_by_one_thread)
{
    verdict_expect(START UNDER("A", "B", "T1") UNDER("B", "D", "T1") UNDER("D", "A", "T2"),
                   "infeasible lock-order: T1 A->B, T1 B->D, T2 D->A\n");
}
END_TEST

START_TEST(a_join_between)
{
    verdict_expect_reason(START UNDER("A", "B", "T1") "T1 end; main join T1; main start T4;" UNDER("B", "A", "T4"),
                          "infeasible lock-order: T1 A->B, T4 B->A", "is through with it before");
}
END_TEST

START_TEST(a_creation_between)
{
    verdict_expect("main process; main begin;" UNDER("A", "B", "main") "main start T1;" UNDER("B", "A", "T1"),
                   "infeasible lock-order: main A->B, T1 B->A\n");
    verdict_expect("main process; main begin; main start T1;" UNDER("B", "A", "T1") "main join T1;" UNDER("A", "B", "main"),
                   "infeasible lock-order: T1 B->A, main A->B\n");
}
END_TEST

START_TEST(an_order_that_goes_by_others)
{
    /* T1 is joined by T2, T2 by main, and T3's child comes after both. */
    verdict_expect("main process; main begin; main start T1; main start T2;" UNDER("A", "B", "T1") "T1 end; T2 join T1; T2 end;"
                   "main join T2; main start T3; T3 start T4;" UNDER("B", "A", "T4"),
                   "infeasible lock-order: T1 A->B, T4 B->A\n");
}
END_TEST

START_TEST(only_what_is_between_creation_and_join_meets)
{
    verdict_expect("main process; main begin;" UNDER("A", "B", "main") "main start T1;" UNDER("A", "B", "main")
                   UNDER("B", "A", "T1") "main join T1;" UNDER("A", "B", "main"),
                   "feasible lock-order: main A->B, T1 B->A\n");
    verdict_expect("main process; main begin;" UNDER("A", "B", "main") "main start T1;" UNDER("B", "A", "T1")
                   "main join T1;" UNDER("A", "B", "main"),
                   "infeasible lock-order: main A->B, T1 B->A\n");
}
END_TEST

START_TEST(a_failed_join_orders_nothing)
{
    verdict_expect(START UNDER("A", "B", "T1") "main joining T1 timeout=5; main joined T1 ETIMEDOUT; main start T4;"
                         UNDER("B", "A", "T4"), "feasible lock-order: T1 A->B, T4 B->A\n");
}
END_TEST

START_TEST(a_thread_with_a_tid_of_before_is_another)
{
    verdict_expect(START UNDER("A", "B", "T1") "T1 end; T4 like T1; main start T4;" UNDER("B", "A", "T4"),
                   "feasible lock-order: T1 A->B, T1 B->A\n");
}
END_TEST

/* --- rwlocks --- */

START_TEST(readers_who_meet_do_not_wait)
{
    verdict_expect_reason(START "T1 lock A; T1 rdlock R; T1 unlock R; T1 unlock A; T2 rdlock R; T2 lock A; T2 unlock A; T2 unlock R",
                          "infeasible lock-order: T1 A->R, T2 R->A", "only read");
    verdict_expect(START "T1 lock A; T1 lock R; T1 unlock R; T1 unlock A; T2 rdlock R; T2 lock A; T2 unlock A; T2 unlock R",
                   "feasible lock-order: T1 A->R, T2 R->A\n");
    verdict_expect(START "T1 lock A; T1 rdlock R; T1 unlock R; T1 unlock A; T2 lock R; T2 lock A; T2 unlock A; T2 unlock R",
                   "feasible lock-order: T1 A->R, T2 R->A\n");
}
END_TEST

START_TEST(readers_wait_where_writers_come_first)
{
    verdict_expect(START "main init R type=prefer_writer_nonrecursive; T1 lock A; T1 rdlock R; T1 unlock R; T1 unlock A;"
                         "T2 rdlock R; T2 lock A; T2 unlock A; T2 unlock R", "potential lock-order: T1 A->R, T2 R->A\n");
}
END_TEST

/* --- semaphores --- */

#define SEMAPHORES "main init S1 value=1; main init S2 value=1;"
#define SEM_UNDER(outer, inner, thread) \
    thread " lock " outer ";" thread " lock " inner ";" thread " post " inner ";" thread " post " outer ";"

START_TEST(semaphores_used_as_locks)
{
    verdict_expect(START SEMAPHORES SEM_UNDER("S1", "S2", "T1") SEM_UNDER("S2", "S1", "T2"),
                   "feasible lock-order: T1 S1->S2, T2 S2->S1\n");
}
END_TEST

START_TEST(semaphores_that_turn_out_to_be_signals)
{
    verdict_expect(START SEMAPHORES SEM_UNDER("S1", "S2", "T1") SEM_UNDER("S2", "S1", "T2") "T3 lock S1; T2 post S1",
                   "feasible communication: T1 S1->S2, T2 S2->S1\n"); /* whoever else could post S1 has done so */
}
END_TEST

START_TEST(semaphores_nobody_gave_back)
{
    verdict_expect(START SEMAPHORES "T1 lock S1; T1 want S2 timeout=9; T1 lock A; T2 lock A; T2 want S1", "");
}
END_TEST

/* --- lives of locks --- */

START_TEST(another_lock_at_the_address_is_another)
{
    verdict_expect(START "T1 init A; T1 init B;" UNDER("A", "B", "T1") "T1 destroy A; T1 destroy B; T2 init A; T2 init B;"
                         UNDER("B", "A", "T2"), "");
}
END_TEST

START_TEST(a_lock_that_is_gone_is_still_part_of_what_could_have_been)
{
    verdict_expect(START "T1 init D; T1 lock A; T1 lock D; T1 unlock A; T1 lock B; T1 unlock B; T1 unlock D; T1 destroy D;"
                         UNDER("B", "A", "T2"),
                   ""); /* both by T1, which doesn't wait for itself */
    verdict_expect(START "T1 init D;" UNDER("A", "D", "T1") UNDER("D", "B", "T3") "T1 destroy D;" UNDER("B", "A", "T2"),
                   "feasible lock-order: T1 A->D, T3 D->B, T2 B->A\n");
}
END_TEST

/* --- one or several --- */

START_TEST(locks_of_one_birth_and_one_code_are_one_finding)
{
    verdict_expect(START "T1 init A @1; T1 init B @1; T1 init D @1; T1 init F @1;"
                         "T1 lock A @2; T1 lock B @3; T1 unlock B; T1 unlock A; T2 lock B @2; T2 lock A @3; T2 unlock A; T2 unlock B;"
                         "T1 lock D @2; T1 lock F @3; T1 unlock F; T1 unlock D; T2 lock F @2; T2 lock D @3; T2 unlock D; T2 unlock F",
                   "feasible lock-order: T1 A->B, T2 B->A\n");
}
END_TEST

START_TEST(the_same_locks_in_two_processes_are_others)
{
    verdict_expect(START "q.main process /bin/q; q.main begin;" UNDER("A", "B", "T1") UNDER("B", "A", "q.main"), "");
}
END_TEST

START_TEST(a_file_s_lock_is_one_in_all_processes)
{
    verdict_expect(START "q.main process /bin/q; q.main begin;" UNDER("F1", "F2", "T1") UNDER("F2", "F1", "q.main"),
                   "feasible lock-order: T1 F1->F2, q.main F2->F1\n");
}
END_TEST

START_TEST(what_is_shared_with_a_forked_child_is_one)
{
    verdict_expect(START "main init A shared; main init B shared; q.main process /bin/test 100; q.main begin;"
                   UNDER("A", "B", "main") UNDER("B", "A", "q.main"), "feasible lock-order: main A->B, q.main B->A\n");
    verdict_expect(START "main init A; main init B; q.main process /bin/test 100; q.main begin;"
                   UNDER("A", "B", "main") UNDER("B", "A", "q.main"), "");
}
END_TEST

START_TEST(what_is_shared_outlives_one_of_its_processes)
{
    verdict_expect(START "main init A shared; main init B shared; q.main process /bin/test 100; q.main begin;"
                   UNDER("A", "B", "q.main") "q.main free A; q.main free B; main start T4;" UNDER("A", "B", "main")
                   UNDER("B", "A", "T4"), "feasible lock-order: q.main A->B, T4 B->A\n");
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
    Suite *suite = suite_create("lockorder");
    TCase *cycles = tcase_create("cycles");
    ADD(cycles, two_locks_in_opposite_orders, one_order_is_none, three_locks_in_a_circle,
        every_order_of_a_problem_is_in_a_finding, a_longer_way_round_where_the_short_one_is_ruled_out,
        a_lock_that_is_blocked_for_counts_as_wanted, a_try_wants_nothing, a_timed_acquire_wants_nothing_for_ever,
        what_a_try_got_is_held, a_recursive_acquire_is_no_order, a_wait_takes_its_mutex_back, a_gate,
        a_gate_that_only_one_holds_is_none, a_gate_that_is_not_always_held_is_none, a_gate_among_ever_other_locks,
        a_gate_of_very_many_threads, one_of_very_many_threads_is_enough, readers_pass_a_gate_together,
        one_thread, two_steps_by_one_thread, a_join_between, a_creation_between, an_order_that_goes_by_others,
        only_what_is_between_creation_and_join_meets, a_failed_join_orders_nothing,
        a_thread_with_a_tid_of_before_is_another, readers_who_meet_do_not_wait, readers_wait_where_writers_come_first,
        semaphores_used_as_locks, semaphores_that_turn_out_to_be_signals, semaphores_nobody_gave_back,
        another_lock_at_the_address_is_another, a_lock_that_is_gone_is_still_part_of_what_could_have_been,
        locks_of_one_birth_and_one_code_are_one_finding,
        the_same_locks_in_two_processes_are_others, a_file_s_lock_is_one_in_all_processes,
        what_is_shared_with_a_forked_child_is_one, what_is_shared_outlives_one_of_its_processes);
    suite_add_tcase(suite, cycles);
    return suite;
}
