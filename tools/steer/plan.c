/* SPDX-License-Identifier: MIT */
/* Roles of a finding's threads: sites as offsets, threads by their order, visits counted in the trace. */
#include "config.h"
#include "steer/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/map.h"
#include "base/memory.h"
#include "trace/reader.h"

/* A point as the trace has it: a thread at a call, at a time. */
struct visit {
    int32_t pid, tid;
    uint64_t site;
    int64_t time_ns;
    struct steer_point *point;
    uint32_t *thread; /* where its number goes; NULL: nowhere */
};

struct tour {
    struct visit visits[2 * STEER_ROLES];
    size_t count;
    struct map numbers; /* pid, serial -> the how-manieth of its process, + 1 */
    struct map created; /* pid -> how many so far, + 1 */
    struct map threads; /* pid, tid -> number + 1 */
    const char *changed; /* a file that isn't the one recorded any more; NULL: none is */
};

static uint64_t key_of(int32_t pid, uint64_t more)
{
    return (uint64_t)(uint32_t)pid << 32 ^ (more + 1) * 0x9e3779b97f4a7c15u;
}

static void add_visit(struct tour *tour, struct symbols *symbols, const struct finding_step *step,
                      const struct finding_object *object, struct steer_point *point, uint32_t *thread)
{
    if (!object->stack_count)
        return;
    uint64_t site = object->stack[0].address;
    const struct symbol_place *place = symbols_call(symbols, step->pid, object->since_ns, site);
    if (place->changed)
        tour->changed = place->module;
    snprintf(point->module, sizeof point->module, "%s", place->module);
    point->offset = place->offset;
    tour->visits[tour->count++] = (struct visit){step->pid, step->tid, site, object->since_ns, point, thread};
}

/* --- the trace once more --- */

static void on_spawn(struct tour *tour, int32_t pid, uint64_t serial)
{
    uintptr_t number = (uintptr_t)map_get(&tour->created, (uint32_t)pid) + 1;
    map_put(&tour->created, (uint32_t)pid, (void *)number);
    map_put(&tour->numbers, key_of(pid, serial), (void *)(number + 1));
}

static void on_begin(struct tour *tour, int32_t pid, int32_t tid, uint64_t serial)
{
    void *number = serial ? map_get(&tour->numbers, key_of(pid, serial)) : NULL;
    map_put(&tour->threads, key_of(pid, (uint32_t)tid), number ? number : (void *)1);
}

/* A thread makes a call that takes something, or waits. */
static void on_call(struct tour *tour, const struct thrum_event_common *who, uint64_t site, int64_t time_ns)
{
    for (size_t i = 0; i < tour->count; i++) {
        const struct visit *visit = &tour->visits[i];
        if (visit->site != site || visit->tid != who->tid || visit->pid != who->pid || time_ns > visit->time_ns)
            continue;
        visit->point->count++;
        uintptr_t number = (uintptr_t)map_get(&tour->threads, key_of(who->pid, (uint32_t)who->tid));
        if (visit->thread)
            *visit->thread = number ? (uint32_t)number - 1 : 0;
    }
}

static void take(struct tour *tour, const struct trace_event *event)
{
    const union thrum_event_record *record = &event->record;
    switch (event->id) {
    case THRUM_EVENT_spawn:
        on_spawn(tour, record->common.pid, record->spawn.serial);
        break;
    case THRUM_EVENT_thread_begin:
        on_begin(tour, record->common.pid, record->common.tid, record->thread_begin.serial);
        break;
    case THRUM_EVENT_acquire:
        on_call(tour, &record->common, record->acquire.site, event->time_ns);
        break;
    case THRUM_EVENT_acquire_begin:
        on_call(tour, &record->common, record->acquire_begin.site, event->time_ns);
        break;
    case THRUM_EVENT_acquire_fail:
        on_call(tour, &record->common, record->acquire_fail.site, event->time_ns);
        break;
    case THRUM_EVENT_wait_begin:
        on_call(tour, &record->common, record->wait_begin.site, event->time_ns);
        break;
    default:
        break;
    }
}

static int walk(struct tour *tour, const char *const *paths, size_t count, char **trouble)
{
    struct reader *reader;
    int err = reader_open(&reader, paths, count, trouble);
    if (err)
        return err;
    for (const struct trace_event *event; (event = reader_next(reader));)
        take(tour, event);
    reader_close(reader);
    return 0;
}

/* --- the plan --- */

static const struct finding_step *step_of(const struct finding *finding, const struct finding_move *move)
{
    for (size_t i = 0; i < finding->step_count; i++)
        if (finding->steps[i].pid == move->pid && finding->steps[i].tid == move->tid)
            return &finding->steps[i];
    return NULL;
}

static bool is_held(const struct finding_object *object)
{
    return !object->verb && strcmp(object->kind, "thread") != 0;
}

/* Threads that hold something come first: the others only have to wait until those stand. */
static void add_roles(struct steer *plan, struct tour *tour, const struct finding *finding, struct symbols *symbols, bool holding)
{
    for (size_t i = 0; i < finding->move_count && plan->role_count < STEER_ROLES; i++) {
        const struct finding_step *step = finding->moves[i].stands ? step_of(finding, &finding->moves[i]) : NULL;
        if (!step || is_held(&step->holds) != holding)
            continue;
        struct steer_role *role = &plan->roles[plan->role_count++];
        if (holding)
            add_visit(tour, symbols, step, &step->holds, &role->gate, NULL);
        add_visit(tour, symbols, step, &step->wants, &role->stand, &role->thread);
    }
}

int steer_plan_fill(struct steer *plan, const struct finding *finding, struct symbols *symbols, const char *const *paths,
                    size_t count, char **trouble)
{
    struct tour tour = {0};
    plan->mode = STEER_confirm;
    plan->role_count = 0;
    add_roles(plan, &tour, finding, symbols, true);
    add_roles(plan, &tour, finding, symbols, false);
    int err = plan->role_count == finding->step_count ? 0 : -EINVAL;
    if (err)
        *trouble = memory_format("finding %s has no schedule that a run could be steered by", finding->id);
    else if (tour.changed) {
        *trouble = memory_format("%s isn't what was recorded any more: record it anew", tour.changed);
        err = -ESTALE;
    } else
        err = walk(&tour, paths, count, trouble);
    for (size_t i = 1; i < finding->step_count; i++)
        plan->anyone |= finding->steps[i].pid != finding->steps[0].pid; /* threads are numbered within their process */
    map_free(&tour.numbers);
    map_free(&tour.created);
    map_free(&tour.threads);
    return err;
}

void steer_plan_try(struct steer *plan, const struct steer *full, unsigned attempt)
{
    static const struct {
        bool anyone, gates;
    } ways[] = {{false, true}, {true, true}, {false, false}, {true, false}};
    enum { WAYS = sizeof ways / sizeof ways[0], PAUSE_MS = 1000, LONGER = 3 };
    memcpy(plan, full, sizeof *plan);
    plan->anyone = full->anyone || ways[attempt % WAYS].anyone;
    plan->pause_ms = attempt / WAYS < LONGER ? PAUSE_MS << attempt / WAYS : PAUSE_MS << LONGER;
    for (uint32_t i = 0; i < plan->role_count && !ways[attempt % WAYS].gates; i++)
        plan->roles[i].gate.module[0] = 0;
}
