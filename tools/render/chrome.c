/* SPDX-License-Identifier: MIT */
/*
 * A timeline as JSON in the Trace Event Format, which chrome://tracing, Perfetto and Speedscope read: waits on the threads'
 * rows, each lock a row of its own by asynchronous events, flows from who let a thread go on, counters of waiting threads.
 */
#include "config.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include "render/counts.h"
#include "render/timeline.h"
#include "base/memory.h"
#include "model/words.h"

struct chrome {
    FILE *out;
    const struct timeline *timeline;
    bool any;   /* event was written */
    bool first; /* the next member is the first of its object */
};

/* A text in quotes; takes it. */
static void put_text(struct chrome *chrome, const char *key, char *text)
{
    char *clean = clean_text(text);
    json_object *json = json_object_new_string(clean);
    fprintf(chrome->out, "%s\"%s\":%s", chrome->first ? "" : ",", key, json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE));
    chrome->first = false;
    json_object_put(json);
    free(clean);
    free(text);
}

static void begin_args(struct chrome *chrome)
{
    fputs(",\"args\":{", chrome->out);
    chrome->first = true;
}

/* {"ph":"X","pid":1,"tid":2 ...: the members that all have. */
static void begin_event(struct chrome *chrome, const char *phase, uint32_t process, int32_t tid)
{
    fprintf(chrome->out, "%s\n{\"ph\":\"%s\",\"pid\":%d,\"tid\":%d", chrome->any ? "," : "", phase, (int)chrome->timeline->processes.at[process].pid, (int)tid);
    chrome->any = true;
}

static void begin_thread_event(struct chrome *chrome, const char *phase, uint32_t thread)
{
    const struct timeline_thread *it = &chrome->timeline->threads.at[thread];
    begin_event(chrome, phase, it->process, it->tid);
}

/* Microseconds since the beginning, to the nanosecond. */
static void put_time(struct chrome *chrome, const char *key, int64_t ns)
{
    fprintf(chrome->out, ",\"%s\":%" PRId64 ".%03d", key, ns / 1000, (int)(ns % 1000));
}

static void put_moment(struct chrome *chrome, int64_t time_ns)
{
    put_time(chrome, "ts", time_ns - chrome->timeline->begin_ns);
}

static void put_frame(struct chrome *chrome, const char *key, uint32_t frame)
{
    put_text(chrome, key, memory_text(chrome->timeline->frames.at[frame]));
}

/* --- names --- */

static void put_name(struct chrome *chrome, const char *what, char *name)
{
    fprintf(chrome->out, ",\"name\":\"%s\"", what);
    begin_args(chrome);
    put_text(chrome, "name", name);
    fputs("}}", chrome->out);
}

static void put_names(struct chrome *chrome)
{
    for (uint32_t i = 0; i < chrome->timeline->processes.count; i++) {
        begin_event(chrome, "M", i, chrome->timeline->processes.at[i].pid);
        put_name(chrome, "process_name", timeline_process_name(chrome->timeline, i));
    }
    for (uint32_t i = 0; i < chrome->timeline->threads.count; i++) {
        begin_thread_event(chrome, "M", i);
        put_name(chrome, "thread_name", timeline_thread_name(chrome->timeline, i));
        begin_thread_event(chrome, "M", i);
        fprintf(chrome->out, ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":%u}}", i);
    }
}

/* --- spans --- */

static char *span_name(const struct timeline *timeline, const struct timeline_span *span)
{
    char *object = timeline_object_label(timeline, span->object), *name;
    if (span->what == TIMELINE_handler)
        return object;
    name = memory_format("wait %s %s", span->what == TIMELINE_acquire ? "for" : "on", object);
    free(object);
    return name;
}

static void put_wait(struct chrome *chrome, const struct timeline_span *span)
{
    begin_thread_event(chrome, "X", span->thread);
    put_moment(chrome, span->begin_ns);
    put_time(chrome, "dur", span->end_ns - span->begin_ns);
    fprintf(chrome->out, ",\"cat\":\"%s\"", span->what == TIMELINE_handler ? "handler" : span->flags & TIMELINE_FOREVER ? "deadlock" : "wait");
    put_text(chrome, "name", span_name(chrome->timeline, span));
    begin_args(chrome);
    put_frame(chrome, "site", span->site);
    fprintf(chrome->out, ",\"kind\":\"%s\",\"result\":\"%s\"", kind_word(chrome->timeline->objects.at[span->object].kind),
            span->flags & TIMELINE_OPEN ? "goes on" : result_word(span->result));
    fputs("}}", chrome->out);
}

