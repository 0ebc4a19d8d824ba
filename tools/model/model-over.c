/* SPDX-License-Identifier: MIT */
/*
 * Threads that are over when a lock is got which each gives back last: Python's Thread.join() until 3.12. The lock is made
 * by the thread itself, at a line by which it is known.
 */
#include "config.h"

#include <string.h>
#include "model/model-inner.h"

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), rest = strlen(end);
    return length >= rest && strcmp(text + length - rest, end) == 0;
}

void on_source_line(struct thread *thread, const struct thrum_event_source_line *line)
{
    struct process_maps *maps = thread->process->maps;
    if (strcmp(line->function, "Thread._set_tstate_lock") == 0 && ends_with(line->file, "threading.py"))
        map_put(&maps->over_lines, line->site, maps);
}

void over_made(struct thread *thread, struct object *object)
{
    if (object->kind == THRUM_kind_semaphore && map_get(&thread->process->maps->over_lines, object->birth_site))
        object->last_of = thread_ref(thread);
}

void over_got(struct thread *thread, const struct object *object)
{
    if (object->last_of && object->last_of != thread)
        TELL(thread->process->model, thread_over, thread, object->last_of);
}
