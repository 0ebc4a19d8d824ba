/* SPDX-License-Identifier: MIT */
/* Counts acquires, waits and holds as the model tells of them. */
#include "config.h"
#include "analyze/contention.h"

#include <stdlib.h>
#include "analyze/contention-inner.h"
#include "base/memory.h"

const char *contention_reason_word(enum contention_reason reason)
{
#define CONTENTION_REASON(name) #name,
    static const char *const words[] = {CONTENTION_REASONS(CONTENTION_REASON)};
#undef CONTENTION_REASON
    return words[reason];
}

static enum contention_mode side_of(enum thrum_mode mode)
{
    return mode == THRUM_mode_shared ? CONTENTION_shared : CONTENTION_exclusive;
}

static enum contention_reason reason_of(const struct entry *entry, const struct object *object)
{
    if (entry->inner)
        return REASON_runtime;
    if (object_is_lock(object))
        return REASON_lock;
    switch (object->kind) {
    case THRUM_kind_lock:
        return REASON_lock;
    case THRUM_kind_semaphore:
        return REASON_semaphore;
    case THRUM_kind_condition:
        return REASON_condition;
    case THRUM_kind_thread:
        return REASON_join;
    case THRUM_kind_barrier:
        return REASON_barrier;
    case THRUM_kind_queue:
        return REASON_queue;
    default:
        return REASON_other;
    }
}

/* --- waiting --- */

static void on_blocked(void *self, int64_t now, struct thread *thread)
{
    struct contention *contention = self;
    struct object *object = thread->blocked.object;
    struct entry *entry = entry_of_object(contention, object, thread->blocked.site);
    if (in_range(contention, now) && is_chosen(contention, thread, object) && object->waiter_count > entry->row.waiters)
        entry->row.waiters = object->waiter_count;
    blame_begin(contention, thread, now);
    convoy_joined(contention, thread, now);
    chain_begin(contention, thread);
}

static void count_wait(struct entry *entry, const struct blocked *was, int64_t wait_ns)
{
    struct contention_side *side = &entry->row.sides[side_of(was->mode)];
    side->contended++;
    side->acquired += was->what == BLOCKING_wait;
    spread_add(&side->wait, wait_ns);
}

/* In the rows of what it waited for, where, and who. */
static void count_waits(struct contention *contention, struct thread *thread, const struct blocked *was, struct entry *entry, int64_t wait_ns)
{
    struct entry *waiter = visitor_of(contention, thread)->entry, *site = entry_of_site(contention, thread->process, was->site);
    count_wait(entry, was, wait_ns);
    if (!entry->inner && was->what == BLOCKING_acquire)
        count_wait(waiter, was, wait_ns);
    if (site)
        count_wait(site, was, wait_ns);
    if (!entry->row.waiters) /* it began before the range */
        entry->row.waiters = 1;
}

/* Whether it was one to count. */
static bool end_wait(struct contention *contention, struct thread *thread, const struct blocked *was, struct waker waker,
                     int64_t now)
{
    struct visitor *visitor = visitor_of(contention, thread);
    struct entry *entry = entry_of_object(contention, was->object, was->site);
    struct entry *site = entry_of_site(contention, thread->process, was->site);
    bool counted = is_chosen(contention, thread, was->object) && touches_range(contention, was->since_ns, now);
    int64_t wait_ns = clip(contention, now) - clip(contention, was->since_ns);
    visitor->entry->row.waited_ns[reason_of(entry, was->object)] += wait_ns; /* of its life, whatever is chosen */
    if (counted)
        count_waits(contention, thread, was, entry, wait_ns);
    if (site) {
        entry_use(site, entry);
        site->row.waits |= was->what == BLOCKING_wait;
    }
    blame_end(contention, thread, was, waker, now, counted);
    if (was->what == BLOCKING_acquire)
        chain_end(contention, thread, was, now);
    visitor->blocked_ns += now - was->since_ns;
    return counted;
}

static void on_unblocked(void *self, int64_t now, struct thread *thread, const struct blocked *was,
                         enum thrum_result result, struct waker waker)
{
    bool got = result == THRUM_result_ok || result == THRUM_result_EOWNERDEAD;
    end_wait(self, thread, was, waker, now);
    convoy_left(self, thread, was, got, now);
    past_waited(self, thread, was, waker, now);
}

/* --- holding --- */

static void begin_hold(struct contention *contention, struct thread *thread, const struct entry *entry,
                       const struct hold *hold, int64_t now)
{
    struct visitor *visitor = visitor_of(contention, thread);
    if (!hold || hold->depth != 1 || entry->inner)
        return;
    if (!visitor->holding++)
        visitor->holding_since_ns = now;
}

/* With at least one lock, up to now. */
static void count_holding(struct contention *contention, struct visitor *visitor, int64_t now)
{
    visitor->entry->row.holding_ns += clip(contention, now) - clip(contention, visitor->holding_since_ns);
}

