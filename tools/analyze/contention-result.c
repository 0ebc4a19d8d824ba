/* SPDX-License-Identifier: MIT */
/* The results of the contention analysis: names for what was counted, and the tables in order. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/contention-inner.h"
#include "base/hosts.h"
#include "base/memory.h"

uint64_t contention_acquired(const struct contention_row *row)
{
    return row->sides[CONTENTION_exclusive].acquired + row->sides[CONTENTION_shared].acquired;
}

uint64_t contention_contended(const struct contention_row *row)
{
    return row->sides[CONTENTION_exclusive].contended + row->sides[CONTENTION_shared].contended;
}

static int64_t wait_ns(const struct contention_row *row)
{
    return row->sides[CONTENTION_exclusive].wait.total_ns + row->sides[CONTENTION_shared].wait.total_ns;
}

static int64_t total_wait_ns(const struct entry *entry)
{
    int64_t sum = 0;
    if (entry->kind != ENTRY_thread)
        return wait_ns(&entry->row);
    for (int i = 0; i < REASON_COUNT; i++)
        sum += entry->row.waited_ns[i];
    return sum;
}

static uint64_t text_hash(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

/* --- names --- */

static char *site_text(struct contention *contention, const struct process *process, int64_t time_ns, uint64_t site,
                       uint64_t *module)
{
    if (time_ns < process->begin_ns)
        time_ns = process->begin_ns;
    if (!contention->symbols)
        return memory_format("0x%" PRIx64, site);
    const struct symbol_place *place = symbols_call(contention->symbols, process->pid, time_ns, site);
    *module = text_hash(1, place->module);
    return memory_text(place->site->text);
}

static void free_description(struct finding_object *object)
{
    for (size_t i = 0; i < object->stack_count; i++)
        free(object->stack[i].text);
    free(object->stack);
    free(object->object);
    free(object->kind);
    free(object->name);
    free(object->birth);
}

/* "200 threads (worker)", as one of them is "thread 7 (worker)". */
static char *threads_name(uint64_t count, const char *one)
{
    const char *function = strchr(one, '(');
    return memory_format("%" PRIu64 " threads%s%s", count, function ? " " : "", function ? function : "");
}

/* "lock_a", "mutex 7 of make (pool.c:12)", "mutex 8 first used in work (pool.c:30)", "1204 x mutex of make (pool.c:12)". */
static char *object_name(struct contention *contention, const struct entry *entry, const struct finding_object *words)
{
    if (entry->object->kind == THRUM_kind_thread && entry->row.members > 1)
        return threads_name(entry->row.members, words->name);
    bool anonymous = describe_is_anonymous(contention->describe, entry->object), named = *words->name && !anonymous;
    const char *name = *words->name ? words->name : words->object;
    char *what = memory_text(name), *last = strrchr(what, ' '), *all;
    if (entry->row.members > 1 && !named && last) /* the number of the first of them */
        *last = '\0';
    const char *place = named || !entry->place || !describe_is_made_apart(contention->describe, entry->object) ? "" : entry->place;
    const char *link = !*place ? "" : *words->birth ? " of " : " ";
    if (entry->row.members > 1)
        all = memory_format("%" PRIu64 " x %s%s%s", entry->row.members, what, link, place);
    else
        all = memory_format("%s%s%s", what, link, place);
    free(what);
    return all;
}

static void name_object(struct contention *contention, struct entry *entry)
{
    struct finding_object words = {0};
    uint64_t module = 0;
    describe_taking(contention->describe, &(struct taking){.object = entry->object, .since_ns = entry->seen_ns}, &words);
    entry->kind_text = memory_text(words.kind);
    if (*words.birth)
        entry->place = memory_text(words.birth);
    else if (entry->site) {
        char *text = site_text(contention, entry->process, entry->seen_ns, entry->site, &module);
        entry->place = memory_format("first used in %s", text);
        free(text);
    }
    entry->name = object_name(contention, entry, &words);
    bool named = *words.name && !describe_is_anonymous(contention->describe, entry->object);
    const char *place = entry->place ? entry->place : "";
    entry->key = named ? memory_text(words.name)
                       : memory_format("%s%s%s", words.kind, !*place ? "" : *words.birth ? " of " : " ", place);
    free_description(&words);
}

