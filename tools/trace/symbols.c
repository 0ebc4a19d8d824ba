/* SPDX-License-Identifier: MIT */
/* What was mapped where and when, and what was found out about addresses so far. */
#include "config.h"
#include "trace/symbols.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "trace/symbols-file.h"

struct mapping {
    uint64_t base, begin, end;
    int64_t time_ns;
    struct symbol_file *file;
};

/* A process from one exec or fork to the next. */
struct life {
    int64_t begin_ns;
    int32_t parent; /* a forked child has what its parent had mapped; 0 where not known */
    struct mapping *mappings; /* in the order of loading */
    size_t count;
};

struct process {
    int32_t pid; /* first: the key */
    struct life *lives;
    size_t count;
};

/* What an address was found to be. Keyed by all but the result. */
struct answer {
    struct symbol_file *file; /* NULL: in none */
    uint64_t offset;
    enum { ANSWER_CALL, ANSWER_CODE, ANSWER_VARIABLE } question;
    void *result;
};

struct symbols {
    void *processes; /* tsearch tree of struct process */
    void *answers;   /* tsearch tree of struct answer */
    struct symbol_file **files;
    size_t file_count;
    char **notes;
    size_t note_count;
};

/* --- processes --- */

static int compare_pids(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static struct process *find_process(struct symbols *symbols, int32_t pid)
{
    struct process **node = tfind(&pid, &symbols->processes, compare_pids);
    return node ? *node : NULL;
}

static struct process *make_process(struct symbols *symbols, int32_t pid)
{
    struct process *process = find_process(symbols, pid);
    if (process || !(process = calloc(1, sizeof(*process))))
        return process;
    process->pid = pid;
    if (tsearch(process, &symbols->processes, compare_pids))
        return process;
    free(process);
    return NULL;
}

static void free_process(void *node)
{
    struct process *process = node;
    for (size_t i = 0; i < process->count; i++)
        free(process->lives[i].mappings);
    free(process->lives);
    free(process);
}

static struct life *add_life(struct process *process, int32_t parent, int64_t time_ns)
{
    struct life *more = realloc(process->lives, (process->count + 1) * sizeof(*more));
    if (!more)
        return NULL;
    process->lives = more;
    more[process->count] = (struct life){.begin_ns = time_ns, .parent = parent};
    return &more[process->count++];
}

/* The life at a time; what came before the first is taken for its part. */
static const struct life *life_at(const struct process *process, int64_t time_ns)
{
    size_t i = process->count;
    while (i > 1 && process->lives[i - 1].begin_ns > time_ns)
        i--;
    return i ? &process->lives[i - 1] : NULL;
}

/* --- mappings --- */

/*
 * What covers the address: the last loaded of those before that time. Where there is none, the first loaded after it:
 * a shared object's constructors run before its loading is told.
 */
static const struct mapping *find_mapping(const struct life *life, int64_t time_ns, uint64_t address)
{
    const struct mapping *later = NULL;
    for (size_t i = life->count; i-- > 0;) {
        const struct mapping *mapping = &life->mappings[i];
        if (address < mapping->begin || address >= mapping->end)
            continue;
        if (mapping->time_ns <= time_ns)
            return mapping;
        later = mapping;
    }
    return later;
}

static const struct mapping *locate(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address)
{
    /* The bound is for pids that were used again, by which a process could be its own ancestor. */
    for (int generation = 0; generation < 100 && pid > 0; generation++) {
        const struct process *process = find_process(symbols, pid);
        const struct life *life = process ? life_at(process, time_ns) : NULL;
        const struct mapping *mapping = life ? find_mapping(life, time_ns, address) : NULL;
        if (!life || mapping)
            return mapping;
        pid = life->parent;
        time_ns = life->begin_ns;
    }
    return NULL;
}

static struct symbol_file *make_file(struct symbols *symbols, const char *path, const char *build_id, int64_t time_ns)
{
    for (size_t i = 0; i < symbols->file_count; i++)
        if (strcmp(symbols->files[i]->path, path) == 0 && strcmp(symbols->files[i]->build_id, build_id) == 0)
            return symbols->files[i];
    struct symbol_file **more = realloc(symbols->files, (symbols->file_count + 1) * sizeof(struct symbol_file *));
    if (!more)
        return NULL;
    symbols->files = more;
    struct symbol_file *file = symbol_file_new(path, build_id, time_ns);
    if (file)
        symbols->files[symbols->file_count++] = file;
    return file;
}

static int add_mapping(struct symbols *symbols, const struct thrum_event_module_load *load, int64_t time_ns)
{
    struct process *process = make_process(symbols, load->common.pid);
    struct symbol_file *file = make_file(symbols, load->path, load->build_id, time_ns);
    if (!process || !file)
        return -ENOMEM;
    struct life *life = process->count ? &process->lives[process->count - 1] : add_life(process, 0, time_ns);
    if (!life)
        return -ENOMEM;
    /* What is told again, as at each dlopen, takes no room. */
    const struct mapping *known = find_mapping(life, time_ns, load->begin);
    if (known && known->file == file && known->base == load->base && known->end == load->end)
        return 0;
    struct mapping *more = realloc(life->mappings, (life->count + 1) * sizeof(*more));
    if (!more)
        return -ENOMEM;
    life->mappings = more;
    more[life->count++] = (struct mapping){load->base, load->begin, load->end, time_ns, file};
    return 0;
}

int symbols_event(struct symbols *symbols, const struct trace_event *event)
{
    struct process *process;
    switch (event->id) {
    case THRUM_EVENT_module_load:
        return add_mapping(symbols, &event->record.module_load, event->time_ns);
    case THRUM_EVENT_process_begin:
        process = make_process(symbols, event->record.common.pid);
        return process && add_life(process, event->record.process_begin.ppid, event->time_ns) ? 0 : -ENOMEM;
    default:
        return 0;
    }
}

/* --- answers --- */

static int compare_answers(const void *a, const void *b)
{
    const struct answer *x = a, *y = b;
    if (x->file != y->file)
        return (uintptr_t)x->file < (uintptr_t)y->file ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (int)x->question - (int)y->question;
}

static void free_answer(void *node)
{
    struct answer *answer = node;
    if (answer->question == ANSWER_VARIABLE)
        symbol_variable_free(answer->result);
    else
        symbol_place_free(answer->result);
    free(answer);
}

static void *find_out(const struct answer *key)
{
    if (key->question == ANSWER_VARIABLE)
        return symbol_file_variable(key->file, key->offset);
    if (key->file)
        return symbol_file_place(key->file, key->offset, key->question == ANSWER_CALL);
    return symbol_place_bare(NULL, key->offset);
}

static void *answer(struct symbols *symbols, struct answer key)
{
    struct answer **node = tfind(&key, &symbols->answers, compare_answers);
    if (node)
        return (*node)->result;
    struct answer *made = malloc(sizeof(*made));
    if (!made)
        return NULL;
    *made = key;
    made->result = find_out(&key);
    if (made->result && tsearch(made, &symbols->answers, compare_answers))
        return made->result;
    free_answer(made);
    return NULL;
}

static const struct symbol_place *place(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address, bool call)
{
    /* A function that never returns may call as the last thing in its file. */
    const struct mapping *mapping = locate(symbols, pid, time_ns, address - (call && address > 0));
    return answer(symbols, (struct answer){
        .file = mapping ? mapping->file : NULL,
        .offset = mapping ? address - mapping->base : address,
        .question = call ? ANSWER_CALL : ANSWER_CODE,
    });
}

const struct symbol_place *symbols_call(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address)
{
    return place(symbols, pid, time_ns, address, true);
}

const struct symbol_place *symbols_code(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address)
{
    return place(symbols, pid, time_ns, address, false);
}

const struct symbol_variable *symbols_variable(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address)
{
    const struct mapping *mapping = locate(symbols, pid, time_ns, address);
    if (!mapping)
        return NULL;
    return answer(symbols, (struct answer){
        .file = mapping->file,
        .offset = address - mapping->base,
        .question = ANSWER_VARIABLE,
    });
}

/* --- what people should know of the files --- */

static void free_notes(struct symbols *symbols)
{
    for (size_t i = 0; i < symbols->note_count; i++)
        free(symbols->notes[i]);
    free(symbols->notes);
    symbols->notes = NULL;
    symbols->note_count = 0;
}

/* Libraries of the system come without debug information: that is as it should be. */
static bool is_system_file(const char *path)
{
    return strncmp(path, "/usr/", 5) == 0 || strncmp(path, "/lib", 4) == 0 || path[0] != '/';
}

static char *note_of(const struct symbol_file *file)
{
    const char *words;
    char *note;
    if (file->state == SYMBOL_FILE_CHANGED)
        words = "changed since the recording, so its functions and lines aren't shown: record again";
    else if (file->state == SYMBOL_FILE_GONE && file->path[0] == '/')
        words = "isn't there any more, so its functions and lines aren't shown";
    else if (file->state == SYMBOL_FILE_UNREADABLE)
        words = "can't be read as an ELF file, so its functions and lines aren't shown";
    else if (file->state == SYMBOL_FILE_OPEN && file->lineless && !is_system_file(file->path))
        words = "has no debug information: build it with -g to see files and lines";
    else
        return NULL;
    return asprintf(&note, "%s %s", file->path, words) < 0 ? NULL : note;
}

const char *const *symbols_notes(struct symbols *symbols, size_t *count)
{
    free_notes(symbols);
    symbols->notes = calloc(symbols->file_count + 1, sizeof(char *));
    for (size_t i = 0; i < symbols->file_count && symbols->notes; i++) {
        char *note = note_of(symbols->files[i]);
        if (note)
            symbols->notes[symbols->note_count++] = note;
    }
    *count = symbols->note_count;
    return (const char *const *)symbols->notes;
}

/* --- the whole --- */

struct symbols *symbols_new(void)
{
    return calloc(1, sizeof(struct symbols));
}

void symbols_free(struct symbols *symbols)
{
    if (!symbols)
        return;
    free_notes(symbols);
    tdestroy(symbols->answers, free_answer);
    tdestroy(symbols->processes, free_process);
    for (size_t i = 0; i < symbols->file_count; i++)
        symbol_file_free(symbols->files[i]);
    free(symbols->files);
    free(symbols);
}
