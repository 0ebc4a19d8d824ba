/* SPDX-License-Identifier: MIT */
/* The model: what it tells of hand-made event sequences. */
#include "config.h"

#include <string.h>
#include "suite.h"
#include "transcript.h"

static struct transcript *t;

static void set_up(void)
{
    t = transcript_new();
    transcript_expect(t, "main process; main begin; main start T1; main start T2; main start T3",
                      "process 100\nmain begins\nmain spawns T1\nT1 begins\nmain spawns T2\nT2 begins\n"
                      "main spawns T3\nT3 begins\n");
}

static void tear_down(void)
{
    model_finish(t->model);
    transcript_free(t);
}

/* --- locks --- */

START_TEST(a_lock_is_held_from_acquire_to_release)
{
    transcript_expect(t, "T1 lock A @5", "T1 got A\n");
    const struct thread *thread = transcript_thread(t, "T1");
    ck_assert_uint_eq(thread->held_count, 1);
    ck_assert_uint_eq(thread->held[0].site, SCRIPT_SITE(5));
    ck_assert_uint_eq(thread->held[0].object->holder_count, 1);
    ck_assert_ptr_eq(thread->held[0].object->holders[0], thread);
    transcript_expect(t, "T1 unlock A", "T1 gave A\n");
    ck_assert_uint_eq(thread->held_count, 0);
}
END_TEST

START_TEST(who_released_let_the_blocked_thread_go_on)
{
    transcript_expect(t, "T1 lock A; T2 want A; T1 unlock A; T2 got A",
                      "T1 got A\nT2 blocks for A\nT1 gave A\nT2 goes on: ok by T1\nT2 got A\n");
}
END_TEST

START_TEST(a_blocked_thread_keeps_its_stack_and_since)
{
    transcript_expect(t, "T1 lock A; T2 want A @7 timeout=500", "T1 got A\nT2 blocks for A\n");
    const struct thread *thread = transcript_thread(t, "T2");
    ck_assert_int_eq(thread->blocked.what, BLOCKING_acquire);
    ck_assert_int_eq(thread->blocked.how, THRUM_how_timed);
    ck_assert_int_eq(thread->blocked.timeout_ns, 500);
    ck_assert_uint_eq(thread->blocked.stack->count, 2);
    ck_assert_uint_eq(thread->blocked.stack->at[0], SCRIPT_SITE(7));
    ck_assert_uint_eq(thread->blocked.object->waiter_count, 1);
    transcript_expect(t, "T2 got A ETIMEDOUT", "T2 goes on: ETIMEDOUT\n");
    ck_assert_uint_eq(thread->held_count, 0);
}
END_TEST

START_TEST(a_recursive_mutex_counts)
{
    transcript_expect(t, "T1 init A type=recursive; T1 lock A; T1 lock A; T1 unlock A; T1 unlock A",
                      "T1 got A\nT1 got A x2\nT1 gave A, 1 left\nT1 gave A\n");
}
END_TEST

START_TEST(a_failed_try_changes_nothing)
{
    transcript_expect(t, "T1 lock A; T2 fail A; T1 unlock A", "T1 got A\nT2 failed for A: EBUSY\nT1 gave A\n");
}
END_TEST

START_TEST(a_release_of_what_is_not_held_takes_nothing_from_the_holder)
{
    transcript_expect(t, "T1 lock A; T2 unlock A; T1 unlock A", "T1 got A\nT2 posted A\nT1 gave A\n");
}
END_TEST

START_TEST(an_rwlock_has_many_readers_and_one_writer)
{
    transcript_expect(t, "T1 rdlock R; T2 rdlock R", "T1 got R\nT2 got R\n");
    ck_assert_uint_eq(transcript_thread(t, "T1")->held[0].object->holder_count, 2);
    transcript_expect(t, "T3 want R; T1 unlock R; T2 unlock R; T3 got R",
                      "T3 blocks for R\nT1 gave R\nT2 gave R\nT3 goes on: ok by T2\nT3 got R\n");
    ck_assert_int_eq(transcript_thread(t, "T3")->held[0].mode, THRUM_mode_exclusive);
}
END_TEST

START_TEST(holders_stay_right_whoever_of_many_readers_leaves_first)
{
    transcript_expect(t, "T1 rdlock R; T2 lock A; T2 rdlock R; T3 rdlock R; T1 unlock R; T2 unlock R; T3 unlock R; T2 unlock A",
                      "T1 got R\nT2 got A\nT2 got R\nT3 got R\nT1 gave R\nT2 gave R\nT3 gave R\nT2 gave A\n");
}
END_TEST

