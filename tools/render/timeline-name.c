/* SPDX-License-Identifier: MIT */
/* Gives processes, threads, objects and calls their places in the timeline's tables, and their names. */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "base/hosts.h"
#include "render/timeline-inner.h"
#include "model/known.h"
#include "model/words.h"

/* Slots of the model hold a place + 1; LEFT_OUT is no place. */
#define LEFT_OUT ((uintptr_t)UINT32_MAX + 2)

static void slot_set(void **slots, int slot, uint32_t place)
{
    slots[slot] = (void *)((uintptr_t)place + 1);
}

static char *text_or_null(const char *text)
{
    return text && *text ? memory_text(text) : NULL;
}

uint32_t timeline_process(struct timeline *timeline, const struct process *process)
{
    void **slot = &process->slots[timeline->slot];
    if (*slot)
        return (uint32_t)((uintptr_t)*slot - 1);
    uint32_t place = TIMELINE_ADD(&timeline->processes);
    struct timeline_process *it = &timeline->processes.at[place];
    it->pid = process->pid;
    it->executable = memory_text(process->executable);
    it->last_ns = timeline->last_ns;
    slot_set(process->slots, timeline->slot, place);
    map_put(&timeline->last, (uint32_t)process->pid, (void *)((uintptr_t)place + 1));
    return place;
}

struct timeline_process *timeline_process_at(struct timeline *timeline, const struct process *process)
{
    uint32_t place = timeline_process(timeline, process); /* may move the table */
    return &timeline->processes.at[place];
}

void timeline_routine(struct timeline *timeline, struct timeline_thread *it, int64_t now, const struct thread *thread)
{
    const struct timeline_names *names = &timeline->names;
    if (!thread->routine)
        return;
    const struct symbol_place *place = names->code(names->self, thread->process->pid, now, thread->routine);
    it->routine = texts_number(&timeline->frames, place->site->text);
    it->function = text_or_null(place->site->function);
}

uint32_t timeline_thread(struct timeline *timeline, int64_t now, const struct thread *thread)
{
    void **slot = &thread->slots[timeline->slot];
    if (*slot)
        return (uint32_t)((uintptr_t)*slot - 1);
    uint32_t process = timeline_process(timeline, thread->process);
    uint32_t place = TIMELINE_ADD(&timeline->threads);
    struct timeline_thread *it = &timeline->threads.at[place];
    it->process = process;
    it->tid = thread->tid;
    it->name = text_or_null(thread->name);
    it->number = thread->number;
    it->main = thread->main;
    timeline_routine(timeline, it, now, thread);
    it->blocked = it->handler = it->tried = TIMELINE_NONE;
    it->before = thread->begin_ns == MODEL_UNKNOWN_NS && thread->tid;
    it->begin_ns = it->before ? timeline->begin_ns : now;
    it->end_ns = MODEL_UNKNOWN_NS;
    it->open = true;
    slot_set(thread->slots, timeline->slot, place);
    return place;
}

static uint32_t object_new(struct timeline *timeline, int64_t now, const struct object *object,
                           const struct symbol_variable *variable, const struct known *known)
{
    uint32_t process = timeline_process(timeline, object->process);
    uint32_t thread = object->thread ? timeline_thread(timeline, now, object->thread) : TIMELINE_NONE;
    uint32_t birth = timeline_site(timeline, now, object->process, object->birth_site);
    uint32_t place = TIMELINE_ADD(&timeline->objects);
    struct timeline_object *it = &timeline->objects.at[place];
    it->process = process;
    it->kind = object->kind;
    it->word = known ? known->word : kind_word(object->kind);
    it->address = object->address;
    it->thread = thread;
    it->birth = birth ? birth : variable ? texts_number(&timeline->frames, variable->place) : 0;
    it->name = text_or_null(object->name ? object->name : variable && !known ? variable->name : NULL);
    it->label = object_label(object, it->word);
    return place;
}

uint32_t timeline_object(struct timeline *timeline, int64_t now, const struct object *object)
{
    void **slot = &object->slots[timeline->slot];
    if (*slot)
        return *slot == (void *)LEFT_OUT ? TIMELINE_NONE : (uint32_t)((uintptr_t)*slot - 1);
    const struct timeline_names *names = &timeline->names;
    const struct symbol_variable *variable = NULL;
    const struct symbol_place *birth = NULL;
    if (object->kind != THRUM_kind_thread)
        variable = names->variable(names->self, object->process->pid, now, object->address);
    if (object->birth_site)
        birth = names->call(names->self, object->process->pid, now, object->birth_site);
    const struct known *known = known_object(variable, birth);
    if (known && known->inner && !timeline->all) {
        *slot = (void *)LEFT_OUT;
        timeline->left_out_objects++;
        return TIMELINE_NONE;
    }
    uint32_t place = object_new(timeline, now, object, variable, known);
    slot_set(object->slots, timeline->slot, place);
    return place;
}

