/* SPDX-License-Identifier: MIT */
/* Why threads waited, for people: the verdict, then tables. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "render/contention-inner.h"
#include "render/paper.h"
#include "base/memory.h"

/* Chains at most: they take several lines each. */
enum { CHAINS = 3 };

/* --- who made whom wait --- */

static void put_site(const struct paper *paper, const struct contention_row *site, const char *none)
{
    if (site) {
        fputs(" in ", paper->out);
        paper_put(paper, INK_plain, site->name);
    } else
        fputs(none, paper->out);
}

/*
 * "   40.1 ms   312 x  forks[3]  philosopher 1 waited in eat (dining.c:30)
 *                                for philosopher 2, which took it in eat (dining.c:31); 12 ms of that it waited itself"
 */
static void put_pair(const struct paper *paper, const struct contention_pair *pair)
{
    char time[32], number[32];
    char *times = memory_format("%s x", format_count(number, pair->count));
    bool waits = pair->object && pair->object->waits;
    contention_put_right(paper, INK_thread, contention_duration(time, (double)pair->wait_ns), 9);
    fputs("  ", paper->out);
    contention_put_right(paper, INK_plain, times, 9);
    fputs("  ", paper->out);
    paper_put(paper, INK_object, pair->object ? pair->object->name : "several locks");
    fputs(": ", paper->out);
    paper_put(paper, INK_thread, pair->waiter ? pair->waiter->name : "threads");
    put_site(paper, pair->waiter_site, "");
    fprintf(paper->out, "\n%22s", "");
    fputs(waits ? "until " : "behind ", paper->out);
    paper_put(paper, INK_thread, pair->holder ? pair->holder->name : "other threads");
    if (waits && pair->holder_site)
        fputs(" woke it", paper->out);
    put_site(paper, pair->holder_site, waits ? " ended" : "");
    if (pair->behind_ns > 0)
        fprintf(paper->out, ", itself blocked for %s of that", contention_duration(time, (double)pair->behind_ns));
    fputc('\n', paper->out);
    free(times);
}

static void put_title(const struct paper *paper, const char *title)
{
    fputc('\n', paper->out);
    paper_put(paper, INK_label, title);
    fputc('\n', paper->out);
}

static void put_pairs(const struct paper *paper, const struct contention_view *view, bool waits, const char *title)
{
    size_t count, shown = 0, all = 0;
    const struct contention_pair *pairs = contention_pairs(view->contention, &count);
    for (size_t i = 0; i < count; i++) {
        if ((pairs[i].object && pairs[i].object->waits) != waits)
            continue;
        if (!all++)
            put_title(paper, title);
        if (view->entries && shown == view->entries)
            continue;
        put_pair(paper, &pairs[i]);
        shown++;
    }
    contention_put_more(paper, shown, all);
}

/* --- chains --- */

/*
 * "  41.0 ms  Zeno in eat (dining.c:38)
 *            waited for forks[0], held by Plato in eat (dining.c:37)
 *            which waited for forks[1], held by Hypatia in eat (dining.c:37)"
 */
static void put_chain(const struct paper *paper, const struct contention_chain *chain)
{
    char time[32];
    contention_put_right(paper, INK_thread, contention_duration(time, (double)chain->wait_ns), 9);
    fputs("  ", paper->out);
    paper_put(paper, INK_thread, chain->waiter->name);
    put_site(paper, chain->waiter_site, "");
    for (unsigned i = 0; i < chain->link_count; i++) {
        const struct contention_link *link = &chain->links[i];
        fprintf(paper->out, "\n%11s%s", "", i ? "which waited for " : "waited for ");
        paper_put(paper, INK_object, link->object->name);
        if (link->object->waits && !link->holder_site) /* a join */
            continue;
        fputs(", held by ", paper->out);
        paper_put(paper, INK_thread, link->holder->name);
        put_site(paper, link->holder_site, "");
    }
    if (chain->circle)
        fprintf(paper->out, "\n%11swhich waited in the same circle", "");
    fputc('\n', paper->out);
}

static void put_chains(const struct paper *paper, const struct contention_view *view)
{
    size_t count;
    const struct contention_chain *chains = contention_chains(view->contention, &count);
    for (size_t i = 0; i < count && i < CHAINS && (!view->entries || i < view->entries); i++) {
        if (i == 0)
            put_title(paper, "longest waits behind threads that waited themselves");
        put_chain(paper, &chains[i]);
    }
}

/* --- the verdict --- */

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* "forks[3] made threads wait 40.1 ms, 62 % of all waiting for locks." */
static char *worst_text(const struct contention_view *view)
{
    const struct contention_totals *totals = contention_totals(view->contention);
    size_t count;
    const struct contention_row *worst = contention_rows(view->contention, CONTENTION_locks, &count)[0];
    char time[32];
    int64_t wait = worst->sides[CONTENTION_exclusive].wait.total_ns + worst->sides[CONTENTION_shared].wait.total_ns;
    double part = totals->wait_ns ? 100 * (double)wait / (double)totals->wait_ns : 100;
    char *woken = memory_text("");
    if (worst->woken_ns > wait / 4) {
        free(woken);
        woken = memory_format(" %s of that nobody held it: who waited was being woken, or had no processor.",
                              contention_duration(time, (double)worst->woken_ns));
    }
    char *text = memory_format("%s made threads wait %s, %.0f %% of all waiting for locks.%s", worst->name,
                               contention_duration(time, (double)wait), part, woken);
    free(woken);
    return text;
}

