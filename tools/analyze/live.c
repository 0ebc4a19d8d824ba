/* SPDX-License-Identifier: MIT */
/* Looks at the end of a recording. */
#include "config.h"
#include "analyze/live.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "analyze/describe.h"
#include "base/map.h"
#include "base/memory.h"

enum { CHAIN = 8 };

/* What was counted of a lock at the last look. */
struct past_lock {
    int64_t wait_ns;
    uint64_t waits;
};

struct live_state {
    const char *const *paths;
    size_t path_count;
    const struct selection *selection; /* NULL: everything */
    struct chosen *chosen;             /* of the last look; NULL: all */
    struct map past; /* hash of a lock's name -> past_lock */
    int64_t past_now_ns, past_wait_ns;
    uint64_t past_events;
    bool looked;
    struct contention *contention; /* of the last look: rows are its own */
    struct model *model;
    struct symbols *symbols;
    struct describe *describe;
};

static uint64_t name_hash(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

struct live *live_new(const char *const *paths, size_t count, const struct selection *selection)
{
    struct live *live = memory_new(1, sizeof *live);
    live->state = memory_new(1, sizeof *live->state);
    live->state->paths = paths;
    live->state->path_count = count;
    live->state->selection = selection;
    return live;
}

static void forget_texts(struct live *live)
{
    for (size_t i = 0; i < live->lock_count; i++) {
        free(live->locks[i].holder);
        free(live->locks[i].holder_site);
    }
    for (size_t i = 0; i < live->blocked_count; i++) {
        free(live->blocked[i].thread);
        free(live->blocked[i].object);
        free(live->blocked[i].site);
        free(live->blocked[i].chain);
    }
    free(live->locks);
    free(live->blocked);
    free(live->program);
    live->locks = NULL;
    live->blocked = NULL;
    live->program = NULL;
    live->lock_count = live->blocked_count = 0;
}

static void forget_look(struct live_state *state)
{
    if (state->contention)
        contention_free(state->contention);
    chosen_free(state->chosen);
    if (state->describe)
        describe_free(state->describe);
    if (state->model)
        model_free(state->model);
    if (state->symbols)
        symbols_free(state->symbols);
    state->contention = NULL;
    state->chosen = NULL;
    state->describe = NULL;
    state->model = NULL;
    state->symbols = NULL;
}

static void forget_past(struct map *past)
{
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(past, &place));)
        free(entry->value);
    map_free(past);
    *past = (struct map){0};
}

void live_free(struct live *live)
{
    forget_texts(live);
    forget_look(live->state);
    forget_past(&live->state->past);
    free(live->state);
    free(live);
}

/* --- reading --- */

static int64_t clock_ns(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static bool runs(const char *pid, const char *executable)
{
    char *link = memory_format("/proc/%s/exe", pid), path[4096];
    ssize_t length = readlink(link, path, sizeof path - 1);
    free(link);
    path[length > 0 ? length : 0] = '\0';
    return length > 0 && (!*executable || strcmp(path, executable) == 0);
}

/* What a process is called in the innermost of several pid namespaces; 0 where it is in no other than this one. */
static int innermost_pid(const char *pid)
{
    char *path = memory_format("/proc/%s/status", pid), line[256];
    FILE *status = fopen(path, "re");
    int inner = 0;
    free(path);
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "NSpid:", 6) == 0) {
            const char *last = strrchr(line, '\t');
            inner = last && last != strchr(line, '\t') ? atoi(last) : 0;
        }
    if (status)
        fclose(status);
    return inner;
}

/* A recording made in a container has the pids that are known there. */
static bool runs_inside(int pid, const char *executable)
{
    DIR *proc = opendir("/proc");
    bool found = false;
    for (const struct dirent *entry; proc && !found && (entry = readdir(proc));)
        found = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && innermost_pid(entry->d_name) == pid && runs(entry->d_name, executable);
    if (proc)
        closedir(proc);
    return found;
}

