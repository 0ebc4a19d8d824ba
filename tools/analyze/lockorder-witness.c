/* SPDX-License-Identifier: MIT */
/*
 * Whether the witnesses of some edges could all be in the middle at once, each holding its first lock and waiting for the
 * next one's. What keeps them from it, from the weakest demand on:
 *
 *     threads   two of them are the same thread
 *     readers   one only wants to read what the next one only reads
 *     gates     two of them hold the same lock, so one would have had to wait before it came so far; or more of them have a
 *               seat of a semaphore than it has
 *     order     one is over before the other can begin: a thread was joined, or not yet created
 */
#include "config.h"

#include <string.h>
#include "analyze/lockorder.h"

/* --- two witnesses --- */

/* How many threads may hold it at once, where that is more than one: a semaphore's first value. */
static bool has_seats(const struct object *object)
{
    return object->kind == THRUM_kind_semaphore && !object->signals && object->value > 1;
}

static bool is_gate(const struct gate *one, const struct gate *other)
{
    return !one->object->signals && !has_seats(one->object) &&
           (one->mode != THRUM_mode_shared || other->mode != THRUM_mode_shared);
}

const struct object *witness_gate(const struct witness *one, const struct witness *other)
{
    const struct gates *a = one->gates, *b = other->gates;
    for (uint32_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->at[i].object == b->at[j].object) {
            if (is_gate(&a->at[i], &b->at[j]))
                return a->at[i].object;
            i++, j++;
        } else if (a->at[i].object->id < b->at[j].object->id)
            i++;
        else
            j++;
    }
    return NULL;
}

/* Whether some of their segments are not put in order; a run that was stretched counts as if it had no gaps. */
static bool overlap(const struct lives *lives, const struct witness *one, const struct witness *other)
{
    for (uint32_t i = 0; i < one->run_count; i++)
        for (uint32_t j = 0; j < other->run_count; j++) {
            const struct run *a = &one->runs[i], *b = &other->runs[j];
            if (!moment_before(lives, (struct moment){one->thread, a->last}, (struct moment){other->thread, b->first}) &&
                !moment_before(lives, (struct moment){other->thread, b->last}, (struct moment){one->thread, a->first}))
                return true;
        }
    return false;
}

static bool go_together(const struct lockorder *self, const struct witness *one, const struct witness *other, enum rule rule)
{
    bool anyone = one->anyone || other->anyone;
    return (rule < RULE_threads || anyone || one->thread != other->thread) &&
           (rule < RULE_gates || !witness_gate(one, other)) &&
           (rule < RULE_order || anyone || overlap(&self->lives, one, other));
}

/* Whether who wants it waits for who holds it. Readers of an rwlock that lets writers pass wait for other readers. */
static bool waits_for(const struct witness *wants, const struct witness *holds)
{
    return wants->wanted.mode != THRUM_mode_shared || holds->held.mode != THRUM_mode_shared ||
           wants->wanted.object->type == THRUM_type_prefer_writer_nonrecursive;
}

bool witnesses_meet(const struct lockorder *self, const struct witness *wants, const struct witness *holds)
{
    return waits_for(wants, holds) && go_together(self, wants, holds, RULE_order);
}

/* --- paths --- */

static bool holds_seat(const struct witness *witness, const struct object *semaphore)
{
    for (uint32_t i = 0; i < witness->gates->count; i++)
        if (witness->gates->at[i].object == semaphore)
            return true;
    return false;
}

/* A semaphore of which the witness and the first `at` of the path want more seats than there are; NULL: none. */
static const struct object *without_seat(const struct path *path, uint32_t at, const struct witness *witness)
{
    for (uint32_t g = 0; g < witness->gates->count; g++) {
        const struct object *semaphore = witness->gates->at[g].object;
        uint32_t taken = 1;
        if (!has_seats(semaphore))
            continue;
        for (uint32_t i = 0; i < at; i++)
            taken += holds_seat(path->chosen[i], semaphore);
        if (taken > semaphore->value)
            return semaphore;
    }
    return NULL;
}

const struct object *path_without_seat(const struct path *path)
{
    for (uint32_t i = 0; i < path->count; i++) {
        const struct object *semaphore = without_seat(path, i, path->chosen[i]);
        if (semaphore)
            return semaphore;
    }
    return NULL;
}

static bool fits(const struct lockorder *self, const struct path *path, uint32_t at, const struct witness *witness,
                 enum rule rule, uint64_t *budget)
{
    if (rule >= RULE_readers) {
        if (at && !waits_for(path->chosen[at - 1], witness))
            return false;
        if (path->closed && at == path->count - 1 && !waits_for(witness, at ? path->chosen[0] : witness))
            return false;
    }
    for (uint32_t i = 0; i < at; i++) {
        if (!*budget)
            return false;
        --*budget;
        if (!go_together(self, path->chosen[i], witness, rule))
            return false;
    }
    return rule < RULE_gates || !without_seat(path, at, witness);
}

/* The next of the edge's witnesses that fits at its place, from number `from` on; UINT32_MAX: none. */
static uint32_t next_fitting(const struct lockorder *self, const struct path *path, uint32_t at, uint32_t from,
                             enum rule rule, uint64_t *budget)
{
    const struct edge *edge = path->edges[at];
    for (uint32_t i = from; i < edge->witness_count && *budget; i++)
        if (fits(self, path, at, edge->witnesses[i], rule, budget))
            return i;
    return UINT32_MAX;
}

bool path_choose(const struct lockorder *self, struct path *path, enum rule strictest, uint64_t *budget)
{
    uint32_t at = 0, *next = path->scratch;
    next[0] = 0;
    for (;;) {
        uint32_t found = next_fitting(self, path, at, next[at], strictest, budget);
        if (found == UINT32_MAX) {
            if (!at-- || !*budget)
                return false;
            continue;
        }
        path->chosen[at] = path->edges[at]->witnesses[found];
        next[at] = found + 1;
        if (++at == path->count)
            return true;
        next[at] = 0;
    }
}

bool path_extend(const struct lockorder *self, struct path *path, enum rule strictest, uint64_t *budget)
{
    uint32_t last = path->count - 1;
    uint32_t found = next_fitting(self, path, last, 0, strictest, budget);
    if (found != UINT32_MAX) {
        path->chosen[last] = path->edges[last]->witnesses[found];
        return true;
    }
    memcpy(path->before, path->chosen, last * sizeof *path->before);
    if (*budget && path_choose(self, path, strictest, budget))
        return true;
    memcpy(path->chosen, path->before, last * sizeof *path->before);
    return false;
}