static void name_thread(struct contention *contention, struct entry *entry)
{
    entry->name = describe_thread(contention->describe, entry->thread);
    if (entry->row.members == 1)
        return;
    char *one = entry->name;
    entry->name = threads_name(entry->row.members, one);
    free(one);
}

static void name_site(struct entry *entry)
{
    struct entry *used = entry_root(entry->used);
    entry->kind_text = memory_text(!used ? "" : entry->several ? "several" : used->name ? used->name : "");
}

static bool has_many_processes(const struct contention *contention)
{
    return model_totals(contention->model)->processes > 1;
}

static void name_entry(struct contention *contention, struct entry *entry)
{
    char pid[HOSTS_TEXT];
    if (entry->kind == ENTRY_object)
        name_object(contention, entry);
    else if (entry->kind == ENTRY_thread)
        name_thread(contention, entry);
    else
        name_site(entry);
    if (entry->kind != ENTRY_site && has_many_processes(contention)) {
        char *name = entry->name;
        entry->name = memory_format("%s (pid %s)", name, hosts_text(pid, entry->process->pid));
        free(name);
    }
    entry->row.name = entry->name;
    entry->row.key = entry->key ? entry->key : entry->name;
    entry->row.kind = entry->kind_text ? entry->kind_text : "";
    entry->row.place = entry->place ? entry->place : "";
}

/* Threads of one name are told apart; in another run they go by what they share. */
static void name_threads_apart(struct entry **threads, size_t count)
{
    struct map first = {0};
    bool *shared = memory_new(count + 1, sizeof *shared);
    for (size_t i = 0; i < count; i++) {
        uint64_t key = text_hash(1, threads[i]->name);
        size_t *seen = map_get(&first, key);
        if (seen)
            shared[*seen] = shared[i] = true;
        else
            map_put(&first, key, memory_copy(&i, sizeof i));
    }
    for (size_t i = 0; i < count; i++) {
        char *name = threads[i]->name, tid[HOSTS_TEXT];
        if (!shared[i] || !threads[i]->thread)
            continue;
        threads[i]->row.name = threads[i]->name = memory_format("%s (tid %s)", name, hosts_text(tid, threads[i]->thread->tid));
        threads[i]->row.key = threads[i]->key = name;
    }
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(&first, &place));)
        free(entry->value);
    map_free(&first);
    free(shared);
}

/* --- tables --- */

static int longest_first(const void *one, const void *other)
{
    const struct entry *a = *(struct entry *const *)one, *b = *(struct entry *const *)other;
    int64_t first = total_wait_ns(a), second = total_wait_ns(b);
    if (first != second)
        return first < second ? 1 : -1;
    if (contention_acquired(&a->row) != contention_acquired(&b->row))
        return contention_acquired(&a->row) < contention_acquired(&b->row) ? 1 : -1;
    return a->seen_ns != b->seen_ns ? (a->seen_ns < b->seen_ns ? -1 : 1) : a->site < b->site ? -1 : a->site > b->site;
}

/* Calls of one line, in several processes or inlined at several places, are one. */
static void join_sites(struct contention *contention)
{
    struct map texts = {0};
    for (struct entry *entry = LIST_FIRST(&contention->entries), *next; entry; entry = next) {
        next = LIST_NEXT(entry, all);
        if (entry->kind != ENTRY_site)
            continue;
        uint64_t module = 0;
        entry->name = site_text(contention, entry->process, entry->seen_ns, entry->site, &module);
        struct entry *same = map_get(&texts, text_hash(module, entry->name));
        if (!same) {
            map_put(&texts, text_hash(module, entry->name), entry);
            continue;
        }
        if (entry->used)
            entry_use(same, entry_root(entry->used));
        same->several |= entry->several;
        entry_add(same, entry);
        same->row.members = 1;
        entry->into = same;
    }
    map_free(&texts);
}

static bool object_waits(const struct object *object)
{
    return !object_is_lock(object) && object->kind != THRUM_kind_lock;
}

