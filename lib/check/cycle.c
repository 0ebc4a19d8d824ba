/* SPDX-License-Identifier: MIT */
/* The search for cycles: depth first with growing limits, so that short ones are found first; bounded in steps. */
#include "check/cycle.h"

#include "check/clock.h"
#include "check/report.h"
#include "check/semaphore.h"
#include "check/thread.h"

enum { STEPS_MAX = 100000, LENGTH_MAX = 4096 };

/* The witnesses chosen so far, and how far the search at each of them has come. */
struct search {
    const struct node *goal;
    struct cycle_step *steps;
    uint32_t length, limit, steps_left;
    uint64_t mark;
    bool limited; /* something lay beyond the limit */
    bool ordered; /* two were left apart because one lies before the other */
    bool timeless; /* what lies before what isn't asked */
};

static bool holds_exclude(const struct record_object *first, const struct record_object *second)
{
    return first->object == second->object && !(first->mode == THRUM_mode_shared && second->mode == THRUM_mode_shared) &&
           !record_has_seats(first);
}

static bool share_a_lock(const struct record *first, const struct record *second)
{
    for (uint32_t i = 0; i < first->held_count; i++)
        for (uint32_t j = 0; j < second->held_count; j++)
            if (holds_exclude(&first->held[i], &second->held[j]))
                return true;
    return false;
}

static bool lies_before(const struct record *first, const struct record *second)
{
    return clock_has(second->clock, first->serial, first->epoch);
}

static bool can_be_at_once(struct search *search, const struct record *first, const struct record *second)
{
    if (first->serial == second->serial || first->forks != second->forks || share_a_lock(first, second))
        return false;
    if (search->timeless || (!lies_before(first, second) && !lies_before(second, first)))
        return true;
    search->ordered = true;
    return false;
}

static bool is_seated(const struct record *record, uint64_t semaphore)
{
    for (uint32_t i = 0; i < record->held_count; i++)
        if (record->held[i].object == semaphore)
            return true;
    return false;
}

/* Whether the semaphores that are held have seats for this one and those chosen so far. */
static bool are_seats_left(const struct search *search, const struct record *record)
{
    for (uint32_t i = 0; i < record->held_count; i++) {
        const struct record_object *held = &record->held[i];
        uint32_t seats = semaphore_is_kind(held->kind) ? semaphore_seats(held->object) : 0, taken = 0;

        for (uint32_t j = 0; seats > 0 && j < search->length; j++)
            taken += is_seated(search->steps[j].witness->record, held->object);
        if (seats > 0 && taken >= seats)
            return false;
    }
    return true;
}

/* Whether the one who wants waits for the one who holds: not where a recursive reader wants what is held shared. */
static bool waits_for(const struct record *wanting, const struct witness *holding)
{
    return !(wanting->recursive_read && holding->record->held[holding->index].mode == THRUM_mode_shared);
}

static bool is_lock(const struct record_object *object)
{
    return !semaphore_is_kind(object->kind) || semaphore_is_proven(object->object);
}

static bool are_locks(const struct witness *witness)
{
    return is_lock(&witness->record->held[witness->index]) && is_lock(&witness->record->wanted);
}

static bool fits(struct search *search, const struct witness *witness)
{
    const struct cycle_step *steps = search->steps;

    if (!are_locks(witness))
        return false;
    if (!waits_for(steps[search->length - 1].witness->record, witness))
        return false;
    for (uint32_t i = 0; i < search->length; i++)
        if (!can_be_at_once(search, steps[i].witness->record, witness->record))
            return false;
    if (!are_seats_left(search, witness->record))
        return false;
    return witness->record->wanted.object != search->goal->object || waits_for(witness->record, steps[0].witness);
}

static struct witness *next_fit(struct search *search, struct witness *witness)
{
    while (witness && !fits(search, witness))
        witness = witness->next;
    return witness;
}

/* Chooses the next edge and witness of the step at the end: from where it stands. False where there is none left. */
static bool advance(struct search *search, struct edge *edge, struct witness *witness)
{
    for (;;) {
        if (!edge || search->steps_left == 0)
            return false;
        search->steps_left--;
        witness = edge->to->visited == search->mark ? NULL : next_fit(search, witness);
        if (witness) {
            search->steps[search->length++] = (struct cycle_step){edge, witness};
            return true;
        }
        edge = edge->next_out;
        witness = edge ? edge->witnesses : NULL;
    }
}

/* Depth first; nodes on the path are marked. True where the path closes. */
static bool find(struct search *search)
{
    bool deeper = true;

    while (search->length > 0) {
        struct cycle_step *last = &search->steps[search->length - 1];
        struct node *end = last->edge->to;

        if (deeper && end == search->goal)
            return true;
        if (deeper && search->length < search->limit) {
            end->visited = search->mark;
            if (advance(search, end->out, end->out ? end->out->witnesses : NULL))
                continue;
        } else if (deeper) {
            search->limited = true;
        }
        /* Nothing beyond: the same edge by its next witness, or the next edge of where it begins. */
        if (end->visited == search->mark)
            end->visited = 0;
        if (search->length == 1 || search->steps_left == 0)
            return false;
        struct cycle_step tried = *last;
        search->length--;
        deeper = advance(search, tried.edge, tried.witness->next);
    }
    return false;
}

/* The shortest first. */
static bool find_from(struct search *search, struct edge *edge, struct witness *witness)
{
    bool found = false;

    search->steps_left = STEPS_MAX;
    for (search->limit = 2; !found && search->limit <= LENGTH_MAX; search->limit *= 2) {
        search->mark = ++check_state.graph.searches;
        search->steps[0] = (struct cycle_step){edge, witness};
        search->length = 1;
        search->limited = false;
        found = find(search);
        if (!search->limited || search->steps_left == 0)
            break;
    }
    return found;
}

void cycle_search(struct edge *edge, struct witness *witness)
{
    static struct cycle_step steps[LENGTH_MAX];
    struct search search = {.goal = edge->from, .steps = steps};

    if (!are_locks(witness))
        return;
    if (find_from(&search, edge, witness)) {
        report_cycle(search.steps, search.length);
        return;
    }
    if (search.steps_left == 0) {
        report_cut();
        return;
    }
    /* So far each of these was over before the next began. They may come again, and meet. */
    search.timeless = true;
    if (search.ordered && find_from(&search, edge, witness))
        for (uint32_t i = 0; i < search.length; i++)
            order_watch(search.steps[i].witness->record->wanted.object);
}
