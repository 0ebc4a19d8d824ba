/* SPDX-License-Identifier: MIT */
/* The list of sinks, and the way of an event to each of them. */
#include "probe/sinks.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "check/check.h"
#include "core/backtrace.h"
#include "core/log.h"
#include "core/modules.h"
#include "core/python.h"
#include "probe/emit.h"
#include "probe/probe.h"
#include "probe/process.h"
#include "probe/told.h"
#include "recorder.h"

enum { SINKS_MAX = 4 };

static const struct thrum_sink *sinks[SINKS_MAX];
void (*emit_sinks[SINKS_MAX + 1])(enum thrum_event_id id, const void *record);
static unsigned sink_count;

volatile unsigned probe_sinks;
unsigned sinks_stack_depth = BACKTRACE_DEFAULT;

/* What is recorded has its time: a thread that may not read it isn't, and the line that says so was said. */
static void emit_without_time(enum thrum_event_id id, const void *record)
{
    int saved = errno;

    self_enter();
    for (unsigned i = 0; i < sink_count; i++)
        if (sinks[i] == &check_sink)
            emit_sinks[i](id, record);
    errno = saved;
    self_leave();
}

bool probe_confines(bool confines)
{
    bool before = self_confined;

    self_confined = recorder_confined = confines;
    return before;
}

/* Lasting: handlers may make no other system calls either. */
bool probe_strict_begin(void)
{
    bool was = thrum_self.guard & SELF_SILENT;

    if (probe_sinks & (PROBE_RECORD | PROBE_LTTNG))
        log_line("a thread may make no system calls from now on (SECCOMP_MODE_STRICT): what it does isn't recorded", NULL);
    thrum_self.guard |= SELF_SILENT;
    return was;
}

void probe_strict_failed(bool was)
{
    if (!was)
        thrum_self.guard &= ~SELF_SILENT;
}

void probe_ticks_forbidden(void)
{
    static atomic_bool said;

    thrum_self.tickless = true;
    recorder_is_direct = false;
    if ((probe_sinks & (PROBE_RECORD | PROBE_LTTNG)) && !atomic_exchange(&said, true))
        log_line("a thread may not read the tick counter from now on (PR_SET_TSC): what it does isn't recorded", NULL);
}

static void emit_deferred(enum thrum_event_id id, const void *record)
{
    /* Not under the guard: a cancellation may still come before the call, and one that came meanwhile unwinds from the last. */
    pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
    thrum_self.asynchronous = false;
    emit_record(id, record);
    thrum_self.asynchronous = true;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
}

void emit_record_apart(enum thrum_event_id id, const void *record)
{
    if (thrum_self.asynchronous)
        emit_deferred(id, record);
    else
        emit_without_time(id, record);
}

static void fill_module(struct thrum_event_module_load *record, const struct module *module)
{
    *record = (struct thrum_event_module_load){
        .common = {self_pid(), self_tid()}, .base = module->base, .begin = module->begin, .end = module->end,
        .path = module->path, .build_id = module->build_id};
}

static void fill_line(struct thrum_event_source_line *record, uint64_t site, const struct python_place *place)
{
    *record = (struct thrum_event_source_line){
        .common = {self_pid(), self_tid()}, .site = site, .function = place->function, .file = place->file, .line = place->line};
}

static void emit_line(uint64_t site)
{
    struct thrum_event_source_line record;

    if (python_untold(site)) {
        fill_line(&record, site, python_place(site));
        emit_record(THRUM_EVENT_source_line, &record);
    }
    modules_meet_line(site);
}

bool emit_module(uint64_t address)
{
    if (python_is_site(address)) {
        emit_line(address);
        return true;
    }
    struct module_lookup lookup = modules_look_up(address);
    struct thrum_event_module_load record;

    if (__builtin_expect(lookup.fresh != NULL, 0) && !lookup.foreign) {
        fill_module(&record, lookup.fresh);
        emit_record(THRUM_EVENT_module_load, &record);
    }
    return !lookup.foreign;
}

struct thrum_addrs emit_stack(uint64_t *at, const void *site)
{
    struct thrum_addrs stack = {.at = at};

    /* A cancellation in the middle of the walk would leave the guard set. The checker has stacks of its own. */
    if (thrum_self.asynchronous || probe_sinks == PROBE_CHECK) {
        at[0] = (uint64_t)(uintptr_t)site;
        stack.count = sinks_stack_depth > 0;
        return stack;
    }
    self_enter();
    stack.count = backtrace_capture(at, sinks_stack_depth, site);
    self_leave();
    for (uint32_t i = 0; i < stack.count; i++)
        emit_site((const void *)at[i]);
    return stack;
}

/* Oldest module first, so that of two that lie over each other the newer counts. */
static void announce_modules(const struct thrum_sink *sink, const struct module *module)
{
    const struct module *order[64];
    struct thrum_event_module_load record;
    unsigned count = 0;

    for (; module && count < 64; module = module->next)
        order[count++] = module;
    if (module)
        announce_modules(sink, module);
    while (count > 0) {
        fill_module(&record, order[--count]);
        sink->emit(THRUM_EVENT_module_load, &record);
    }
}

static void announce_lines(const struct thrum_sink *sink)
{
    struct thrum_event_source_line record;

    for (uint64_t site = PYTHON_SITE_FIRST; site < python_sites_end(); site++) {
        const struct python_place *place = python_place(site);

        if (!place)
            continue;
        fill_line(&record, site, place);
        sink->emit(THRUM_EVENT_source_line, &record);
    }
}

static void announce(const struct thrum_sink *sink)
{
    struct thrum_event_process_begin begin;

    process_describe(&begin);
    sink->emit(THRUM_EVENT_process_begin, &begin);
    announce_modules(sink, modules_known());
    announce_lines(sink);
}

static void add(const struct thrum_sink *sink, unsigned bit)
{
    if (!sink || sink->start(announce) != 0)
        return;
    sinks[sink_count] = sink;
    emit_sinks[sink_count++] = sink->emit;
    probe_sinks |= bit;
}

void sinks_start(const struct env *env)
{
    sinks_stack_depth = env->stack;
    /* First: what it finds is told to the others as they stand. */
    if (env->check != ENV_CHECK_OFF) {
        check_configure(env);
        add(&check_sink, PROBE_CHECK);
        if (env->held)
            probe_sinks |= PROBE_WATCH;
    }
    add(lttng_load(env->lttng), PROBE_LTTNG);
    if (env->record && recorder_configure(&(struct recorder_options){env->record, env->ring, env->max_size}) == 0)
        add(&recorder_sink, PROBE_RECORD);
}

void sinks_fork_prepare(void)
{
    for (unsigned i = 0; i < sink_count; i++)
        if (sinks[i]->fork_prepare)
            sinks[i]->fork_prepare();
}

void sinks_fork_parent(void)
{
    for (unsigned i = sink_count; i-- > 0;)
        if (sinks[i]->fork_parent)
            sinks[i]->fork_parent();
}

void sinks_fork_child(void)
{
    told_forget();
    for (unsigned i = sink_count; i-- > 0;)
        if (sinks[i]->fork_child)
            sinks[i]->fork_child();
}

void sinks_fork_returned(void)
{
    for (unsigned i = sink_count; i-- > 0;)
        if (sinks[i]->fork_returned)
            sinks[i]->fork_returned();
}
