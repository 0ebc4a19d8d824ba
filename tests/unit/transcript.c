/* SPDX-License-Identifier: MIT */
/* An observer of the model that writes down what it is told. */
#include "config.h"
#include "transcript.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"

static const char *of_thread(struct transcript *t, const struct thread *thread)
{
    return script_thread(t->script, thread->tid, thread->serial);
}

static const char *of_object(struct transcript *t, const struct object *object)
{
    return object->thread ? of_thread(t, object->thread) : script_object(t->script, object->address);
}

__attribute__((format(printf, 2, 3))) static void say(struct transcript *t, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    t->text = realloc(t->text, t->length + (size_t)length + 1);
    memcpy(t->text + t->length, line, (size_t)length + 1);
    t->length += (size_t)length;
}

static void process_begun(void *self, int64_t now, struct process *process)
{
    (void)now;
    say(self, "process %d\n", process->pid);
}

static void process_ended(void *self, int64_t now, struct process *process)
{
    (void)now;
    say(self, "process %d ends\n", process->pid);
}

static void thread_spawned(void *self, int64_t now, struct thread *thread)
{
    (void)now;
    say(self, "%s spawns %s\n", of_thread(self, thread->parent), of_thread(self, thread));
}

static void thread_begun(void *self, int64_t now, struct thread *thread)
{
    (void)now;
    ((struct transcript *)self)->threads_alive++;
    say(self, "%s begins\n", of_thread(self, thread));
}

static void thread_named(void *self, int64_t now, struct thread *thread)
{
    (void)now;
    say(self, "%s is %s\n", of_thread(self, thread), thread->name);
}

static void thread_ended(void *self, int64_t now, struct thread *thread)
{
    (void)now;
    say(self, "%s ends\n", of_thread(self, thread));
}

static void thread_joined(void *self, int64_t now, struct thread *joiner, struct thread *joined)
{
    (void)now;
    say(self, "%s joined %s\n", of_thread(self, joiner), of_thread(self, joined));
}

static void thread_freed(void *self, int64_t now, struct thread *thread)
{
    (void)now;
    ((struct transcript *)self)->threads_alive -= thread->tid != 0;
}

static void object_born(void *self, int64_t now, struct object *object)
{
    (void)now, (void)object;
    ((struct transcript *)self)->objects_alive++;
}

static void object_freed(void *self, int64_t now, struct object *object)
{
    (void)now, (void)object;
    ((struct transcript *)self)->objects_alive--;
}

static void object_destroyed(void *self, int64_t now, struct object *object)
{
    (void)now;
    if (object->kind != THRUM_kind_thread)
        say(self, "%s destroyed\n", of_object(self, object));
}

static void object_signals(void *self, int64_t now, struct object *object)
{
    (void)now;
    say(self, "%s is a signal\n", of_object(self, object));
}

static void blocked(void *self, int64_t now, struct thread *thread)
{
    (void)now;
    const struct blocked *b = &thread->blocked;
    say(self, "%s %s %s\n", of_thread(self, thread), b->what == BLOCKING_wait ? "waits on" : "blocks for",
        of_object(self, b->object));
}

static void unblocked(void *self, int64_t now, struct thread *thread, const struct blocked *was, enum thrum_result result,
                      struct waker waker)
{
    (void)now, (void)was;
    const char *by = waker.thread ? of_thread(self, waker.thread) : NULL;
    say(self, "%s goes on: %s%s%s\n", of_thread(self, thread), result_word(result), by ? " by " : "", by ? by : "");
}

static void acquired(void *self, int64_t now, const struct acquisition *got)
{
    (void)now;
    say(self, "%s got %s", of_thread(self, got->thread), of_object(self, got->object));
    if (!got->hold)
        say(self, ", not held");
    else if (got->hold->depth > 1)
        say(self, " x%u", got->hold->depth);
    say(self, "%s%s\n", got->back ? " back" : "", got->owner_died ? " of a dead" : "");
}

static void held(void *self, int64_t now, struct thread *thread, const struct hold *hold)
{
    (void)now;
    say(self, "%s holds %s\n", of_thread(self, thread), of_object(self, hold->object));
}

static void failed(void *self, int64_t now, struct thread *thread, struct object *object, enum thrum_mode mode,
                   enum thrum_how how, enum thrum_result result, uint64_t site)
{
    (void)now, (void)mode, (void)how, (void)site;
    say(self, "%s failed for %s: %s\n", of_thread(self, thread), of_object(self, object), result_word(result));
}

static void released(void *self, int64_t now, struct thread *thread, const struct hold *hold, uint64_t site)
{
    (void)now, (void)site;
    say(self, "%s gave %s", of_thread(self, thread), of_object(self, hold->object));
    say(self, hold->depth ? ", %u left\n" : "\n", hold->depth);
}

static void dropped(void *self, int64_t now, struct thread *thread, const struct hold *hold, enum drop why)
{
    static const char *const words[] = {"died", "destroyed", "signals", "taken", "process"};
    (void)now;
    say(self, "%s lost %s: %s\n", of_thread(self, thread), of_object(self, hold->object), words[why]);
}

static void posted(void *self, int64_t now, struct thread *thread, struct object *object, uint64_t site)
{
    (void)now, (void)site;
    say(self, "%s posted %s\n", of_thread(self, thread), of_object(self, object));
}

static void woke(void *self, int64_t now, struct thread *thread, struct object *object, enum thrum_scope scope, uint64_t site)
{
    (void)now, (void)site;
    say(self, "%s woke %s of %s\n", of_thread(self, thread), scope == THRUM_scope_all ? "all" : "one",
        of_object(self, object));
}

static const struct model_ops ops = {
    .process_begun = process_begun, .process_ended = process_ended,
    .thread_spawned = thread_spawned, .thread_begun = thread_begun, .thread_named = thread_named,
    .thread_ended = thread_ended, .thread_joined = thread_joined, .thread_freed = thread_freed,
    .object_born = object_born, .object_freed = object_freed, .object_destroyed = object_destroyed,
    .object_signals = object_signals, .blocked = blocked, .unblocked = unblocked, .acquired = acquired,
    .held = held, .failed = failed,
    .released = released, .dropped = dropped, .posted = posted, .woke = woke,
};

static void feed(void *self, const struct trace_event *event)
{
    model_feed(((struct transcript *)self)->model, event);
}

struct transcript *transcript_new(void)
{
    struct transcript *t = calloc(1, sizeof *t);
    t->model = model_new();
    t->script = script_new(feed, t);
    ck_assert_int_eq(model_subscribe(t->model, &ops, t), 0);
    return t;
}

void transcript_free(struct transcript *t)
{
    model_free(t->model);
    script_free(t->script);
    free(t->text);
    free(t);
}

void transcript_expect(struct transcript *t, const char *play, const char *lines)
{
    t->length = 0;
    say(t, "%s", "");
    script_play(t->script, play);
    ck_assert_str_eq(t->text, lines);
}

struct thread *transcript_thread(struct transcript *t, const char *name)
{
    size_t count;
    struct process *const *processes = model_processes(t->model, &count);
    for (size_t i = 0; i < count; i++)
        for (struct thread *thread = processes[i]->threads; thread; thread = thread->next_thread)
            if (!strcmp(of_thread(t, thread), name))
                return thread;
    ck_abort_msg("no thread %s", name);
}
