/* SPDX-License-Identifier: MIT */
/* What was mapped where and when, and what was found out about addresses so far. */
#include "config.h"
#include "symbols/symbols.h"

#include <stdlib.h>
#include <string.h>
#include "base/map.h"
#include "base/memory.h"
#include "symbols/symbols-file.h"

struct mapping {
    uint64_t base, begin, end;
    int64_t time_ns;
    struct symbol_file *file;
};

/* A process from one exec or fork to the next. */
struct life {
    int64_t begin_ns;
    int32_t parent; /* whose mappings count where none of its own were told; 0 where not known */
    struct mapping *mappings; /* in the order of loading */
    size_t count, capacity;
    struct map lines; /* site that is no machine code -> its struct symbol_place */
};

/* All that had one pid. */
struct process_history {
    struct life *lives;
    size_t count, capacity;
};

struct symbols {
    struct map processes; /* by pid */
    struct symbol_file **files;
    size_t file_count, file_capacity;
    struct map strays; /* places in no file, by address */
    char **notes;
    size_t note_count, note_capacity;
};

/* --- processes --- */

static struct process_history *make_process(struct symbols *symbols, int32_t pid)
{
    struct process_history *process = map_get(&symbols->processes, (uint32_t)pid);
    if (!process) {
        process = memory_new(1, sizeof(*process));
        map_put(&symbols->processes, (uint32_t)pid, process);
    }
    return process;
}

static void free_places(struct map *places);

static void free_life(struct life *life)
{
    free(life->mappings);
    free_places(&life->lines);
}

static void free_process(struct process_history *process)
{
    for (size_t i = 0; i < process->count; i++)
        free_life(&process->lives[i]);
    free(process->lives);
    free(process);
}

static struct life *add_life(struct process_history *process, int32_t parent, int64_t time_ns)
{
    process->lives = memory_grow(process->lives, process->count + 1, &process->capacity, sizeof(*process->lives));
    struct life *life = &process->lives[process->count++];
    *life = (struct life){.begin_ns = time_ns, .parent = parent};
    return life;
}

static struct life *last_life(struct symbols *symbols, int32_t pid, int64_t time_ns)
{
    struct process_history *process = make_process(symbols, pid);
    return process->count ? &process->lives[process->count - 1] : add_life(process, 0, time_ns);
}

/* The life at a time; what came before the first is taken for its part. */
static const struct life *life_at(const struct process_history *process, int64_t time_ns)
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
        const struct process_history *process = map_get(&symbols->processes, (uint32_t)pid);
        const struct life *life = process ? life_at(process, time_ns) : NULL;
        const struct mapping *mapping = life ? find_mapping(life, time_ns, address) : NULL;
        /* A forked child that told its own modules has no others. */
        if (!life || mapping || life->count)
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
    symbols->files = memory_grow(symbols->files, symbols->file_count + 1, &symbols->file_capacity, sizeof(struct symbol_file *));
    return symbols->files[symbols->file_count++] = symbol_file_new(path, build_id, time_ns);
}

static void add_mapping(struct symbols *symbols, const struct thrum_event_module_load *load, int64_t time_ns)
{
    struct life *life = last_life(symbols, load->common.pid, time_ns);
    struct symbol_file *file = make_file(symbols, load->path, load->build_id, time_ns);
    /* What is told again, as at each dlopen, takes no room. */
    const struct mapping *known = find_mapping(life, time_ns, load->begin);
    if (known && known->file == file && known->base == load->base && known->end == load->end)
        return;
    life->mappings = memory_grow(life->mappings, life->count + 1, &life->capacity, sizeof(*life->mappings));
    life->mappings[life->count++] = (struct mapping){load->base, load->begin, load->end, time_ns, file};
}

/* --- lines of an interpreter's --- */

static void add_line(struct symbols *symbols, const struct thrum_event_source_line *source, int64_t time_ns)
{
    struct life *life = last_life(symbols, source->common.pid, time_ns);
    if (!map_get(&life->lines, source->site))
        map_put(&life->lines, source->site, symbol_place_line(source->function, source->file, (int)source->line));
}

/* NULL where it isn't known. A forked child's were its parent's, unless it told its own. */
static const struct symbol_place *find_line(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t site)
{
    for (int generation = 0; generation < 100 && pid > 0; generation++) {
        const struct process_history *process = map_get(&symbols->processes, (uint32_t)pid);
        const struct life *life = process ? life_at(process, time_ns) : NULL;
        const struct symbol_place *place = life ? map_get(&life->lines, site) : NULL;
        if (!life || place)
            return place;
        pid = life->parent;
        time_ns = life->begin_ns;
    }
    return NULL;
}

void symbols_event(struct symbols *symbols, const struct trace_event *event)
{
    if (event->id == THRUM_EVENT_module_load)
        add_mapping(symbols, &event->record.module_load, event->time_ns);
    else if (event->id == THRUM_EVENT_source_line)
        add_line(symbols, &event->record.source_line, event->time_ns);
    else if (event->id == THRUM_EVENT_process_begin)
        add_life(make_process(symbols, event->record.common.pid), event->record.process_begin.ppid, event->time_ns);
}

/* --- answers --- */

static const struct symbol_place *stray_place(struct symbols *symbols, uint64_t address)
{
    struct symbol_place *place = map_get(&symbols->strays, address);
    if (!place)
        map_put(&symbols->strays, address, place = symbol_place_bare(NULL, address));
    return place;
}