START_TEST(a_robust_mutex_passes_from_the_dead)
{
    transcript_expect(t, "T1 lock A; T1 end; T2 lock B; T2 want A; T2 got A EOWNERDEAD",
                      "T1 got A\nT1 ends\nT2 got B\nT2 blocks for A\nT2 goes on: EOWNERDEAD\nT1 lost A: died\n"
                      "T2 got A of a dead\n");
    transcript_expect(t, "T2 unlock A; T3 fail A EOWNERDEAD", "T2 gave A\nT3 got A of a dead\n");
}
END_TEST

START_TEST(an_acquire_that_the_holder_excludes_means_a_lost_release)
{
    transcript_expect(t, "T1 lock A; T2 lock A", "T1 got A\nT1 lost A: taken\nT2 got A\n");
}
END_TEST

/* --- semaphores --- */

START_TEST(a_semaphore_of_one_is_a_lock_while_its_taker_gives_it_back)
{
    transcript_expect(t, "main init S value=1; T1 lock S; T2 want S; T1 post S; T2 got S",
                      "T1 got S\nT2 blocks for S\nT1 gave S\nT2 goes on: ok by T1\nT2 got S\n");
    const struct object *semaphore = transcript_thread(t, "T2")->held[0].object;
    ck_assert(object_is_lock(semaphore));
    ck_assert(semaphore->proven_lock);
}
END_TEST

START_TEST(a_semaphore_that_another_posts_is_a_signal)
{
    transcript_expect(t, "main init S value=1; T1 lock S; T2 post S; T1 lock S",
                      "T1 got S\nT1 lost S: signals\nS is a signal\nT2 posted S\nT1 got S, not held\n");
}
END_TEST

START_TEST(a_semaphore_that_begins_empty_is_a_signal)
{
    transcript_expect(t, "main init S value=0; T1 want S; T2 post S; T1 got S",
                      "T1 blocks for S\nS is a signal\nT2 posted S\nT1 goes on: ok by T2\nT1 got S, not held\n");
}
END_TEST

START_TEST(a_semaphore_of_many_has_many_holders_and_is_no_lock)
{
    transcript_expect(t, "main init S value=2; T1 lock S; T2 lock S; T1 lock A; T2 post S; T1 post S",
                      "T1 got S\nT2 got S\nT1 got A\nT2 gave S\nT1 gave S\n");
    ck_assert(!object_is_lock(transcript_thread(t, "T1")->held[0].object) ||
              transcript_thread(t, "T1")->held[0].object->kind == THRUM_kind_mutex);
}
END_TEST

START_TEST(an_unknown_semaphore_had_by_two_at_once_is_no_lock)
{
    transcript_expect(t, "T1 lock S; T2 lock S", "T1 got S\nT1 lost S: signals\nS is a signal\nT2 got S, not held\n");
}
END_TEST

START_TEST(what_was_taken_before_the_trace_may_be_given_back)
{
    transcript_expect(t, "T1 post S; T2 lock S; T2 post S", "T1 posted S\nT2 got S\nT2 gave S\n");
}
END_TEST

START_TEST(posts_go_to_waiters_in_order)
{
    transcript_expect(t, "main init S; T1 want S; T2 want S; T3 post S; main post S; T1 got S; T2 got S",
                      "T1 blocks for S\nT2 blocks for S\nS is a signal\nT3 posted S\nmain posted S\n"
                      "T1 goes on: ok by T3\nT1 got S, not held\nT2 goes on: ok by main\nT2 got S, not held\n");
}
END_TEST

/* --- waits --- */

START_TEST(a_condition_drops_its_mutex_and_takes_it_back)
{
    transcript_expect(t, "T1 lock A; T1 wait C A; T2 lock A; T2 signal C; T2 unlock A; T1 waited C A; T1 unlock A",
                      "T1 got A\nT1 gave A\nT1 waits on C\nT2 got A\nT2 woke one of C\nT2 gave A\n"
                      "T1 goes on: ok by T2\nT1 got A back\nT1 gave A\n");
}
END_TEST

