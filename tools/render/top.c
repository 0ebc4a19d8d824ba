/* SPDX-License-Identifier: MIT */
/* The lines of thrum top: who waits for what, now. */
#include "config.h"
#include "render/top.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/hosts.h"
#include "render/contention-inner.h"
#include "render/render.h"
#include "base/memory.h"

enum { NAME_MOST = 30, NAME_LEAST = 8 };

const char *top_order_words(enum top_order order)
{
    static const char *const words[] = {"by waiting since the last look", "by all waiting", "by threads that wait now"};
    return words[order];
}

/* Cuts what goes beyond the width. */
static void cut(char *text, size_t width)
{
    size_t count = 0;
    for (char *at = text; width && *at; at++)
        if ((*at & 0xc0) != 0x80 && count++ == width) {
            *at = '\0';
            return;
        }
}

__attribute__((format(printf, 4, 5)))
static void put(struct top_lines *lines, const struct top_view *view, enum ink ink, const char *format, ...)
{
    va_list arguments;
    char *text;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = memory_text("");
    va_end(arguments);
    char *clean = clean_text(text);
    size_t end = strlen(clean);
    while (end && clean[end - 1] == ' ')
        clean[--end] = '\0';
    cut(clean, view->width);
    lines->at = memory_grow(lines->at, lines->count + 1, &lines->capacity, sizeof *lines->at);
    lines->at[lines->count++] = (struct top_line){ink, clean};
    free(text);
}

void top_lines_free(struct top_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->at[i].text);
    free(lines->at);
    *lines = (struct top_lines){0};
}

/* --- columns --- */

