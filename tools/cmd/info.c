/* SPDX-License-Identifier: MIT */
/* thrum info: what is in a recording. */
#include "config.h"

#include <fts.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "base/hosts.h"
#include "cmd/choose.h"
#include "cmd/cmd.h"
#include "cmd/cut.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "cmd/progress.h"
#include "cmd/view.h"
#include "render/render.h"
#include "base/memory.h"
#include "model/model.h"
#include "model/words.h"

/* --- the command line --- */

struct options {
    char **paths;
    size_t path_count;
    bool json;
    struct selection cut;
};

static const struct argp_option option_list[] = {
    {"json", 'j', NULL, 0, "Print one JSON object, for programs", 0},
    CUT_RANGE,
    CUT_WHO,
    VIEW_PROGRESS,
    {0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARGS:
        options->paths = state->argv + state->next;
        options->path_count = (size_t)(state->argc - state->next);
        return 0;
    default:
        return cut_option(&options->cut, key, arg) == 0 ? 0 : view_progress(key, arg);
    }
}

/* --- what is counted --- */

enum { KINDS = 256 };

static const char *const event_names[] = {
#define THRUM_EVENT(name, meaning, fields) #name,
#include "events.h"
#undef THRUM_EVENT
};

struct info {
    const struct options *options;
    struct reader *reader;
    struct model *model;
    struct chosen *chosen; /* NULL: all threads */
    struct map wanted;     /* pid and tid of threads that are chosen */
    struct map counted;    /* pids of which an event was counted */
    int64_t begin_ns, end_ns; /* of what was counted */
    uint64_t event_count, object_count;
    uint64_t events[THRUM_EVENT_COUNT];
    uint64_t objects[KINDS], born[KINDS]; /* born: by the event at hand */
    struct process **processes;
    size_t process_count, process_capacity;
    bool any_born;
    uint64_t bytes; /* on the disk */
    uint64_t stream_bytes; /* of these, what holds events */
};

static void process_begun(void *self, int64_t now, struct process *process)
{
    struct info *info = self;
    (void)now;
    info->processes = memory_grow(info->processes, info->process_count + 1, &info->process_capacity, sizeof(struct process *));
    info->processes[info->process_count++] = process_ref(process);
}

static void object_born(void *self, int64_t now, struct object *object)
{
    struct info *info = self;
    (void)now;
    info->born[(uint8_t)object->kind]++;
    info->any_born = true;
}

/* A file with events, which is neither the metadata nor an index or a list of files. */
static bool is_stream(const FTSENT *entry)
{
    return strcmp(entry->fts_name, "metadata") != 0 && entry->fts_name[0] != '.' && strcmp(entry->fts_parent->fts_name, "index") != 0;
}

/*
 * What the directories take on the disk. A file that is made for more than is in it takes less than its size, and one that holds
 * little more than that: as the disk gives whole blocks.
 */
static void measure(struct info *info, char *const *paths)
{
    FTS *walk = fts_open(paths, FTS_COMFOLLOW | FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; walk && (entry = fts_read(walk));)
        if (entry->fts_info == FTS_F) {
            uint64_t taken = (uint64_t)entry->fts_statp->st_blocks * 512, size = (uint64_t)entry->fts_statp->st_size;
            info->bytes += taken;
            info->stream_bytes += !is_stream(entry) ? 0 : size < taken ? size : taken;
        }
    if (walk)
        fts_close(walk);
}

static uint64_t thread_key(int32_t pid, int32_t tid)
{
    return (uint64_t)(uint32_t)pid << 32 | (uint32_t)tid;
}

static void thread_begun(void *self, int64_t now, struct thread *thread)
{
    struct info *info = self;
    (void)now;
    if (info->chosen && chosen_thread(info->chosen, thread))
        map_put(&info->wanted, thread_key(thread->process->pid, thread->tid), info);
    else if (info->chosen)
        map_remove(&info->wanted, thread_key(thread->process->pid, thread->tid));
}

static bool is_part(const struct info *info)
{
    return info->chosen || info->options->cut.ranged;
}

/* Whether to count an event that the model has taken. */
static bool is_wanted(struct info *info, const struct trace_event *event)
{
    const struct selection *cut = &info->options->cut;
    int64_t at_ns = event->time_ns - model_totals(info->model)->begin_ns;
    if (cut->ranged && (at_ns < cut->from_ns || (cut->to_ns >= 0 && at_ns > cut->to_ns)))
        return false;
    return !info->chosen || map_get(&info->wanted, thread_key(event->record.common.pid, event->record.common.tid));
}