START_TEST(a_timeout_has_no_waker_and_gives_the_mutex_back)
{
    transcript_expect(t, "T1 lock A; T1 wait C A timeout=5; T1 waited C A ETIMEDOUT",
                      "T1 got A\nT1 gave A\nT1 waits on C\nT1 goes on: ETIMEDOUT\nT1 got A back\n");
}
END_TEST

START_TEST(a_wake_before_the_wait_did_not_end_it)
{
    transcript_expect(t, "T2 signal C; T1 lock A; T1 wait C A; T1 waited C A",
                      "T2 woke one of C\nT1 got A\nT1 gave A\nT1 waits on C\nT1 goes on: ok\nT1 got A back\n");
}
END_TEST

START_TEST(a_broadcast_wakes_all_and_a_signal_one)
{
    transcript_expect(t, "T1 wait C; T2 wait C; T3 signal C; main broadcast C; T2 waited C; T1 waited C",
                      "T1 waits on C\nT2 waits on C\nT3 woke one of C\nmain woke all of C\n"
                      "T2 goes on: ok by main\nT1 goes on: ok by main\n");
}
END_TEST

START_TEST(one_signal_each)
{
    transcript_expect(t, "T1 wait C; T2 wait C; T3 signal C; main signal C; T2 waited C; T1 waited C",
                      "T1 waits on C\nT2 waits on C\nT3 woke one of C\nmain woke one of C\n"
                      "T2 goes on: ok by T3\nT1 goes on: ok by main\n");
}
END_TEST

START_TEST(the_last_to_come_opens_a_barrier)
{
    transcript_expect(t, "T1 wait W; T2 wait W; T3 wait W; T2 waited W; T2 wait W; T1 waited W; T3 waited W",
                      "T1 waits on W\nT2 waits on W\nT3 waits on W\nT2 goes on: ok by T3\nT2 waits on W\n"
                      "T1 goes on: ok by T3\nT3 goes on: ok\n");
}
END_TEST

START_TEST(the_end_of_a_thread_ends_its_join)
{
    transcript_expect(t, "main joining T1; T1 end; main joined T1",
                      "main waits on T1\nT1 ends\nmain goes on: ok by T1\nmain joined T1\n");
}
END_TEST

/* --- lives --- */

START_TEST(an_address_used_again_is_another_object)
{
    transcript_expect(t, "T1 init A @1; T1 lock A", "T1 got A\n");
    const struct object *first = transcript_thread(t, "T1")->held[0].object;
    uint64_t id = first->id;
    ck_assert(first->born);
    ck_assert_uint_eq(first->birth_site, SCRIPT_SITE(1));
    transcript_expect(t, "T1 destroy A; T1 init A @2; T1 lock A", "T1 lost A: destroyed\nA destroyed\nT1 got A\n");
    const struct object *second = transcript_thread(t, "T1")->held[0].object;
    ck_assert_uint_ne(second->id, id);
    ck_assert_uint_eq(second->birth_site, SCRIPT_SITE(2));
}
END_TEST

START_TEST(objects_end_with_their_memory)
{
    transcript_expect(t, "T1 lock A; T1 unlock A; T2 free A; T1 lock A; T1 free A",
                      "T1 got A\nT1 gave A\nA destroyed\nT1 got A\nT1 lost A: destroyed\nA destroyed\n");
}
END_TEST

START_TEST(made_anew_without_destroy_is_another_object)
{
    transcript_expect(t, "T1 init A; T1 lock A; T1 init A", "T1 got A\nT1 lost A: destroyed\nA destroyed\n");
}
END_TEST

START_TEST(a_handle_used_again_is_another_thread)
{
    transcript_expect(t, "main joining T1; T1 end; T4 like T1; main start T4; main joined T1; main join T4",
                      "main waits on T1\nT1 ends\nmain spawns T4\nT4 begins\nmain goes on: ok by T1\nmain joined T1\n"
                      "main waits on T4\nmain goes on: ok\nT4 ends\nmain joined T4\n");
}
END_TEST

START_TEST(a_tid_used_again_is_another_thread)
{
    transcript_expect(t, "T1 lock A; T1 unlock A; main join T1; T4 like T1; main start T4; T4 lock A",
                      "T1 got A\nT1 gave A\nmain waits on T1\nmain goes on: ok\nT1 ends\nmain joined T1\n"
                      "main spawns T4\nT4 begins\nT4 got A\n");
}
END_TEST

