/* SPDX-License-Identifier: MIT */
/* The critical path and what it would gain, for people: two tables; and the convoys. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "render/contention-inner.h"
#include "render/paper.h"
#include "base/memory.h"

static void put_title(const struct paper *paper, const char *title)
{
    fputc('\n', paper->out);
    paper_put(paper, INK_label, title);
    fputc('\n', paper->out);
}

static double percent(int64_t part, int64_t whole)
{
    return whole > 0 ? 100 * (double)part / (double)whole : 0;
}

static void put_times(const struct paper *paper, int64_t ns, int64_t whole_ns)
{
    char time[32], part[32];
    snprintf(part, sizeof part, "%.0f %%", percent(ns, whole_ns));
    contention_put_right(paper, INK_thread, contention_duration(time, (double)ns), 9);
    fputs("  ", paper->out);
    contention_put_right(paper, INK_plain, part, 5);
    fputs("  ", paper->out);
}

static const char *name_or(const struct contention_row *row, const char *other)
{
    return row ? row->name : other;
}

static void put_place(const struct paper *paper, const char *before, enum ink ink, const char *name)
{
    fputs(before, paper->out);
    paper_put(paper, ink, name);
}

static bool is_one(const struct contention_row *row)
{
    return row && row->members == 1;
}

/*
 * "main runs"
 * "forks[3] is held by Plato, taken in eat (dining.c:37)"
 * "forks[3] is given to who waited for it: being woken, waiting for a processor"
 * "main waits for nobody that is known: sem ..."
 */
static void put_share(const struct paper *paper, const struct contention_share *share)
{
    const struct contention_step *like = &share->like;
    char count[32];
    switch (like->kind) {
    case STEP_run:
        put_place(paper, "", INK_thread, name_or(like->thread, "threads"));
        fputs(is_one(like->thread) ? " runs" : " run", paper->out);
        break;
    case STEP_section:
        put_place(paper, "", INK_object, name_or(like->object, "a lock"));
        put_place(paper, " is held by ", INK_thread, name_or(like->thread, "several threads"));
        if (like->site)
            put_place(paper, ", taken in ", INK_plain, like->site->name);
        break;
    case STEP_woken:
        if (like->object)
            put_place(paper, "waking up after waiting for ", INK_object, like->object->name);
        else
            fputs("a thread is being created", paper->out);
        fprintf(paper->out, ", %s time%s", format_count(count, share->count), share->count == 1 ? "" : "s");
        break;
    default:
        put_place(paper, "", INK_thread, name_or(like->thread, "threads"));
        put_place(paper, is_one(like->thread) ? " waits for " : " wait for ", INK_object, name_or(like->object, "something"));
        fputs(", and no thread of the trace ended that", paper->out);
    }
    fputc('\n', paper->out);
}

static void put_shares(const struct paper *paper, const struct contention_view *view, const struct contention_path *path)
{
    size_t shown = 0;
    for (; shown < path->share_count && (!view->entries || shown < view->entries); shown++) {
        put_times(paper, path->shares[shown].time_ns, path->end_ns - path->begin_ns);
        put_share(paper, &path->shares[shown]);
    }
    contention_put_more(paper, shown, path->share_count);
}

/* "  12.4 ms   31 %  forks[3]: 20.1 ms of the path, 412 hand-overs on it" */
static void put_gains(const struct paper *paper, const struct contention_view *view, const struct contention_path *path)
{
    size_t shown = 0;
    char time[32], count[32];
    if (path->gain_count)
        put_title(paper, "what the run would gain if nobody had to wait for");
    for (; shown < path->gain_count && (!view->entries || shown < view->entries); shown++) {
        const struct contention_gain *gain = &path->gains[shown];
        put_times(paper, gain->gain_ns, path->end_ns - path->begin_ns);
        paper_put(paper, INK_object, gain->object->name);
        fprintf(paper->out, ": %s of the path, %s hand-over%s on it\n", contention_duration(time, (double)gain->path_ns),
                format_count(count, gain->handovers), gain->handovers == 1 ? "" : "s");
    }
    contention_put_more(paper, shown, path->gain_count);
}

