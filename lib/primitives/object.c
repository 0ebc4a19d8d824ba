/* SPDX-License-Identifier: MIT */
/* The birth and end of the library's objects. */
#include "object.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

enum { ANNOUNCE_YIELDS = 1000 };

void object_begin(struct thrum_object *object, enum object_magic magic, unsigned flags)
{
#ifdef THRUM_DEBUG
    if (!object)
        object_misused(object, magic, __func__);
#endif
    annotate_atomic(&object->flags);
    object->magic = magic;
    object->name = NULL;
    atomic_store_explicit(&object->flags, flags, memory_order_relaxed);
}

/*
 * Two threads that meet at zeroed memory: its birth comes before its use. But not for ever: this may be a handler amid that, or a
 * child that was forked amid it.
 */
static void await_announced(struct thrum_object *object)
{
    for (int i = 0; i < ANNOUNCE_YIELDS && !(atomic_load(&object->flags) & OBJECT_ANNOUNCED); i++)
        sched_yield();
    atomic_fetch_or(&object->flags, OBJECT_ANNOUNCED);
}

void object_announce(struct thrum_object *object, const void *address, const struct object_birth *birth,
                     const char *name, const void *site)
{
    annotate_atomic(&object->flags);
    if (atomic_fetch_or(&object->flags, OBJECT_ANNOUNCING) & OBJECT_ANNOUNCING) {
        await_announced(object);
        return;
    }
    probe_init(address, birth->kind, &birth->attributes, site);
    if (name)
        probe_name(address, birth->kind, name);
    atomic_fetch_or(&object->flags, OBJECT_ANNOUNCED);
}

void object_end(struct thrum_object *object, void *memory, enum thrum_kind kind, const void *site)
{
    if (probe_on())
        probe_destroy(memory, kind, site);
    object->magic = OBJECT_DESTROYED;
    if (atomic_load_explicit(&object->flags, memory_order_relaxed) & OBJECT_ON_HEAP)
        object_free(memory);
}

#ifdef THRUM_DEBUG
enum { KEPT = 1024 };
static _Atomic(void *) kept[KEPT];
static _Atomic unsigned ended;

void object_free(void *memory)
{
    unsigned at = atomic_fetch_add_explicit(&ended, 1, memory_order_relaxed) % KEPT;
    free(atomic_exchange(&kept[at], memory));
}
#else
void object_free(void *memory)
{
    free(memory);
}
#endif

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
    const char *word = object_word(magic);
    int length;
    if (!object)
        length = snprintf(line, sizeof line, "thrum: NULL in place of a %s, in %s()\n", word, function);
    else
        length = snprintf(line, sizeof line, "thrum: the %s at %p %s, in %s()\n", word, (const void *)object,
                          object->magic == OBJECT_DESTROYED ? "has been destroyed" : "is none: never made, or overwritten",
                          function);
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        abort();
    abort();
}
