/* SPDX-License-Identifier: MIT */
/* What a prediction tells: the orders that waits make, and a schedule as a few moves for people. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/predict-inner.h"
#include "analyze/text.h"
#include "base/memory.h"

/* --- orders --- */

static struct taking taking_of(const struct predict *p, uint32_t resource, bool shared, struct moment_at at)
{
    return (struct taking){.object = p->resources[resource].object, .mode = shared ? THRUM_mode_shared : THRUM_mode_exclusive,
                           .site = at.site, .since_ns = at.time_ns};
}

/* What a wish holds, and the place in it of one resource; HISTORY_NONE: it has that by its duty to wake. */
static struct taking *holding_of(const struct predict *p, const struct wish *wish, uint32_t resource, uint32_t *place)
{
    const struct history_thread *t = &p->history->threads[wish->thread];
    struct taking *holding = memory_new(wish->held_count, sizeof *holding);
    *place = HISTORY_NONE;
    for (uint32_t i = 0; i < wish->held_count; i++) {
        const struct held *held = &wish->held[i];
        holding[i] = taking_of(p, held->resource, held->shared, predict_moment(p->history, &t->deeds[held->deed]));
        if (held->resource == resource)
            *place = i;
    }
    return holding;
}

static void tell_order(const struct predict *p, uint32_t held, const struct wish *wish,
                       void (*take)(void *self, const struct predict_order *), void *self)
{
    uint32_t place, wake = history_last_wake(p->history, wish->thread, held);
    struct taking *holding = holding_of(p, wish, held, &place);
    struct predict_order order = {.thread = p->threads[wish->thread].thread, .holding = holding, .holding_count = wish->held_count};
    order.wanted = taking_of(p, wish->resource, wish->shared, (struct moment_at){wish->time_ns, wish->site});
    if (place != HISTORY_NONE)
        order.held = holding[place];
    else
        order.held = taking_of(p, held, false, predict_moment(p->history, &p->history->threads[wish->thread].deeds[wake]));
    take(self, &order);
    free(holding);
}

void predict_orders(const struct predict *p, void (*take)(void *self, const struct predict_order *), void *self)
{
    const struct resource *resources = p->history->resources;
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(&p->history->by_order, &place));) {
        const struct wishes *wishes = entry->value;
        uint32_t held = (uint32_t)(entry->key >> 32), wanted = (uint32_t)entry->key;
        if (resources[held].kind == RESOURCE_lock && resources[wanted].kind == RESOURCE_lock)
            continue;
        for (uint32_t i = 0; i < wishes->count; i++)
            tell_order(p, held, wishes->at[i], take, self);
    }
}

/* --- the schedule --- */

/* The circle's place of a thread, or its count. */
static uint32_t place_of(const struct circle *circle, uint32_t thread)
{
    uint32_t i = 0;
    while (i < circle->count && circle->wishes[i]->thread != thread)
        i++;
    return i;
}

static char *thread_name(const struct predict *p, struct describe *describe, const struct finding *finding, uint32_t thread)
{
    const struct thread *known = p->threads[thread].thread;
    for (size_t i = 0; i < finding->step_count; i++)
        if (finding->steps[i].pid == known->process->pid && finding->steps[i].tid == known->tid)
            return memory_text(finding->steps[i].thread);
    return describe_thread(describe, known);
}

/* The locks that a thread holds when it has come so far: "lock_a and lock_b", "" where none. */
static char *holding_text(const struct predict *p, struct describe *describe, uint32_t thread, uint32_t upto)
{
    const struct history_thread *t = &p->history->threads[thread];
    struct text text = {0};
    uint32_t last = HISTORY_NONE;
    for (uint32_t i = 0; i < upto; i++) {
        const struct deed *deed = &t->deeds[i];
        if (deed->what != DEED_acquire || (deed->other != HISTORY_NONE && deed->other < upto))
            continue;
        if (last != HISTORY_NONE)
            text_add(&text, "%s%s", text.length ? ", " : "",
                     describe_object(describe, p->resources[t->deeds[last].resource].object));
        last = i;
    }
    if (last != HISTORY_NONE)
        text_add(&text, "%s%s", text.length ? " and " : "", describe_object(describe, p->resources[t->deeds[last].resource].object));
    return text_take(&text);
}

