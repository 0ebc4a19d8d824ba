/* SPDX-License-Identifier: MIT */
/* The finding that a deadlock makes, in words. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/text.h"
#include "analyze/waitfor.h"
#include "base/memory.h"

/* Any thread may give it back, and none was seen to give back its own: perhaps it isn't used as a lock. */
static bool is_doubtful(const struct object *object)
{
    return (object->kind == THRUM_kind_semaphore || object->kind == THRUM_kind_lock) && !object->proven_lock;
}

/* Where no known thread is left to post it, one that the trace doesn't know may: but a runtime's own locks are its own threads'. */
static const struct object *doubtful_object(const struct waitfor_cycle *cycle, struct describe *describe)
{
    for (uint32_t i = 0; i < cycle->step_count; i++) {
        const struct object *object = cycle->steps[i].wants.object;
        if (is_doubtful(object) && !(cycle->all_stuck && describe_is_anonymous(describe, object)))
            return object;
    }
    return NULL;
}

/* "waits for lock_b, which second holds" */
static void say_wait(struct text *text, struct describe *describe, const struct waitfor_cycle *cycle,
                     const struct finding *finding, uint32_t i)
{
    const struct waitfor_step *step = &cycle->steps[i];
    uint32_t next = (i + 1) % cycle->step_count;
    const char *object = describe_object(describe, step->wants.object), *holder = finding->steps[next].thread;
    if (step->wants.object->kind == THRUM_kind_thread)
        text_add(text, "waits for the end of %s", object);
    else if (step->back)
        text_add(text, "needs %s back to end its wait, which %s holds", object, holder);
    else if (cycle->steps[next].queued)
        text_add(text, "waits to read %s behind %s, which waits to write", object, holder);
    else
        text_add(text, "waits for %s, which %s holds", object, holder);
}

static char *message_of(struct describe *describe, const struct waitfor_cycle *cycle, const struct finding *finding)
{
    struct text text = {0};
    if (cycle->step_count == 1) {
        text_add(&text, "%s waits for %s, which it holds itself", finding->steps[0].thread,
                 describe_object(describe, cycle->steps[0].wants.object));
        return text_take(&text);
    }
    text_add(&text, "%u threads wait for each other in a circle: ", cycle->step_count);
    for (uint32_t i = 0; i < cycle->step_count; i++) {
        text_add(&text, "%s%s", i ? cycle->step_count > 3 ? ", " : "; " : "", finding->steps[i].thread);
        if (cycle->step_count > 3)
            continue;
        text_add(&text, " ");
        say_wait(&text, describe, cycle, finding, i);
    }
    return text_take(&text);
}

static void say_behind(struct text *text, struct describe *describe, const struct waitfor_cycle *cycle)
{
    enum { NAMED = 3 };
    if (!cycle->behind_count)
        return;
    text_add(text, "; %u more %s wait%s behind %s: ", cycle->behind_count,
             cycle->behind_count == 1 ? "thread" : "threads", cycle->behind_count == 1 ? "s" : "",
             cycle->step_count == 1 ? "it" : "them");
    for (uint32_t i = 0; i < cycle->behind_count && i < NAMED; i++) {
        char *thread = describe_thread(describe, cycle->behind[i]);
        text_add(text, "%s%s", i ? ", " : "", thread);
        free(thread);
    }
    if (cycle->behind_count > NAMED)
        text_add(text, " ...");
}

static char *reason_of(const struct waitfor_cycle *cycle, const struct analysis_context *context,
                       const struct object *doubtful)
{
    struct text text = {0};
    const struct reader_losses *losses = context->losses;
    text_add(&text, "%s still blocked, without a timeout, when %s",
             cycle->step_count == 1 ? "it was" : "all of them were",
             cycle->steps[0].thread->process->end_ns == MODEL_UNKNOWN_NS ? "the recording ended" : "the process was replaced");
    say_behind(&text, context->describe, cycle);
    if (doubtful)
        text_add(&text, cycle->all_stuck ? "; no thread is known that could post %s"
                                         : "; another thread may yet post %s, which nobody was seen to use as a lock",
                 describe_object(context->describe, doubtful));
    if (losses && losses->lost_events)
        text_add(&text, "; %" PRIu64 " events were lost, a release may be among them", losses->lost_events);
    return text_take(&text);
}

