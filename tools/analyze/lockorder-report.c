/* SPDX-License-Identifier: MIT */
/* The finding that a cycle of lock orders makes, in words. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/lockorder.h"
#include "analyze/text.h"
#include "base/memory.h"

enum { LIKE_ONE_SHOWN = 8 }; /* findings that only differ in which of a runtime's locks they are about */

static const char *name_of(struct describe *describe, const struct path *path, uint32_t i)
{
    return describe_object(describe, path->edges[i % path->count]->held->object);
}

/* What a thread does for who waits for that. */
static const char *wake_word(const struct object *object)
{
    switch (object->kind) {
    case THRUM_kind_semaphore:
    case THRUM_kind_lock:
        return "posts";
    case THRUM_kind_barrier:
        return "comes to";
    case THRUM_kind_event:
    case THRUM_kind_future:
        return "sets";
    default:
        return "wakes";
    }
}

static bool is_communication(const struct path *path)
{
    for (uint32_t i = 0; i < path->count; i++)
        if (path->edges[i]->waits)
            return true;
    return false;
}

/* "main waits for worker while it holds lock_a, and worker wants lock_a first" */
static char *communication_message(struct describe *describe, const struct path *path, const struct finding *finding)
{
    struct text text = {0};
    for (uint32_t i = 0; i < path->count; i++) {
        const struct finding_step *step = &finding->steps[i];
        const char *holds = name_of(describe, path, i), *wants = name_of(describe, path, i + 1);
        bool duty = !object_is_lock(path->edges[i]->held->object);
        text_add(&text, "%s%s %s %s ", !i ? "" : i + 1 < path->count ? ", " : ", and ", step->thread,
                 object_is_lock(path->edges[i]->wanted->object) ? "wants" : "waits for", wants);
        if (!duty)
            text_add(&text, "while it holds %s", holds);
        else if (!strcmp(step->holds.kind, "thread"))
            text_add(&text, "before it ends");
        else
            text_add(&text, "before it %s %s", wake_word(path->edges[i]->held->object), holds);
    }
    return text_take(&text);
}

static char *message_of(struct describe *describe, const struct path *path, const struct finding *finding)
{
    struct text text = {0};
    if (is_communication(path))
        return communication_message(describe, path, finding);
    if (path->count == 2) {
        const char *one = name_of(describe, path, 0), *other = name_of(describe, path, 1);
        text_add(&text, "%s and %s are taken in opposite orders: %s takes %s while it holds %s, %s takes %s while it holds %s",
                 one, other, finding->steps[0].thread, other, one, finding->steps[1].thread, one, other);
        return text_take(&text);
    }
    text_add(&text, "%u locks are taken in orders that form a circle: ", path->count);
    for (uint32_t i = 0; i < path->count; i++)
        text_add(&text, "%s%s before %s", i ? ", " : "", name_of(describe, path, i), name_of(describe, path, i + 1));
    return text_take(&text);
}

/* --- reasons --- */

typedef bool is_pair(const struct lockorder *, const struct witness *, const struct witness *);

static bool same_thread(const struct lockorder *self, const struct witness *one, const struct witness *other)
{
    (void)self;
    return one->thread == other->thread && !one->anyone && !other->anyone;
}

static bool gated(const struct lockorder *self, const struct witness *one, const struct witness *other)
{
    (void)self;
    return witness_gate(one, other);
}

static bool is_over_before(const struct lockorder *self, const struct witness *one, const struct witness *other)
{
    struct moment end = {one->thread, one->runs[one->run_count - 1].last};
    return one->thread != other->thread && moment_before(&self->lives, end, (struct moment){other->thread, other->runs[0].first});
}

/* The first two witnesses of the path that are such a pair, in that order; false: none are. */
static bool find_pair(const struct lockorder *self, const struct path *path, is_pair *is, const struct witness *pair[2])
{
    for (uint32_t i = 0; i < path->count; i++)
        for (uint32_t j = 0; j < path->count; j++)
            if (i != j && is(self, path->chosen[i], path->chosen[j])) {
                pair[0] = path->chosen[i];
                pair[1] = path->chosen[j];
                return true;
            }
    return false;
}

