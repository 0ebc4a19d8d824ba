/* SPDX-License-Identifier: MIT */
/* The search for cycles: depth first with growing limits, so that short ones are found first; bounded in steps. */
#include "check/cycle.h"

#include "check/bundle.h"
#include "check/clock.h"
#include "check/report.h"
#include "check/semaphore.h"
#include "check/thread.h"

enum { STEPS_MAX = 100000, LENGTH_MAX = 4096, PASSES_MAX = 4 * LENGTH_MAX, COMPARED = 64 };

/*
 * The witnesses chosen so far, and how far the search at each of them has come. A step that begins at a lock in a bundle takes
 * some places, one for each bundle that it passes; `length` counts places, `count` steps.
 */
struct search {
    uint64_t goal; /* nodes where the first step may begin are marked with it */
    struct cycle_step *steps;
    uint32_t length, count, limit, steps_left;
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

/* To compare many takes as long as some steps. */
static bool share_a_lock(struct search *search, const struct record *first, const struct record *second)
{
    struct holding all = {first, first->bundle, 0};
    uint32_t compared = 0;

    for (const struct record_object *one; (one = holding_next(&all)); ) {
        struct holding others = {second, second->bundle, 0};

        for (const struct record_object *other; (other = holding_next(&others)); compared++)
            if (holds_exclude(one, other))
                return true;
    }
    search->steps_left -= search->steps_left < compared / COMPARED ? search->steps_left : compared / COMPARED;
    return false;
}

static bool lies_before(const struct record *first, const struct record *second)
{
    return clock_has(second->clock, first->serial, first->epoch);
}

static bool can_be_at_once(struct search *search, const struct record *first, const struct record *second)
{
    if (first->serial == second->serial || first->forks != second->forks || share_a_lock(search, first, second))
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
            taken += search->steps[j].witness && is_seated(search->steps[j].witness->record, held->object);
        if (seats > 0 && taken >= seats)
            return false;
    }
    return true;
}

/* Whether the one who wants waits for the one who holds: not where a recursive reader wants what is held shared. */
static bool waits_for(const struct record *wanting, const struct record_object *held)
{
    return !(wanting->recursive_read && held->mode == THRUM_mode_shared);
}

static bool is_lock(const struct record_object *object)
{
    return !semaphore_is_kind(object->kind) || semaphore_is_proven(object->object);
}

/* What a witness holds of an object; NULL: that is what its edge begins at, and not one of the bundles below. */
static const struct record_object *held_by(const struct witness *witness, const struct record_object *passing, uint64_t object)
{
    if (witness->index < witness->record->held_count)
        return &witness->record->held[witness->index];
    return passing ? passing : bundle_find(witness->record->bundle, object);
}

/* The last step that is whole; the first is. */
static const struct cycle_step *last_whole(const struct search *search)
{
    const struct cycle_step *step = &search->steps[search->length - 1];

    while (!step->witness)
        step--;
    return step;
}

/* Whether who wants the goal waits for who holds it in the first step. */
static bool closes(const struct search *search, const struct record *record)
{
    const struct cycle_step *first = &search->steps[0];

    return waits_for(record, first->holds ? first->holds : bundle_find(first->witness->record->bundle, record->wanted.object));
}

static bool fits(struct search *search, const struct edge *edge, const struct witness *witness, const struct record_object *holds)
{
    if (!holds || !is_lock(holds) || !is_lock(&witness->record->wanted))
        return false;
    if (!waits_for(last_whole(search)->witness->record, holds))
        return false;
    for (uint32_t i = 0; i < search->length; i++)
        if (search->steps[i].witness && !can_be_at_once(search, search->steps[i].witness->record, witness->record))
            return false;
    if (!are_seats_left(search, witness->record))
        return false;
    return edge->to->goal != search->goal || closes(search, witness->record);
}

