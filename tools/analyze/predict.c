/* SPDX-License-Identifier: MIT */
/* Puts circles of orders to the test: chooses a wish for each order, and asks the closure whether they can meet. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "analyze/predict-inner.h"
#include "base/memory.h"

/* What may be spent on one circle and on all, in deeds taken into closures. */
enum { CIRCLE_STEPS = 20000000, ALL_STEPS = 400000000, CIRCLE_PAIRS = 1000000, ALL_PAIRS = 20000000 };

struct predict *predict_new(struct model *model, const struct hints *hints)
{
    struct predict *p = memory_new(1, sizeof *p);
    p->model = model;
    p->hints = hints;
    p->history = history_new();
    p->steps_left = ALL_STEPS;
    p->pairs_left = ALL_PAIRS;
    p->slot = model_subscribe(model, &predict_ops, p);
    return p;
}

void predict_finish(struct predict *p)
{
    history_finish(p->history);
    p->closure = closure_new(p->history);
}

static void free_circle(struct circle *circle)
{
    free(circle->resources);
    free(circle->wishes);
    free(circle->changed);
    free(circle->at);
    free(circle->next);
}

void predict_free(struct predict *p)
{
    if (!p)
        return;
    for (uint32_t i = 0; i < p->history->thread_count; i++) {
        p->threads[i].thread->slots[p->slot] = NULL;
        thread_unref(p->threads[i].thread);
    }
    for (uint32_t i = 0; i < p->history->resource_count; i++) {
        free(p->resources[i].posts);
        for (int round = 0; round < PREDICT_ROUNDS; round++)
            free(p->resources[i].comers[round]);
        p->resources[i].object->slots[p->slot] = NULL;
        object_unref(p->resources[i].object);
    }
    free(p->threads);
    free(p->resources);
    closure_free(p->closure);
    history_free(p->history);
    free_circle(&p->circle);
    model_unsubscribe(p->model, p->slot);
    free(p);
}

const char *predict_limits(const struct predict *p)
{
    return p->history->full ? "Only the beginning of the trace was searched for schedules: there was too much that could be "
                              "part of a deadlock"
         : p->history->waits_cut ? "Not all waits that hold locks were examined: there are too many that too many threads can end"
                                 : NULL;
}

/* --- choosing wishes --- */

static void make_room(struct circle *circle, uint32_t count)
{
    circle->count = count;
    if (count <= circle->capacity)
        return;
    free_circle(circle);
    circle->capacity = count;
    circle->resources = memory_new(count, sizeof *circle->resources);
    circle->wishes = memory_new(count, sizeof *circle->wishes);
    circle->changed = memory_new(count, sizeof *circle->changed);
    circle->at = memory_new(count, sizeof *circle->at);
    circle->next = memory_new(count, sizeof *circle->next);
}

/* Whether two threads can hold what they hold at once. */
static bool go_together(const struct wish *one, const struct wish *other)
{
    if (one->thread == other->thread)
        return false;
    for (uint32_t i = 0, j = 0; i < one->held_count && j < other->held_count;) {
        const struct held *a = &one->held[i], *b = &other->held[j];
        if (a->resource == b->resource && !(a->shared && b->shared))
            return false;
        if (a->resource <= b->resource)
            i++;
        if (b->resource <= a->resource)
            j++;
    }
    return true;
}

static bool holds_shared(const struct wish *wish, uint32_t resource)
{
    for (uint32_t i = 0; i < wish->held_count; i++)
        if (wish->held[i].resource == resource)
            return wish->held[i].shared;
    return false;
}

/* Whether who wishes to read waits for one who reads: not without a writer between them. */
static bool only_reads(const struct wish *wants, const struct wish *holds)
{
    return wants->shared && holds_shared(holds, wants->resource);
}

static bool fits(const struct circle *circle, uint32_t at, const struct wish *wish)
{
    for (uint32_t i = 0; i < at; i++)
        if (!go_together(circle->wishes[i], wish))
            return false;
    if (at && only_reads(circle->wishes[at - 1], wish))
        return false;
    return at + 1 < circle->count || !only_reads(wish, circle->wishes[0]);
}

static const struct wishes *wishes_at(const struct predict *p, uint32_t i)
{
    const struct circle *circle = &p->circle;
    return history_wishes(p->history, circle->resources[i], circle->resources[(i + 1) % circle->count]);
}

/*
 * Chooses, from where it stopped (`at` 0: from the beginning; the count: after what it chose last), the next wishes that go
 * together; false: there are no more.
 */
static bool choose(struct predict *p, uint32_t at, uint64_t *pairs)
{
    struct circle *circle = &p->circle;
    if (at == 0)
        circle->next[0] = 0;
    else
        at--;
    for (;;) {
        const struct wishes *wishes = wishes_at(p, at);
        uint32_t i = circle->next[at];
        while (i < wishes->count && *pairs && (--*pairs, !fits(circle, at, wishes->at[i])))
            i++;
        if (i == wishes->count || !*pairs) {
            if (!at-- || !*pairs)
                return false;
            continue;
        }
        circle->wishes[at] = wishes->at[i];
        circle->next[at] = i + 1;
        if (++at == circle->count)
            return true;
        circle->next[at] = 0;
    }
}

/* --- the answer --- */

static bool meet(struct predict *p, struct closure_rules rules)
{
    closure_clear(p->closure, rules);
    return closure_meets(p->closure, p->circle.wishes, p->circle.count, p->circle.at);
}

/*
 * What a thread finds under the lock of the circle decides whether it goes on to wait. That a thread is through is what people
 * keep there to know whom they may join, so a join is spared nothing.
 */
