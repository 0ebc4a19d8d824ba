/* SPDX-License-Identifier: MIT */
/* The entries of the contention analysis: found, made, and taken together once what they stand for is gone. */
#include "config.h"

#include <stdlib.h>
#include "analyze/contention-inner.h"
#include "model/known.h"
#include "base/memory.h"

/* Keys of 64 bits stand for what they are made of: among a million of them two are equal once in 10^7 traces. */
uint64_t entry_hash(uint64_t seed, uint64_t value)
{
    uint64_t hash = (seed ^ value) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ (hash >> 32)) * 0xd6e8feb86659fd93u;
    return hash ^ (hash >> 29);
}

static struct entry *new_entry(struct contention *contention, enum entry_kind kind)
{
    struct entry *entry = memory_new(1, sizeof *entry);
    entry->kind = kind;
    entry->row.members = 1;
    LIST_INSERT_HEAD(&contention->entries, entry, all);
    return entry;
}

void entry_free(struct entry *entry)
{
    LIST_REMOVE(entry, all);
    contention_clear(&entry->row);
    object_unref(entry->object);
    thread_unref(entry->thread);
    process_unref(entry->process);
    free(entry->line);
    free(entry->name);
    free(entry->kind_text);
    free(entry->place);
    free(entry->key);
    free(entry);
}

struct entry *entry_root(struct entry *entry)
{
    while (entry && entry->into)
        entry = entry->into;
    return entry;
}

/* --- objects --- */

static const struct symbol_variable *variable_of(struct contention *contention, const struct object *object)
{
    const struct process *process = object->process;
    int64_t time_ns = object->birth_ns < process->begin_ns ? process->begin_ns : object->birth_ns;
    return contention->symbols && object->kind != THRUM_kind_thread
               ? symbols_variable(contention->symbols, process->pid, time_ns, object->address)
               : NULL;
}

struct entry *entry_of_object(struct contention *contention, struct object *object, uint64_t site)
{
    struct entry *entry = object->slots[contention->slot];
    if (entry)
        return entry;
    const struct symbol_variable *variable = variable_of(contention, object);
    const struct known *known = variable ? known_object(variable, NULL) : NULL;
    entry = new_entry(contention, ENTRY_object);
    entry->object = object_ref(object);
    entry->process = process_ref(object->process);
    entry->site = site;
    entry->inner = known && known->inner && !contention->all;
    entry->seen_ns = object->birth_ns;
    object->slots[contention->slot] = entry;
    return entry;
}

/* --- sites --- */

struct entry *entry_of_site(struct contention *contention, struct process *process, uint64_t site)
{
    if (!site)
        return NULL;
    uint64_t key = entry_hash(process->id + 1, site);
    struct entry *entry = map_get(&contention->sites, key);
    if (!entry) {
        entry = new_entry(contention, ENTRY_site);
        entry->process = process_ref(process);
        entry->site = site;
        entry->seen_ns = model_totals(contention->model)->end_ns;
        map_put(&contention->sites, key, entry);
    }
    return entry;
}

void entry_use(struct entry *site, struct entry *object)
{
    if (!site || site->several || site->used == object)
        return;
    if (!site->used) { /* kept for it; of several none is, or each object of a long run would be */
        site->used = object;
        object->referred = true;
    } else if (entry_root(site->used) != object)
        site->several = true;
}

/* --- threads --- */

struct visitor *visitor_of(struct contention *contention, struct thread *thread)
{
    struct visitor *visitor = thread->slots[contention->slot];
    if (visitor)
        return visitor;
    visitor = memory_new(1, sizeof *visitor);
    visitor->entry = new_entry(contention, ENTRY_thread);
    visitor->entry->thread = thread_ref(thread);
    visitor->entry->unwanted = !chosen_thread(contention->chosen, thread);
    visitor->entry->process = process_ref(thread->process);
    visitor->walker = (uint32_t)contention->walker_count++;
    contention->walkers = memory_grow(contention->walkers, contention->walker_count, &contention->walker_capacity, sizeof *contention->walkers);
    contention->walkers[visitor->walker] = (struct walker){.entry = visitor->entry, .last = NO_PAST};
    LIST_INSERT_HEAD(&contention->visitors, visitor, all);
    thread->slots[contention->slot] = visitor;
    return visitor;
}

