/* SPDX-License-Identifier: MIT */
/* The threads of a model, and what each holds and waits for. */
#include "config.h"
#include "render/threads.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "analyze/describe.h"
#include "base/memory.h"

struct listing {
    const struct paper *paper;
    struct describe *describe;
    const struct process *process;
};

static void put_taking(const struct listing *listing, const char *verb, const struct taking *taking, const char *more)
{
    struct finding_object object = {0};
    describe_taking(listing->describe, taking, &object);
    fprintf(listing->paper->out, "    %-9s ", verb);
    bool anonymous = describe_is_anonymous(listing->describe, taking->object);
    bool named = *object.name && !anonymous && !strstr(object.object, object.name);
    if (named)
        fprintf(listing->paper->out, "%s ", object.kind);
    paper_put(listing->paper, INK_object, anonymous || named ? object.name : object.object);
    if (anonymous && *object.birth)
        fprintf(listing->paper->out, ", made in %s", object.birth);
    fputs(more, listing->paper->out);
    if (object.stack_count) {
        fputs(", at ", listing->paper->out);
        paper_put(listing->paper, INK_plain, object.stack[0].text);
    }
    fputc('\n', listing->paper->out);
    finding_object_free(&object);
}

/* ", held by main, worker"; to be freed. */
static char *holders_of(const struct listing *listing, const struct thread *waiter)
{
    char *text = memory_text("");
    for (const struct thread *thread = listing->process->threads; thread; thread = thread->next_thread) {
        if (thread == waiter || !thread_hold(thread, waiter->blocked.object))
            continue;
        char *name = describe_thread(listing->describe, thread);
        char *longer = memory_format("%s%s%s", text, *text ? ", " : ", held by ", name);
        free(name);
        free(text);
        text = longer;
    }
    return text;
}

static void put_wait(const struct listing *listing, const struct thread *thread)
{
    struct taking taking = taking_of_block(&thread->blocked);
    char *holders = holders_of(listing, thread);
    char *more = memory_format("%s%s", holders, thread->blocked.timeout_ns >= 0 ? ", until a timeout" : "");
    if (taking.object)
        put_taking(listing, "waits for", &taking, more);
    free(more);
    free(holders);
}

static void put_thread(const struct listing *listing, const struct thread *thread)
{
    char *name = describe_thread(listing->describe, thread);
    bool idle = thread->held_count == 0 && thread->blocked.what == BLOCKING_no;
    fputs("  ", listing->paper->out);
    paper_put(listing->paper, INK_thread, name);
    fprintf(listing->paper->out, " (thread %" PRId32 ")%s\n", thread->tid, idle ? ": holds nothing, waits for nothing" : "");
    for (uint32_t i = 0; i < thread->held_count; i++) {
        struct taking taking = taking_of_hold(&thread->held[i]);
        put_taking(listing, "holds", &taking, thread->held[i].mode == THRUM_mode_shared ? " to read" : "");
    }
    if (thread->blocked.what != BLOCKING_no)
        put_wait(listing, thread);
    free(name);
}

void render_threads(const struct paper *paper, const struct model *model, struct symbols *symbols)
{
    size_t count;
    struct process *const *processes = model_processes(model, &count);
    struct listing listing = {.paper = paper, .describe = describe_new(symbols)};
    for (size_t i = 0; i < count; i++) {
        listing.process = processes[i];
        fprintf(paper->out, "Threads of process %" PRId32 " that used a lock\n", processes[i]->pid);
        for (const struct thread *thread = processes[i]->threads; thread; thread = thread->next_thread)
            if (!thread->ended || thread->held_count > 0)
                put_thread(&listing, thread);
        fputc('\n', paper->out);
    }
    describe_free(listing.describe);
}