/* "transfer (bank.c:12)", "" where the site isn't known; to be freed. */
static char *place_text(struct describe *describe, const struct taking *taking)
{
    struct finding_object object = {0};
    struct taking bare = *taking;
    bare.stack = NULL;
    describe_taking(describe, &bare, &object);
    char *text = memory_text(object.stack_count ? object.stack[0].text : "");
    finding_object_free(&object);
    return text;
}

static const char *done_words(const struct deed *deed, enum resource_kind kind)
{
    switch ((enum deed_what)deed->what) {
    case DEED_acquire:
        return "has taken";
    case DEED_release:
        return "has given back";
    case DEED_touch:
        return "has taken and given back";
    case DEED_wake:
        return kind == RESOURCE_count ? "has posted" : kind == RESOURCE_condition ? "has woken" : "has set";
    case DEED_take:
        return "has got past";
    case DEED_wait:
        return "waits on";
    case DEED_need:
        break;
    }
    return "has passed";
}

/* The last deed before that which tells where a thread is; HISTORY_NONE: it has only begun. */
static uint32_t telling_deed(const struct history_thread *t, uint32_t from, uint32_t upto)
{
    for (uint32_t i = upto; i-- > from;)
        if (t->deeds[i].what != DEED_need)
            return i;
    return HISTORY_NONE;
}

/* How far a thread runs that stops on the way: "runs until it has given back m, at f (x.c:3)". */
static void tell_way(const struct predict *p, struct describe *describe, uint32_t thread, uint32_t deed_number,
                     struct finding_move *move)
{
    const struct deed *deed = &p->history->threads[thread].deeds[deed_number];
    const struct resource *resource = &p->history->resources[deed->resource];
    struct taking taking = taking_of(p, deed->resource, deed->shared, predict_moment(p->history, deed));
    const struct object *object = taking.object;
    taking.process = p->threads[thread].thread->process;
    move->site = taking.site;
    move->time_ns = taking.since_ns;
    move->place = place_text(describe, &taking);
    if (object->thread && deed->what == DEED_wake)
        move->text = memory_text("runs to its end");
    else
        move->text = memory_format("runs until it %s %s%s%s", done_words(deed, resource->kind), describe_object(describe, object),
                                   *move->place ? ", at " : "", move->place);
}

/*
 * The call that tells people where one of the circle stands: the innermost, but of a wrapper, through which both its locks
 * were taken, who called it.
 */
static const char *telling_frame(const struct finding_step *step)
{
    const struct finding_object *holds = &step->holds, *wants = &step->wants;
    size_t same = 0;
    while (same < wants->stack_count && same < holds->stack_count && !strcmp(wants->stack[same].text, holds->stack[same].text))
        same++;
    if (!wants->stack_count)
        return "";
    return wants->stack[same < wants->stack_count && same < holds->stack_count ? same : 0].text;
}

/* Where one of the circle stands at last. */
static void tell_stand(const struct predict *p, struct describe *describe, const struct finding *finding, uint32_t place,
                       struct finding_move *move)
{
    const struct circle *circle = &p->circle;
    const struct finding_object *wants = &finding->steps[place].wants;
    char *holding = holding_text(p, describe, circle->wishes[place]->thread, circle->at[place]);
    move->stands = true;
    move->place = memory_text(telling_frame(&finding->steps[place]));
    move->site = wants->stack_count ? wants->stack[0].address : 0;
    move->time_ns = wants->since_ns;
    move->text = memory_format("runs to %s%s%s", *move->place ? move->place : "its next step", *holding ? ", holding " : "", holding);
    free(holding);
}

void predict_tell(const struct predict *p, struct describe *describe, struct finding *finding)
{
    const struct circle *circle = &p->circle;
    uint32_t count, *begun = memory_new(p->history->thread_count, sizeof *begun);
    struct move *moves = predict_moves(p->closure, &count);
    finding->moves = memory_new(count, sizeof *finding->moves);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t thread = moves[i].thread, place = place_of(circle, thread);
        bool last = place < circle->count && moves[i].upto == circle->at[place];
        uint32_t deed = telling_deed(&p->history->threads[thread], begun[thread], moves[i].upto);
        begun[thread] = moves[i].upto;
        if (!last && deed == HISTORY_NONE)
            continue;
        struct finding_move *move = &finding->moves[finding->move_count++];
        move->pid = p->threads[thread].thread->process->pid;
        move->tid = p->threads[thread].thread->tid;
        move->thread = thread_name(p, describe, finding, thread);
        if (last)
            tell_stand(p, describe, finding, place, move);
        else
            tell_way(p, describe, thread, deed, move);
    }
    free(moves);
    free(begun);
}
