/* SPDX-License-Identifier: MIT */
/*
 * What all objects of the library share: what they are, where they came from, and that the sinks know of them.
 *
 * In a build with THRUM_DEBUG each call checks that its object is there and is what it should be; where it isn't,
 * one line says so and the program is aborted.
 */
#ifndef THRUM_PRIMITIVES_OBJECT_H
#define THRUM_PRIMITIVES_OBJECT_H

#include <stdatomic.h>
#include <stdlib.h>
#include "core/annotate.h"
#include "probe/probe.h"
#include "thrum/base.h"

enum object_magic {
    OBJECT_ZEROED = 0, /* by a static initialiser */
    OBJECT_LOCK = 0x74680001,
    OBJECT_RLOCK,
    OBJECT_SEMAPHORE,
    OBJECT_EVENT,
    OBJECT_CONDITION,
    OBJECT_BARRIER,
    OBJECT_RWLOCK,
    OBJECT_SPINLOCK, /* up to here zeroed memory will do */
    OBJECT_QUEUE,
    OBJECT_THREAD,
    OBJECT_GROUP,
    OBJECT_LOCAL,
    OBJECT_WATCHDOG,
    OBJECT_ROUTER,
    OBJECT_POOL,
    OBJECT_FUTURE,
    OBJECT_IO,
    OBJECT_DESTROYED = 0x7468dead,
};

enum object_flag {
    OBJECT_ON_HEAP = 1,   /* destroy frees it */
    OBJECT_ANNOUNCED = 2, /* the sinks have its object_init */
    OBJECT_ANNOUNCING = 4, /* or a thread is about to tell them */
};

/* One for each magic that the sinks know: how they call it. */
struct object_birth {
    enum thrum_kind kind;
    struct probe_attributes attributes;
};

/* Begins the life of an object in memory of any content. */
void object_begin(struct thrum_object *object, enum object_magic magic, unsigned flags);

/* Tells the sinks of its birth and name; once. Call it with probes on, before any other probe of the object. */
void object_announce(struct thrum_object *object, const void *address, const struct object_birth *birth,
                     const char *name, const void *site);

/* As free(), for what held an object; a debug build keeps it for a while, so that a use after its end is caught. */
void object_free(void *memory);

/* Ends its life: tells the sinks, marks it, and frees `memory` where create made it. */
void object_end(struct thrum_object *object, void *memory, enum thrum_kind kind, const void *site);

/* Whether the call is to be probed; announces an object that a static initialiser made, or that is older than the
 * sinks. */
static inline bool object_probed(struct thrum_object *object, const void *address, const struct object_birth *birth,
                                 const void *site)
{
    if (!probe_on())
        return false;
    if (!(atomic_load_explicit(&object->flags, memory_order_relaxed) & OBJECT_ANNOUNCED))
        object_announce(object, address, birth, object->name, site);
    return true;
}

/* One line and abort: `function` met something that isn't what `magic` says. */
_Noreturn void object_misused(const struct thrum_object *object, enum object_magic magic, const char *function);

#ifdef THRUM_DEBUG
#define object_check(object, expected)                                                                       \
    do {                                                                                                     \
        if (!(object) || ((object)->magic != (uint32_t)(expected) &&                                         \
                          ((object)->magic != OBJECT_ZEROED || (expected) > OBJECT_SPINLOCK)))               \
            object_misused(object, expected, __func__);                                                      \
    } while (0)
#else
#define object_check(object, expected) ((void)0)
#endif

#endif
