/* SPDX-License-Identifier: MIT */
/* Looks for circles of threads of several processes. */
#include "config.h"
#include "check/across.h"

#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "check/across-inner.h"
#include "base/memory.h"

enum { INTERVAL_NS = 100000000 };

void across_open(struct across *across)
{
    *across = (struct across){.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
}

static void set_timer(const struct across *across)
{
    struct timespec interval = {.tv_nsec = across->count > 1 ? INTERVAL_NS : 0};
    struct itimerspec when = {interval, interval};
    if (across->timer >= 0)
        timerfd_settime(across->timer, 0, &when, NULL);
}

void across_close(struct across *across)
{
    if (across->timer >= 0)
        close(across->timer);
    free(across->at);
    free(across->told);
}

static void forget(struct across *across, pid_t pid)
{
    for (size_t i = 0; i < across->count; i++)
        if (across->at[i].process.pid == pid)
            across->at[i--] = across->at[--across->count];
}

static void add_process(struct across *across, pid_t pid)
{
    struct live_maps maps;
    struct across_process process = {0};
    forget(across, pid);
    if (live_maps_read(&maps, pid) == 0) {
        char *trouble = live_process_find(&process.process, pid, &maps);
        if (!trouble) {
            across->at = memory_grow(across->at, across->count + 1, &across->capacity, sizeof(*across->at));
            across->at[across->count++] = process;
        }
        free(trouble);
    }
    live_maps_free(&maps);
}

/* Who made it may wait for its end, and so on, up to this program. */
void across_take(struct across *across, pid_t pid)
{
    for (; pid > 1 && pid != getpid(); pid = live_parent(pid))
        add_process(across, pid);
    set_timer(across);
}

/* --- who waits for whom --- */

static bool is_waited_for(uint8_t kind)
{
    return kind == THRUM_kind_mutex || kind == THRUM_kind_rwlock || kind == THRUM_kind_spinlock || kind == THRUM_kind_rlock ||
           kind == THRUM_kind_file_lock || kind == THRUM_kind_once || kind == THRUM_kind_thread;
}

static bool is_blocked(const struct live_thread *thread)
{
    return thread->sequence % 2 && !thread->wait.timed && !thread->ended && is_waited_for(thread->wait.kind);
}

/* What the object is to all processes: a file lock's id says it all; else memory, its own or shared. */
static struct across_object object_of(pid_t pid, uint64_t object, uint8_t kind)
{
    struct across_object it = {.kind = kind, .pid = kind == THRUM_kind_file_lock ? 0 : pid, .byte = {.offset = object}};
    char *path = NULL;
    if (kind != THRUM_kind_file_lock && kind != THRUM_kind_thread && live_byte_find(pid, object, &it.byte, &path))
        it.pid = 0;
    free(path);
    return it;
}

static bool is_same(const struct across_object *one, const struct across_object *other)
{
    return one->kind == other->kind && one->pid == other->pid && one->byte.device == other->byte.device &&
           one->byte.inode == other->byte.inode && one->byte.offset == other->byte.offset;
}

const struct live_held *across_held(const struct across_blocked *holder, const struct across_blocked *waiter, const struct across_object **as)
{
    for (size_t i = 0; i < holder->thread->held_count; i++) {
        const struct live_held *held = &holder->thread->held[i];
        *as = &holder->holds[i];
        if (is_same(&holder->holds[i], &waiter->wants) && !(held->inherited && !waiter->wants.pid) &&
            !(held->mode == THRUM_mode_shared && waiter->thread->wait.mode == THRUM_mode_shared))
            return held;
    }
    return NULL;
}

static bool keeps_from(const struct across_blocked *holder, const struct across_blocked *waiter)
{
    pid_t waits = waiter->process->process.pid, holds = holder->process->process.pid;
    const struct across_object *as;
    if (holder == waiter)
        return false;
    if (waiter->child)
        return waiter->child == holds && live_is_alone(holds);
    if (waiter->thread->wait.kind == THRUM_kind_thread)
        return waits == holds && holder->thread->handle == waiter->thread->wait.handle;
    /* A file's records are one object; which of them are in the way of which, the kernel knows. */
    return across_held(holder, waiter, &as) && (waiter->thread->wait.kind != THRUM_kind_file_lock || live_lock_waits(waits, holds));
}

static bool walk(struct across_circle *circle, const struct across_blocked *all, size_t count)
{
    const struct across_blocked *last = circle->steps[circle->length - 1];
    if (keeps_from(circle->steps[0], last))
        return true;
    for (size_t i = 0; i < count && circle->length < ACROSS_STEPS; i++) {
        bool there = false;
        for (size_t j = 0; j < circle->length; j++)
            there |= circle->steps[j] == &all[i];
        if (there || !keeps_from(&all[i], last))
            continue;
        circle->steps[circle->length++] = &all[i];
        if (walk(circle, all, count))
            return true;
        circle->length--;
    }
    return false;
}

/* Within one process the checker in it has told of it. */
static bool is_across(const struct across_circle *circle)
{
    for (size_t i = 1; i < circle->length; i++)
        if (circle->steps[i]->process != circle->steps[0]->process)
            return true;
    return false;
}

/* For whose end the thread waits now, where it did before. */
static pid_t child_of(const struct across_blocked *blocked)
{
    return blocked->child ? live_child_awaited(blocked->process->process.pid, blocked->thread->tid) : 0;
}

static bool stands(const struct across_circle *circle)
{
    for (size_t i = 0; i < circle->length; i++)
        if (!live_thread_stands(&circle->steps[i]->process->process, circle->steps[i]->thread))
            return false;
    for (size_t i = 0; i < circle->length; i++)
        if ((circle->steps[i]->child || circle->steps[i]->thread->wait.kind == THRUM_kind_file_lock) &&
            !keeps_from(circle->steps[(i + 1) % circle->length], circle->steps[i]))
            return false;
    for (size_t i = 0; i < circle->length; i++)
        if (circle->steps[i]->child != child_of(circle->steps[i]))
            return false;
    return true;
}

/* --- all that are blocked --- */

static void add_blocked(struct across_look *look, struct across_process *process, const struct live_thread *thread)
{
    look->blocked = memory_grow(look->blocked, look->count + 1, &look->capacity, sizeof(*look->blocked));
    look->blocked[look->count++] = (struct across_blocked){.process = process, .thread = thread};
}

static void resolve(struct across_blocked *blocked)
{
    const struct live_thread *thread = blocked->thread;
    pid_t pid = blocked->process->process.pid;
    blocked->wants = blocked->child ? (struct across_object){.kind = THRUM_kind_process, .byte = {.offset = (uint64_t)blocked->child}}
                                    : object_of(pid, thread->wait.object, thread->wait.kind);
    blocked->holds = memory_new(thread->held_count + 1, sizeof(*blocked->holds));
    for (size_t i = 0; i < thread->held_count; i++)
        blocked->holds[i] = object_of(pid, thread->held[i].object, thread->held[i].kind);
}

/*
 * Threads that wait for the end of a child: main threads, and those that hold something. Asked only where others are blocked.
 * True where there is one.
 */
static bool add_parents(struct across_look *look, struct across_process *process)
{
    pid_t pid = process->process.pid;
    size_t before = look->count;
    for (size_t i = 0; i < process->threads.count; i++) {
        const struct live_thread *thread = &process->threads.at[i];
        if (thread->sequence % 2 || thread->ended || (!thread->held_count && thread->tid != pid))
            continue;
        pid_t child = live_child_awaited(pid, thread->tid);
        if (child) {
            add_blocked(look, process, thread);
            look->blocked[look->count - 1].child = child;
        }
    }
    return look->count > before;
}

/* The threads of all; who is gone is forgotten. In how many there are blocked ones. */
static size_t read_all(struct across *across, struct across_look *look)
{
    size_t blocked_in = 0;
    for (size_t i = 0; i < across->count; i++) {
        struct across_process *process = &across->at[i];
        if (!live_threads_read(&process->process, &process->threads)) {
            live_threads_free(&process->threads);
            across->at[i--] = across->at[--across->count];
        }
    }
    for (size_t i = 0; i < across->count; i++) {
        size_t before = look->count;
        for (size_t j = 0; j < across->at[i].threads.count; j++)
            if (is_blocked(&across->at[i].threads.at[j]))
                add_blocked(look, &across->at[i], &across->at[i].threads.at[j]);
        bool blocked = look->count > before;
        blocked_in += blocked;
        across->at[i].blocked = blocked;
    }
    for (size_t i = 0; i < across->count && blocked_in > 0; i++)
        blocked_in += add_parents(look, &across->at[i]) && !across->at[i].blocked;
    return blocked_in;
}

/* The same for the same waits of the same threads, wherever it begins. */
static uint64_t hash_of(const struct across_circle *circle)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < circle->length; i++) {
        const struct live_thread *thread = circle->steps[i]->thread;
        sum += ((uint64_t)thread->tid * 0x9e3779b97f4a7c15u ^ thread->sequence) * 0xbf58476d1ce4e5b9u;
    }
    return sum;
}

