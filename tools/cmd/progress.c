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

struct progress progress_begin(const char *what)
{
    return (struct progress){.what = what, .wanted = isatty(STDERR_FILENO), .began_ns = now_ns()};
}

static void put_estimate(int64_t spent_ns, double part)
{
    int64_t left_s = (int64_t)((double)spent_ns * (1 - part) / part / (double)SECOND_NS + 0.5);
    if (left_s >= 60)
        fprintf(stderr, ", about %d min to go", (int)((left_s + 30) / 60));
    else
        fprintf(stderr, ", about %d s to go", (int)left_s);
}

void progress_at(struct progress *progress, double part)
{
    if (!progress->wanted)
        return;
    int64_t now = now_ns(), spent_ns = now - progress->began_ns;
    if (spent_ns < SECOND_NS || now - progress->told_ns < SECOND_NS / 4)
        return;
    progress->told_ns = now;
    progress->shown = true;
    fprintf(stderr, "\r%s: %s", die_program(), progress->what);
    if (part > 0.001 && part <= 1) {
        fprintf(stderr, ": %.0f %%", 100 * part);
        put_estimate(spent_ns, part);
    }
    fputs("\033[K", stderr);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