/* Whether the process that was recorded is still that one. */
static bool is_alive(const struct process *process)
{
    if (process->end_ns != MODEL_UNKNOWN_NS || process->exiting)
        return false;
    char *pid = memory_format("%d", (int)process->pid);
    bool alive = runs(pid, process->executable) || runs_inside(process->pid, process->executable);
    free(pid);
    return alive;
}

/* Whether it comes after the range. */
static bool is_beyond(const struct selection *selection, const struct model *model, const struct trace_event *event)
{
    const struct model_totals *totals = model_totals(model);
    return selection && selection->ranged && selection->to_ns >= 0 && totals->events && event->time_ns > totals->begin_ns + selection->to_ns;
}

/* Reads it all, up to the end of the range; the reader's losses are told by `incomplete`. */
static int read_all(struct live *live, struct live_state *next, int64_t *stopped_ns, char **trouble)
{
    const struct live_state *state = live->state;
    struct reader *reader;
    const struct trace_event *event;
    int err = reader_open(&reader, state->paths, state->path_count, trouble);
    if (err)
        return err;
    next->model = model_new();
    next->symbols = symbols_new();
    next->describe = describe_new(next->symbols);
    next->contention = contention_new(next->model, next->symbols, false);
    if (state->selection && selection_names_any(state->selection)) {
        next->chosen = chosen_new(state->selection);
        chosen_watch(next->chosen, next->model, next->symbols);
    }
    contention_select(next->contention, state->selection, next->chosen);
    live->cut = false;
    while ((event = reader_next(reader)) && !(live->cut = is_beyond(state->selection, next->model, event))) {
        symbols_event(next->symbols, event);
        model_feed(next->model, event);
    }
    model_finish(next->model);
    const struct reader_losses *losses = reader_losses(reader);
    live->incomplete = losses->lost_events || losses->lost_packets || losses->unreadable;
    *stopped_ns = reader_stopped_ns(reader);
    reader_close(reader);
    return 0;
}

/* --- locks --- */

static int64_t wait_ns(const struct contention_row *row)
{
    return row->sides[CONTENTION_exclusive].wait.total_ns + row->sides[CONTENTION_shared].wait.total_ns;
}

static int most_first(const void *one, const void *other)
{
    const struct live_lock *a = one, *b = other;
    if (a->recent_ns != b->recent_ns)
        return a->recent_ns < b->recent_ns ? 1 : -1;
    if (a->waiting != b->waiting)
        return a->waiting < b->waiting ? 1 : -1;
    return a->wait_ns < b->wait_ns ? 1 : a->wait_ns > b->wait_ns ? -1 : 0;
}

/* What threads hold and wait for now is put beside the row of its lock. */
static void look_at_object(struct live *live, const struct map *places, const struct object *object)
{
    struct live_state *state = live->state;
    const struct contention_row *row = contention_object_row(state->contention, object);
    uintptr_t place = row ? (uintptr_t)map_get(places, (uint64_t)(uintptr_t)row) : 0; /* less one */
    if (!place)
        return;
    struct live_lock *lock = &live->locks[place - 1];
    lock->waiting += object->waiter_count;
    if (!object->holder_count || lock->holder)
        return;
    const struct thread *holder = object->holders[0];
    const struct hold *hold = thread_hold(holder, object);
    lock->holder = describe_thread(state->describe, holder);
    lock->held_ns = hold && hold->since_ns != MODEL_UNKNOWN_NS ? live->now_ns - hold->since_ns : 0;
    if (hold && hold->site)
        lock->holder_site = memory_text(symbols_call(state->symbols, holder->process->pid, hold->since_ns, hold->site)->site->text);
}

static void look_at_objects(struct live *live, const struct map *places)
{
    struct map seen = {0};
    size_t count;
    struct process *const *processes = model_processes(live->state->model, &count);
    for (size_t i = 0; i < count; i++)
        for (const struct thread *thread = processes[i]->threads; thread; thread = thread->next_thread)
            for (uint32_t j = 0; j <= thread->held_count; j++) {
                struct object *object = j < thread->held_count ? thread->held[j].object : thread->blocked.object;
                if (!object || map_get(&seen, object->id))
                    continue;
                map_put(&seen, object->id, object);
                look_at_object(live, places, object);
            }
    map_free(&seen);
}