/* A text in a column: its width in characters, cut where it is too long; to be freed. */
static char *column(const char *text, size_t width)
{
    char *clean = clean_text(text), *padded;
    cut(clean, width);
    size_t has = paper_width(clean);
    padded = memory_format("%s%*s", clean, (int)(width > has ? width - has : 0), "");
    free(clean);
    return padded;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* --- head --- */

static void put_head(struct top_lines *lines, const struct top_view *view)
{
    const struct live *live = view->live;
    char pid[HOSTS_TEXT], length[32], waited[32], delay[40] = "";
    if (view->delay_s > 0)
        snprintf(delay, sizeof delay, ", every %.3g s", view->delay_s);
    put(lines, view, INK_label, "%s (pid %s): %s%s, %zu thread%s: %zu run%s, %zu wait%s%s", live->program && *live->program ? live->program : "program",
        hosts_text(pid, live->pid), format_duration(length, live->now_ns - live->begin_ns), live->goes_on ? "" : live->cut ? ", as it was then" : ", ended", live->threads,
        plural(live->threads), live->threads - live->waiting, live->threads - live->waiting == 1 ? "s" : "", live->waiting,
        live->waiting == 1 ? "s" : "", delay);
    if (live->interval_ns > 0)
        put(lines, view, INK_plain, "for locks wait %.2f threads on average since the last look, %.2f in all: %s; %.0f events/s",
            (double)live->recent_wait_ns / (double)live->interval_ns, (double)live->wait_ns / (double)(live->now_ns - live->begin_ns + 1),
            contention_duration(waited, (double)live->wait_ns), (double)live->recent_events * 1e9 / (double)live->interval_ns);
    else
        put(lines, view, INK_plain, "for locks wait %.2f threads on average: %s in all", (double)live->wait_ns / (double)(live->now_ns - live->begin_ns + 1),
            contention_duration(waited, (double)live->wait_ns));
    if (live->incomplete)
        put(lines, view, INK_warning, "the recording lost events: times and numbers may be too small");
}

/* --- locks --- */

static enum top_order sort_order;

static int in_order(const void *one, const void *other)
{
    const struct live_lock *a = *(const struct live_lock *const *)one, *b = *(const struct live_lock *const *)other;
    int64_t first = sort_order == TOP_total ? a->wait_ns : sort_order == TOP_waiting ? (int64_t)a->waiting : a->recent_ns;
    int64_t second = sort_order == TOP_total ? b->wait_ns : sort_order == TOP_waiting ? (int64_t)b->waiting : b->recent_ns;
    if (first != second)
        return first < second ? 1 : -1;
    return a < b ? -1 : 1;
}

static const struct live_lock **sorted(const struct top_view *view)
{
    const struct live_lock **locks = memory_new(view->live->lock_count + 1, sizeof *locks);
    for (size_t i = 0; i < view->live->lock_count; i++)
        locks[i] = &view->live->locks[i];
    sort_order = view->order;
    qsort(locks, view->live->lock_count, sizeof *locks, in_order);
    return locks;
}

static void put_lock(struct top_lines *lines, const struct top_view *view, const struct live_lock *lock, size_t width)
{
    double interval = (double)(view->live->interval_ns > 0 ? view->live->interval_ns : view->live->now_ns - view->live->begin_ns + 1);
    char *name = column(lock->row->name, width), waited[32], held[32], *holder = memory_text("-");
    if (lock->holder) {
        free(holder);
        holder = memory_format("%s for %s%s%s", lock->holder, contention_duration(held, (double)lock->held_ns),
                               lock->holder_site ? " in " : "", lock->holder_site ? lock->holder_site : "");
    }
    put(lines, view, lock->waiting ? INK_thread : INK_plain, "%s  %4u  %7.2f  %8.0f  %9s  %s", name, lock->waiting, (double)lock->recent_ns / interval,
        (double)lock->recent_waits * 1e9 / interval, contention_duration(waited, (double)lock->wait_ns), holder);
    free(holder);
    free(name);
}

static void put_locks(struct top_lines *lines, const struct top_view *view)
{
    const struct live_lock **locks = sorted(view);
    size_t count = view->live->lock_count, shown = view->locks && view->locks < count ? view->locks : count, width = NAME_LEAST;
    for (size_t i = 0; i < shown; i++)
        width = larger(width, paper_width(locks[i]->row->name));
    width = width < NAME_MOST ? width : NAME_MOST;
    char *title = column("lock", width);
    put(lines, view, INK_plain, "%s", "");
    put(lines, view, INK_label, "%s  wait  average   waits/s     waited  held by", title);
    free(title);
    for (size_t i = 0; i < shown; i++)
        put_lock(lines, view, locks[i], width);
    if (!count)
        put(lines, view, INK_aside, "no thread had to wait for a lock");
    if (shown < count)
        put(lines, view, INK_aside, "%zu more", count - shown);
    free(locks);
}

/* --- threads --- */

static void put_blocked(struct top_lines *lines, const struct top_view *view, const struct live_blocked *blocked, size_t width)
{
    char *name = column(blocked->thread, width), time[32];
    put(lines, view, blocked->circle ? INK_happened : INK_plain, "%s  %9s  %s%s%s%s", name, contention_duration(time, (double)blocked->for_ns),
        blocked->chain, blocked->circle ? ": a circle, deadlock" : "", blocked->site ? "; in " : "", blocked->site ? blocked->site : "");
    free(name);
}

static void put_threads(struct top_lines *lines, const struct top_view *view)
{
    const struct live *live = view->live;
    size_t shown = view->blocked && view->blocked < live->blocked_count ? view->blocked : live->blocked_count, width = NAME_LEAST;
    for (size_t i = 0; i < shown; i++)
        width = larger(width, paper_width(live->blocked[i].thread));
    width = width < NAME_MOST ? width : NAME_MOST;
    char *title = column("blocked", width);
    put(lines, view, INK_plain, "%s", "");
    put(lines, view, INK_label, "%s        for  waits for (who has it) → what that one waits for", title);
    free(title);
    for (size_t i = 0; i < shown; i++)
        put_blocked(lines, view, &live->blocked[i], width);
    if (!live->blocked_count)
        put(lines, view, INK_aside, "no thread is blocked");
    if (shown < live->blocked_count)
        put(lines, view, INK_aside, "%zu more", live->blocked_count - shown);
}

void top_lines_make(struct top_lines *lines, const struct top_view *view)
{
    top_lines_free(lines);
    put_head(lines, view);
    put_locks(lines, view);
    put_threads(lines, view);
}
