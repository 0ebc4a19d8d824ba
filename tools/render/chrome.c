/* SPDX-License-Identifier: MIT */
/*
 * A timeline as JSON in the Trace Event Format, which chrome://tracing, Perfetto and Speedscope read: waits on the threads'
 * rows, each lock a row of its own beneath them with its holders, flows from who let a thread go on, counters of waiting threads.
 * Files of this format are long: what says nothing new is left out.
 */
#include "config.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include "render/counts.h"
#include "render/hold-rows.h"
#include "render/pins.h"
#include "render/timeline.h"
#include "base/memory.h"
#include "model/words.h"

/* Linux has no thread ids from here on. */
enum { FIRST_ROW = 1 << 22 };

struct chrome {
    FILE *out;
    const struct timeline *timeline;
    struct hold_rows rows; /* rows of locks */
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
    chrome->first = false;
}

static void begin_thread_event(struct chrome *chrome, const char *phase, uint32_t thread)
{
    const struct timeline_thread *it = &chrome->timeline->threads.at[thread];
    begin_event(chrome, phase, it->process, it->tid);
}

/* Microseconds, to the nanosecond. */
static void put_time(struct chrome *chrome, const char *key, int64_t ns)
{
    int below = (int)(ns % 1000);
    fprintf(chrome->out, ",\"%s\":%" PRId64, key, ns / 1000);
    if (below % 10)
        fprintf(chrome->out, ".%03d", below);
    else if (below)
        fprintf(chrome->out, below % 100 ? ".%02d" : ".%d", below % 100 ? below / 10 : below / 100);
}

static void put_moment(struct chrome *chrome, int64_t time_ns)
{
    put_time(chrome, "ts", time_ns - chrome->timeline->begin_ns);
}

/* Nothing where it isn't known. */
static void put_frame(struct chrome *chrome, const char *key, uint32_t frame)
{
    if (frame)
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
    if (span->flags & TIMELINE_OPEN || span->result != THRUM_result_ok)
        put_text(chrome, "result", memory_text(span->flags & TIMELINE_OPEN ? "goes on" : result_word(span->result)));
    fputs("}}", chrome->out);
}

/* A row is a thread to viewers: one that no thread has the number of. */
static int32_t row_tid(uint32_t row)
{
    return FIRST_ROW + (int32_t)row;
}

static void put_hold(struct chrome *chrome, const struct timeline_span *span, uint32_t row)
{
    begin_event(chrome, "X", chrome->timeline->objects.at[span->object].process, row_tid(row));
    put_moment(chrome, span->begin_ns);
    put_time(chrome, "dur", span->end_ns - span->begin_ns);
    fprintf(chrome->out, ",\"cat\":\"%s\"", span->what == TIMELINE_shared ? "shared" : "hold");
    put_text(chrome, "name", timeline_thread_name(chrome->timeline, span->thread));
    begin_args(chrome);
    put_frame(chrome, "taken", span->site);
    put_frame(chrome, "given back", span->end_site);
    fputs("}}", chrome->out);
}

static void put_rows(struct chrome *chrome)
{
    for (uint32_t i = 0; i < chrome->rows.count; i++) {
        uint32_t object = chrome->rows.at[i].object, process = chrome->timeline->objects.at[object].process;
        begin_event(chrome, "M", process, row_tid(i));
        put_name(chrome, "thread_name", timeline_object_label(chrome->timeline, object));
        begin_event(chrome, "M", process, row_tid(i));
        fprintf(chrome->out, ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":%zu}}", chrome->timeline->threads.count + i);
    }
}

static void put_spans(struct chrome *chrome)
{
    for (size_t i = 0; i < chrome->timeline->spans.count; i++) {
        const struct timeline_span *span = &chrome->timeline->spans.at[i];
        if (chrome->rows.of_span[i])
            put_hold(chrome, span, chrome->rows.of_span[i] - 1);
        else
            put_wait(chrome, span);
    }
}

/* --- arrows: a flow from a slice without length in the waker's row to one at the end of the wait, which began before: Perfetto has flows lead from
   the slice that begins first --- */

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
    fputs(",\"dur\":0", chrome->out);
    put_text(chrome, "name", act_name(chrome->timeline, arrow));
    if (arrow->site) {
        begin_args(chrome);
        put_frame(chrome, "site", arrow->site);
        fputc('}', chrome->out);
    }
    fputc('}', chrome->out);
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
        begin_thread_event(chrome, "X", span->thread);
        put_moment(chrome, span->end_ns);
        fputs(",\"dur\":0,\"name\":\"goes on\"}", chrome->out);
        begin_thread_event(chrome, "f", span->thread);
        put_moment(chrome, span->end_ns);
        fprintf(chrome->out, ",\"bp\":\"e\",\"id\":%zu,\"cat\":\"wake\",\"name\":\"wake\"}", i + 1);
    }
}

static void put_marks(struct chrome *chrome)
{
    for (size_t i = 0; i < chrome->timeline->marks.count; i++) {
        const struct timeline_mark *mark = &chrome->timeline->marks.at[i];
        begin_thread_event(chrome, "i", mark->thread);
        put_moment(chrome, mark->time_ns);
        fputs(",\"s\":\"t\",\"cat\":\"mark\"", chrome->out);
        put_text(chrome, "name", timeline_mark_text(chrome->timeline, mark));
        fputc('}', chrome->out);
    }
}

static void put_pins(struct chrome *chrome, const struct report *report)
{
    size_t count;
    struct pin *pins = pins_make(chrome->timeline, report, &count);
    for (size_t i = 0; i < count; i++) {
        begin_thread_event(chrome, "i", pins[i].thread);
        put_moment(chrome, pins[i].time_ns);
        fputs(",\"s\":\"t\",\"cat\":\"finding\"", chrome->out);
        put_text(chrome, "name", memory_format("%s (%s)", pins[i].word, pins[i].certainty));
        begin_args(chrome);
        put_text(chrome, "found", memory_text(pins[i].message));
        fputs("}}", chrome->out);
    }
    free(pins);
}

/* --- counters --- */

static void put_count(void *self, uint32_t object, int64_t time_ns, unsigned waiting)
{
    struct chrome *chrome = self;
    char *label = timeline_object_label(chrome->timeline, object);
    if (chrome->timeline->objects.at[object].thread != TIMELINE_NONE) { /* of who joins a thread, the rows say it */
        free(label);
        return;
    }
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
    hold_rows_make(&chrome.rows, view->timeline);
    put_names(&chrome);
    put_rows(&chrome);
    put_spans(&chrome);
    put_arrows(&chrome);
    put_marks(&chrome);
    put_pins(&chrome, view->report);
    counts_tell(view->timeline, put_count, &chrome);
    fputs("\n]}\n", out);
    hold_rows_free(&chrome.rows);
    return 0;
}

const struct timeline_ops timeline_chrome = {
    .name = "chrome",
    .extension = ".json",
    .summary = "JSON for chrome://tracing, Perfetto and others",
    .noun = "trace",
    .binary = true,
    .write = write_chrome,
};