static void look_at_locks(struct live *live)
{
    struct live_state *state = live->state;
    struct map places = {0};
    size_t count;
    struct contention_row *const *rows = contention_rows(state->contention, CONTENTION_locks, &count);
    live->locks = memory_new(count + 1, sizeof *live->locks);
    for (size_t i = 0; i < count; i++) {
        const struct past_lock *past = map_get(&state->past, name_hash(rows[i]->name));
        struct live_lock lock = {.row = rows[i], .wait_ns = wait_ns(rows[i]), .waits = contention_contended(rows[i])};
        lock.recent_ns = lock.wait_ns - (past ? past->wait_ns : 0);
        lock.recent_waits = lock.waits - (past && past->waits < lock.waits ? past->waits : past ? lock.waits : 0);
        if (lock.recent_ns < 0)
            lock.recent_ns = 0;
        if (!lock.waits)
            continue;
        live->locks[live->lock_count++] = lock;
        map_put(&places, (uint64_t)(uintptr_t)rows[i], (void *)(uintptr_t)live->lock_count);
    }
    look_at_objects(live, &places);
    map_free(&places);
    qsort(live->locks, live->lock_count, sizeof *live->locks, most_first);
}

static void remember(struct live *live)
{
    struct live_state *state = live->state;
    forget_past(&state->past);
    for (size_t i = 0; i < live->lock_count; i++) {
        struct past_lock past = {live->locks[i].wait_ns, live->locks[i].waits};
        free(map_remove(&state->past, name_hash(live->locks[i].row->name)));
        map_put(&state->past, name_hash(live->locks[i].row->name), memory_copy(&past, sizeof past));
    }
    state->past_now_ns = live->now_ns;
    state->past_wait_ns = live->wait_ns;
    state->past_events = live->events;
    state->looked = true;
}

/* --- blocked threads --- */

/* Who is in the way of a blocked thread, where one is known. */
static const struct thread *in_the_way(const struct thread *thread)
{
    const struct blocked *blocked = &thread->blocked;
    if (blocked->what == BLOCKING_no)
        return NULL;
    if (blocked->object->kind == THRUM_kind_thread)
        return blocked->object->thread;
    return blocked->what == BLOCKING_acquire && blocked->object->holder_count ? blocked->object->holders[0] : NULL;
}

/* "cache (worker 1) → queue (worker 2)": what it waits for and who has that, what that one waits for ... */
static char *chain_text(struct describe *describe, const struct thread *thread, struct live_blocked *to)
{
    const struct thread *seen[CHAIN + 1], *holder;
    char *text;
    size_t size;
    FILE *out = memory_stream(&text, &size);
    while (thread->blocked.what != BLOCKING_no && to->depth < CHAIN) {
        seen[to->depth] = thread;
        fprintf(out, "%s%s", to->depth++ ? " → " : "", describe_object(describe, thread->blocked.object));
        if (!(holder = in_the_way(thread)))
            break;
        if (thread->blocked.object->kind != THRUM_kind_thread) {
            char *name = describe_thread(describe, holder);
            fprintf(out, " (%s)", name);
            free(name);
        }
        for (unsigned i = 0; i < to->depth; i++)
            to->circle |= seen[i] == holder;
        if (to->circle)
            break;
        thread = holder;
    }
    fclose(out);
    return text;
}

static int longest_first(const void *one, const void *other)
{
    const struct live_blocked *a = one, *b = other;
    if (a->circle != b->circle)
        return a->circle ? -1 : 1;
    return a->for_ns < b->for_ns ? 1 : a->for_ns > b->for_ns ? -1 : strcmp(a->thread, b->thread);
}

