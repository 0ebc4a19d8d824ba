/* SPDX-License-Identifier: MIT */
/* Exploring every interleaving of a small program. */
#include "config.h"
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"
#include "base/map.h"

enum { MEET = 2 };
enum phase { PHASE_before, PHASE_asleep, PHASE_woken };

uint64_t oracle_states;

/* Where every thread is; all else follows from that. */
struct state {
    uint8_t at[ORACLE_THREADS], phase[ORACLE_THREADS];
    bool skips[ORACLE_THREADS]; /* its block */
    bool lied[ORACLE_THREADS];  /* about the flag of the lock that it stands with */
};

/* --- what follows --- */

static const struct oracle_op *op_of(const struct oracle_program *p, const struct state *s, int t)
{
    return s->at[t] < p->count[t] ? &p->ops[t][s->at[t]] : NULL;
}

/* Whether a thread has that call, before the one at which it is, only in its program. */
static bool is_skipped(const struct oracle_program *p, const struct state *s, int t, int i)
{
    return s->skips[t] && i >= p->block[t][0] && i < p->block[t][1];
}

/* How often a thread has done that call on that object. */
static int done(const struct oracle_program *p, const struct state *s, int t, enum oracle_call call, int object)
{
    int count = 0;
    for (int i = 0; i < s->at[t]; i++)
        count += p->ops[t][i].call == call && p->ops[t][i].object == object && !is_skipped(p, s, t, i);
    return count;
}

static int all_done(const struct oracle_program *p, const struct state *s, enum oracle_call call, int object)
{
    int count = 0;
    for (int t = 0; t < p->threads; t++)
        count += done(p, s, t, call, object);
    return count;
}

static bool holds(const struct oracle_program *p, const struct state *s, int t, int mutex)
{
    const struct oracle_op *op = op_of(p, s, t);
    bool dropped = op && op->call == CALL_wait && op->object == mutex && s->phase[t] != PHASE_before;
    return !dropped && done(p, s, t, CALL_lock, mutex) > done(p, s, t, CALL_unlock, mutex);
}

static bool is_held(const struct oracle_program *p, const struct state *s, int mutex)
{
    for (int t = 0; t < p->threads; t++)
        if (holds(p, s, t, mutex))
            return true;
    return false;
}

/* What a thread has of an rwlock: it reads, it writes. */
static bool reads(const struct oracle_program *p, const struct state *s, int t, int rwlock, bool write)
{
    int last = -1;
    for (int i = 0; i < s->at[t]; i++) {
        const struct oracle_op *op = &p->ops[t][i];
        if (op->object == rwlock && !is_skipped(p, s, t, i) && (op->call == CALL_read || op->call == CALL_write || op->call == CALL_unlock_rw))
            last = op->call;
    }
    return last == (write ? CALL_write : CALL_read);
}

static bool may_enter(const struct oracle_program *p, const struct state *s, int rwlock, bool write)
{
    for (int t = 0; t < p->threads; t++)
        if (reads(p, s, t, rwlock, true) || (write && reads(p, s, t, rwlock, false)))
            return false;
    return true;
}

static bool is_started(const struct oracle_program *p, const struct state *s, int t)
{
    return t == 0 || all_done(p, s, CALL_start, t) > 0;
}

/* Whether a thread's next step can be taken now. */
static bool can_step(const struct oracle_program *p, const struct state *s, int t)
{
    const struct oracle_op *op = op_of(p, s, t);
    if (!op || !is_started(p, s, t))
        return false;
    switch (op->call) {
    case CALL_lock:
        return !is_held(p, s, op->object);
    case CALL_read:
    case CALL_write:
        return may_enter(p, s, op->object, op->call == CALL_write);
    case CALL_take:
        return all_done(p, s, CALL_post, op->object) + p->value[op->object] > all_done(p, s, CALL_take, op->object);
    case CALL_wait:
        return s->phase[t] == PHASE_before || (s->phase[t] == PHASE_woken && !is_held(p, s, op->object));
    case CALL_meet:
        return s->phase[t] != PHASE_asleep;
    case CALL_await:
        return all_done(p, s, CALL_set, op->object) > 0;
    case CALL_join:
        return s->at[op->object] == p->count[op->object];
    default:
        return true;
    }
}

