/* SPDX-License-Identifier: MIT */
/*
 * Thread-local values. Each thread has a table of them, indexed by local; all tables and the destructors are under
 * one lock, but a thread reads and writes its own values without it.
 */
#include "thrum/local.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include "core/futex.h"
#include "object.h"

/* A thread's values. It grows under the lock, for destroy looks into the tables of all threads. */
struct table {
    struct table *next, *previous;
    void **values;
    uint32_t size;
};

static struct futex_lock lock;
static struct table *tables;
static __thread struct table *own __attribute__((tls_model("initial-exec")));

/* The locals that there are: a destructor each, or FREE. */
static void (**destructors)(void *);
static uint32_t locals;

static void nothing(void *value)
{
    (void)value;
}

#define FREE NULL

/* --- the table of the calling thread --- */

/* libc's list of what to do as a thread ends: C++ destructors of thread_local objects are on it, too. */
extern int __cxa_thread_atexit_impl(void (*function)(void *), void *argument, void *module);
extern void *__dso_handle __attribute__((visibility("hidden")));

enum { ROUNDS = 4 }; /* as PTHREAD_DESTRUCTOR_ITERATIONS */

/* The next value to be destroyed, which is taken out of the table, and its destructor. */
static void *take_value(struct table *table, void (**destructor)(void *))
{
    void *value = NULL;
    futex_lock_acquire(&lock);
    for (uint32_t i = 0; i < table->size && !value; i++) {
        if (!table->values[i] || destructors[i] == FREE)
            continue;
        value = table->values[i];
        *destructor = destructors[i];
        table->values[i] = NULL;
    }
    futex_lock_release(&lock);
    return value;
}

static void end_thread(void *argument)
{
    struct table *table = argument;
    void (*destructor)(void *);
    void *value;
    for (uint32_t left = ROUNDS * table->size; left > 0 && (value = take_value(table, &destructor)); left--)
        destructor(value);
    futex_lock_acquire(&lock);
    *(table->previous ? &table->previous->next : &tables) = table->next;
    if (table->next)
        table->next->previous = table->previous;
    futex_lock_release(&lock);
    own = NULL;
    free(table->values);
    free(table);
}

static struct table *table_begin(void)
{
    struct table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    if (__cxa_thread_atexit_impl(end_thread, table, &__dso_handle) != 0) {
        free(table);
        return NULL;
    }
    futex_lock_acquire(&lock);
    table->next = tables;
    if (tables)
        tables->previous = table;
    tables = table;
    futex_lock_release(&lock);
    return own = table;
}

static int table_grow(struct table *table, uint32_t index)
{
    uint32_t size = table->size ? table->size : 8;
    while (size <= index)
        size *= 2;
    void **values = calloc(size, sizeof *values);
    if (!values)
        return ENOMEM;
    futex_lock_acquire(&lock);
    void **old = table->values;
    if (old)
        memcpy(values, old, table->size * sizeof *values);
    table->values = values;
    table->size = size;
    futex_lock_release(&lock);
    free(old);
    return 0;
}

void *thrum_local_get(const struct thrum_local *local)
{
    object_check(&local->object, OBJECT_LOCAL);
    return own && local->index < own->size ? own->values[local->index] : NULL;
}

int thrum_local_set(struct thrum_local *local, void *value)
{
    object_check(&local->object, OBJECT_LOCAL);
    struct table *table = own;
    if ((!table || local->index >= table->size) && !value)
        return 0;
    if (!table && !(table = table_begin()))
        return ENOMEM;
    if (local->index >= table->size && table_grow(table, local->index) != 0)
        return ENOMEM;
    table->values[local->index] = value;
    return 0;
}

/* --- locals --- */

/* Under the lock: a free place in the list of locals. */
static int place(uint32_t *index)
{
    for (*index = 0; *index < locals; ++*index)
        if (destructors[*index] == FREE)
            return 0;
    uint32_t more = locals ? locals * 2 : 8;
    void (**list)(void *) = realloc(destructors, more * sizeof *list);
    if (!list)
        return ENOMEM;
    memset(list + locals, 0, (more - locals) * sizeof *list);
    destructors = list;
    locals = more;
    return 0;
}

static int begin(struct thrum_local *local, void (*destructor)(void *), unsigned flags)
{
    object_begin(&local->object, OBJECT_LOCAL, flags);
    futex_lock_acquire(&lock);
    int result = place(&local->index);
    if (result == 0)
        destructors[local->index] = destructor ? destructor : nothing;
    futex_lock_release(&lock);
    return result;
}

int thrum_local_init(struct thrum_local *local, void (*destructor)(void *value))
{
    return begin(local, destructor, 0);
}

int thrum_local_create(struct thrum_local **local, void (*destructor)(void *value))
{
    *local = malloc(sizeof **local);
    if (!*local)
        return ENOMEM;
    int result = begin(*local, destructor, OBJECT_ON_HEAP);
    if (result != 0)
        free(*local);
    return result;
}

/* The value of some thread that has one, taken out of its table, and the destructor. */
static void *take_any(uint32_t index, void (**destructor)(void *))
{
    void *value = NULL;
    futex_lock_acquire(&lock);
    *destructor = destructors[index];
    for (struct table *table = tables; table && !value; table = table->next) {
        if (index >= table->size)
            continue;
        value = table->values[index];
        table->values[index] = NULL;
    }
    futex_lock_release(&lock);
    return value;
}

int thrum_local_destroy(struct thrum_local *local)
{
    object_check(&local->object, OBJECT_LOCAL);
    void *value;
    void (*destructor)(void *);
    while ((value = take_any(local->index, &destructor)))
        destructor(value);
    futex_lock_acquire(&lock);
    destructors[local->index] = FREE;
    futex_lock_release(&lock);
    local->object.magic = OBJECT_DESTROYED;
    if (atomic_load_explicit(&local->object.flags, memory_order_relaxed) & OBJECT_ON_HEAP)
        object_free(local);
    return 0;
}

/* --- fork: the values of threads that stayed behind are lost with them --- */

static void before_fork(void)
{
    futex_lock_acquire(&lock);
}

static void after_fork(void)
{
    futex_lock_release(&lock);
}

static void in_child(void)
{
    tables = own;
    if (own)
        own->next = own->previous = NULL;
    futex_lock_release(&lock);
}

__attribute__((constructor)) static void start(void)
{
    pthread_atfork(before_fork, after_fork, in_child);
}