/* Each has an id of its own, and its lock's name: viewers put what has one name into one row, holds of readers beneath each other. */
static void put_hold_side(struct chrome *chrome, const struct timeline_span *span, size_t number, bool end)
{
    begin_thread_event(chrome, end ? "e" : "b", span->thread);
    put_moment(chrome, end ? span->end_ns : span->begin_ns);
    fprintf(chrome->out, ",\"id\":\"%zu\",\"cat\":\"lock\"", number);
    put_text(chrome, "name", timeline_object_label(chrome->timeline, span->object));
    begin_args(chrome);
    put_text(chrome, "holder", timeline_thread_name(chrome->timeline, span->thread));
    put_frame(chrome, end ? "released" : "acquired", end ? span->end_site : span->site);
    fprintf(chrome->out, ",\"mode\":\"%s\"}}", span->what == TIMELINE_shared ? "shared" : "exclusive");
}

static void put_spans(struct chrome *chrome)
{
    for (size_t i = 0; i < chrome->timeline->spans.count; i++) {
        const struct timeline_span *span = &chrome->timeline->spans.at[i];
        bool hold = span->what == TIMELINE_hold || span->what == TIMELINE_shared;
        if (!hold) {
            put_wait(chrome, span);
            continue;
        }
        put_hold_side(chrome, span, i, false);
        put_hold_side(chrome, span, i, true);
    }
}

/* --- arrows: a flow from a slice without length in the waker's row to the end of the wait --- */

static char *act_name(const struct timeline *timeline, const struct timeline_arrow *arrow)
{
    const struct timeline_span *span = &timeline->spans.at[arrow->span];
    if (arrow->how == TIMELINE_ended)
        return memory_text("ends");
    char *whom = arrow->how == TIMELINE_woke ? timeline_thread_name(timeline, span->thread) : timeline_object_label(timeline, span->object);
    char *name = memory_format("%s %s", arrow->how == TIMELINE_woke ? "wakes" : "gives back", whom);
    free(whom);
    return name;
}

static void put_act(struct chrome *chrome, const struct timeline_arrow *arrow)
{
    begin_thread_event(chrome, "X", arrow->from);
    put_moment(chrome, arrow->time_ns);
    fputs(",\"dur\":0,\"cat\":\"wake\"", chrome->out);
    put_text(chrome, "name", act_name(chrome->timeline, arrow));
    begin_args(chrome);
    put_frame(chrome, "site", arrow->site);
    fputs("}}", chrome->out);
}

static void put_arrows(struct chrome *chrome)
{
    for (size_t i = 0; i < chrome->timeline->arrows.count; i++) {
        const struct timeline_arrow *arrow = &chrome->timeline->arrows.at[i];
        const struct timeline_span *span = &chrome->timeline->spans.at[arrow->span];
        put_act(chrome, arrow);
        begin_thread_event(chrome, "s", arrow->from);
        put_moment(chrome, arrow->time_ns);
        fprintf(chrome->out, ",\"id\":%zu,\"cat\":\"wake\",\"name\":\"wake\"}", i + 1);
        begin_thread_event(chrome, "f", span->thread);
        put_moment(chrome, span->end_ns);
        fprintf(chrome->out, ",\"bp\":\"e\",\"id\":%zu,\"cat\":\"wake\",\"name\":\"wake\"}", i + 1);
    }
}

static void put_marks(struct chrome *chrome)
{
    for (size_t i = 0; i < chrome->timeline->marks.count; i++) {
        const struct timeline_mark *mark = &chrome->timeline->marks.at[i];
        char *object = timeline_object_label(chrome->timeline, mark->object);
        begin_thread_event(chrome, "i", mark->thread);
        put_moment(chrome, mark->time_ns);
        fputs(",\"s\":\"t\",\"cat\":\"mark\"", chrome->out);
        put_text(chrome, "name", mark->what == TIMELINE_try_failed ? memory_format("%s is not free", object) : memory_format("sends %s", object));
        fputc('}', chrome->out);
        free(object);
    }
}

/* --- counters --- */

static void put_count(void *self, uint32_t object, int64_t time_ns, unsigned waiting)
{
    struct chrome *chrome = self;
    char *label = timeline_object_label(chrome->timeline, object);
    uint32_t process = chrome->timeline->objects.at[object].process;
    begin_event(chrome, "C", process, chrome->timeline->processes.at[process].pid);
    put_moment(chrome, time_ns);
    put_text(chrome, "name", memory_format("waiting for %s", label));
    fprintf(chrome->out, ",\"args\":{\"threads\":%u}}", waiting);
    free(label);
}

static int write_chrome(const struct timeline_view *view, FILE *out)
{
    struct chrome chrome = {.out = out, .timeline = view->timeline};
    fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"writer\":\"thrum " PACKAGE_VERSION "\"},\"traceEvents\":[", out);
    put_names(&chrome);
    put_spans(&chrome);
    put_arrows(&chrome);
    put_marks(&chrome);
    counts_tell(view->timeline, put_count, &chrome);
    fputs("\n]}\n", out);
    return 0;
}

const struct timeline_ops timeline_chrome = {
    .name = "chrome",
    .extension = ".json",
    .summary = "JSON for chrome://tracing, Perfetto and other viewers of the Trace Event Format",
    .noun = "trace",
    .binary = true,
    .write = write_chrome,
};