/* Threads that sleep at a condition or barrier. */
static int sleepers(const struct oracle_program *p, const struct state *s, enum oracle_call call, int object, int *list)
{
    int count = 0;
    for (int t = 0; t < p->threads; t++) {
        const struct oracle_op *op = op_of(p, s, t);
        if (op && op->call == call && op->object == object && s->phase[t] == PHASE_asleep)
            list[count++] = t;
    }
    return count;
}

static void go_on(const struct oracle_program *p, struct state *s, int t)
{
    s->at[t]++;
    s->phase[t] = PHASE_before;
    if (is_skipped(p, s, t, s->at[t]))
        s->at[t] = (uint8_t)p->block[t][1];
}

/* A thread comes to a barrier: it sleeps, or all go on. */
static void meet(const struct oracle_program *p, struct state *s, int t, int object)
{
    int list[ORACLE_THREADS], count = sleepers(p, s, CALL_meet, object, list);
    if (count + 1 < MEET) {
        s->phase[t] = PHASE_asleep;
        return;
    }
    for (int i = 0; i < count; i++)
        go_on(p, s, list[i]);
    go_on(p, s, t);
}

/* The step, where `choice` says which sleeper a signal wakes; returns how many choices there are. */
static int take_step(const struct oracle_program *p, struct state *s, int t, int choice)
{
    const struct oracle_op *op = op_of(p, s, t);
    int list[ORACLE_THREADS], count;
    switch (op->call) {
    case CALL_wait:
        if (s->phase[t] == PHASE_before)
            s->phase[t] = PHASE_asleep;
        else
            go_on(p, s, t);
        return 1;
    case CALL_meet:
        meet(p, s, t, op->object);
        return 1;
    case CALL_signal:
    case CALL_broadcast:
        count = sleepers(p, s, CALL_wait, op->object, list);
        for (int i = 0; i < count; i++)
            if (op->call == CALL_broadcast || i == choice)
                s->phase[list[i]] = PHASE_woken;
        go_on(p, s, t);
        return op->call == CALL_signal && count ? count : 1;
    case CALL_if:
        s->skips[t] = (all_done(p, s, CALL_flag, op->object) > 0) != p->if_set[t];
        go_on(p, s, t);
        return 1;
    default:
        go_on(p, s, t);
        return 1;
    }
}

/* --- names --- */

static void name_of(const struct oracle_op *op, enum phase phase, char name[8])
{
    static const char letters[] = "MMRRRSSCCCWEETTMM";
    char letter = op->call == CALL_wait && phase == PHASE_woken ? 'M' : letters[op->call];
    snprintf(name, 8, letter == 'T' && !op->object ? "main" : "%c%d", letter, op->object);
}

static const char *thread_name(int t)
{
    static const char *const names[] = {"main", "T1", "T2", "T3"};
    return names[t];
}

/* --- exploring --- */

static uint64_t key_of(const struct oracle_program *p, const struct state *s)
{
    uint64_t key = 0;
    for (int t = 0; t < p->threads; t++)
        key = key << 8 | (uint64_t)s->at[t] << 4 | (uint64_t)s->lied[t] << 3 | (uint64_t)s->skips[t] << 2 | s->phase[t];
    return key + 1;
}

typedef bool is_sought(const struct oracle_program *, const struct state *, const void *what);

struct stuck {
    const struct oracle_stand *stands;
    int count;
    bool free; /* they may lie to themselves about what the flag of a lock says with which they stand there */
    struct state at;
};

static int thread_of(const struct oracle_program *p, const char *name)
{
    int t = 0;
    while (t < p->threads && strcmp(thread_name(t), name))
        t++;
    return t;
}

/* Whether the thread's next call is about the mutex with which it is to stand there, and it may lie about that. */
static bool may_lie(const struct oracle_program *p, const struct state *s, int t, const struct stuck *stuck)
{
    char name[8];
    const struct oracle_op *op = op_of(p, s, t);
    for (int i = 0; i < stuck->count && stuck->free; i++) {
        snprintf(name, sizeof name, "M%d", op->object);
        if (thread_of(p, stuck->stands[i].thread) == t && !strcmp(stuck->stands[i].holds, name))
            return op->call == CALL_if || op->call == CALL_unlock || op->call == CALL_wait;
    }
    return false;
}

/* Reads a flag, and takes it for what it isn't. */
static void take_lie(const struct oracle_program *p, struct state *s, int t)
{
    s->lied[t] = true;
    s->skips[t] = (all_done(p, s, CALL_flag, op_of(p, s, t)->object) > 0) == p->if_set[t];
    go_on(p, s, t);
}

