/* SPDX-License-Identifier: MIT */
/* The birth and end of the library's objects. */
#include "object.h"

#include <stdio.h>
#include <unistd.h>

void object_begin(struct thrum_object *object, enum object_magic magic, unsigned flags)
{
    annotate_atomic(&object->flags);
    object->magic = magic;
    object->name = NULL;
    atomic_store_explicit(&object->flags, flags, memory_order_relaxed);
}

void object_announce(struct thrum_object *object, const void *address, const struct object_birth *birth,
                     const char *name, const void *site)
{
    annotate_atomic(&object->flags);
    if (atomic_fetch_or_explicit(&object->flags, OBJECT_ANNOUNCED, memory_order_relaxed) & OBJECT_ANNOUNCED)
        return;
    probe_init(address, birth->kind, &birth->attributes, site);
    if (name)
        probe_name(address, birth->kind, name);
}

void object_end(struct thrum_object *object, void *memory, enum thrum_kind kind, const void *site)
{
    if (probe_on())
        probe_destroy(memory, kind, site);
    object->magic = OBJECT_DESTROYED;
    if (atomic_load_explicit(&object->flags, memory_order_relaxed) & OBJECT_ON_HEAP)
        free(memory);
}

static const char *object_word(enum object_magic magic)
{
    static const char *const words[] = {
        "lock",   "rlock",  "semaphore", "event", "condition", "barrier", "rwlock", "spinlock", "queue",
        "thread", "group",  "local",     "watchdog", "signal router", "pool", "future", "I/O worker",
    };
    size_t index = (size_t)magic - OBJECT_LOCK;
    return index < sizeof words / sizeof *words ? words[index] : "object";
}

void object_misused(const struct thrum_object *object, enum object_magic magic, const char *function)
{
    char line[160];
    const char *what = !object ? "NULL" : object->magic == OBJECT_DESTROYED ? "destroyed" : "something else";
    int length = snprintf(line, sizeof line, "thrum: %s: the %s at %p is %s\n", function, object_word(magic),
                          (const void *)object, what);
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        abort();
    abort();
}