START_TEST(a_thread_that_could_not_be_made_is_forgotten)
{
    transcript_expect(t, "main spawn T4; main spawned T4 EAGAIN", "main spawns T4\n");
    ck_assert_uint_eq(model_totals(t->model)->threads, 4);
}
END_TEST

START_TEST(a_child_may_begin_and_end_before_its_creation_returns)
{
    transcript_expect(t, "main spawn T4; T4 begin; T4 end; main spawned T4; main join T4",
                      "main spawns T4\nT4 begins\nT4 ends\nmain waits on T4\nmain goes on: ok by T4\nmain joined T4\n");
}
END_TEST

START_TEST(destructors_run_after_the_end)
{
    transcript_expect(t, "T1 end; T1 lock A; T1 unlock A; main join T1",
                      "T1 ends\nT1 got A\nT1 gave A\nmain waits on T1\nmain goes on: ok by T1\nmain joined T1\n");
}
END_TEST

START_TEST(a_name_is_kept)
{
    transcript_expect(t, "T1 name worker", "T1 is worker\n");
    ck_assert_str_eq(transcript_thread(t, "T1")->name, "worker");
}
END_TEST

START_TEST(memory_is_bounded_by_what_is_live)
{
    for (int i = 0; i < 3000; i++)
        script_play(t->script, "main start T4; T4 init A; T4 lock A; T4 want S; T4 got S; T4 unlock A; T4 destroy A;"
                               "T4 post S; T4 end; main join T4; main start T5; main detach T5; T5 end");
    /* Those of set_up, ended detached ones that may have destructors still, and one that S remembers. */
    ck_assert_uint_le(t->threads_alive, 1100);
    ck_assert_uint_eq(t->objects_alive, 1);
    ck_assert_uint_eq(model_totals(t->model)->threads, 6004);
}
END_TEST

/* --- traces that don't tell all --- */

START_TEST(a_trace_may_begin_in_the_middle)
{
    struct transcript *late = transcript_new();
    transcript_expect(late, "T7 unlock A; T8 waited C A; T8 unlock A; T9 lock B; T7 got B",
                      "process 100\nT7 begins\nT7 posted A\nT8 begins\nT8 got A back\nT8 gave A\n"
                      "T9 begins\nT9 got B\nT9 lost B: taken\nT7 got B\n");
    ck_assert(transcript_thread(late, "T7")->begin_ns == MODEL_UNKNOWN_NS);
    transcript_free(late);
}
END_TEST

START_TEST(a_ring_tells_what_was_held_before_it_begins)
{
    transcript_expect(t, "T1 held A count=2 age=500 @4; T1 held A count=2 age=1500; T1 unlock A; T1 unlock A",
                      "T1 holds A\nT1 gave A, 1 left\nT1 gave A\n");
    script_play(t->script, "T1 held B count=1 age=500 @4");
    const struct hold *hold = &transcript_thread(t, "T1")->held[0];
    ck_assert_uint_eq(hold->site, SCRIPT_SITE(4));
    ck_assert_int_eq(model_totals(t->model)->end_ns - hold->since_ns, 500);
}
END_TEST

START_TEST(a_second_announcement_changes_nothing)
{
    transcript_expect(t, "T1 lock A; main process /bin/test; T1 unlock A", "T1 got A\nT1 gave A\n");
}
END_TEST

START_TEST(exec_is_another_process)
{
    transcript_expect(t, "T1 lock A; T2 want A; main process /bin/other; main begin",
                      "T1 got A\nT2 blocks for A\nprocess 100 ends\nT3 ends\nT2 ends\nT1 lost A: process\nT1 ends\n"
                      "main ends\nA destroyed\nprocess 100\nmain begins\n");
}
END_TEST

START_TEST(exec_of_itself_is_another_process)
{
    transcript_expect(t, "main lock A; main process /bin/test; main begin; main lock A",
                      "main got A\nprocess 100 ends\nT3 ends\nT2 ends\nT1 ends\nmain lost A: process\nmain ends\n"
                      "A destroyed\nprocess 100\nmain begins\nmain got A\n");
}
END_TEST