static void count_event(struct info *info, const struct trace_event *event)
{
    bool wanted = is_wanted(info, event);
    if (wanted) {
        info->begin_ns = info->event_count++ ? info->begin_ns : event->time_ns;
        info->end_ns = event->time_ns;
        info->events[event->id]++;
        if (is_part(info))
            map_put(&info->counted, (uint32_t)event->record.common.pid, info);
    }
    for (int i = 0; i < KINDS && info->any_born; i++) {
        info->objects[i] += wanted ? info->born[i] : 0;
        info->object_count += wanted ? info->born[i] : 0;
        info->born[i] = 0;
    }
    info->any_born = false;
}

static void count(struct info *info)
{
    static const struct model_ops ops = {.process_begun = process_begun, .object_born = object_born, .thread_begun = thread_begun};
    const struct trace_event *event;
    struct progress progress = progress_begin("reading");
    uint64_t events = 0;
    info->model = model_new();
    if (info->chosen && reader_goes_by((const char *const *)info->options->paths, info->options->path_count))
        chosen_watch(info->chosen, info->model, NULL);
    model_subscribe(info->model, &ops, info);
    while ((event = reader_next(info->reader))) {
        model_feed(info->model, event);
        count_event(info, event);
        if (++events % 65536 == 0)
            progress_at(&progress, reader_part(info->reader));
    }
    progress_end(&progress);
    model_finish(info->model);
    measure(info, info->options->paths);
}

/* --- for people --- */

static const char *format_bytes(char buffer[32], uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes;
    size_t unit = 0;
    for (; size >= 1024 && unit + 1 < sizeof units / sizeof units[0]; unit++)
        size /= 1024;
    snprintf(buffer, 32, unit && size < 100 ? "%.1f %s" : "%.0f %s", size, units[unit]);
    return buffer;
}

static void print_line(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void print_line(const char *label, const char *format, ...)
{
    va_list args;
    printf("%-11s", label);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

static void print_time(const char *label, int64_t ns)
{
    time_t seconds = (time_t)(ns / 1000000000);
    char date[64];
    strftime(date, sizeof date, "%F %T", localtime(&seconds));
    print_line(label, "%s.%06" PRId64, date, ns % 1000000000 / 1000);
}

static void print_span(const struct info *info)
{
    const struct model_totals *totals = model_totals(info->model);
    char text[32], each[32], *part = cut_text(&info->options->cut);
    if (part)
        print_line("part", "%s", part);
    free(part);
    if (info->event_count) {
        print_time("begins", info->begin_ns);
        print_time("ends", info->end_ns);
        print_line("span", "%s", format_duration(text, info->end_ns - info->begin_ns));
    }
    if (is_part(info))
        return;
    snprintf(each, sizeof each, "%.1f", (double)info->stream_bytes / (double)totals->events);
    print_line("size", "%s on the disk, %s bytes for each event", format_bytes(text, info->bytes), each);
}

static void print_losses(const struct info *info)
{
    const struct reader_losses *losses = reader_losses(info->reader);
    struct report report = {.paths = (const char *const *)info->options->paths, .path_count = info->options->path_count,
                            .totals = model_totals(info->model), .losses = losses};
    char *text = report_incomplete(&report) ? report_losses(&report) : memory_text("nothing was lost");
    print_line("losses", "%s", text);
    free(text);
}

static bool is_told(const struct info *info, const struct process *process)
{
    return !is_part(info) || map_get(&info->counted, (uint32_t)process->pid);
}

static void print_processes(const struct info *info)
{
    char number[32], pid[HOSTS_TEXT];
    size_t shown = 0;
    for (size_t i = 0; i < info->process_count; i++)
        shown += is_told(info, info->processes[i]);
    printf("\nprocesses  %s\n", format_count(number, shown));
    for (size_t i = 0; i < info->process_count; i++) {
        if (!is_told(info, info->processes[i]))
            continue;
        const struct process *process = info->processes[i];
        char *executable = clean_text(*process->executable ? process->executable : "(not known)");
        printf("%10s  %s, %s thread%s\n", hosts_text(pid, process->pid), executable, format_count(number, process->thread_count),
               process->thread_count == 1 ? "" : "s");
        free(executable);
    }
}

struct amount {
    const char *name;
    uint64_t count;
};

static int largest_first(const void *one, const void *other)
{
    const struct amount *a = one, *b = other;
    return a->count != b->count ? (a->count < b->count ? 1 : -1) : strcmp(a->name, b->name);
}

static void print_amounts(const char *label, uint64_t total, struct amount *amounts, size_t size)
{
    char number[32];
    qsort(amounts, size, sizeof *amounts, largest_first);
    printf("\n%-11s%s\n", label, format_count(number, total));
    for (size_t i = 0; i < size && amounts[i].count; i++)
        printf("%20s  %s\n", format_count(number, amounts[i].count), amounts[i].name);
}

static void print_text(const struct info *info)
{
    struct amount events[THRUM_EVENT_COUNT], objects[KINDS];
    print_span(info);
    print_losses(info);
    print_processes(info);
    for (int i = 0; i < KINDS; i++)
        objects[i] = (struct amount){kind_word((unsigned)i), info->objects[i]};
    print_amounts("objects", info->object_count, objects, KINDS);
    for (int i = 0; i < THRUM_EVENT_COUNT; i++)
        events[i] = (struct amount){event_names[i], info->events[i]};
    print_amounts("events", info->event_count, events, THRUM_EVENT_COUNT);
}

/* --- for programs --- */

static void put_number(json_object *to, const char *name, uint64_t number)
{
    json_object_object_add(to, name, json_object_new_uint64(number));
}

static json_object *json_processes(const struct info *info)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < info->process_count; i++) {
        if (!is_told(info, info->processes[i]))
            continue;
        json_object *process = json_object_new_object();
        char *executable = clean_text(info->processes[i]->executable);
        json_object_object_add(process, "pid", json_object_new_int(hosts_own(info->processes[i]->pid)));
        if (hosts_several())
            json_object_object_add(process, "host", json_object_new_string(hosts_name(info->processes[i]->pid)));
        json_object_object_add(process, "executable", json_object_new_string(executable));
        put_number(process, "threads", info->processes[i]->thread_count);
        json_object_array_add(list, process);
        free(executable);
    }
    return list;
}

