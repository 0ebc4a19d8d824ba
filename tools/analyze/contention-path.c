/* SPDX-License-Identifier: MIT */
/* The critical path: backwards from the last event, from who waited to who let it go on. */
#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/contention-inner.h"
#include "base/hosts.h"
#include "base/memory.h"

/* Where the walk back through time is. */
struct walk {
    struct contention *contention;
    struct contention_step *steps; /* the last comes first */
    size_t count, capacity;
    uint32_t walker;
    int64_t now;
    /* What `walker` gave back when it let the next thread on the path go on: its section reaches back to taken_ns. */
    struct entry *section, *section_site;
    int64_t taken_ns;
};

static void add_step(struct walk *walk, enum contention_step_kind kind, int64_t begin_ns, struct entry *object, struct entry *site)
{
    const struct walker *walker = &walk->contention->walkers[walk->walker];
    if (begin_ns < walk->contention->from_ns)
        begin_ns = walk->contention->from_ns;
    if (begin_ns >= walk->now)
        return;
    struct contention_step step = {
        .kind = kind, .begin_ns = begin_ns, .end_ns = walk->now, .pid = walker->pid, .tid = walker->tid,
        .address = object && object->object ? object->object->address : 0,
        .thread = result_row(walker->entry), .object = result_row(object), .site = result_row(site)};
    walk->steps = memory_grow(walk->steps, walk->count + 1, &walk->capacity, sizeof step);
    walk->steps[walk->count++] = step;
    walk->now = begin_ns;
}

static void step_run(struct walk *walk, int64_t begin_ns)
{
    if (walk->section)
        add_step(walk, STEP_section, begin_ns > walk->taken_ns ? begin_ns : walk->taken_ns, walk->section, walk->section_site);
    add_step(walk, STEP_run, begin_ns, NULL, NULL);
}

/* Over a wait, back to what the thread did before it, or to who ended it; the past before that. */
static uint32_t step_over(struct walk *walk, const struct past *past)
{
    if (past->waker == NO_PAST || past->free) {
        add_step(walk, past->free ? STEP_woken : STEP_outside, past->begin_ns, past->object, past->site);
        return past->before;
    }
    add_step(walk, STEP_woken, past->waker_ns, past->object, past->site);
    walk->walker = past->waker;
    walk->section = past->taken_ns < past->waker_ns ? past->object : NULL;
    walk->section_site = past->taken_site;
    walk->taken_ns = past->taken_ns;
    walk->contention->path.switches++;
    return past->waker_before;
}

static void go_back(struct walk *walk, uint32_t last)
{
    const struct contention *contention = walk->contention;
    while (last != NO_PAST && walk->now > contention->from_ns) { /* each is older than the one before */
        const struct past *past = &contention->pasts[last];
        step_run(walk, past->end_ns);
        last = step_over(walk, past);
    }
    step_run(walk, contention->walkers[walk->walker].begin_ns);
}

static void turn_round(struct walk *walk)
{
    for (size_t i = 0, j = walk->count; i + 1 < j--; i++) {
        struct contention_step step = walk->steps[i];
        walk->steps[i] = walk->steps[j];
        walk->steps[j] = step;
    }
}

/* --- sums --- */

/* What steps of a sum have in common. */
static struct contention_step likeness(const struct contention_step *step)
{
    struct contention_step like = {.kind = step->kind, .object = step->object, .address = step->address};
    if (step->kind == STEP_run || step->kind == STEP_outside)
        like.thread = step->thread;
    if (step->kind == STEP_section)
        like.site = step->site;
    return like;
}

static uint64_t likeness_hash(const struct contention_step *like)
{
    uint64_t hash = entry_hash(like->kind + 1, (uint64_t)(uintptr_t)like->object);
    return entry_hash(entry_hash(hash, (uint64_t)(uintptr_t)like->thread), (uint64_t)(uintptr_t)like->site);
}

static int longest_first(const void *one, const void *other)
{
    const struct contention_share *a = one, *b = other;
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns ? 1 : -1;
    return a->like.kind < b->like.kind ? -1 : a->like.kind > b->like.kind;
}

static void make_shares(struct contention_path *path)
{
    struct map places = {0};
    struct contention_share *shares = NULL;
    size_t capacity = 0;
    for (size_t i = 0; i < path->step_count; i++) {
        const struct contention_step *step = &path->steps[i];
        struct contention_step like = likeness(step);
        uintptr_t place = (uintptr_t)map_get(&places, likeness_hash(&like)); /* less one */
        if (!place) {
            shares = memory_grow(shares, path->share_count + 1, &capacity, sizeof *shares);
            shares[path->share_count++] = (struct contention_share){.like = like};
            place = path->share_count;
            shares[place - 1].like.thread = step->thread;
            map_put(&places, likeness_hash(&like), (void *)place);
        }
        struct contention_share *share = &shares[place - 1];
        if (share->like.thread != step->thread) /* several */
            share->like.thread = NULL;
        share->time_ns += step->end_ns - step->begin_ns;
        share->count++;
    }
    map_free(&places);
    if (path->share_count)
        qsort(shares, path->share_count, sizeof *shares, longest_first);
    path->shares = shares;
}

/* --- the whole --- */

void contention_path_of(struct contention *contention, const char *thread)
{
    contention->path_of = thread;
}

static bool is_meant(const struct contention *contention, const struct walker *walker)
{
    if (walker->begin_ns > contention->to_ns)
        return false;
    if (!contention->path_of)
        return walker->tid == contention->last_tid && walker->pid == contention->last_pid;
    const char *name = result_row(walker->entry)->name;
    char *end;
    long tid = strtol(contention->path_of, &end, 10);
    return (!*end && tid == hosts_own(walker->tid)) || strcmp(contention->path_of, name) == 0 || fnmatch(contention->path_of, name, 0) == 0;
}

/* The thread of the last event, or the one that was asked for; of several the last. */
static uint32_t last_walker(const struct contention *contention)
{
    for (size_t i = contention->walker_count; i-- > 0;)
        if (is_meant(contention, &contention->walkers[i]))
            return (uint32_t)i;
    return NO_PAST;
}

void path_make(struct contention *contention)
{
    struct contention_path *path = &contention->path;
    struct walk walk = {.contention = contention, .walker = last_walker(contention), .now = clip(contention, model_totals(contention->model)->end_ns)};
    if (walk.walker == NO_PAST)
        return;
    if (contention->path_of && contention->walkers[walk.walker].end_ns)
        walk.now = clip(contention, contention->walkers[walk.walker].end_ns);
    uint32_t last = past_by(contention, walk.walker, walk.now);
    path->end_ns = walk.now;
    go_back(&walk, last);
    path->begin_ns = walk.now;
    turn_round(&walk);
    path->steps = walk.steps;
    path->step_count = walk.count;
    make_shares(path);
    gain_make(contention, last);
}

void path_free(struct contention_path *path)
{
    free((void *)path->steps);
    free((void *)path->shares);
    free((void *)path->gains);
}
