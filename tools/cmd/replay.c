/* SPDX-License-Identifier: MIT */
/* Traces read from beginning to end. */
#include "config.h"
#include "cmd/replay.h"

#include <inttypes.h>
#include "analyze/predict.h"
#include "base/hosts.h"
#include "cmd/die.h"
#include "live/live.h"
#include "base/memory.h"

/* Between two looks at how far it is. */
enum { PROGRESS_EVENTS = 1 << 16 };

static void open_model(struct replay *replay, const char *const *paths, size_t count, struct hints *hints)
{
    char *trouble = NULL;
    *replay = (struct replay){.hints = hints};
    if (count == 0)
        die("which trace? Give the directory that 'thrum record' or an LTTng session wrote; see %s --help", die_program());
    if (reader_open(&replay->reader, paths, count, &trouble) != 0)
        die("%s", trouble);
    replay->model = model_new();
    replay->symbols = symbols_new();
    replay->report = (struct report){.paths = paths, .path_count = count, .totals = model_totals(replay->model),
                                     .losses = reader_losses(replay->reader), .findings = &replay->findings};
}

static void open_again(struct replay *replay, const char *const *paths, size_t count, struct hints *hints)
{
    open_model(replay, paths, count, hints);
    replay->analyses = analyses_begin(replay->model, hints);
}

void replay_open_to_watch(struct replay *replay, const char *const *paths, size_t count)
{
    open_model(replay, paths, count, NULL);
}

void replay_open(struct replay *replay, const char *const *paths, size_t count)
{
    open_again(replay, paths, count, NULL);
}

static _Noreturn void die_empty(const struct report *report)
{
    const char *path = report->paths[0], *more = report->path_count > 1 ? " and the others" : "";
    if (report->losses->trouble)
        die("%s%s: no event of thrum could be read: %s", path, more, report->losses->trouble);
    if (report->losses->wrapper_unknown)
        die("%s%s: the events of LTTng's pthread wrapper don't say which threads they are of; record with 'lttng add-context --userspace "
            "--type=vpid --type=vtid --type=ip'", path, more);
    if (report->losses->foreign_events)
        die("%s%s: no event of thrum among %" PRIu64 " others; record with 'thrum record', or with LTTng and the events 'thrum:*'",
            path, more, report->losses->foreign_events);
    die("%s%s: no event of thrum; was the program run under 'thrum record', or with LD_PRELOAD=libthrum-preload.so?", path, more);
}

/* What the checker in the process found while it was recorded, once for each of its findings. */
static void take_finding(struct replay *replay, const struct trace_event *event)
{
    const struct thrum_event_finding *told = &event->record.finding;
    char pid[HOSTS_TEXT];
    char *note = memory_format("the checker in process %s told of %s (%s), %s: %s", hosts_text(pid, told->common.pid), told->finding, told->certainty,
                               told->id, told->message);
    findings_note(&replay->findings, note);
}

void replay_run(struct replay *replay)
{
    const struct trace_event *event;
    if (!replay->progress.what)
        replay->progress = progress_begin("reading");
    if (replay->foreseen)
        replay->progress.passes = 2;
    for (uint64_t count = 1; (event = reader_next(replay->reader)); count++) {
        symbols_event(replay->symbols, event);
        model_feed(replay->model, event);
        if (event->id == THRUM_EVENT_finding && !replay->told_elsewhere)
            take_finding(replay, event);
        if (count % PROGRESS_EVENTS == 0)
            progress_at(&replay->progress, reader_part(replay->reader));
    }
    if (replay->foreseen)
        progress_next(&replay->progress);
    else
        progress_end(&replay->progress);
    model_finish(replay->model);
    replay->report.totals = model_totals(replay->model);
    replay->report.losses = reader_losses(replay->reader);
    replay->report.stopped_ns = reader_stopped_ns(replay->reader);
    if (replay->report.totals->events == 0)
        die_empty(&replay->report);
    if (replay->report.losses->wrapper_events)
        findings_note(&replay->findings, memory_text("recorded with LTTng's pthread wrapper, which tells of mutexes alone: threads that "
                                                     "are created and joined, conditions and other locks aren't known"));
    if (replay->analyses)
        analyses_find(replay->analyses, replay->symbols, replay->report.losses, &replay->findings);
}

static void take_live(void *data, const struct trace_event *event)
{
    struct replay *replay = data;
    symbols_event(replay->symbols, event);
    model_feed(replay->model, event);
}

void replay_process(struct replay *replay, pid_t pid)
{
    static const struct reader_losses none;
    char *trouble;
    *replay = (struct replay){.model = model_new(), .symbols = symbols_new()};
    replay->analyses = analyses_begin(replay->model, NULL);
    if (!live_read(pid, take_live, replay, &trouble))
        die("%s", trouble);
    model_finish(replay->model);
    replay->report = (struct report){.totals = model_totals(replay->model), .losses = &none, .findings = &replay->findings};
    analyses_find(replay->analyses, replay->symbols, &none, &replay->findings);
    /* The checker keeps no times. */
    for (size_t i = 0; i < replay->findings.count; i++)
        for (size_t j = 0; j < replay->findings.at[i].step_count; j++)
            replay->findings.at[i].steps[j].holds.since_ns = replay->findings.at[i].steps[j].wants.since_ns = -1;
}

static void close_all(struct replay *replay)
{
    findings_free(&replay->findings);
    if (replay->analyses)
        analyses_end(replay->analyses);
    model_free(replay->model);
    symbols_free(replay->symbols);
    if (replay->reader)
        reader_close(replay->reader);
}

void replay_prove(struct replay *replay)
{
    const char *const *paths = replay->report.paths;
    size_t count = replay->report.path_count;
    struct hints *hints = reader_goes_by(paths, count) ? NULL : analyses_hints(replay->analyses, &replay->findings);
    if (!hints)
        return;
    close_all(replay);
    hints->has_data = reader_has_data();
    open_again(replay, paths, count, hints);
    replay->progress = progress_begin("looking for proofs");
    replay_run(replay);
}

void replay_foresee(struct replay *replay)
{
    const char *const *paths = replay->report.paths;
    size_t count = replay->report.path_count;
    if (reader_goes_by(paths, count))
        return;
    replay->foreseen = true;
    replay_run(replay);
    struct progress progress = replay->progress;
    struct hints *hints = analyses_hints(replay->analyses, &replay->findings);
    close_all(replay);
    open_again(replay, paths, count, hints);
    replay->progress = progress;
}

void replay_close(struct replay *replay)
{
    close_all(replay);
    hints_free(replay->hints);
}