static char *signal_name(int signal)
{
    const char *word = sigabbrev_np(signal);
    return signal == TIMELINE_CANCELLATION ? memory_text("cancellation") : word ? memory_format("SIG%s", word) : memory_format("signal %d", signal);
}

uint32_t timeline_signal(struct timeline *timeline, const struct process *process, int signal)
{
    uint32_t of = timeline_process(timeline, process);
    if (signal < TIMELINE_CANCELLATION || signal >= TIMELINE_SIGNALS)
        signal = 0; /* an error: as good as none */
    uint32_t known = timeline->processes.at[of].signals[signal + 1];
    if (known)
        return known - 1;
    uint32_t place = TIMELINE_ADD(&timeline->objects);
    timeline->objects.at[place] = (struct timeline_object){
        .process = of, .kind = THRUM_kind_signal, .word = kind_word(THRUM_kind_signal),
        .address = (uint64_t)signal, .name = signal_name(signal), .thread = TIMELINE_NONE};
    timeline->processes.at[of].signals[signal + 1] = place + 1;
    return place;
}

/* Addresses whose frames are known, of what is loaded now. */
static struct map *sites_of(struct timeline *timeline, const struct process *process)
{
    struct timeline_process *it = timeline_process_at(timeline, process);
    if (it->modules != timeline->modules) {
        map_free(&it->sites);
        it->sites = (struct map){0};
        it->modules = timeline->modules;
    }
    return &it->sites;
}

uint32_t timeline_site(struct timeline *timeline, int64_t now, const struct process *process, uint64_t address)
{
    if (!address)
        return 0;
    struct map *sites = sites_of(timeline, process);
    void *known = map_get(sites, address);
    if (known)
        return (uint32_t)((uintptr_t)known - 1);
    const struct symbol_place *place = timeline->names.call(timeline->names.self, process->pid, now, address);
    uint32_t frame = place ? texts_number(&timeline->frames, place->site->text) : 0;
    map_put(sites, address, (void *)((uintptr_t)frame + 1));
    return frame;
}

uint32_t timeline_function(struct timeline *timeline, int64_t now, const struct process *process, uint64_t address)
{
    if (!address)
        return 0;
    const struct symbol_place *place = timeline->names.code(timeline->names.self, process->pid, now, address);
    return place ? texts_number(&timeline->frames, place->site->text) : 0;
}

/* Frames of all calls, also those inlined: a length, then the frames. */
static uint32_t *stack_frames(struct timeline *timeline, int64_t now, const struct process *process,
                              const struct stack *stack)
{
    size_t capacity = 0;
    uint32_t *frames = memory_grow(NULL, stack->count + 1, &capacity, sizeof *frames);
    frames[0] = 0;
    for (uint32_t i = 0; i < stack->count; i++) {
        const struct symbol_place *place = timeline->names.call(timeline->names.self, process->pid, now, stack->at[i]);
        for (size_t j = 0; place && j < place->count; j++) {
            frames = memory_grow(frames, frames[0] + 2, &capacity, sizeof *frames);
            frames[++frames[0]] = texts_number(&timeline->frames, place->frames[j].text);
        }
    }
    return frames;
}

/*
 * The model keeps each distinct stack once, so its place says which it is; two processes, or modules loaded one after
 * the other, may have the same addresses for different calls.
 */
