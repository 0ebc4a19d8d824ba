/* SPDX-License-Identifier: MIT */
/* Words for threads, objects and places. */
#include "config.h"
#include "analyze/describe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "model/known.h"
#include "base/map.h"
#include "base/memory.h"

/* What is said of an object; found out once. */
struct words {
    char *label; /* "mutex 7" */
    char *name;  /* "" where it has none */
    char *birth; /* "" where not known */
    const char *anonymous; /* "Python lock": the name of many; else NULL */
    bool apart;            /* the place of birth says more than what it is: it isn't that of all in a runtime */
    char *given;           /* what that is where the source tells: "Account.lock"; else NULL */
};

struct describe {
    struct symbols *symbols;
    struct map objects; /* object id + 1 -> words */
};

struct describe *describe_new(struct symbols *symbols)
{
    struct describe *d = memory_new(1, sizeof *d);
    d->symbols = symbols;
    return d;
}

void describe_free(struct describe *d)
{
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(&d->objects, &place));) {
        struct words *words = entry->value;
        free(words->label);
        free(words->name);
        free(words->birth);
        free(words->given);
        free(words);
    }
    map_free(&d->objects);
    free(d);
}

/* --- places --- */

/* What a process's copy of its parent's memory holds was made before the process was. */
static int64_t time_in(const struct process *process, int64_t time_ns)
{
    return time_ns < process->begin_ns ? process->begin_ns : time_ns;
}

static const struct symbol_place *call_place(struct describe *d, const struct process *process, int64_t time_ns,
                                             uint64_t address)
{
    return d->symbols && address ? symbols_call(d->symbols, process->pid, time_in(process, time_ns), address) : NULL;
}

static char *call_text(struct describe *d, const struct process *process, int64_t time_ns, uint64_t address)
{
    const struct symbol_place *place = call_place(d, process, time_ns, address);
    if (place)
        return memory_text(place->site->text);
    return address ? memory_format("0x%" PRIx64, address) : memory_text("");
}

/* The name of a function by its first address. */
static const char *function_name(struct describe *d, const struct process *process, int64_t time_ns, uint64_t address)
{
    if (!d->symbols || !address)
        return NULL;
    const struct symbol_place *place = symbols_code(d->symbols, process->pid, time_in(process, time_ns), address);
    return place ? place->site->function : NULL;
}

/* --- threads --- */

char *describe_thread(struct describe *d, const struct thread *thread)
{
    if (thread->name)
        return memory_text(thread->name);
    if (thread->main)
        return memory_text("main");
    const char *function = function_name(d, thread->process, thread->begin_ns, thread->routine);
    return function ? memory_format("thread %u (%s)", thread->number, function)
                    : memory_format("thread %u", thread->number);
}

/* --- objects --- */

static struct words *words_of_thread(struct describe *d, const struct object *object)
{
    struct words *words = memory_new(1, sizeof *words);
    const struct thread *thread = object->thread;
    words->name = thread ? describe_thread(d, thread) : memory_text("");
    words->label = thread ? memory_format("%s%s", strncmp(words->name, "thread ", 7) ? "thread " : "", words->name)
                          : object_label(object, kind_word(object->kind));
    words->birth = thread ? call_text(d, thread->process, thread->begin_ns, thread->spawn_site) : memory_text("");
    return words;
}

static struct words *words_of_object(struct describe *d, const struct object *object)
{
    const struct process *process = object->process;
    const struct symbol_variable *variable =
        d->symbols ? symbols_variable(d->symbols, process->pid, time_in(process, object->birth_ns), object->address) : NULL;
    const struct symbol_place *birth = call_place(d, process, object->birth_ns, object->birth_site);
    const struct known *known = known_object(variable, birth);
    struct words *words = memory_new(1, sizeof *words);
    words->given = known && !known->inner && !object->name ? symbol_given(birth) : NULL;
    words->anonymous = words->given ? words->given : known && !object->name ? known->word : NULL;
    words->apart = !words->anonymous || (birth && birth->interpreted);
    words->label = object_label(object, kind_word(object->kind));
    words->name = words->anonymous ? object_label(object, words->anonymous)
                                   : memory_text(object->name ? object->name : variable ? variable->name : "");
    words->birth = object->birth_site ? call_text(d, process, object->birth_ns, object->birth_site)
                                      : memory_text(variable ? variable->place : "");
    return words;
}

static struct words *words_of(struct describe *d, const struct object *object)
{
    struct words *words = map_get(&d->objects, object->id + 1);
    if (!words) {
        words = object->kind == THRUM_kind_thread ? words_of_thread(d, object) : words_of_object(d, object);
        map_put(&d->objects, object->id + 1, words);
    }
    return words;
}

const char *describe_object(struct describe *d, const struct object *object)
{
    const struct words *words = words_of(d, object);
    return *words->name ? words->name : words->label;
}

bool describe_is_static(struct describe *d, const struct object *object)
{
    const struct process *process = object->process;
    return d->symbols && symbols_variable(d->symbols, process->pid, time_in(process, object->birth_ns), object->address);
}

bool describe_is_anonymous(struct describe *d, const struct object *object)
{
    return words_of(d, object)->anonymous != NULL;
}

bool describe_is_made_apart(struct describe *d, const struct object *object)
{
    return words_of(d, object)->apart;
}

/* --- takings --- */

