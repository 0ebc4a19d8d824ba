/* SPDX-License-Identifier: MIT */
/* Predictions held against an oracle that tries every interleaving, on random programs. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "oracle.h"
#include "suite.h"
#include "verdict.h"

enum { STANDS = 8 };

static struct tally {
    unsigned programs, possible, proven, feasible, infeasible;
} tally;

/* What an object of a finding is called in the program. */
static void name_in(struct verdict_run *run, const struct finding_object *object, char name[16])
{
    if (strcmp(object->kind, "thread"))
        snprintf(name, 16, "%s", script_object(run->script, object->address));
    else if (strcmp(object->name, "main"))
        snprintf(name, 16, "T%d", atoi(object->name + strlen("thread ")) - 1); /* "thread 2" is T1 */
    else
        snprintf(name, 16, "main");
}

static void describe_program(const struct oracle_program *p, char text[2000])
{
    static const char *const words[] = {"lock", "unlock", "read", "write", "unlock_rw", "take", "post", "wait", "signal",
                                        "broadcast", "meet", "await", "set", "start", "join", "flag", "if"};
    size_t length = 0;
    for (int t = 0; t < p->threads; t++) {
        length += (size_t)snprintf(text + length, 2000 - length, "\n  T%d:", t);
        if (p->block[t][1])
            length += (size_t)snprintf(text + length, 2000 - length, " [%d to %d if %sset]", p->block[t][0], p->block[t][1],
                                       p->if_set[t] ? "" : "not ");
        for (int i = 0; i < p->count[t]; i++)
            length += (size_t)snprintf(text + length, 2000 - length, " %s %d;", words[p->ops[t][i].call], p->ops[t][i].object);
    }
}

/* A finding that is feasible can be reached, a join's whatever flags say, another's where they let it; one that isn't can't. */
static void judge(const struct oracle_program *p, struct verdict_run *run, const struct finding *finding, unsigned seed)
{
    struct oracle_stand stands[STANDS];
    char names[STANDS][2][16], program[2000];
    bool said = finding->certainty == CERTAINTY_feasible, join = false;
    for (size_t i = 0; i < finding->step_count; i++) {
        join |= !strcmp(finding->steps[i].wants.kind, "thread");
        name_in(run, &finding->steps[i].holds, names[i][0]);
        name_in(run, &finding->steps[i].wants, names[i][1]);
        stands[i] = (struct oracle_stand){script_thread(run->script, finding->steps[i].tid, 0), names[i][0], names[i][1]};
    }
    bool can = oracle_can_stick(p, stands, (int)finding->step_count, said && !join);
    char *line = verdict_line(run, finding);
    describe_program(p, program);
    ck_assert_msg(can == said, "seed %u: the oracle %s: %s%s", seed, can ? "can" : "can't", line, program);
    tally.feasible += said;
    tally.infeasible += !said;
    free(line);
}

static void try_program(const struct oracle_mix *mix, unsigned seed)
{
    struct oracle_program program;
    struct verdict_run *run = verdict_new();
    bool proven = false;
    srand(seed);
    oracle_make(&program, mix);
    if (oracle_run(&program, run->script)) {
        verdict_find(run, NULL);
        for (size_t i = 0; i < run->findings.count; i++) {
            const struct finding *finding = &run->findings.at[i];
            if (finding->certainty == CERTAINTY_feasible || (finding->certainty == CERTAINTY_infeasible && finding->kind == FINDING_lock_order))
                judge(&program, run, finding, seed);
            proven |= finding->certainty == CERTAINTY_feasible && finding->kind == FINDING_lock_order;
        }
        tally.programs++;
        bool possible = oracle_can_circle(&program);
        tally.possible += possible;
        tally.proven += possible && proven;
    }
    verdict_free(run);
}

/* Programs that came to their end; how many of those that can come to a circle of locks were proven so. */
static void try_many(const char *what, const struct oracle_mix *mix, unsigned programs, double least)
{
    tally = (struct tally){0};
    uint64_t states = oracle_states;
    for (unsigned seed = 0; tally.programs < programs; seed++)
        try_program(mix, seed);
    printf("# %s: %u programs, %u can come to a circle of locks, %u of them proven from one run (%.1f %%); %u feasible and %u "
           "infeasible findings, all right; %llu states\n", what, tally.programs, tally.possible, tally.proven,
           100.0 * tally.proven / tally.possible, tally.feasible, tally.infeasible, (unsigned long long)(oracle_states - states));
    fflush(stdout);
    ck_assert_msg(tally.proven >= least * tally.possible, "%s: %u of %u", what, tally.proven, tally.possible);
}

START_TEST(locks)
{
    try_many("nested locks", &(struct oracle_mix){0}, 3000, 0.5);
    try_many("locks in any order", &(struct oracle_mix){.loose = true}, 3000, 0.5);
}
END_TEST

START_TEST(readers_and_writers)
{
    try_many("rwlocks", &(struct oracle_mix){.readers = true}, 2000, 0.5);
}
END_TEST

START_TEST(semaphores)
{
    try_many("semaphores", &(struct oracle_mix){.semaphores = true}, 2000, 0.3);
}
END_TEST

START_TEST(seats)
{
    try_many("semaphores of one and two, as locks and seats", &(struct oracle_mix){.seats = true}, 2000, 0.3);
    try_many("seats and readers", &(struct oracle_mix){.seats = true, .readers = true, .loose = true}, 2000, 0.3);
}
END_TEST

START_TEST(conditions)
{
    try_many("conditions", &(struct oracle_mix){.conditions = true}, 2000, 0.3);
}
END_TEST

START_TEST(barriers_and_events)
{
    try_many("barriers and events", &(struct oracle_mix){.barriers = true, .events = true}, 2000, 0.3);
}
END_TEST

START_TEST(joins)
{
    try_many("joins", &(struct oracle_mix){.joins = true}, 2000, 0.3);
}
END_TEST

/* What a flag says that is set and read under a lock decides who takes what and whom main joins: a trace doesn't have that. */
START_TEST(flags)
{
    try_many("flags", &(struct oracle_mix){.flags = true}, 3000, 0.3);
    try_many("flags and joins", &(struct oracle_mix){.flags = true, .joins = true}, 3000, 0.3);
}
END_TEST

START_TEST(everything)
{
    struct oracle_mix mix = {true, true, true, true, true, true, true, false, false};
    try_many("everything", &mix, 3000, 0.2);
}
END_TEST

/*
 * Once called impossible, and wrongly: a thread that wakes twice may have been the waker by its first wake as well, and a
 * barrier of two that three threads use may be met by another pair.
 */
START_TEST(impossible_was_said_too_soon)
{
    try_program(&(struct oracle_mix){.conditions = true}, 1011506);
    try_program(&(struct oracle_mix){.barriers = true, .events = true}, 1009216);
    try_program(&(struct oracle_mix){true, true, true, true, true, true, true, false, false}, 1031788);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("predict");
    TCase *oracle = tcase_create("oracle");
    tcase_set_timeout(oracle, 100);
    tcase_add_test(oracle, locks);
    tcase_add_test(oracle, readers_and_writers);
    tcase_add_test(oracle, semaphores);
    tcase_add_test(oracle, seats);
    tcase_add_test(oracle, conditions);
    tcase_add_test(oracle, barriers_and_events);
    tcase_add_test(oracle, joins);
    tcase_add_test(oracle, flags);
    tcase_add_test(oracle, everything);
    tcase_add_test(oracle, impossible_was_said_too_soon);
    suite_add_tcase(suite, oracle);
    return suite;
}