static void end_hold(struct contention *contention, struct thread *thread, const struct entry *entry, int64_t now)
{
    struct visitor *visitor = visitor_of(contention, thread);
    if (!entry->inner && visitor->holding && !--visitor->holding)
        count_holding(contention, visitor, now);
}

static void on_acquired(void *self, int64_t now, const struct acquisition *got)
{
    struct contention *contention = self;
    struct entry *entry = entry_of_object(contention, got->object, got->site);
    struct entry *site = entry_of_site(contention, got->thread->process, got->site);
    begin_hold(contention, got->thread, entry, got->hold, now);
    if (got->object->waiter_count)
        blame_taken(contention, got->object);
    convoy_taken(contention, got->object, now);
    if (got->back || !in_range(contention, now) || !is_chosen(contention, got->thread, got->object)) /* back: the wait's affair, and its site's */
        return;
    enum contention_mode mode = side_of(got->mode);
    entry->row.sides[mode].acquired++;
    if (!entry->inner)
        visitor_of(contention, got->thread)->entry->row.sides[mode].acquired++;
    if (!site)
        return;
    entry_use(site, entry);
    site->row.sides[mode].acquired++;
}

static void on_held(void *self, int64_t now, struct thread *thread, const struct hold *hold)
{
    struct contention *contention = self;
    struct visitor *visitor = visitor_of(contention, thread);
    if (entry_of_object(contention, hold->object, hold->site)->inner)
        return;
    if (!visitor->holding++)
        visitor->holding_since_ns = now;
}

static void count_hold(struct contention *contention, struct thread *thread, const struct hold *hold, struct entry *entry, int64_t hold_ns)
{
    struct entry *site = entry_of_site(contention, thread->process, hold->site);
    enum contention_mode mode = side_of(hold->mode);
    spread_add(&entry->row.sides[mode].hold, hold_ns);
    if (!entry->inner)
        spread_add(&visitor_of(contention, thread)->entry->row.sides[mode].hold, hold_ns);
    if (site)
        spread_add(&site->row.sides[mode].hold, hold_ns);
}

static void on_released(void *self, int64_t now, struct thread *thread, const struct hold *hold, uint64_t site_address)
{
    struct contention *contention = self;
    (void)site_address;
    if (hold->depth)
        return;
    struct entry *entry = entry_of_object(contention, hold->object, hold->site);
    end_hold(contention, thread, entry, now);
    if (touches_range(contention, hold->since_ns, now) && is_chosen(contention, thread, hold->object))
        count_hold(contention, thread, hold, entry, clip(contention, now) - clip(contention, hold->since_ns));
    blame_given_back(contention, thread, hold, now);
    convoy_given_back(contention, hold->object, now);
    past_given_back(contention, hold, now);
}

static void on_dropped(void *self, int64_t now, struct thread *thread, const struct hold *hold, enum drop why)
{
    struct contention *contention = self;
    end_hold(contention, thread, entry_of_object(contention, hold->object, hold->site), now);
    if (why != DROP_signals)
        blame_given_back(contention, thread, hold, now);
}

static void on_failed(void *self, int64_t now, struct thread *thread, struct object *object, enum thrum_mode mode,
                      enum thrum_how how, enum thrum_result result, uint64_t address)
{
    struct contention *contention = self;
    struct entry *entry = entry_of_object(contention, object, address);
    struct entry *site = entry_of_site(contention, thread->process, address);
    (void)mode, (void)how, (void)result;
    if (!in_range(contention, now) || !is_chosen(contention, thread, object))
        return;
    entry->row.failed++;
    if (!entry->inner)
        visitor_of(contention, thread)->entry->row.failed++;
    if (!site)
        return;
    entry_use(site, entry);
    site->row.failed++;
}

/* --- lives --- */

static void on_thread_begun(void *self, int64_t now, struct thread *thread)
{
    past_begun(self, thread, now);
}

static int64_t life(struct contention *contention, const struct thread *thread, int64_t end_ns)
{
    int64_t begin_ns = thread->begin_ns == MODEL_UNKNOWN_NS ? model_totals(contention->model)->begin_ns : thread->begin_ns;
    return thread->tid ? clip(contention, end_ns) - clip(contention, begin_ns) : 0;
}

static void on_thread_ended(void *self, int64_t now, struct thread *thread)
{
    struct contention *contention = self;
    visitor_of(contention, thread)->entry->row.life_ns += life(contention, thread, now);
    contention->walkers[visitor_of(contention, thread)->walker].end_ns = now;
    entry_retire_thread(contention, thread);
}

static void on_thread_freed(void *self, int64_t now, struct thread *thread)
{
    struct contention *contention = self;
    struct visitor *visitor = thread->slots[contention->slot];
    (void)now;
    if (!visitor)
        return;
    LIST_REMOVE(visitor, all);
    free(visitor);
}

static void on_object_destroyed(void *self, int64_t now, struct object *object)
{
    struct contention *contention = self;
    convoy_end(contention, object->slots[contention->slot], now);
    entry_retire_object(self, object);
}