static struct entry **list(struct contention *contention, enum entry_kind kind, size_t *count)
{
    struct entry **entries = NULL, *entry;
    size_t capacity = 0;
    *count = 0;
    LIST_FOREACH(entry, &contention->entries, all) {
        if (entry->kind != kind || entry->into)
            continue;
        entries = memory_grow(entries, *count + 1, &capacity, sizeof *entries);
        entries[(*count)++] = entry;
    }
    if (*count)
        qsort(entries, *count, sizeof *entries, longest_first);
    return entries;
}

static void add_row(struct contention *contention, enum contention_table table, struct entry *entry)
{
    size_t *count = &contention->row_counts[table];
    struct contention_row ***rows = &contention->rows[table];
    *rows = memory_grow(*rows, *count + 1, &contention->row_capacities[table], sizeof **rows);
    (*rows)[(*count)++] = &entry->row;
}

static void leave_out(struct contention *contention, const struct entry *entry)
{
    contention->totals.left_out += entry->row.members;
    contention->totals.left_out_ns += wait_ns(&entry->row);
}

static void count_object(struct contention *contention, const struct entry *entry)
{
    struct contention_totals *totals = &contention->totals;
    if (entry->row.waits) {
        totals->other_wait_ns += wait_ns(&entry->row);
        return;
    }
    totals->wait_ns += wait_ns(&entry->row);
    totals->contended += contention_contended(&entry->row);
    totals->acquired += contention_acquired(&entry->row);
    totals->convoys += entry->row.convoys.count;
}

static bool is_part(const struct contention *contention)
{
    return contention->chosen || (contention->selection && contention->selection->ranged);
}

static bool is_used(const struct contention_row *row)
{
    return contention_acquired(row) || contention_contended(row) || row->failed;
}

/* Of what was left out by what was asked for nothing is counted; what was taken before the range may be held in it. */
static bool is_told(const struct contention *contention, const struct entry *entry)
{
    const struct contention_side *sides = entry->row.sides;
    return !is_part(contention) || is_used(&entry->row) || sides[CONTENTION_exclusive].hold.count || sides[CONTENTION_shared].hold.count;
}

static bool is_thread_told(const struct contention *contention, const struct entry *entry)
{
    if (!is_part(contention))
        return true;
    bool unwanted = entry->thread ? !chosen_thread(contention->chosen, entry->thread) : entry->unwanted;
    return !unwanted && entry->row.life_ns && (is_told(contention, entry) || !contention->selection->locks.count);
}

static void list_objects(struct contention *contention)
{
    size_t count;
    struct entry **entries = list(contention, ENTRY_object, &count);
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = entries[i];
        entry->row.waits = object_waits(entry->object);
        name_entry(contention, entry);
        if (entry->inner) {
            leave_out(contention, entry);
            continue;
        }
        count_object(contention, entry);
        if (is_used(&entry->row) || (is_part(contention) && is_told(contention, entry)))
            add_row(contention, entry->row.waits ? CONTENTION_waits : CONTENTION_locks, entry);
    }
    free(entries);
}

static void list_sites(struct contention *contention)
{
    size_t count;
    struct entry **entries = list(contention, ENTRY_site, &count);
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = entries[i], *used = entry_root(entry->used);
        name_entry(contention, entry);
        entry->row.waits |= used && used->row.waits;
        if (used && !used->inner && !entry->row.waits && is_told(contention, entry))
            add_row(contention, CONTENTION_sites, entry);
    }
    free(entries);
}

static void list_threads(struct contention *contention)
{
    size_t count;
    struct entry **entries = list(contention, ENTRY_thread, &count);
    for (size_t i = 0; i < count; i++) {
        name_entry(contention, entries[i]);
        if (is_thread_told(contention, entries[i]))
            add_row(contention, CONTENTION_threads, entries[i]);
    }
    name_threads_apart(entries, count);
    free(entries);
}

/* --- pairs --- */

static int by_name(const struct contention_row *a, const struct contention_row *b)
{
    return strcmp(a ? a->name : "", b ? b->name : "");
}

