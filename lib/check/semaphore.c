/* SPDX-License-Identifier: MIT */
/* Semaphores that may be locks. One whose place another took, for want of memory, counts as a signal. */
#include "check/semaphore.h"

#include "check/places.h"

struct slot {
    _Atomic uint64_t object;
    _Atomic uint64_t holder; /* of one without seats */
    _Atomic uint32_t seats;  /* 0: it is a lock */
    _Atomic bool proven, signal;
};

static struct slot first[PLACES];
static struct places slots = {sizeof(struct slot), {first}};

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define STORE(field, value) atomic_store_explicit(&(field), value, memory_order_relaxed)

static struct slot *find(uint64_t object)
{
    return places_find(&slots, sizeof(struct slot), object);
}

static struct slot *find_lock(uint64_t object)
{
    struct slot *slot = find(object);

    return slot && !LOAD(slot->signal) ? slot : NULL;
}

void semaphore_made(uint64_t object, uint32_t value)
{
    struct slot *slot = find(object);

    if (!slot)
        slot = places_claim(&slots, object);
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