/* Whether it wasn't told of before. */
static bool is_new(struct across *across, const struct across_circle *circle)
{
    uint64_t hash = hash_of(circle);
    for (size_t i = 0; i < across->told_count; i++)
        if (across->told[i] == hash)
            return false;
    across->told = memory_grow(across->told, across->told_count + 1, &across->told_capacity, sizeof(*across->told));
    across->told[across->told_count++] = hash;
    return true;
}

static void find_circles(struct across *across, struct across_look *look, void (*take)(void *, const char *), void *data)
{
    for (size_t i = 0; i < look->count; i++)
        resolve(&look->blocked[i]);
    for (size_t i = 0; i < look->count; i++) {
        struct across_circle circle = {.steps = {&look->blocked[i]}, .length = 1};
        if (!walk(&circle, look->blocked, look->count) || !is_across(&circle) || !stands(&circle))
            continue;
        if (is_new(across, &circle))
            across_tell(&circle, (unsigned)across->told_count, take, data);
    }
}

void across_look(struct across *across, void (*take)(void *data, const char *line), void *data)
{
    struct across_look look = {0};
    uint64_t times;
    if (across->timer < 0 || read(across->timer, &times, sizeof(times)) != sizeof(times))
        return;
    if (read_all(across, &look) > 1)
        find_circles(across, &look, take, data);
    for (size_t i = 0; i < look.count; i++)
        free(look.blocked[i].holds);
    for (size_t i = 0; i < across->count; i++)
        live_threads_free(&across->at[i].threads);
    free(look.blocked);
    set_timer(across);
}