static int longest_pair_first(const void *one, const void *other)
{
    const struct contention_pair *a = one, *b = other;
    if (a->wait_ns != b->wait_ns)
        return a->wait_ns < b->wait_ns ? 1 : -1;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    int order = by_name(a->waiter, b->waiter);
    order = order ? order : by_name(a->object, b->object);
    order = order ? order : by_name(a->holder, b->holder);
    order = order ? order : by_name(a->waiter_site, b->waiter_site);
    return order ? order : by_name(a->holder_site, b->holder_site);
}

const struct contention_row *result_row(struct entry *entry)
{
    entry = entry_root(entry);
    return entry ? &entry->row : NULL;
}

static bool is_same(const struct contention_pair *a, const struct contention_pair *b)
{
    return a->object == b->object && a->waiter == b->waiter && a->waiter_site == b->waiter_site &&
           a->holder == b->holder && a->holder_site == b->holder_site;
}

static uint64_t result_hash(const struct contention_pair *pair)
{
    uint64_t hash = entry_hash(1, (uint64_t)(uintptr_t)pair->object);
    hash = entry_hash(hash, (uint64_t)(uintptr_t)pair->waiter);
    hash = entry_hash(hash, (uint64_t)(uintptr_t)pair->waiter_site);
    hash = entry_hash(hash, (uint64_t)(uintptr_t)pair->holder);
    return entry_hash(hash, (uint64_t)(uintptr_t)pair->holder_site);
}

/* What was taken together since is one pair now. */
static void list_pairs(struct contention *contention)
{
    struct map seen = {0};
    size_t place = 0;
    contention->results = memory_new(contention->pairs.count + 1, sizeof *contention->results);
    for (const struct map_entry *at; (at = map_next(&contention->pairs, &place));) {
        const struct pair *pair = at->value;
        struct contention_pair result = {result_row(pair->object), result_row(pair->waiter), result_row(pair->waiter_site),
                                         result_row(pair->holder), result_row(pair->holder_site), 0, 0, 0};
        struct contention_pair *to = map_get(&seen, result_hash(&result));
        if (!to || !is_same(to, &result)) {
            to = &contention->results[contention->result_count++];
            *to = result;
            map_put(&seen, result_hash(to), to);
        }
        to->count += pair->count;
        to->wait_ns += pair->wait_ns;
        to->behind_ns += pair->behind_ns;
    }
    map_free(&seen);
    qsort(contention->results, contention->result_count, sizeof *contention->results, longest_pair_first);
}

static void list_chains(struct contention *contention)
{
    for (size_t i = 0; i < contention->chain_count; i++) {
        const struct chain *from = &contention->chains[i];
        struct contention_chain *to = &contention->chain_results[i];
        *to = (struct contention_chain){result_row(from->waiter), result_row(from->waiter_site), from->wait_ns, from->link_count, from->circle, {{0}}};
        for (unsigned j = 0; j < from->link_count; j++)
            to->links[j] = (struct contention_link){result_row(from->links[j].object), result_row(from->links[j].holder),
                                                    result_row(from->links[j].holder_site)};
    }
}

void result_make(struct contention *contention)
{
    join_sites(contention);
    list_objects(contention);
    list_sites(contention);
    list_threads(contention);
    list_pairs(contention);
    list_chains(contention);
    path_make(contention);
}

struct contention_row *const *contention_rows(const struct contention *contention, enum contention_table table,
                                              size_t *count)
{
    *count = contention->row_counts[table];
    return contention->rows[table];
}

const struct contention_pair *contention_pairs(const struct contention *contention, size_t *count)
{
    *count = contention->result_count;
    return contention->results;
}

const struct contention_chain *contention_chains(const struct contention *contention, size_t *count)
{
    *count = contention->chain_count;
    return contention->chain_results;
}

const struct contention_row *contention_object_row(const struct contention *contention, const struct object *object)
{
    return result_row(object->slots[contention->slot]);
}

const struct contention_path *contention_path(const struct contention *contention)
{
    return &contention->path;
}

const struct contention_totals *contention_totals(const struct contention *contention)
{
    return &contention->totals;
}