static void say_broken(struct text *text, const struct lockorder *self, struct describe *describe, const struct path *path,
                       enum rule broken)
{
    const struct witness *pair[2];
    is_pair *const kinds[] = {[RULE_threads] = same_thread, [RULE_gates] = gated, [RULE_order] = is_over_before};
    const struct object *seats = broken == RULE_gates ? path_without_seat(path) : NULL;
    if (seats) {
        text_add(text, "each of these %" PRIu32 " threads has a seat of %s meanwhile, and that has %" PRIu32, path->count,
                 describe_object(describe, seats), seats->value);
        return;
    }
    if (broken == RULE_readers || !find_pair(self, path, kinds[broken], pair)) {
        text_add(text, broken == RULE_readers ? "where they meet they only read, and readers don't wait for readers"
                                              : "no two threads were there that could have met");
        return;
    }
    char *one = describe_thread(describe, pair[0]->thread), *other = describe_thread(describe, pair[1]->thread);
    if (broken == RULE_threads)
        text_add(text, "only %s takes them in %s orders, and it doesn't wait for itself", one,
                 path->count == 2 ? "both" : "more than one of these");
    else if (broken == RULE_gates)
        text_add(text, "%s and %s both hold %s meanwhile, so they are never there at the same time", one, other,
                 describe_object(describe, witness_gate(pair[0], pair[1])));
    else
        text_add(text, "%s is through with it before %s can begin: creating and joining threads sees to that", one, other);
    free(one);
    free(other);
}

/* What a search for a schedule came to. */
static const char *prediction_words(const struct verdict *verdict)
{
    switch (verdict->prediction) {
    case PREDICTION_feasible:
        return "the schedule below leads there, and each thread finds under every lock what it found there in the trace, but for "
               "the locks of the circle where it stands at last: there no schedule can";
    case PREDICTION_data:
        break; /* see data_reason() */
    case PREDICTION_none:
        return is_communication(verdict->path)
                   ? "in every schedule that keeps the order of the trace, somebody else can still end the wait, or has done so"
                   : "no lock that two of them hold and no creation or join keeps them apart, but every schedule that leads there "
                     "would have to change the order in which locks were taken before; that may or may not be possible";
    case PREDICTION_impossible:
        return "one of them only comes there after it was woken by another, who has passed by then";
    case PREDICTION_unproven:
        return "it takes a writer that comes between readers, or a wait of a kind that isn't understood well enough to prove it";
    case PREDICTION_unknown:
        break;
    }
    return "nothing seen keeps these threads from being there at the same time, but to look for a schedule that leads there "
           "would have taken too long";
}

/* A schedule that changes what a thread finds under a lock; of which lock is said. */
static char *data_reason(const struct predict *predict, struct describe *describe)
{
    const struct thread *thread;
    const struct object *lock = predict_changed(predict, &thread);
    if (!lock)
        return memory_text("the schedule below leads there, if no thread's way there depends on what another wrote before");
    char *who = describe_thread(describe, thread);
    char *reason = memory_format("the schedule below leads there if %s goes the same way although it takes %s before another thread "
                                 "that came first in the trace: what that one wrote under %s may have been the reason to go there, "
                                 "and then they never meet; a trace doesn't hold data, thrum confirm tries it", who,
                                 describe_object(describe, lock), describe_object(describe, lock));
    free(who);
    return reason;
}

static char *reason_of(const struct lockorder *self, const struct verdict *verdict, const struct analysis_context *context)
{
    struct text text = {0};
    struct describe *describe = context->describe;
    if (verdict->predicted && verdict->prediction == PREDICTION_data)
        return data_reason(context->predict, describe);
    if (verdict->predicted)
        return memory_text(prediction_words(verdict));
    if (verdict->broken == RULE_none) {
        text_add(&text, "nothing seen keeps these threads from being there at the same time: no lock that %s hold, "
                        "no creation or join of a thread", verdict->path->count == 2 ? "both" : "two of them");
        return text_take(&text);
    }
    say_broken(&text, self, describe, verdict->path, verdict->broken);
    return text_take(&text);
}

/* --- the finding --- */

static struct text class_of(struct describe *describe, const struct witness *witness)
{
    struct text text = {0};
    struct taking holds = witness->held, wants = witness->wanted;
    holds.process = wants.process = witness->thread->process;
    char *held = describe_class(describe, &holds), *wanted = describe_class(describe, &wants);
    text_add(&text, "%s>%s", held, wanted);
    free(held);
    free(wanted);
    return text;
}

static char *id_of(struct describe *describe, const struct path *path)
{
    struct text *classes = memory_new(path->count, sizeof *classes);
    for (uint32_t i = 0; i < path->count; i++)
        classes[i] = class_of(describe, path->chosen[i]);
    return text_id(finding_kind_word(FINDING_lock_order), classes, path->count);
}

