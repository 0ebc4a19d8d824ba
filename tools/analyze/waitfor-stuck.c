/* SPDX-License-Identifier: MIT */
/*
 * A process all threads of which wait, though no circle of locks tells why: a finding where the trace shows that none of its
 * threads could have been woken by another, else a note. That it happened only the checker in the process knows, which asks the
 * kernel for its threads: those that the C library makes for itself, as for timer_create(), leave no event until they act.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/text.h"
#include "analyze/waitfor.h"
#include "base/hosts.h"
#include "base/memory.h"

enum { NAMED = 4, STEPS = 8 };

/* --- how certain it is --- */

/* Of what isn't made by a call it can't be known whether other processes have it, unless it lies in the program itself. */
static bool is_own(struct describe *describe, const struct object *object)
{
    return !object->shared && (object->born || describe_is_static(describe, object));
}

/* One that ended holding it is told of as that. */
static bool is_held(const struct object *object)
{
    for (uint32_t i = 0; i < object->holder_count; i++)
        if (!object->holders[i]->ended)
            return true;
    return false;
}

/* Nobody has given it what it waits for, and only a thread of the process can. */
static bool is_ungiven(struct describe *describe, const struct thread *thread)
{
    const struct blocked *blocked = &thread->blocked;
    const struct object *object = blocked->object;
    if (object->destroyed)
        return false;
    switch (object->kind) {
    case THRUM_kind_thread: return object->thread && !object->thread->ended;
    case THRUM_kind_barrier: return object->born && object->waiter_count < object->value && !blocked_is_woken(blocked);
    case THRUM_kind_mutex:
    case THRUM_kind_rwlock:
    case THRUM_kind_spinlock:
    case THRUM_kind_once:
    case THRUM_kind_rlock: return is_held(object);
    case THRUM_kind_condition: return is_own(describe, object) && !blocked_is_woken(blocked);
    case THRUM_kind_semaphore:
    case THRUM_kind_lock:
    case THRUM_kind_event:
    case THRUM_kind_queue:
    case THRUM_kind_future: return object->born && !blocked_is_woken(blocked);
    default: return false;
    }
}

static bool are_events_missing(const struct reader_losses *losses)
{
    return losses && (losses->lost_events || losses->lost_packets || losses->unreadable || losses->wrapper_events || losses->truncated);
}

/* The trace has the process from its beginning, so that it knows the program's threads and its handlers of signals. */
static bool is_likely(const struct process *process, const struct analysis_context *context)
{
    if (process->handlers || are_events_missing(context->losses))
        return false;
    for (const struct thread *thread = process->threads; thread; thread = thread->next_thread)
        if (!thread->ended && (!thread->tid || thread->begin_ns == MODEL_UNKNOWN_NS || !is_ungiven(context->describe, thread)))
            return false;
    return true;
}

/* --- what is told --- */

static const struct thread *oldest(const struct process *process)
{
    const struct thread *thread = process->threads;
    while (thread->next_thread)
        thread = thread->next_thread;
    return thread;
}

static void add_step(struct finding *finding, struct text *classes, struct describe *describe, const struct thread *thread,
                     const char *verb, struct taking taking)
{
    if (finding->step_count == STEPS)
        return;
    struct finding_step *step = &finding->steps[finding->step_count];
    taking.process = thread->process;
    step->pid = thread->process->pid;
    step->tid = thread->tid;
    step->thread = describe_thread(describe, thread);
    step->holds = (struct finding_object){.kind = memory_text(""), .name = memory_text(""), .object = memory_text(""),
                                          .birth = memory_text(""), .since_ns = -1};
    describe_taking(describe, &taking, &step->wants);
    step->wants.verb = memory_text(verb);
    char *class = describe_class(describe, &taking);
    text_add(&classes[finding->step_count++], "%s", class);
    free(class);
}

static char *reason_of(uint32_t threads)
{
    return memory_format("%s waited, without a timeout, for what only another of the process's threads could give, when the recording "
                         "ended; no signal has a handler that could, unless a thread does that the trace doesn't know of, as those "
                         "that timer_create(), mq_notify() and aio make",
                         threads == 1 ? "its only thread" : "each of them");
}

static void tell(const struct process *process, struct analysis_context *context)
{
    struct finding *finding = findings_add(context->findings);
    struct text *classes = memory_new(STEPS, sizeof *classes);
    uint32_t threads = 0;
    bool held = false;
    finding->kind = FINDING_communication;
    finding->certainty = process->stands ? CERTAINTY_happened : CERTAINTY_potential;
    finding->steps = memory_new(STEPS, sizeof *finding->steps);
    for (const struct thread *thread = oldest(process); thread; thread = thread->previous_thread) {
        if (thread->ended)
            continue;
        threads++;
        held |= thread->held_count > 0;
        for (uint32_t i = 0; i < thread->held_count; i++)
            add_step(finding, classes, context->describe, thread, "holds", taking_of_hold(&thread->held[i]));
        add_step(finding, classes, context->describe, thread, "waits for", taking_of_block(&thread->blocked));
    }
    finding->message = memory_text(process->stands ? THRUM_ALL_WAIT : "all threads of the process wait, and none is known that could wake one");
    finding->reason = process->stands ? memory_text("the checker in the process told so") : reason_of(threads);
    finding->advice = memory_text(held ? finding_kind_advice(FINDING_communication) : finding_lost_wakeup_advice());
    finding->id = text_id(finding_kind_word(finding->kind), classes, finding->step_count);
    describe_steps_apart(finding);
}

static void note(const struct process *process, struct analysis_context *context)
{
    char pid[HOSTS_TEXT];
    struct text text = {0};
    const char *slash = strrchr(process->executable, '/');
    uint32_t count = 0;
    text_add(&text, "no thread of %s (pid %s) is left that could let another go on: ",
             slash ? slash + 1 : process->executable, hosts_text(pid, process->pid));
    for (const struct thread *thread = oldest(process); thread; thread = thread->previous_thread) {
        if (thread->blocked.what == BLOCKING_no || ++count > NAMED)
            continue;
        char *name = describe_thread(context->describe, thread);
        text_add(&text, "%s%s waits for %s", count > 1 ? ", " : "", name,
                 describe_object(context->describe, thread->blocked.object));
        free(name);
    }
    if (count > NAMED)
        text_add(&text, ", and %u more", count - NAMED);
    text_add(&text, "; unless a signal or another process was to do so, somebody forgot to post, signal or end");
    findings_note(context->findings, text_take(&text));
}

void waitfor_tell_stuck(const struct process *process, struct analysis_context *context)
{
    if (process->stands || is_likely(process, context))
        tell(process, context);
    else
        note(process, context);
}