/* Takes the edge as the next place of the way, by a witness from the given one on; false where that can't be. */
static bool take_edge(struct search *search, struct edge *edge, struct witness *witness)
{
    const struct cycle_step *last = &search->steps[search->length - 1];
    const struct record_object *passing = last->witness ? NULL : last->holds;

    if (edge->to->visited == search->mark || search->length == PASSES_MAX)
        return false;
    if (edge->to->bundle) {
        if (!passing && !(passing = bundle_find(edge->to->bundle, edge->from->object)))
            return false;
        search->steps[search->length++] = (struct cycle_step){edge, NULL, passing};
        return true;
    }
    for (; witness; witness = witness->next) {
        const struct record_object *holds = held_by(witness, passing, edge->from->object);

        if (!fits(search, edge, witness, holds))
            continue;
        search->steps[search->length++] = (struct cycle_step){edge, witness, holds};
        search->count++;
        return true;
    }
    return false;
}

/* Chooses the next edge and witness of the place at the end: from where it stands. False where there is none left. */
static bool advance(struct search *search, struct edge *edge, struct witness *witness)
{
    for (;;) {
        if (!edge || search->steps_left == 0)
            return false;
        search->steps_left--;
        if (take_edge(search, edge, witness))
            return true;
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

        if (deeper && last->witness && end->goal == search->goal)
            return true;
        if (deeper && (search->count < search->limit || !last->witness)) {
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
        search->count -= tried.witness != NULL;
        if (tried.witness && tried.witness->next)
            deeper = advance(search, tried.edge, tried.witness->next);
        else
            deeper = advance(search, tried.edge->next_out, tried.edge->next_out ? tried.edge->next_out->witnesses : NULL);
    }
    return false;
}

/* Leaves the whole steps alone. */
static void leave_whole(struct search *search)
{
    uint32_t count = 0;

    if (!search->steps[0].holds)
        search->steps[0].holds =
            bundle_find(search->steps[0].witness->record->bundle, search->steps[search->length - 1].witness->record->wanted.object);
    for (uint32_t i = 0; i < search->length; i++)
        if (search->steps[i].witness)
            search->steps[count++] = search->steps[i];
    search->length = count;
}

/* The shortest first: where it ends, NULL where there is none. */
static struct node *find_from(struct search *search, const struct cycle_step *first)
{
    bool found = false;

    search->steps_left = STEPS_MAX;
    for (search->limit = 2; !found && search->limit <= LENGTH_MAX; search->limit *= 2) {
        search->mark = ++check_state.graph.searches;
        search->steps[0] = *first;
        search->length = search->count = 1;
        search->limited = false;
        found = find(search);
        if (!search->limited || search->steps_left == 0)
            break;
    }
    return found ? search->steps[search->length - 1].edge->to : NULL;
}

/* From a step to a node that is marked as a goal: tells of what is found, and where that ends; NULL where there is no more. */
static struct node *search_goal(const struct cycle_step *first, uint64_t goal)
{
    static struct cycle_step steps[PASSES_MAX];
    struct search search = {.goal = goal, .steps = steps};
    struct node *reached = find_from(&search, first);

    if (reached) {
        leave_whole(&search);
        report_cycle(search.steps, search.length);
        return reached;
    }
    if (search.steps_left == 0) {
        report_cut();
        return NULL;
    }
    /* So far each of these was over before the next began. They may come again, and meet. */
    search.timeless = true;
    if (!search.ordered || !(reached = find_from(&search, first)))
        return NULL;
    leave_whole(&search);
    for (uint32_t i = 0; i < search.length; i++)
        order_watch(search.steps[i].witness->record->wanted.object);
    return reached;
}

/* Each lock in the bundles below is a goal, until it was reached. */
static void search_below(struct edge *edge, struct witness *witness)
{
    struct holding below = {witness->record, witness->record->bundle, witness->record->held_count};
    uint64_t goal = ++check_state.graph.searches;
    struct node *node;

    for (const struct record_object *held; (held = holding_next(&below)); )
        if ((node = graph_find(&check_state.graph, held->object)))
            node->goal = goal;
    while ((node = search_goal(&(struct cycle_step){edge, witness, NULL}, goal)))
        node->goal = 0;
}

void cycle_search(struct edge *edge, struct witness *witness)
{
    const struct record *record = witness->record;

    if (!is_lock(&record->wanted))
        return;
    if (witness->index == record->held_count) {
        search_below(edge, witness);
    } else if (is_lock(&record->held[witness->index])) {
        edge->from->goal = ++check_state.graph.searches;
        search_goal(&(struct cycle_step){edge, witness, &record->held[witness->index]}, edge->from->goal);
    }
}