static char *advice_of(struct describe *describe, const struct waitfor_cycle *cycle)
{
    if (cycle->step_count == 1) {
        const struct object *object = cycle->steps[0].wants.object;
        if (object->kind == THRUM_kind_rwlock)
            return memory_text("release the read lock before taking the write lock, or take the write lock at once");
        return memory_format("don't take %s again in what is called with it held, or make it recursive",
                             describe_object(describe, object));
    }
    for (uint32_t i = 0; i < cycle->step_count; i++) {
        const struct waitfor_step *step = &cycle->steps[i];
        if (step->wants.object->kind == THRUM_kind_thread && step->holds.object->kind != THRUM_kind_thread)
            return memory_format("release %s before joining %s", describe_object(describe, step->holds.object),
                                 describe_object(describe, step->wants.object));
        if (step->wants.object->kind == THRUM_kind_thread)
            return memory_text("let one of the threads end without joining another of them");
    }
    return memory_text("take these locks in the same order everywhere, or let go of one before taking the next");
}

/* What the cycle's locks are to the analysis of lock orders: orders that have been reported. */
static void remember_orders(const struct waitfor_cycle *cycle, struct map *happened)
{
    for (uint32_t i = 0; i < cycle->step_count; i++) {
        const struct waitfor_step *step = &cycle->steps[i];
        map_put(happened, analysis_order_key(step->holds.object, step->wants.object), happened);
    }
}

static char *id_of(struct describe *describe, const struct waitfor_cycle *cycle, enum finding_kind kind)
{
    struct text *classes = memory_new(cycle->step_count, sizeof *classes);
    for (uint32_t i = 0; i < cycle->step_count; i++) {
        char *holds = describe_class(describe, &cycle->steps[i].holds);
        char *wants = describe_class(describe, &cycle->steps[i].wants);
        text_add(&classes[i], "%s>%s", holds, wants);
        free(holds);
        free(wants);
    }
    return text_id(finding_kind_word(kind), classes, cycle->step_count);
}

/* A self-deadlock that is none: it waits for what another will post. So do locks of a runtime that waits by them. */
static bool is_wait_for_post(const struct waitfor_cycle *cycle, struct analysis_context *context)
{
    const struct object *object = cycle->steps[0].wants.object;
    return cycle->step_count == 1 && is_doubtful(object) &&
           (!cycle->all_stuck || describe_is_anonymous(context->describe, object));
}

bool waitfor_report(const struct waitfor_cycle *cycle, struct analysis_context *context)
{
    const struct object *doubtful = doubtful_object(cycle, context->describe);
    const struct reader_losses *losses = context->losses;
    bool self = cycle->step_count == 1;
    if (is_wait_for_post(cycle, context))
        return false;
    struct finding *finding = findings_add(context->findings);
    finding->kind = self ? FINDING_self_deadlock : FINDING_deadlock;
    finding->certainty = (losses && losses->lost_events) || doubtful ? CERTAINTY_potential : CERTAINTY_happened;
    finding->steps = memory_new(cycle->step_count, sizeof *finding->steps);
    finding->step_count = cycle->step_count;
    for (uint32_t i = 0; i < cycle->step_count; i++) {
        describe_step(context->describe, &finding->steps[i], cycle->steps[i].thread, &cycle->steps[i].holds,
                      &cycle->steps[i].wants);
        if (cycle->steps[i].queued)
            finding->steps[i].holds.verb = memory_text("is first in line for");
    }
    describe_steps_apart(finding);
    finding->message = message_of(context->describe, cycle, finding);
    finding->reason = reason_of(cycle, context, doubtful);
    finding->advice = advice_of(context->describe, cycle);
    finding->id = id_of(context->describe, cycle, finding->kind);
    remember_orders(cycle, &context->happened);
    return true;
}
