/* SPDX-License-Identifier: MIT */
/*
 * A clock for LTTng-UST. Its own reads CLOCK_MONOTONIC by a call that takes a third of an event's time; the recorder's clock
 * is CLOCK_MONOTONIC within a microsecond, and never falls. Traces need not be told: they hold the same nanoseconds.
 */
#include "lttng-clock.h"

#include <lttng/ust-clock.h>
#include <signal.h>
#include <stdlib.h>

#include "recorder-clock.h"

static struct clock_function function;
static __thread struct clock_line line __attribute__((tls_model("initial-exec")));

/* A handler that reads the clock while its thread holds the function's lock would wait for itself. */
static void refresh(void)
{
    sigset_t all, before;

    __builtin_memset(&all, 0xff, sizeof(all));
    RAW(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, _NSIG / 8);
    clock_refresh(&function, &line);
    RAW(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, _NSIG / 8);
}

/*
 * The fence: threads share buffers, and one that migrates amid an event writes to the other processor's. LTTng looks where the
 * buffer ends, asks for the time, and takes the place if it still ends there; a counter that was read ahead of that first look
 * can be behind the event before it, and babeltrace2 then reads no further.
 */
static uint64_t read_clock(void)
{
    clock_fence();
    for (;;) {
        uint64_t start = line.start, since = clock_ticks() - start;

        if (__builtin_expect(since < line.span, 1))
            return clock_on_line(&line, since);
        refresh();
    }
}

static uint64_t frequency(void)
{
    return 1000000000;
}

static const char *name(void)
{
    return "monotonic";
}

static const char *description(void)
{
    return "Monotonic Clock";
}

void lttng_clock_start(void)
{
    if (!clock_ticks_usable() || getenv("LTTNG_UST_CLOCK_PLUGIN"))
        return;
    /* All of these must be given; the names are those of LTTng-UST's own clock. */
    if (lttng_ust_trace_clock_set_read64_cb(read_clock) == 0 && lttng_ust_trace_clock_set_freq_cb(frequency) == 0 &&
        lttng_ust_trace_clock_set_name_cb(name) == 0 && lttng_ust_trace_clock_set_description_cb(description) == 0)
        lttng_ust_enable_trace_clock_override();
}

void lttng_clock_fork_child(void)
{
    function = (struct clock_function){.first_ns = 0};
    line.span = 0;
}