static bool is_join(const struct predict *p)
{
    for (uint32_t i = 0; i < p->circle.count; i++)
        if (p->resources[p->circle.resources[i]].object->thread)
            return true;
    return false;
}

static bool meet_as_found(struct predict *p)
{
    return meet(p, (struct closure_rules){.locks = true, .data = !p->hints->has_data, .spare = !is_join(p)});
}

static bool meet_otherwise(struct predict *p)
{
    return meet(p, (struct closure_rules){.locks = true, .spare = !is_join(p)});
}

static bool is_proof(const struct predict *p)
{
    for (uint32_t i = 0; i < p->circle.count; i++)
        if (p->history->resources[p->circle.resources[i]].kind == RESOURCE_unknown)
            return false;
    return true;
}

/* Whether there were more instances of these wishes than are kept. */
static bool is_cut(const struct predict *p)
{
    bool cut = p->history->full;
    for (uint32_t i = 0; i < p->circle.count; i++)
        cut |= p->circle.wishes[i]->more;
    return cut;
}

/* The schedule of wishes chosen before, in which data may have changed. */
static enum prediction meet_again(struct predict *p, const struct wish *const *wishes)
{
    memcpy(p->circle.wishes, wishes, p->circle.count * sizeof *wishes);
    meet_otherwise(p);
    return PREDICTION_data;
}

/* All ways to choose wishes, until one of them meets. */
static enum prediction search(struct predict *p)
{
    uint64_t given = p->pairs_left < CIRCLE_PAIRS ? p->pairs_left : CIRCLE_PAIRS, pairs = given, begun = p->closure->steps;
    bool any = false, order = false, met = false;
    enum prediction prediction = PREDICTION_unproven;
    const struct wish **changed = p->circle.changed;
    for (uint32_t at = 0; choose(p, at, &pairs); at = p->circle.count) {
        any = true;
        if (meet_as_found(p)) {
            p->pairs_left -= given - pairs;
            return is_proof(p) ? PREDICTION_feasible : PREDICTION_unproven;
        }
        if (!met && meet_otherwise(p)) {
            met = true;
            memcpy(changed, p->circle.wishes, p->circle.count * sizeof *changed);
        }
        order |= met || meet(p, (struct closure_rules){.hard_only = true}) || is_cut(p);
        if (p->closure->steps - begun > CIRCLE_STEPS || p->closure->steps > p->steps_left)
            pairs = 0;
    }
    p->pairs_left -= given - pairs;
    if (met)
        return is_proof(p) ? meet_again(p, changed) : PREDICTION_unproven;
    if (any)
        prediction = order ? PREDICTION_none : PREDICTION_impossible;
    return pairs ? prediction : PREDICTION_unknown;
}

static bool find_resources(struct predict *p, struct object *const *objects, uint32_t count)
{
    make_room(&p->circle, count);
    for (uint32_t i = 0; i < count; i++)
        if ((p->circle.resources[i] = predict_resource(p, objects[i])) == HISTORY_NONE)
            return false;
    for (uint32_t i = 0; i < count; i++)
        if (!wishes_at(p, i))
            return false;
    return true;
}

/* --- where the threads stand --- */

static struct taking taking_at(const struct predict *p, uint32_t resource, bool shared, struct moment_at at)
{
    return (struct taking){.object = p->resources[resource].object, .mode = shared ? THRUM_mode_shared : THRUM_mode_exclusive,
                           .site = at.site, .since_ns = at.time_ns};
}

/* The deed at which a wish comes true, or began to. */
static struct moment_at wished_at(const struct predict *p, const struct wish *wish, uint32_t at)
{
    const struct history_thread *t = &p->history->threads[wish->thread];
    for (uint32_t i = at; i < t->count && i < at + 4; i++)
        if (t->deeds[i].resource == wish->resource)
            return predict_moment(p->history, &t->deeds[i]);
    return (struct moment_at){wish->time_ns, wish->site};
}

/* What it holds of a resource when it has come so far, or the wake that it would do. */
static struct moment_at held_at(const struct predict *p, const struct wish *wish, uint32_t at, uint32_t resource)
{
    const struct history_thread *t = &p->history->threads[wish->thread];
    for (uint32_t i = at; i-- > 0;)
        if (t->deeds[i].resource == resource && t->deeds[i].what == DEED_acquire)
            return predict_moment(p->history, &t->deeds[i]);
    uint32_t wake = history_last_wake(p->history, wish->thread, resource);
    return wake == HISTORY_NONE ? (struct moment_at){wish->time_ns, wish->site} : predict_moment(p->history, &t->deeds[wake]);
}

static void tell_stands(const struct predict *p, struct predict_stand *stands)
{
    const struct circle *circle = &p->circle;
    for (uint32_t i = 0; i < circle->count; i++) {
        const struct wish *wish = circle->wishes[i];
        uint32_t held = circle->resources[i];
        stands[i].thread = p->threads[wish->thread].thread;
        stands[i].held = taking_at(p, held, holds_shared(wish, held), held_at(p, wish, circle->at[i], held));
        stands[i].wanted = taking_at(p, wish->resource, wish->shared, wished_at(p, wish, circle->at[i]));
    }
}

enum prediction predict_circle(struct predict *p, struct object *const *objects, uint32_t count, struct predict_stand *stands)
{
    if (!find_resources(p, objects, count))
        return PREDICTION_unknown;
    enum prediction prediction = search(p);
    if (prediction == PREDICTION_feasible || prediction == PREDICTION_data)
        tell_stands(p, stands);
    return prediction;
}

const struct object *predict_changed(const struct predict *p, const struct thread **thread)
{
    uint32_t resource, number = closure_changed(p->closure, &resource);
    if (number == HISTORY_NONE)
        return NULL;
    *thread = p->threads[number].thread;
    return p->resources[resource].object;
}
