/* SPDX-License-Identifier: MIT */
/* The last words of a recording. */
#include "config.h"
#include "record/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/map.h"
#include "cmd/die.h"
#include "render/render.h"
#include "trace/reader.h"

/* --- the next command --- */

/* A path as it can be pasted into a shell: as it is, or in single quotes. To be freed. */
static char *quote(const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:@%/";
    /* At worst each character is a quote, which takes four. */
    char *quoted = malloc(4 * strlen(path) + 5), *to = quoted;
    if (!quoted)
        return NULL;
    if (path[0] == '-')
        to = stpcpy(to, "./");
    if (path[strspn(path, plain)] == '\0') {
        strcpy(to, path);
        return quoted;
    }
    *to++ = '\'';
    for (; *path; path++)
        if (*path == '\'')
            to = stpcpy(to, "'\\''");
        else
            *to++ = *path;
    strcpy(to, "'");
    return quoted;
}

/* How the user would call deadlock-report: as thrum was called. To be freed. */
static char *reporter(void)
{
    const char *name = program_invocation_name, *slash = strrchr(name, '/');
    char *path;
    if (!slash || asprintf(&path, "%.*s/deadlock-report", (int)(slash - name), name) < 0)
        return strdup("deadlock-report");
    if (access(path, X_OK) < 0)
        strcpy(path, "deadlock-report");
    return path;
}

/* --- what is in the trace --- */

struct contents {
    uint64_t events;
    bool all; /* the reader came to the end */
    uint64_t lost_events, lost_packets, overwritten;
    struct map unended; /* processes that didn't say that they end */
    struct map replaced; /* ... or that they are about to become another program, which may not be recorded */
};

static void note_process(struct contents *contents, const struct trace_event *event)
{
    uint64_t pid = (uint64_t)event->record.common.pid;
    switch (event->id) {
    case THRUM_EVENT_process_end:
        map_remove(&contents->unended, pid);
        map_remove(&contents->replaced, pid);
        break;
    case THRUM_EVENT_process_exec:
        map_remove(&contents->unended, pid);
        map_put(&contents->replaced, pid, contents);
        break;
    default: /* one more of a process that was about to be replaced: the next program is recorded, or there was none */
        if (event->id == THRUM_EVENT_process_begin || (contents->replaced.count && map_remove(&contents->replaced, pid)))
            map_put(&contents->unended, pid, contents);
    }
}

static bool runs(uint64_t pid)
{
    return kill((pid_t)pid, 0) == 0 || errno == EPERM;
}

/* What still runs wasn't killed. */
static void forget_running(struct map *pids)
{
    struct map ended = {0};
    const struct map_entry *entry;
    for (size_t place = 0; (entry = map_next(pids, &place));)
        if (!runs(entry->key))
            map_put(&ended, entry->key, entry->value);
    map_free(pids);
    *pids = ended;
}

/* Ctrl-C, which child_hold_signals() holds: reading a large trace takes time, and isn't everybody's wish. */
static bool is_interrupted(void)
{
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    return sigtimedwait(&interrupt, NULL, &(struct timespec){0}) == SIGINT;
}

static void say_that_it_takes_time(time_t begun, bool *said)
{
    if (*said || time(NULL) - begun < 3 || !isatty(STDERR_FILENO))
        return;
    warn("counting the events; Ctrl-C ends that");
    *said = true;
}

static void count_events(struct reader *reader, struct contents *contents)
{
    time_t begun = time(NULL);
    bool said = false;
    const struct trace_event *event;
    while ((event = reader_next(reader))) {
        note_process(contents, event);
        if (++contents->events % 65536)
            continue;
        if (is_interrupted())
            return;
        say_that_it_takes_time(begun, &said);
    }
    contents->all = true;
    forget_running(&contents->unended);
    contents->lost_events = reader_losses(reader)->lost_events;
    contents->lost_packets = reader_losses(reader)->lost_packets;
    contents->overwritten = reader_losses(reader)->overwritten;
}

/* 0, or -errno and *trouble; -ENOENT where no process left a trace. */
static int read_contents(const char *path, struct contents *contents, char **trouble)
{
    struct reader *reader;
    *contents = (struct contents){0};
    int err = reader_open(&reader, &path, 1, trouble);
    if (err)
        return err;
    count_events(reader, contents);
    if (reader_losses(reader)->trouble)
        *trouble = strdup(reader_losses(reader)->trouble);
    reader_close(reader);
    return 0;
}

