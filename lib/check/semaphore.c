/* SPDX-License-Identifier: MIT */
/*
 * Semaphores that may be locks: a table by hash of the address. Each has its place in one of WAYS slots that lie together;
 * where these are taken, in a larger table behind it, which is made then. Only where that can't be had, or the last is full,
 * does one take another's slot, which then counts as a signal.
 *
 * | call            | may run beside | by means of                                                                    |
 * |-----------------|----------------|--------------------------------------------------------------------------------|
 * | semaphore_made  | all            | a slot is claimed by exchange; two for one semaphore is an error of the program's |
 * | semaphore_ended | all            | the slot's object is cleared                                                   |
 * | others          | all            | they find a slot by its object                                                 |
 */
#include "check/semaphore.h"

#include "core/memory.h"

enum { WAYS = 8, FIRST = 1 << 14, LEVELS = 4, GROWTH = 3 /* each is so many powers of two larger */ };

struct slot {
    _Atomic uint64_t object; /* 0: free */
    _Atomic uint64_t holder; /* of one without seats */
    _Atomic uint32_t seats;  /* 0: it is a lock */
    _Atomic bool proven, signal;
};

/* The object of a slot that is being filled: none lives there. */
enum { CLAIMED = 1 };

static struct slot first[FIRST];
static struct slot *_Atomic levels[LEVELS] = {first};

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define STORE(field, value) atomic_store_explicit(&(field), value, memory_order_relaxed)

static size_t size_of(unsigned level)
{
    return (size_t)FIRST << GROWTH * level;
}

/* The object's `way`th slot. */
static struct slot *slot_at(struct slot *table, unsigned level, uint64_t hash, unsigned way)
{
    return &table[(hash & (size_of(level) - 1)) ^ way];
}

static struct slot *find(uint64_t object)
{
    uint64_t hash = check_mix(1, object);
    struct slot *table, *slot;

    for (unsigned level = 0; level < LEVELS && (table = atomic_load_explicit(&levels[level], memory_order_acquire)); level++)
        for (unsigned way = 0; way < WAYS; way++)
            if (LOAD((slot = slot_at(table, level, hash, way))->object) == object)
                return slot;
    return NULL;
}

static struct slot *find_lock(uint64_t object)
{
    struct slot *slot = find(object);

    return slot && !LOAD(slot->signal) ? slot : NULL;
}

static struct slot *claim_in(struct slot *table, unsigned level, uint64_t hash)
{
    for (unsigned way = 0; way < WAYS; way++) {
        struct slot *slot = slot_at(table, level, hash, way);
        uint64_t none = 0;

        if (LOAD(slot->object) == 0 && atomic_compare_exchange_strong(&slot->object, &none, CLAIMED))
            return slot;
    }
    return NULL;
}

/* The table of a level; of two that make it at once the second's memory is lost. */
static struct slot *table_of(unsigned level)
{
    struct slot *table = atomic_load_explicit(&levels[level], memory_order_acquire), *none = NULL;

    if (!table && (table = memory_keep(size_of(level) * sizeof(*table))) &&
        !atomic_compare_exchange_strong(&levels[level], &none, table))
        table = none;
    return table;
}

/* A slot for this object; where none is free, another's. */
static struct slot *claim(uint64_t object)
{
    uint64_t hash = check_mix(1, object);
    struct slot *table, *slot;

    for (unsigned level = 0; level < LEVELS && (table = table_of(level)); level++)
        if ((slot = claim_in(table, level, hash)))
            return slot;
    slot = slot_at(first, 0, hash, 0);
    STORE(slot->object, CLAIMED);
    return slot;
}

void semaphore_made(uint64_t object, uint32_t value)
{
    struct slot *slot = find(object);

    if (!slot)
        slot = claim(object);
    STORE(slot->holder, 0);
    STORE(slot->seats, value > 1 ? value : 0);
    STORE(slot->proven, false);
    STORE(slot->signal, false);
    atomic_store_explicit(&slot->object, object, memory_order_release);
}

void semaphore_ended(uint64_t object)
{
    struct slot *slot = find(object);

    if (slot)
        STORE(slot->object, 0);
}

bool semaphore_taken(uint64_t object, uint64_t serial)
{
    struct slot *slot = find_lock(object);

    if (slot && !LOAD(slot->seats))
        STORE(slot->holder, serial);
    return slot != NULL;
}

bool semaphore_has_seats(uint64_t object)
{
    struct slot *slot = find_lock(object);

    return slot && LOAD(slot->seats);
}

uint32_t semaphore_seats(uint64_t object)
{
    struct slot *slot = find_lock(object);

    return slot && LOAD(slot->proven) ? LOAD(slot->seats) : 0;
}

bool semaphore_posted(uint64_t object, uint64_t serial, bool seated)
{
    struct slot *slot = find_lock(object);

    if (!slot)
        return false;
    if (!LOAD(slot->seats))
        seated = LOAD(slot->holder) == serial;
    STORE(slot->holder, 0);
    if (seated)
        STORE(slot->proven, true);
    else
        STORE(slot->signal, true);
    return seated;
}

uint64_t semaphore_holder(uint64_t object)
{
    struct slot *slot = find_lock(object);

    return slot ? LOAD(slot->holder) : 0;
}

bool semaphore_is_proven(uint64_t object)
{
    struct slot *slot = find_lock(object);

    return slot && LOAD(slot->proven);
}

bool semaphore_is_held(const struct held *held)
{
    return !semaphore_is_kind(held->kind) || find_lock(held->object);
}