static bool is_anonymous(struct describe *describe, const struct path *path)
{
    for (uint32_t i = 0; i < path->count; i++)
        if (describe_is_anonymous(describe, path->edges[i]->held->object))
            return true;
    return false;
}

/* How many findings there are with that id, or with it and a number. */
static unsigned count_like(const struct findings *findings, const char *id)
{
    unsigned count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += !strncmp(findings->at[i].id, id, strlen(id));
    return count;
}

/* The id of a new finding; NULL: there are enough like it. */
static char *new_id(struct analysis_context *context, const struct path *path)
{
    char *id = id_of(context->describe, path);
    unsigned like = count_like(context->findings, id);
    if (!like)
        return id;
    char *numbered = NULL;
    if (is_anonymous(context->describe, path) && like < LIKE_ONE_SHOWN)
        numbered = memory_format("%s-%u", id, like + 1);
    free(id);
    return numbered;
}

static enum finding_certainty certainty_of(const struct verdict *verdict)
{
    if (verdict->broken != RULE_none)
        return CERTAINTY_infeasible;
    if (!verdict->predicted)
        return CERTAINTY_potential;
    switch (verdict->prediction) {
    case PREDICTION_feasible:
        return CERTAINTY_feasible;
    case PREDICTION_impossible:
        return CERTAINTY_infeasible;
    case PREDICTION_none:
        return is_communication(verdict->path) ? CERTAINTY_infeasible : CERTAINTY_potential;
    default:
        return CERTAINTY_potential;
    }
}

/* A schedule's taking with the calls that a witness has of the same one. */
static struct taking with_stack(struct taking taking, const struct thread *thread, const struct edge *edge, bool held)
{
    for (uint32_t i = 0; i < edge->witness_count; i++) {
        const struct witness *witness = edge->witnesses[i];
        const struct taking *like = held ? &witness->held : &witness->wanted;
        if (witness->thread == thread && like->site == taking.site) {
            taking.stack = like->stack;
            break;
        }
    }
    return taking;
}

/* Whether a schedule leads there, though it may not be one that the program can take. */
static bool has_schedule(const struct verdict *verdict)
{
    return verdict->broken == RULE_none && verdict->predicted &&
           (verdict->prediction == PREDICTION_feasible || verdict->prediction == PREDICTION_data);
}

static void tell_step(struct describe *describe, const struct verdict *verdict, uint32_t i, struct finding_step *step)
{
    const struct path *path = verdict->path;
    const struct edge *edge = path->edges[i];
    const struct thread *thread = path->chosen[i]->thread;
    struct taking held = path->chosen[i]->held, wanted = path->chosen[i]->wanted;
    if (has_schedule(verdict)) {
        thread = verdict->stands[i].thread;
        held = with_stack(verdict->stands[i].held, thread, edge, true);
        wanted = with_stack(verdict->stands[i].wanted, thread, edge, false);
    }
    describe_step(describe, step, thread, &held, &wanted);
    if (!object_is_lock(held.object) && held.object->kind != THRUM_kind_thread)
        step->holds.verb = memory_format("later %s", wake_word(held.object));
}

bool lockorder_report(const struct lockorder *self, const struct verdict *verdict, struct analysis_context *context)
{
    struct describe *describe = context->describe;
    const struct path *path = verdict->path;
    char *id = new_id(context, path);
    if (!id)
        return false;
    struct finding *finding = findings_add(context->findings);
    finding->id = id;
    finding->kind = is_communication(path) ? FINDING_communication : FINDING_lock_order;
    finding->certainty = certainty_of(verdict);
    finding->steps = memory_new(path->count, sizeof *finding->steps);
    finding->step_count = path->count;
    for (uint32_t i = 0; i < path->count; i++)
        tell_step(describe, verdict, i, &finding->steps[i]);
    describe_steps_apart(finding);
    finding->message = message_of(describe, path, finding);
    finding->reason = reason_of(self, verdict, context);
    if (is_communication(path))
        finding->advice = memory_text(finding_kind_advice(FINDING_communication));
    else
        finding->advice = memory_format("take %s and %s in the same order everywhere, or hold one more lock around both",
                                        name_of(describe, path, 0), name_of(describe, path, 1));
    if (has_schedule(verdict))
        predict_tell(context->predict, describe, finding);
    return true;
}
