/* SPDX-License-Identifier: MIT */
/* Decides of each thread and object whether it is wanted, and keeps that by its number. */
#include "config.h"
#include "analyze/chosen.h"

#include <stdlib.h>
#include <string.h>
#include "analyze/describe.h"
#include "base/hosts.h"
#include "model/known.h"
#include "base/memory.h"

enum answer { ANSWER_none, ANSWER_yes, ANSWER_no };

struct answers {
    uint8_t *at; /* by id */
    size_t count, capacity;
};

enum { PROCESSES, THREADS, LOCKS, SORTS };

struct chosen {
    const struct selection *selection;
    bool *fits[SORTS];
    struct answers threads, objects;
    struct model *model; /* that is watched, NULL: none */
    struct symbols *symbols;
    struct describe *describe;
    int slot;
};

static const struct selection_names *names_of(const struct chosen *chosen, int sort)
{
    const struct selection *selection = chosen->selection;
    return sort == PROCESSES ? &selection->processes : sort == THREADS ? &selection->threads : &selection->locks;
}

struct chosen *chosen_new(const struct selection *selection)
{
    struct chosen *chosen = memory_new(1, sizeof *chosen);
    chosen->selection = selection;
    for (int i = 0; i < SORTS; i++)
        chosen->fits[i] = memory_new(names_of(chosen, i)->count + 1, sizeof(bool));
    return chosen;
}

void chosen_free(struct chosen *chosen)
{
    if (!chosen)
        return;
    chosen_rest(chosen);
    for (int i = 0; i < SORTS; i++)
        free(chosen->fits[i]);
    free(chosen->threads.at);
    free(chosen->objects.at);
    free(chosen);
}

static void put_answer(struct answers *answers, uint64_t id, bool yes)
{
    while (answers->count <= id) {
        answers->at = memory_grow(answers->at, answers->count + 1, &answers->capacity, 1);
        answers->at[answers->count++] = ANSWER_none;
    }
    answers->at[id] = yes ? ANSWER_yes : ANSWER_no;
}

static enum answer answer_of(const struct answers *answers, uint64_t id)
{
    return id < answers->count ? (enum answer)answers->at[id] : ANSWER_none;
}

static bool fits(struct chosen *chosen, int sort, const char *name, uint64_t number)
{
    return selection_fits(names_of(chosen, sort), chosen->fits[sort], name, number);
}

/* --- threads --- */

static bool process_fits(struct chosen *chosen, const struct process *process)
{
    const char *slash = strrchr(process->executable, '/');
    bool by_path = fits(chosen, PROCESSES, process->executable, (uint64_t)hosts_own(process->pid));
    return fits(chosen, PROCESSES, slash ? slash + 1 : process->executable, (uint64_t)hosts_own(process->pid)) || by_path || fits(chosen, PROCESSES, hosts_name(process->pid), (uint64_t)-1);
}

static void decide_thread(struct chosen *chosen, const struct thread *thread)
{
    char *name = describe_thread(chosen->describe, thread);
    bool in_process = process_fits(chosen, thread->process);
    put_answer(&chosen->threads, thread->id, fits(chosen, THREADS, name, (uint64_t)hosts_own(thread->tid)) && in_process);
    free(name);
}

static void on_thread(void *self, int64_t now, struct thread *thread)
{
    (void)now;
    decide_thread(self, thread);
}

/* Its executable may have come after its threads. */
static void on_process_ended(void *self, int64_t now, struct process *process)
{
    (void)now;
    for (struct thread *thread = process->threads; thread; thread = thread->next_thread)
        decide_thread(self, thread);
}

bool chosen_thread(struct chosen *chosen, const struct thread *thread)
{
    if (!chosen)
        return true;
    if (chosen->model && (!*thread->process->executable || answer_of(&chosen->threads, thread->id) == ANSWER_none))
        decide_thread(chosen, thread);
    return answer_of(&chosen->threads, thread->id) == ANSWER_yes;
}

/* --- objects --- */

/* "cache", "mutex", "make (pool.c:12)", "mutex of make (pool.c:12)". */
static void decide_object(struct chosen *chosen, const struct object *object)
{
    const struct process *process = object->process;
    int64_t time_ns = object->birth_ns < process->begin_ns ? process->begin_ns : object->birth_ns;
    const struct symbol_variable *variable =
        object->kind == THRUM_kind_thread || !chosen->symbols ? NULL : symbols_variable(chosen->symbols, process->pid, time_ns, object->address);
    const struct symbol_place *birth =
        object->birth_site && chosen->symbols ? symbols_call(chosen->symbols, process->pid, time_ns, object->birth_site) : NULL;
    const struct known *known = known_object(variable, birth);
    const char *kind = kind_word(object->kind), *place = birth ? birth->site->text : variable ? variable->place : "";
    const char *name = object->name ? object->name : known ? known->word : variable ? variable->name : "";
    char *thread = object->thread ? describe_thread(chosen->describe, object->thread) : memory_text("");
    char *made = memory_format("%s of %s", kind, place);
    const char *const words[] = {name, thread, kind, place, made};
    bool any = !chosen->selection->locks.count;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (*words[i])
            any |= fits(chosen, LOCKS, words[i], object->address);
    put_answer(&chosen->objects, object->id, any);
    free(thread);
    free(made);
}

static void on_object(void *self, int64_t now, struct object *object)
{
    struct chosen *chosen = self;
    (void)now;
    if (chosen->selection->locks.count)
        decide_object(chosen, object);
}

bool chosen_object(struct chosen *chosen, const struct object *object)
{
    if (!chosen || !chosen->selection->locks.count)
        return true;
    if (chosen->model && answer_of(&chosen->objects, object->id) == ANSWER_none)
        decide_object(chosen, object);
    return answer_of(&chosen->objects, object->id) == ANSWER_yes;
}

/* --- the whole --- */

void chosen_watch(struct chosen *chosen, struct model *model, struct symbols *symbols)
{
    static const struct model_ops ops = {
        .process_ended = on_process_ended, .thread_begun = on_thread, .thread_named = on_thread, .thread_ended = on_thread,
        .object_born = on_object, .object_named = on_object,
    };
    chosen->model = model;
    chosen->symbols = symbols;
    chosen->describe = describe_new(symbols);
    chosen->slot = model_subscribe(model, &ops, chosen);
}

void chosen_rest(struct chosen *chosen)
{
    size_t count;
    if (!chosen->model)
        return;
    struct process *const *processes = model_processes(chosen->model, &count);
    for (size_t i = 0; i < count; i++)
        on_process_ended(chosen, 0, processes[i]);
    model_unsubscribe(chosen->model, chosen->slot);
    describe_free(chosen->describe);
    chosen->model = NULL;
}

const char *chosen_unfit(const struct chosen *chosen)
{
    const char *unfit = NULL;
    for (int i = SORTS; i-- > 0;) {
        const char *name = selection_unfit(names_of(chosen, i), chosen->fits[i]);
        unfit = name ? name : unfit;
    }
    return unfit;
}