static char *quiet_text(const struct contention_view *view)
{
    const struct contention_totals *totals = contention_totals(view->contention);
    size_t count;
    char acquired[32];
    contention_rows(view->contention, CONTENTION_locks, &count);
    if (!totals->acquired)
        return memory_text("No lock was taken.");
    return memory_format("No thread had to wait for a lock: %s acquire%s of %zu lock%s, each at once.",
                         format_count(acquired, totals->acquired), plural(totals->acquired), count, plural(count));
}

/* "Without waits for forks[3] the run would take about 31 % less. " */
static void put_gain(FILE *out, const struct contention_view *view)
{
    const struct contention_path *path = contention_path(view->contention);
    double whole = (double)(path->end_ns - path->begin_ns);
    double part = view->path && path->gain_count && whole > 0 ? 100 * (double)path->gains[0].gain_ns / whole : 0;
    if (part >= 1)
        fprintf(out, "If nobody had to wait for %s, the run would take about %.0f %% less. ", path->gains[0].object->name, part);
}

/* "Of 1,204 acquires 312 had to wait, 64.7 ms together. Of all else threads waited 2.31 s. ..." */
static char *sums_text(const struct contention_view *view)
{
    const struct contention_totals *totals = contention_totals(view->contention);
    char number[32], other[32], *text;
    size_t size;
    FILE *out = memory_stream(&text, &size);
    if (totals->contended)
        fprintf(out, "Of %s acquire%s %s had to wait, ", format_count(number, totals->acquired), plural(totals->acquired),
                format_count(other, totals->contended));
    if (totals->contended)
        fprintf(out, "%s in all. ", contention_duration(number, (double)totals->wait_ns));
    put_gain(out, view);
    if (totals->other_wait_ns)
        fprintf(out, "Threads waited %s for each other elsewhere: conditions, joins and the like. ",
                contention_duration(number, (double)totals->other_wait_ns));
    if (totals->unended)
        fprintf(out, "%s wait%s still went on at the end, and %s counted until then. ", format_count(number, totals->unended),
                plural(totals->unended), totals->unended == 1 ? "is" : "are");
    if (totals->left_out)
        fprintf(out, "Left out: %s object%s of the Python runtime, its global interpreter lock among them, for which threads waited %s (--all shows them). ",
                format_count(number, totals->left_out), plural(totals->left_out), contention_duration(other, (double)totals->left_out_ns));
    fclose(out);
    if (size)
        text[size - 1] = '\0';
    return text;
}

void contention_put_part(const struct paper *paper, const struct contention_view *view)
{
    if (!view->part)
        return;
    paper_put(paper, INK_label, "part");
    fputs(": ", paper->out);
    paper_paragraph(paper, INK_plain, view->part, strlen("part: "), 4);
}

static void put_verdict(const struct paper *paper, const struct contention_view *view)
{
    char *verdict = contention_totals(view->contention)->contended ? worst_text(view) : quiet_text(view);
    char *sums = sums_text(view), *losses = report_losses(view->report);
    if (report_incomplete(view->report)) {
        char *text = memory_format("%s. Times and numbers may be too small.", losses);
        paper_put(paper, INK_warning, "incomplete trace");
        fputs(": ", paper->out);
        paper_paragraph(paper, INK_plain, text, strlen("incomplete trace: "), 4);
        fputc('\n', paper->out);
        free(text);
    }
    contention_put_part(paper, view);
    paper_paragraph(paper, INK_thread, verdict, 0, 0);
    if (*sums)
        paper_paragraph(paper, INK_plain, sums, 0, 0);
    free(verdict);
    free(losses);
    free(sums);
}

static void put_notes(const struct paper *paper, const struct report *report)
{
    for (size_t i = 0; i < report->note_count; i++) {
        fputs(i ? "" : "\n", paper->out);
        paper_put(paper, INK_label, "note");
        fputs(": ", paper->out);
        paper_paragraph(paper, INK_plain, report->notes[i], strlen("note: "), 4);
    }
}

void contention_text(FILE *out, const struct contention_view *view)
{
    struct paper paper = {.out = out, .colour = view->colour};
    put_verdict(&paper, view);
    if (view->path)
        contention_put_path(&paper, view);
    if (view->tables[CONTENTION_locks])
        contention_put_table(&paper, view, CONTENTION_locks, "lock");
    if (view->tables[CONTENTION_sites])
        contention_put_table(&paper, view, CONTENTION_sites, "taken in");
    if (view->pairs)
        put_pairs(&paper, view, false, "who made whom wait for locks");
    if (view->pairs)
        put_chains(&paper, view);
    if (view->convoys)
        contention_put_convoys(&paper, view);
    if (view->tables[CONTENTION_waits])
        contention_put_table(&paper, view, CONTENTION_waits, "waited on");
    if (view->pairs && view->tables[CONTENTION_waits])
        put_pairs(&paper, view, true, "who ended the other waits");
    if (view->tables[CONTENTION_threads])
        contention_put_threads(&paper, view);
    put_notes(&paper, view->report);
}