static const struct symbol_place *place(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address, bool call)
{
    if (record_is_line(address)) {
        const struct symbol_place *line = find_line(symbols, pid, time_ns, address);
        return line ? line : stray_place(symbols, address);
    }
    /* A function that never returns may call as the last thing in its file. */
    const struct mapping *mapping = locate(symbols, pid, time_ns, address - (call && address > 0));
    if (!mapping)
        return stray_place(symbols, address);
    uint64_t offset = address - mapping->base;
    struct map *known = call ? &mapping->file->calls_known : &mapping->file->codes_known;
    struct symbol_place *place = map_get(known, offset);
    if (!place)
        map_put(known, offset, place = symbol_file_place(mapping->file, offset, call));
    return place;
}

const struct symbol_place *symbols_call(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address)
{
    return place(symbols, pid, time_ns, address, true);
}

const struct symbol_place *symbols_code(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address)
{
    return place(symbols, pid, time_ns, address, false);
}

/* Its calls are in stacks, but nobody looks for them there. */
static bool is_thrum(const char *path)
{
    return strncmp(symbol_basename(path), "libthrum", strlen("libthrum")) == 0;
}

/* The file that a call is in, "" where not known: without a look at its symbols, which of libc's takes the longest of all. */
static const char *module_of(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address)
{
    const struct mapping *mapping = record_is_line(address) ? NULL : locate(symbols, pid, time_ns, address - (address > 0));
    return mapping ? mapping->file->path : "";
}

/* libc and thrum are never the outermost of a program's own. */
static bool is_never_outermost(const char *path)
{
    static const char *const libraries[] = {"libc.so.", "libc-", "libpthread.so.", "libpthread-"};
    const char *name = symbol_basename(path);
    for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
        if (strncmp(name, libraries[i], strlen(libraries[i])) == 0)
            return true;
    return is_thrum(path);
}

/* Beyond libc's start of a program is its _start. */
static bool is_start(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address)
{
    if (is_never_outermost(module_of(symbols, pid, time_ns, address)))
        return true;
    const char *function = symbols_call(symbols, pid, time_ns, address)->site->function;
    return function && strcmp(function, "_start") == 0;
}

size_t symbols_stack_length(struct symbols *symbols, int32_t pid, int64_t time_ns, const uint64_t *at, size_t count)
{
    while (count > 1 && is_start(symbols, pid, time_ns, at[count - 1]))
        count--;
    return count;
}

bool symbols_between(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address)
{
    const char *name = symbol_basename(module_of(symbols, pid, time_ns, address));
    return strncmp(name, "libthrum-preload.", strlen("libthrum-preload.")) == 0;
}

const struct symbol_variable *symbols_variable(struct symbols *symbols, int32_t pid, int64_t time_ns, uint64_t address)
{
    const struct mapping *mapping = locate(symbols, pid, time_ns, address);
    if (!mapping)
        return NULL;
    uint64_t offset = address - mapping->base;
    struct symbol_variable *variable = map_get(&mapping->file->variables_known, offset);
    if (!variable)
        map_put(&mapping->file->variables_known, offset, variable = symbol_file_variable(mapping->file, offset));
    return variable;
}

/* --- what people should know of the files --- */

static void free_notes(struct symbols *symbols)
{
    for (size_t i = 0; i < symbols->note_count; i++)
        free(symbols->notes[i]);
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
    if (is_thrum(file->path))
        return NULL;
    if (file->state == SYMBOL_FILE_CHANGED)
        words = "changed since the recording, so its functions and lines aren't shown: record again";
    else if (file->state == SYMBOL_FILE_GONE && file->path[0] == '/')
        words = "isn't there any more, so its functions and lines aren't shown";
    else if (file->state == SYMBOL_FILE_UNREADABLE)
        words = "can't be read as an ELF file, so its functions and lines aren't shown";
    else if (file->state == SYMBOL_FILE_OPEN && file->lineless && !file->lined && !is_system_file(file->path))
        words = "has no debug information: build it with -g to see files and lines";
    else
        return NULL;
    return memory_format("%s %s", file->path, words);
}

const char *const *symbols_notes(struct symbols *symbols, size_t *count)
{
    free_notes(symbols);
    for (size_t i = 0; i < symbols->file_count; i++) {
        char *note = note_of(symbols->files[i]);
        if (!note)
            continue;
        symbols->notes = memory_grow(symbols->notes, symbols->note_count + 1, &symbols->note_capacity, sizeof(char *));
        symbols->notes[symbols->note_count++] = note;
    }
    *count = symbols->note_count;
    return (const char *const *)symbols->notes;
}

/* --- the whole --- */

struct symbols *symbols_new(void)
{
    return memory_new(1, sizeof(struct symbols));
}

static void free_places(struct map *places)
{
    const struct map_entry *entry;
    for (size_t i = 0; (entry = map_next(places, &i));)
        symbol_place_free(entry->value);
    map_free(places);
}

static void free_file(struct symbol_file *file)
{
    const struct map_entry *entry;
    free_places(&file->calls_known);
    free_places(&file->codes_known);
    for (size_t i = 0; (entry = map_next(&file->variables_known, &i));)
        symbol_variable_free(entry->value);
    map_free(&file->variables_known);
    symbol_file_free(file);
}

void symbols_free(struct symbols *symbols)
{
    const struct map_entry *entry;
    if (!symbols)
        return;
    for (size_t i = 0; i < symbols->file_count; i++)
        free_file(symbols->files[i]);
    for (size_t i = 0; (entry = map_next(&symbols->processes, &i));)
        free_process(entry->value);
    map_free(&symbols->processes);
    free_places(&symbols->strays);
    free_notes(symbols);
    free(symbols->notes);
    free(symbols->files);
    free(symbols);
}