static void print_json(const struct info *info)
{
    const struct model_totals *totals = model_totals(info->model);
    const struct reader_losses *losses = reader_losses(info->reader);
    json_object *all = json_object_new_object(), *events = json_object_new_object(), *objects = json_object_new_object();
    json_object_object_add(all, "version", json_object_new_int(1));
    json_object_object_add(all, "begin_ns", json_object_new_int64(info->begin_ns));
    json_object_object_add(all, "end_ns", json_object_new_int64(info->end_ns));
    put_number(all, "bytes", info->bytes);
    put_number(all, "stream_bytes", info->stream_bytes);
    put_number(all, "threads", totals->threads);
    put_number(all, "lost_events", losses->lost_events);
    put_number(all, "lost_packets", losses->lost_packets);
    put_number(all, "overwritten_packets", losses->overwritten);
    put_number(all, "foreign_events", losses->foreign_events);
    put_number(all, "unreadable", losses->unreadable);
    json_object_object_add(all, "truncated", json_object_new_boolean(losses->truncated));
    json_object_object_add(all, "processes", json_processes(info));
    for (int i = 0; i < KINDS; i++)
        if (info->objects[i])
            put_number(objects, kind_word((unsigned)i), info->objects[i]);
    for (int i = 0; i < THRUM_EVENT_COUNT; i++)
        if (info->events[i])
            put_number(events, event_names[i], info->events[i]);
    json_object_object_add(all, "objects", objects);
    json_object_object_add(all, "events", events);
    puts(json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(all);
}

/* --- the command --- */

static void end(struct info *info)
{
    for (size_t i = 0; i < info->process_count; i++)
        process_unref(info->processes[i]);
    free(info->processes);
    map_free(&info->wanted);
    map_free(&info->counted);
    chosen_free(info->chosen);
    model_free(info->model);
    reader_close(info->reader);
}

static int run(int argc, char **argv)
{
    struct options options = {.cut.to_ns = -1};
    struct info info = {.options = &options};
    char *trouble = NULL;
    options_parse(&cmd_info, &(struct argp){.options = option_list, .parser = parse_option}, 0, argc, argv, &options);
    if (!options.path_count)
        die("which trace? Give the directory that 'thrum record' or 'lttng' wrote");
    info.chosen = choose(&options.cut, (const char *const *)options.paths, options.path_count);
    if (reader_open(&info.reader, (const char *const *)options.paths, options.path_count, &trouble) < 0)
        die("%s", trouble);
    count(&info);
    const struct reader_losses *losses = reader_losses(info.reader);
    if (losses->trouble)
        warn("%s", losses->trouble);
    if (!model_totals(info.model)->events)
        die("%s: no events of thrum in it; was it recorded with 'thrum record' or with the events thrum:*?", options.paths[0]);
    if (options.json)
        print_json(&info);
    else
        print_text(&info);
    end(&info);
    return fflush(stdout) ? 2 : 0;
}

const struct cmd cmd_info = {
    .name = "info",
    .args = "[OPTION...] TRACE...",
    .summary = "say what is in a recording: processes, objects, events, losses",
    .run = run,
};