static void add_blocked(struct live *live, const struct thread *thread, size_t *capacity)
{
    struct live_state *state = live->state;
    const struct blocked *blocked = &thread->blocked;
    struct live_blocked it = {.thread = describe_thread(state->describe, thread), .for_ns = live->now_ns - blocked->since_ns,
                              .object = memory_text(describe_object(state->describe, blocked->object))};
    if (blocked->site)
        it.site = memory_text(symbols_call(state->symbols, thread->process->pid, blocked->since_ns, blocked->site)->site->text);
    it.chain = chain_text(state->describe, thread, &it);
    live->blocked = memory_grow(live->blocked, live->blocked_count + 1, capacity, sizeof it);
    live->blocked[live->blocked_count++] = it;
}

static void look_at_threads(struct live *live)
{
    size_t count, capacity = 0;
    struct process *const *processes = model_processes(live->state->model, &count);
    live->processes = live->threads = live->waiting = 0;
    for (size_t i = 0; i < count; i++) {
        live->processes += processes[i]->end_ns == MODEL_UNKNOWN_NS;
        for (const struct thread *thread = processes[i]->threads; thread; thread = thread->next_thread) {
            if (!thread->tid || thread->ended || processes[i]->end_ns != MODEL_UNKNOWN_NS)
                continue;
            if (!chosen_thread(live->state->chosen, thread))
                continue;
            live->threads++;
            if (thread->blocked.what == BLOCKING_no || !chosen_object(live->state->chosen, thread->blocked.object))
                continue;
            live->waiting++;
            add_blocked(live, thread, &capacity);
        }
    }
    if (live->blocked_count)
        qsort(live->blocked, live->blocked_count, sizeof *live->blocked, longest_first);
}

/* --- the whole --- */

static void look_at_processes(struct live *live, int64_t stopped_ns)
{
    size_t count;
    struct process *const *processes = model_processes(live->state->model, &count);
    const struct model_totals *totals = model_totals(live->state->model);
    live->goes_on = false;
    for (size_t i = 0; i < count; i++)
        live->goes_on |= !live->cut && is_alive(processes[i]);
    int64_t end_ns = stopped_ns > totals->end_ns && !live->cut ? stopped_ns : totals->end_ns, clock = clock_ns(CLOCK_REALTIME);
    live->now_ns = live->goes_on && clock > end_ns ? clock : live->cut ? totals->begin_ns + live->state->selection->to_ns : end_ns;
    live->begin_ns = totals->begin_ns;
    live->events = totals->events;
    if (!count)
        return;
    const struct process *most = processes[0]; /* with the most threads: others only start it, or wait for it */
    for (size_t i = 1; i < count; i++)
        if (processes[i]->thread_count > most->thread_count)
            most = processes[i];
    const char *slash = strrchr(most->executable, '/');
    live->program = memory_text(slash ? slash + 1 : most->executable);
    live->pid = most->pid;
}

int live_look(struct live *live, char **trouble)
{
    struct live_state *state = live->state, next = {0};
    int64_t stopped_ns = 0, began = clock_ns(CLOCK_MONOTONIC);
    int err = read_all(live, &next, &stopped_ns, trouble);
    if (!err && !model_totals(next.model)->events) {
        forget_look(&next);
        *trouble = memory_format("%s: no event of thrum yet", state->paths[0]);
        err = -ENODATA;
    }
    if (err)
        return err;
    forget_texts(live);
    forget_look(state);
    state->model = next.model;
    state->symbols = next.symbols;
    state->describe = next.describe;
    state->contention = next.contention;
    state->chosen = next.chosen;
    look_at_processes(live, stopped_ns);
    look_at_threads(live);
    contention_finish(state->contention, live->now_ns);
    live->wait_ns = contention_totals(state->contention)->wait_ns;
    live->begin_ns = contention_totals(state->contention)->begin_ns;
    live->interval_ns = state->looked ? live->now_ns - state->past_now_ns : 0;
    live->recent_wait_ns = live->wait_ns - (state->looked ? state->past_wait_ns : 0);
    live->recent_events = live->events > state->past_events ? live->events - state->past_events : 0;
    look_at_locks(live);
    remember(live);
    live->look_s = (double)(clock_ns(CLOCK_MONOTONIC) - began) / 1e9;
    return 0;
}