static is_sought is_stuck;

/* Whether a state that is sought can be reached from that one. */
static bool explore(const struct oracle_program *p, const struct state *s, is_sought *sought, const void *what, struct map *seen)
{
    const struct stuck *stuck = sought == is_stuck ? what : &(struct stuck){0};
    uint64_t key = key_of(p, s);
    if (map_get(seen, key))
        return false;
    map_put(seen, key, seen);
    oracle_states++;
    if (sought(p, s, what))
        return true;
    for (int t = 0; t < p->threads; t++)
        if (can_step(p, s, t))
            for (int choice = 0, choices = 1; choice < choices; choice++) {
                bool lie = may_lie(p, s, t, stuck), reads_flag = op_of(p, s, t)->call == CALL_if;
                if (lie && !reads_flag && s->lied[t]) /* it has to stand in the section in which it lied */
                    continue;
                struct state next = *s;
                choices = take_step(p, &next, t, choice);
                if (lie && reads_flag) {
                    struct state other = *s;
                    take_lie(p, &other, t);
                    if (explore(p, &other, sought, what, seen))
                        return true;
                }
                if (explore(p, &next, sought, what, seen))
                    return true;
            }
    return false;
}

static bool reaches(const struct oracle_program *p, const struct state *from, is_sought *sought, const void *what)
{
    struct map seen = {0};
    bool found = explore(p, from, sought, what, &seen);
    map_free(&seen);
    return found;
}

/* Whether one of the threads has gone on from where it was. */
static bool has_moved(const struct oracle_program *p, const struct state *s, const void *what)
{
    const struct stuck *stuck = what;
    for (int i = 0; i < stuck->count; i++) {
        int t = thread_of(p, stuck->stands[i].thread);
        if (s->at[t] != stuck->at.at[t] || s->phase[t] != stuck->at.phase[t])
            return true;
    }
    return false;
}

/* Whether a thread has a lock by that name; what is no lock, anyone has. */
static bool has(const struct oracle_program *p, const struct state *s, int t, const char *name)
{
    int number = atoi(name + 1);
    if (name[0] == 'S' && p->value[number] == 1)
        return done(p, s, t, CALL_take, number) > done(p, s, t, CALL_post, number);
    if (name[0] == 'M' || name[0] == 'm') /* main is one too */
        return !strcmp(name, "main") || holds(p, s, t, number);
    return name[0] != 'R' || reads(p, s, t, number, false) || reads(p, s, t, number, true);
}

static bool is_stuck(const struct oracle_program *p, const struct state *s, const void *what)
{
    const struct stuck *sought = what;
    for (int i = 0; i < sought->count; i++) {
        int t = thread_of(p, sought->stands[i].thread);
        const struct oracle_op *op = t < p->threads ? op_of(p, s, t) : NULL;
        char name[8];
        if (!op || can_step(p, s, t) || !is_started(p, s, t))
            return false;
        name_of(op, s->phase[t], name);
        if (strcmp(name, sought->stands[i].wants) || !has(p, s, t, sought->stands[i].holds))
            return false;
    }
    struct stuck here = *sought;
    here.at = *s;
    return !reaches(p, s, has_moved, &here);
}

bool oracle_can_stick(const struct oracle_program *p, const struct oracle_stand *stands, int count, bool free)
{
    struct state begin = {0};
    return reaches(p, &begin, is_stuck, &(struct stuck){.stands = stands, .count = count, .free = free});
}

/* The thread that holds what another waits for, a mutex or an rwlock to write; -1: that isn't what it waits for. */
static int holder_of(const struct oracle_program *p, const struct state *s, int t)
{
    const struct oracle_op *op = op_of(p, s, t);
    if (!op || can_step(p, s, t) || !is_started(p, s, t))
        return -1;
    for (int other = 0; other < p->threads; other++) {
        if (op->call == CALL_lock && holds(p, s, other, op->object))
            return other;
        if ((op->call == CALL_read || op->call == CALL_write) && reads(p, s, other, op->object, true))
            return other;
        if (op->call == CALL_write && other != t && reads(p, s, other, op->object, false))
            return other;
    }
    return -1;
}

