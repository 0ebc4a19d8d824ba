/* SPDX-License-Identifier: MIT */
/* Progress on standard error. */
#include "config.h"
#include "cmd/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "cmd/die.h"
#include "render/render.h"

#define SECOND_NS INT64_C(1000000000)

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static enum progress_when when;

void progress_choose(enum progress_when wanted)
{
    when = wanted;
}

struct progress progress_begin(const char *what)
{
    bool terminal = isatty(STDERR_FILENO);
    return (struct progress){.what = what, .wanted = when == PROGRESS_always || (when == PROGRESS_auto && terminal), .terminal = terminal,
                             .began_ns = now_ns(), .passes = 1};
}

void progress_next(struct progress *progress)
{
    progress->pass++;
}

static void put_estimate(int64_t spent_ns, double part)
{
    int64_t left_s = (int64_t)((double)spent_ns * (1 - part) / part / (double)SECOND_NS + 0.5);
    if (left_s >= 60)
        fprintf(stderr, ", about %d min to go", (int)((left_s + 30) / 60));
    else
        fprintf(stderr, ", about %d s to go", (int)left_s);
}

static void put(struct progress *progress, double part, int64_t spent_ns)
{
    progress->shown = true;
    fprintf(stderr, "%s%s: %s", progress->terminal ? "\r" : "", die_program(), progress->what);
    if (part > 0.001 && part <= 1) {
        fprintf(stderr, ": %.0f %%", 100 * part);
        put_estimate(spent_ns, part);
    }
    fputs(progress->terminal ? "\033[K" : "\n", stderr);
    fflush(stderr);
}

/* Of all passes together. */
static double whole_part(const struct progress *progress, double part)
{
    return part < 0 ? part : ((double)progress->pass + part) / (double)progress->passes;
}

void progress_at(struct progress *progress, double part)
{
    if (!progress->wanted)
        return;
    int64_t now = now_ns(), spent_ns = now - progress->began_ns;
    if (progress->terminal && spent_ns < SECOND_NS && when != PROGRESS_always)
        return;
    if (progress->shown && now - progress->told_ns < (progress->terminal ? SECOND_NS / 4 : SECOND_NS))
        return;
    progress->told_ns = now;
    put(progress, whole_part(progress, part), spent_ns);
}

void progress_end(struct progress *progress)
{
    if (when == PROGRESS_always)
        fprintf(stderr, "%s%s: %s: done%s\n", progress->terminal ? "\r" : "", die_program(), progress->what, progress->terminal ? "\033[K" : "");
    else if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
    fflush(stderr); /* what doesn't end a line, too */
}