static uint64_t model_threads(const struct contention_view *view)
{
    return view->report->totals->threads;
}

static void put_alone(const struct paper *paper, const char *thread)
{
    char *text = memory_format("%s waited for no other thread: it ran, or slept in a call that isn't recorded. --path-of THREAD tells of another one.", thread);
    paper_paragraph(paper, INK_aside, text, 0, 0);
    free(text);
}

void contention_put_path(const struct paper *paper, const struct contention_view *view)
{
    const struct contention_path *path = contention_path(view->contention);
    char time[32], count[32];
    if (!path->step_count)
        return;
    char *title = memory_format("critical path: %s, from thread to thread %s time%s", contention_duration(time, (double)(path->end_ns - path->begin_ns)),
                                format_count(count, path->switches), path->switches == 1 ? "" : "s");
    put_title(paper, title);
    free(title);
    if (!path->switches && path->steps[0].thread && model_threads(view) > 1)
        put_alone(paper, path->steps[0].thread->name);
    put_shares(paper, view, path);
    put_gains(paper, view, path);
}

/* --- convoys --- */

static int longest_first(const void *one, const void *other)
{
    const struct contention_row *a = *(const struct contention_row *const *)one, *b = *(const struct contention_row *const *)other;
    return a->convoys.time_ns < b->convoys.time_ns ? 1 : a->convoys.time_ns > b->convoys.time_ns ? -1 : 0;
}

const struct contention_row **contention_convoyed(const struct contention *contention, size_t *count)
{
    size_t all;
    struct contention_row *const *rows = contention_rows(contention, CONTENTION_locks, &all);
    const struct contention_row **found = memory_new(all + 1, sizeof *found);
    *count = 0;
    for (size_t i = 0; i < all; i++)
        if (rows[i]->convoys.count)
            found[(*count)++] = rows[i];
    qsort(found, *count, sizeof *found, longest_first);
    return found;
}

/*
 * "  31.0 ms   77 %  cache: 3 convoys of up to 5 threads, 1,204 hand-overs, the longest 20 ms
 *                    held for 12 % of that; the rest went into handing it over"
 */
static void put_convoy(const struct paper *paper, const struct contention_row *row, int64_t whole_ns)
{
    const struct contention_convoys *convoys = &row->convoys;
    char time[32], count[32], number[32];
    put_times(paper, convoys->time_ns, whole_ns);
    paper_put(paper, INK_object, row->name);
    fprintf(paper->out, ": %s convoy%s of up to %s%u threads, %s hand-overs, the longest %s\n", format_count(number, convoys->count),
            convoys->count == 1 ? "" : "s", convoys->threads == CONVOY_THREADS_MAX ? "more than " : "", convoys->threads,
            format_count(count, convoys->handovers), contention_duration(time, (double)convoys->longest_ns));
    fprintf(paper->out, "%18sheld for %.0f %% of that; the rest went into handing it over\n", "",
            percent(convoys->held_ns, convoys->time_ns));
}

void contention_put_convoys(const struct paper *paper, const struct contention_view *view)
{
    size_t count, shown = 0;
    const struct contention_totals *totals = contention_totals(view->contention);
    const struct contention_row **rows = contention_convoyed(view->contention, &count);
    if (count)
        put_title(paper, "convoys: lines for a lock that did not get empty");
    else if (!view->pairs) /* asked for alone */
        fprintf(paper->out, "\nNo convoys: no line for a lock stood for %d hand-overs to %d threads or more.\n", CONVOY_LEAST, CONVOY_THREADS);
    for (; shown < count && (!view->entries || shown < view->entries); shown++)
        put_convoy(paper, rows[shown], totals->end_ns - totals->begin_ns);
    contention_put_more(paper, shown, count);
    free(rows);
}