/* --- many taken together --- */

void contention_add_convoys(struct contention_convoys *to, const struct contention_convoys *from)
{
    to->count += from->count;
    to->handovers += from->handovers;
    to->time_ns += from->time_ns;
    to->held_ns += from->held_ns;
    if (from->longest_ns > to->longest_ns)
        to->longest_ns = from->longest_ns;
    if (from->threads > to->threads)
        to->threads = from->threads;
    if (from->waiters > to->waiters)
        to->waiters = from->waiters;
}

void contention_add(struct contention_row *to, const struct contention_row *from)
{
    for (int i = 0; i < CONTENTION_MODES; i++) {
        to->sides[i].acquired += from->sides[i].acquired;
        to->sides[i].contended += from->sides[i].contended;
        spread_merge(&to->sides[i].wait, &from->sides[i].wait);
        spread_merge(&to->sides[i].hold, &from->sides[i].hold);
    }
    for (int i = 0; i < REASON_COUNT; i++)
        to->waited_ns[i] += from->waited_ns[i];
    to->members += from->members;
    to->failed += from->failed;
    to->woken_ns += from->woken_ns;
    to->unended += from->unended;
    to->life_ns += from->life_ns;
    to->holding_ns += from->holding_ns;
    if (from->waiters > to->waiters)
        to->waiters = from->waiters;
    to->waits |= from->waits;
    contention_add_convoys(&to->convoys, &from->convoys);
}

void contention_clear(struct contention_row *row)
{
    for (int i = 0; i < CONTENTION_MODES; i++) {
        spread_free(&row->sides[i].wait);
        spread_free(&row->sides[i].hold);
    }
    *row = (struct contention_row){0};
}

void entry_add(struct entry *to, struct entry *from)
{
    contention_add(&to->row, &from->row);
    contention_clear(&from->row);
}

/* Whoever finds `from` by its object or thread finds `to` from now on. */
static void redirect(struct contention *contention, struct entry *from, struct entry *to)
{
    if (from->object)
        from->object->slots[contention->slot] = to;
    if (!from->thread)
        return;
    struct visitor *visitor = visitor_of(contention, from->thread);
    visitor->entry = contention->walkers[visitor->walker].entry = to;
}

static void take_in(struct contention *contention, struct entry *to, struct entry *from)
{
    redirect(contention, from, to);
    entry_add(to, from);
    if (!from->referred) {
        entry_free(from);
        return;
    }
    from->into = to;
    object_unref(from->object);
    thread_unref(from->thread);
    from->object = NULL;
    from->thread = NULL;
}

static void retire(struct contention *contention, struct entry *entry, uint64_t key)
{
    struct group *group = map_get(&contention->groups, key);
    if (!group)
        map_put(&contention->groups, key, group = memory_new(1, sizeof *group));
    if (!group->rest && group->count < CONTENTION_APART) {
        group->members[group->count++] = entry;
        return;
    }
    if (!group->rest) {
        group->rest = group->members[0];
        for (size_t i = 1; i < group->count; i++)
            take_in(contention, group->rest, group->members[i]);
    }
    take_in(contention, group->rest, entry);
}

void entry_retire_object(struct contention *contention, struct object *object)
{
    struct entry *entry = object->slots[contention->slot];
    if (!entry || entry->object != object) /* never used, or taken in already */
        return;
    const struct symbol_variable *variable = variable_of(contention, object);
    uint64_t place = variable ? object->address : object->birth_site ? object->birth_site : entry->site;
    if (object->kind == THRUM_kind_thread)
        place = object->thread ? object->thread->routine : 0;
    retire(contention, entry, entry_hash(entry_hash(object->process->id + 1, object->kind), place));
}

void entry_retire_thread(struct contention *contention, struct thread *thread)
{
    struct entry *entry = visitor_of(contention, thread)->entry;
    if (entry->thread != thread)
        return;
    retire(contention, entry, entry_hash(entry_hash(thread->process->id + 1, 0x7472656164 + entry->unwanted), thread->routine));
}