/* What goes on in a process when it, or the trace, ends. */
static void cut_thread(struct contention *contention, struct thread *thread, int64_t end_ns)
{
    if (thread->blocked.what != BLOCKING_no) {
        struct blocked was = thread->blocked;
        struct entry *entry = entry_of_object(contention, was.object, was.site);
        struct walker *walker = &contention->walkers[visitor_of(contention, thread)->walker];
        walker->end_ns = walker->end_ns ? walker->end_ns : was.since_ns; /* what it did ends here */
        if (end_wait(contention, thread, &was, (struct waker){0}, end_ns)) {
            entry->row.unended++;
            contention->totals.unended += !entry->inner;
        }
    }
}

static void cut_process(struct contention *contention, struct process *process, int64_t end_ns)
{
    struct thread *thread;
    for (thread = process->threads; thread; thread = thread->next_thread)
        for (uint32_t i = 0; i < thread->held_count; i++)
            blame_given_back(contention, thread, &thread->held[i], end_ns);
    for (thread = process->threads; thread; thread = thread->next_thread)
        cut_thread(contention, thread, end_ns);
}

static void on_process_ended(void *self, int64_t now, struct process *process)
{
    cut_process(self, process, now);
}

/* --- the whole --- */

static void on_event(void *self, const struct trace_event *event)
{
    struct contention *contention = self;
    const struct selection *selection = contention->selection;
    if (!contention->begun && selection && selection->ranged) {
        contention->from_ns = event->time_ns + selection->from_ns;
        contention->to_ns = selection->to_ns < 0 ? INT64_MAX : event->time_ns + selection->to_ns;
    }
    contention->begun = true;
    if (event->time_ns > contention->to_ns)
        return;
    contention->last_pid = event->record.common.pid;
    contention->last_tid = event->record.common.tid;
}

struct contention *contention_new(struct model *model, struct symbols *symbols, bool all)
{
    static const struct model_ops ops = {
        .event = on_event, .process_ended = on_process_ended, .thread_begun = on_thread_begun, .thread_ended = on_thread_ended,
        .thread_freed = on_thread_freed, .object_destroyed = on_object_destroyed, .blocked = on_blocked,
        .unblocked = on_unblocked, .acquired = on_acquired, .held = on_held, .failed = on_failed,
        .released = on_released, .dropped = on_dropped,
    };
    struct contention *contention = memory_new(1, sizeof *contention);
    contention->model = model;
    contention->symbols = symbols;
    contention->describe = describe_new(symbols);
    contention->all = all;
    contention->from_ns = MODEL_UNKNOWN_NS + 1; /* before all that is known */
    contention->to_ns = INT64_MAX;
    contention->slot = model_subscribe(model, &ops, contention);
    return contention;
}

void contention_select(struct contention *contention, const struct selection *selection, struct chosen *chosen)
{
    contention->selection = selection;
    contention->chosen = chosen;
}

void contention_finish(struct contention *contention, int64_t stopped_ns)
{
    int64_t end_ns = model_totals(contention->model)->end_ns;
    size_t count;
    struct process *const *processes = model_processes(contention->model, &count);
    if (stopped_ns > end_ns)
        end_ns = stopped_ns;
    for (size_t i = 0; i < count; i++) {
        cut_process(contention, processes[i], end_ns);
        for (struct thread *thread = processes[i]->threads; thread; thread = thread->next_thread) {
            struct visitor *visitor = visitor_of(contention, thread);
            if (!thread->ended)
                visitor->entry->row.life_ns += life(contention, thread, end_ns);
            if (visitor->holding)
                count_holding(contention, visitor, end_ns);
        }
    }
    struct entry *entry;
    LIST_FOREACH(entry, &contention->entries, all)
        convoy_end(contention, entry, end_ns);
    contention->totals.begin_ns = clip(contention, model_totals(contention->model)->begin_ns);
    contention->totals.end_ns = clip(contention, model_totals(contention->model)->end_ns);
    result_make(contention);
}

static void free_values(struct map *map)
{
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(map, &place));)
        free(entry->value);
    map_free(map);
}

void contention_free(struct contention *contention)
{
    for (int i = 0; i < CONTENTION_TABLES; i++)
        free(contention->rows[i]);
    free(contention->results);
    free(contention->pasts);
    free(contention->walkers);
    path_free(&contention->path);
    free_values(&contention->groups);
    free_values(&contention->pairs);
    map_free(&contention->sites);
    while (!LIST_EMPTY(&contention->entries))
        entry_free(LIST_FIRST(&contention->entries));
    model_unsubscribe(contention->model, contention->slot);
    while (!LIST_EMPTY(&contention->visitors)) {
        struct visitor *visitor = LIST_FIRST(&contention->visitors);
        LIST_REMOVE(visitor, all);
        free(visitor);
    }
    describe_free(contention->describe);
    free(contention);
}