static bool has_circle(const struct oracle_program *p, const struct state *s, const void *what)
{
    (void)what;
    for (int t = 0; t < p->threads; t++) {
        int next = t;
        for (int i = 0; i < p->threads && next >= 0; i++) {
            next = holder_of(p, s, next);
            if (next == t)
                return true;
        }
    }
    return false;
}

bool oracle_can_circle(const struct oracle_program *p)
{
    struct state begin = {0};
    return reaches(p, &begin, has_circle, NULL);
}

/* --- one run --- */

static void say(struct script *script, int t, const char *verb, const char *object, const char *more)
{
    char line[64];
    snprintf(line, sizeof line, "%s %s %s%s", thread_name(t), verb, object, more);
    script_play(script, line);
}

/* Verbs of a call that got through at once, that begins to wait, that waits no longer. */
static const char *const verbs[][3] = {
    [CALL_lock] = {"lock", "want", "got"}, [CALL_unlock] = {"unlock"},
    [CALL_read] = {"rdlock", "wantrd", "gotrd"}, [CALL_write] = {"lock", "want", "got"}, [CALL_unlock_rw] = {"unlock"},
    [CALL_take] = {"lock", "want", "got"}, [CALL_post] = {"post"},
    [CALL_wait] = {NULL, "wait", "waited"}, [CALL_signal] = {"signal"}, [CALL_broadcast] = {"broadcast"},
    [CALL_meet] = {NULL, "wait", "waited"}, [CALL_await] = {"rdlock", "wait", "waited"}, [CALL_set] = {"broadcast"},
    [CALL_start] = {"start"}, [CALL_join] = {NULL, "joining", "joined"},
};

struct player {
    const struct oracle_program *program;
    struct script *script;
    struct state state;
    bool waits[ORACLE_THREADS];
};

static void say_step(struct player *player, int t, const struct oracle_op *op, int which)
{
    char name[8], mutex[8] = "";
    name_of(op, PHASE_before, name);
    if (op->call == CALL_wait)
        snprintf(mutex, sizeof mutex, " M%d", op->object);
    if (which == 2 && !verbs[op->call][0] && op->call != CALL_wait && !player->waits[t])
        say(player->script, t, verbs[op->call][1], name, mutex);
    say(player->script, t, verbs[op->call][which], name, mutex);
}

static void say_end(const struct player *player, int t)
{
    if (player->state.at[t] == player->program->count[t] && t)
        script_play(player->script, t == 1 ? "T1 end" : t == 2 ? "T2 end" : "T3 end");
}

/* One thread takes a step, or begins to wait; false: it can do neither. */
static bool play(struct player *player, int t)
{
    const struct oracle_program *p = player->program;
    struct state before = player->state;
    const struct oracle_op *op = op_of(p, &before, t);
    if (!op || !is_started(p, &before, t))
        return false;
    if (!can_step(p, &before, t)) {
        if (player->waits[t] || before.phase[t] != PHASE_before)
            return false;
        player->waits[t] = true;
        say_step(player, t, op, 1);
        return true;
    }
    int first = 0; /* the model has a signal wake whoever waits longest; here that is the one by number */
    take_step(p, &player->state, t, first);
    if (player->state.phase[t] == PHASE_asleep) {
        say_step(player, t, op, 1);
        return true;
    }
    if (op->call == CALL_meet) { /* it comes, and all leave */
        say_step(player, t, op, 1);
        for (int other = 0; other < p->threads; other++)
            if (player->state.at[other] != before.at[other])
                say(player->script, other, "waited", op->object ? "W1" : "W0", "");
        return true;
    }
    if (op->call == CALL_flag || op->call == CALL_if) { /* not in a trace */
        say_end(player, t);
        return true;
    }
    bool waited = player->waits[t] || before.phase[t] == PHASE_woken || !verbs[op->call][0];
    say_step(player, t, op, waited ? 2 : 0);
    player->waits[t] = false;
    say_end(player, t);
    return true;
}

bool oracle_run(const struct oracle_program *p, struct script *script)
{
    struct player player = {.program = p, .script = script};
    char line[200];
    snprintf(line, sizeof line, "main process; main begin; main init S0 value=%d; main init S1 value=%d; main init W0 value=2; main init W1 value=2",
             p->value[0], p->value[1]);
    script_play(script, line);
    for (int idle = 0; idle < 200;)
        idle = play(&player, rand() % p->threads) ? 0 : idle + 1;
    for (int t = 0; t < p->threads; t++)
        if (player.state.at[t] < p->count[t])
            return false;
    return true;
}