START_TEST(a_forked_child_has_objects_of_its_own_and_holds_what_the_forking_thread_did)
{
    script_play(t->script, "main init A @3; main label A table; main lock A; main lock B; T1 lock D");
    /* q.main has main's pthread_t; B was given back in a fork handler, before the child was announced. */
    transcript_expect(t, "q.main unlock B; q.main process /bin/test 100; q.main begin; q.main unlock A; main unlock A",
                      "process 200\nq.main begins\nq.main posted B\nq.main gave A\nmain gave A\n");
    const struct thread *child = transcript_thread(t, "q.main");
    ck_assert_uint_eq(child->held_count, 0);
    script_play(t->script, "q.main lock A");
    ck_assert_str_eq(child->held[0].object->name, "table");
    ck_assert_uint_eq(child->held[0].object->birth_site, SCRIPT_SITE(3));
    ck_assert_ptr_ne(child->held[0].object, transcript_thread(t, "main")->held[0].object);
}
END_TEST

START_TEST(processes_have_their_own_addresses)
{
    transcript_expect(t, "q.main process /bin/q; q.main begin; T1 lock A; q.main lock A; T1 unlock A",
                      "process 200\nq.main begins\nT1 got A\nq.main got A\nT1 gave A\n");
}
END_TEST

START_TEST(a_block_inside_a_block_ends_the_first)
{
    transcript_expect(t, "T2 lock A; T1 want S; T1 want A; T2 unlock A; T1 got A; T1 got S",
                      "T2 got A\nT1 blocks for S\nT1 goes on: EINTR\nT1 blocks for A\nT2 gave A\nT1 goes on: ok by T2\n"
                      "T1 got A\nT1 got S\n");
}
END_TEST

START_TEST(totals_count)
{
    script_play(t->script, "T1 lock A; T1 lock R; main join T2");
    const struct model_totals *totals = model_totals(t->model);
    ck_assert_uint_eq(totals->events, 2 + 9 + 4);
    ck_assert_uint_eq(totals->processes, 1);
    ck_assert_uint_eq(totals->threads, 4);
    ck_assert_uint_eq(totals->objects, 2);
    ck_assert_int_eq(totals->end_ns - totals->begin_ns, 7 * SCRIPT_STEP_NS);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *const *tests, size_t count)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}
#define ADD(suite, name, ...) \
    add(suite, name, (const TTest *const[]){__VA_ARGS__}, sizeof((const TTest *const[]){__VA_ARGS__}) / sizeof(TTest *))

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("model");
    ADD(suite, "locks", a_lock_is_held_from_acquire_to_release, who_released_let_the_blocked_thread_go_on,
        a_blocked_thread_keeps_its_stack_and_since, a_recursive_mutex_counts, a_failed_try_changes_nothing,
        a_release_of_what_is_not_held_takes_nothing_from_the_holder, an_rwlock_has_many_readers_and_one_writer,
        holders_stay_right_whoever_of_many_readers_leaves_first, a_robust_mutex_passes_from_the_dead,
        an_acquire_that_the_holder_excludes_means_a_lost_release);
    ADD(suite, "semaphores", a_semaphore_of_one_is_a_lock_while_its_taker_gives_it_back,
        a_semaphore_that_another_posts_is_a_signal, a_semaphore_that_begins_empty_is_a_signal,
        a_semaphore_of_many_has_many_holders_and_is_no_lock, an_unknown_semaphore_had_by_two_at_once_is_no_lock,
        what_was_taken_before_the_trace_may_be_given_back, posts_go_to_waiters_in_order);
    ADD(suite, "waits", a_condition_drops_its_mutex_and_takes_it_back, a_timeout_has_no_waker_and_gives_the_mutex_back,
        a_wake_before_the_wait_did_not_end_it, a_broadcast_wakes_all_and_a_signal_one, one_signal_each,
        the_last_to_come_opens_a_barrier, the_end_of_a_thread_ends_its_join);
    ADD(suite, "lives", an_address_used_again_is_another_object, made_anew_without_destroy_is_another_object,
        objects_end_with_their_memory, a_handle_used_again_is_another_thread, a_tid_used_again_is_another_thread,
        a_thread_that_could_not_be_made_is_forgotten, a_child_may_begin_and_end_before_its_creation_returns,
        destructors_run_after_the_end, a_name_is_kept, memory_is_bounded_by_what_is_live);
    ADD(suite, "gaps", a_trace_may_begin_in_the_middle,
        a_ring_tells_what_was_held_before_it_begins, a_second_announcement_changes_nothing, exec_is_another_process,
        exec_of_itself_is_another_process,
        a_forked_child_has_objects_of_its_own_and_holds_what_the_forking_thread_did, processes_have_their_own_addresses,
        a_block_inside_a_block_ends_the_first, totals_count);
    return suite;
}