uint32_t timeline_stack(struct timeline *timeline, int64_t now, const struct process *process, const struct stack *stack)
{
    if (!stack || !stack->count)
        return 0;
    uint64_t key = (uintptr_t)stack ^ (process->id << 48) ^ (timeline->modules * 0x9e3779b97f4a7c15u);
    void *known = map_get(&timeline->stack_numbers, key);
    if (known)
        return (uint32_t)(uintptr_t)known;
    if (!timeline->stacks.count)
        TIMELINE_ADD(&timeline->stacks);
    uint32_t *frames = stack_frames(timeline, now, process, stack);
    uint32_t number = TIMELINE_ADD(&timeline->stacks);
    timeline->stacks.at[number] = frames;
    map_put(&timeline->stack_numbers, key, (void *)(uintptr_t)number);
    return number;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *timeline_process_name(const struct timeline *timeline, uint32_t process)
{
    const struct timeline_process *it = &timeline->processes.at[process];
    const char *host = hosts_name(it->pid), *on = *host ? " on " : "";
    return *it->executable ? memory_format("%s%s%s", base_name(it->executable), on, host) : memory_format("process %d%s%s", hosts_own(it->pid), on, host);
}

char *timeline_thread_name(const struct timeline *timeline, uint32_t thread)
{
    const struct timeline_thread *it = &timeline->threads.at[thread];
    if (it->name)
        return memory_text(it->name);
    if (it->main)
        return memory_text("main");
    if (!it->function)
        return memory_format("thread %u", it->number);
    return memory_format("thread %u (%s)", it->number, it->function);
}

/* Whether another process is called the same: forks, workers. */
static bool is_namesake(const struct timeline *timeline, uint32_t process)
{
    const char *executable = timeline->processes.at[process].executable;
    for (uint32_t i = 0; i < timeline->processes.count; i++)
        if (i != process && !strcmp(base_name(timeline->processes.at[i].executable), base_name(executable)))
            return true;
    return false;
}

char *timeline_row_name(const struct timeline *timeline, uint32_t thread)
{
    const struct timeline_thread *it = &timeline->threads.at[thread];
    if (timeline->processes.count < 2 || !it->main || it->name)
        return timeline_thread_name(timeline, thread);
    char *process = timeline_process_name(timeline, it->process), *name;
    if (is_namesake(timeline, it->process))
        name = memory_format("main (%s %d)", process, hosts_own(timeline->processes.at[it->process].pid));
    else
        name = memory_format("main (%s)", process);
    free(process);
    return name;
}

char *timeline_object_row_name(const struct timeline *timeline, uint32_t object)
{
    const struct timeline_object *it = &timeline->objects.at[object];
    char *label = timeline_object_label(timeline, object), *name;
    const char *birth = it->birth ? timeline->frames.at[it->birth] : "", *place = strrchr(birth, '(');
    if (timeline->processes.count > 1)
        name = memory_format("%s [%d]", label, hosts_own(timeline->processes.at[it->process].pid));
    else if (!it->name && it->thread == TIMELINE_NONE && place)
        name = memory_format("%s %s", label, place);
    else
        return label;
    free(label);
    return name;
}

char *timeline_object_label(const struct timeline *timeline, uint32_t object)
{
    const struct timeline_object *it = &timeline->objects.at[object];
    if (it->name)
        return memory_text(it->name);
    if (it->thread != TIMELINE_NONE) {
        char *name = timeline_thread_name(timeline, it->thread), *label = memory_format("end of %s", name);
        free(name);
        return label;
    }
    return memory_text(it->label);
}

char *timeline_mark_text(const struct timeline *timeline, const struct timeline_mark *mark)
{
    char *object = timeline_object_label(timeline, mark->object), *text;
    if (mark->what == TIMELINE_first_order) {
        char *other = timeline_object_label(timeline, mark->other);
        text = memory_format("takes %s under %s, for the first time", object, other);
        free(other);
    } else {
        text = mark->what == TIMELINE_try_failed ? memory_format("%s is not free", object) : memory_format("sends %s", object);
    }
    free(object);
    return text;
}

const char *timeline_nothing(const struct timeline *timeline)
{
    if (!timeline->threads.count)
        return "no thread is in what was asked for";
    if (!timeline->spans.count && !timeline->marks.count)
        return "no thread held or waited for anything in what was asked for";
    return NULL;
}

/* The one that held and waited most: what was recorded may have been started by shells. */
static uint32_t busiest_process(const struct timeline *timeline)
{
    size_t *spans = memory_new(timeline->processes.count + 1, sizeof *spans);
    uint32_t busiest = 0;
    for (size_t i = 0; i < timeline->spans.count; i++)
        spans[timeline->threads.at[timeline->spans.at[i].thread].process]++;
    for (uint32_t i = 1; i < timeline->processes.count; i++)
        if (spans[i] > spans[busiest])
            busiest = i;
    free(spans);
    return busiest;
}

char *timeline_title(const struct timeline *timeline)
{
    if (!timeline->processes.count)
        return memory_text("empty trace");
    char *first = timeline_process_name(timeline, busiest_process(timeline));
    size_t more = timeline->processes.count - 1;
    char *title = !more ? memory_text(first) : memory_format("%s and %zu more process%s", first, more, more > 1 ? "es" : "");
    free(first);
    return title;
}
