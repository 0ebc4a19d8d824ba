/* SPDX-License-Identifier: MIT */
/* Holds the tick counter to CLOCK_MONOTONIC. */
#include "recorder-clock.h"

#include <fcntl.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

/* Here, since the LTTng provider has this file in common with the recorder. */
volatile bool recorder_confined;

/*
 * A line spans at most 2 ms: CLOCK_MONOTONIC may change its rate by up to 500 ppm (adjtimex) right after a sample, and is
 * then 1 microsecond away at the end of the line. The first lines are as short as what is known of the rate allows.
 */
enum { SPAN_NS = 2000000, FIRST_NS = 10000, SAMPLE_TRIES = 4, SAMPLE_GOOD_TICKS = 300 };

#if defined(__x86_64__)
static bool kernel_trusts_ticks(void)
{
    char name[16] = "";
    long fd = RAW(SYS_openat, AT_FDCWD, "/sys/devices/system/clocksource/clocksource0/current_clocksource",
                  O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    RAW(SYS_read, fd, name, sizeof(name) - 1);
    RAW(SYS_close, fd);
    return strcmp(name, "tsc\n") == 0;
}

bool clock_ticks_usable(void)
{
    unsigned a, b, c, d;
    bool invariant = __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & 1u << 8);

    return invariant && kernel_trusts_ticks();
}
#elif defined(__aarch64__)
bool clock_ticks_usable(void)
{
    return true; /* the architecture's generic timer is one for all processors, of constant rate */
}
#else
bool clock_ticks_usable(void)
{
    return false;
}
#endif

/* Both clocks at one moment: the tightest of a few tries, since an interrupt may come between. */
static void sample(uint64_t *ticks, uint64_t *ns)
{
    uint64_t best = UINT64_MAX;

    for (int i = 0; i < SAMPLE_TRIES && best > SAMPLE_GOOD_TICKS; i++) {
        clock_fence();
        uint64_t before = clock_ticks();
        uint64_t now = clock_monotonic_ns();
        clock_fence();
        uint64_t width = clock_ticks() - before;
        if (width >= best)
            continue;
        best = width;
        *ticks = before + width / 2;
        *ns = now;
    }
}

/* Two samples far enough apart to know the rate by. */
static void begin(struct clock_function *function)
{
    uint64_t ticks, ns;

    sample(&function->sample_ticks, &function->sample_ns);
    function->first_ns = function->sample_ns;
    do
        sample(&ticks, &ns);
    while (ns - function->first_ns < FIRST_NS);
}

static void add_line(struct clock_function *function)
{
    struct clock_line *line = &function->line;
    uint64_t end_ns = clock_on_line(line, line->span), ticks, ns;

    sample(&ticks, &ns);
    uint64_t elapsed_ticks = ticks - function->sample_ticks, elapsed_ns = ns - function->sample_ns;
    if (elapsed_ticks > 0 && elapsed_ticks < UINT64_MAX / 2 && elapsed_ns > 0)
        line->slope = (uint64_t)(((unsigned __int128)elapsed_ns << 32) / elapsed_ticks);
    uint64_t known_ns = 2 * (ns - function->first_ns);
    uint64_t span_ns = known_ns < SPAN_NS ? known_ns : SPAN_NS;
    line->start = ticks;
    line->span = (uint64_t)(((unsigned __int128)span_ns << 32) / line->slope);
    line->ns = ns;
    if (end_ns > ns) {
        /* The last line ran ahead: go on from its end, slower, to meet the true time at the end of this one. */
        uint64_t ahead = end_ns - ns < span_ns / 2 ? end_ns - ns : span_ns / 2;
        line->ns = end_ns;
        line->slope = (uint64_t)((unsigned __int128)line->slope * (span_ns - ahead) / span_ns);
    }
    function->sample_ticks = ticks;
    function->sample_ns = ns;
}

void clock_refresh(struct clock_function *function, struct clock_line *line)
{
    raw_lock_acquire(&function->lock);
    if (function->first_ns == 0)
        begin(function);
    if (clock_ticks() - function->line.start > function->line.span)
        add_line(function);
    *line = function->line;
    raw_lock_release(&function->lock);
}