static const struct process *process_of(const struct taking *taking)
{
    return taking->process ? taking->process : taking->object->process;
}

struct taking taking_of_hold(const struct hold *hold)
{
    return (struct taking){hold->object, hold->mode, hold->site, hold->stack, hold->since_ns, NULL};
}

struct taking taking_of_block(const struct blocked *blocked)
{
    return (struct taking){blocked->object, blocked->mode, blocked->site, blocked->stack, blocked->since_ns, NULL};
}

static struct finding_frame *add_frame(struct finding_object *to, uint64_t address, const char *text)
{
    size_t capacity = to->stack_count; /* few frames: grown one by one */
    to->stack = memory_grow(to->stack, to->stack_count + 1, &capacity, sizeof *to->stack);
    to->stack[to->stack_count] = (struct finding_frame){.address = address, .text = memory_text(text)};
    return &to->stack[to->stack_count++];
}

/* thrum's own frames between the program's: the start of a thread. */
static bool is_ours(const struct symbol_place *place)
{
    static const char ours[] = "libthrum";
    const char *slash = strrchr(place->module, '/');
    return !strncmp(slash ? slash + 1 : place->module, ours, sizeof ours - 1);
}

/* The frames that an address stands for, from `from` on; the innermost frames of system headers say nothing. */
static void add_frames(struct describe *d, const struct taking *taking, uint64_t address, struct finding_object *to)
{
    const struct symbol_place *place = call_place(d, process_of(taking), taking->since_ns, address);
    if (!place) {
        char *text = call_text(d, process_of(taking), taking->since_ns, address);
        add_frame(to, address, text);
        free(text);
        return;
    }
    if (is_ours(place) && to->stack_count)
        return;
    size_t from = to->stack_count ? 0 : (size_t)(place->site - place->frames);
    for (size_t i = from; i < place->count; i++) {
        struct finding_frame *frame = add_frame(to, address, place->frames[i].text);
        frame->function = place->frames[i].function;
        frame->file = place->frames[i].file;
        frame->line = place->frames[i].line;
        frame->module = *place->module ? place->module : NULL;
    }
}

/* How many calls of a stack to show. */
static size_t stack_length(struct describe *d, const struct taking *taking)
{
    const struct process *process = process_of(taking);
    const struct stack *stack = taking->stack;
    if (!stack || !d->symbols)
        return stack ? stack->count : 0;
    return symbols_stack_length(d->symbols, process->pid, time_in(process, taking->since_ns), stack->at, stack->count);
}

static bool is_between(struct describe *d, const struct taking *taking, uint64_t address)
{
    const struct process *process = process_of(taking);
    return d->symbols && symbols_between(d->symbols, process->pid, time_in(process, taking->since_ns), address);
}

void describe_taking(struct describe *d, const struct taking *taking, struct finding_object *to)
{
    const struct words *words = words_of(d, taking->object);
    size_t length = stack_length(d, taking);
    to->address = taking->object->address;
    to->object = memory_text(words->label);
    to->kind = memory_text(kind_word(taking->object->kind));
    to->name = memory_text(words->name);
    to->birth = memory_text(words->birth);
    to->since_ns = taking->since_ns == MODEL_UNKNOWN_NS ? -1 : taking->since_ns;
    if (taking->object->kind == THRUM_kind_rwlock)
        to->mode = taking->mode == THRUM_mode_shared ? "read" : "write";
    for (size_t i = 0; i < length; i++)
        if (i == 0 || !is_between(d, taking, taking->stack->at[i]))
            add_frames(d, taking, taking->stack->at[i], to);
    if (!length && taking->site)
        add_frames(d, taking, taking->site, to);
}

char *describe_class(struct describe *d, const struct taking *taking)
{
    const struct object *object = taking->object;
    const struct words *words = words_of(d, object);
    char *site = call_text(d, process_of(taking), taking->since_ns, taking->site);
    bool moves = d->symbols && !strncmp(site, "0x", 2); /* in no module: another address in another recording */
    char *text = memory_format("%s|%s|%s|%s", kind_word(object->kind), words->anonymous ? "" : words->name, words->birth,
                               moves ? "" : site);
    free(site);
    return text;
}

void describe_step(struct describe *d, struct finding_step *step, const struct thread *thread, const struct taking *holds,
                   const struct taking *wants)
{
    step->pid = thread->process->pid;
    step->tid = thread->tid;
    step->thread = describe_thread(d, thread);
    struct taking held = *holds, wanted = *wants;
    held.process = wanted.process = thread->process;
    describe_taking(d, &held, &step->holds);
    describe_taking(d, &wanted, &step->wants);
}

void describe_steps_apart(struct finding *finding)
{
    bool *shared = memory_new(finding->step_count, sizeof *shared);
    for (size_t i = 0; i < finding->step_count; i++)
        for (size_t j = 0; j < finding->step_count; j++)
            shared[i] |= finding->steps[i].tid != finding->steps[j].tid &&
                         !strcmp(finding->steps[i].thread, finding->steps[j].thread);
    for (size_t i = 0; i < finding->step_count; i++) {
        struct finding_step *step = &finding->steps[i];
        char *label = step->thread;
        if (!shared[i])
            continue;
        step->thread = memory_format("%s (tid %d)", label, step->tid);
        free(label);
    }
    free(shared);
}