/* --- words --- */

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static bool may_be_cut(const struct backend_outcome *outcome, const struct contents *contents)
{
    return outcome->may_be_cut && contents->all && contents->unended.count;
}

/* "none lost", "312 lost", "at least 312 lost" ... LTTng and the trace tell of the same losses. */
static char *losses(const struct backend_outcome *outcome, const struct contents *contents)
{
    char number[32], *text;
    uint64_t events = larger(outcome->lost_events, contents->lost_events);
    uint64_t packets = larger(outcome->lost_packets, contents->lost_packets);
    bool unknown = outcome->lost_unknown || packets || outcome->left_out;
    format_count(number, events);
    bool cut = outcome->cut || may_be_cut(outcome, contents);
    if (!events && !unknown && cut)
        return strdup("none known to be lost");
    if (!events && !unknown)
        return strdup("none lost");
    if (!events && !outcome->lost_unknown && !cut && packets == contents->overwritten)
        return strdup("older ones overwritten");
    if (!events)
        return strdup("how many were lost isn't known");
    return asprintf(&text, unknown || cut ? "at least %s lost" : "%s lost", number) < 0 ? NULL : text;
}

static void say_if_cut(const struct backend_outcome *outcome, const struct contents *contents)
{
    if (outcome->cut)
        warn("a process was killed while it wrote an event: what its other threads wrote right behind that may be missing");
    else if (may_be_cut(outcome, contents))
        warn("a process was killed: if one of its threads was writing an event, what the others wrote right behind that may be missing");
}

static void say_who_is_left_out(const struct backend_outcome *outcome)
{
    if (outcome->left_out)
        warn("%" PRIu64 " process%s began when the recording was full: nothing of %s is in it", outcome->left_out,
             outcome->left_out == 1 ? "" : "es", outcome->left_out == 1 ? "it" : "them");
}

static void print_contents(const struct directory *directory, const char *program, const struct backend_outcome *outcome,
                           const struct contents *contents)
{
    char number[32], *lost = losses(outcome, contents);
    const char *until = outcome->broken ? "; the recording broke off there" : "";
    if (contents->events)
        warn("%s%s event%s of %s in %s, %s%s", contents->all ? "" : "more than ", format_count(number, contents->events),
             contents->events == 1 ? "" : "s", program, directory->path, lost ? lost : "", until);
    else if (outcome->full)
        warn("no events in %s: not even the first had room; each thread takes 16 KiB at least, of the disk and of --max-size",
             directory->path);
    else
        warn("no events in %s: is %s linked statically, or does it run with another user's rights? Such programs can't be recorded",
             directory->path, program);
    say_if_cut(outcome, contents);
    say_who_is_left_out(outcome);
    free(lost);
}

void summary_print(const struct directory *directory, const char *program, const struct backend_outcome *outcome)
{
    struct contents contents;
    char *path = quote(directory->path), *report = reporter(), *trouble = NULL;
    int err = read_contents(directory->absolute, &contents, &trouble);
    if (!err || err == -ENOENT)
        print_contents(directory, program, outcome, &contents);
    if (trouble && err != -ENOENT)
        warn("%s", trouble);
    if (contents.events)
        warn("next: %s %s", report ? report : "deadlock-report", path ? path : directory->path);
    map_free(&contents.unended);
    map_free(&contents.replaced);
    free(trouble);
    free(path);
    free(report);
}

void summary_print_streamed(const char *host, const char *program, const struct backend_outcome *outcome)
{
    const struct contents nothing = {0};
    char name[256] = "HOSTNAME", *lost = losses(outcome, &nothing);
    gethostname(name, sizeof(name) - 1);
    warn("%s was streamed to %s, %s%s: there it is %s/%s-DATE in the relay daemon's directory", program, host, lost ? lost : "",
         outcome->broken ? "; the recording broke off" : "", name, outcome->streamed);
    say_if_cut(outcome, &nothing);
    warn("next, on %s: deadlock-report ~/lttng-traces/%s/%s-*", host, name, outcome->streamed);
    free(lost);
}
