/* SPDX-License-Identifier: MIT */
/* Semaphores that may be locks: a table by hash of the address; one that another's slot was taken by counts as a signal. */
#include "check/semaphore.h"

enum { SEMAPHORES = 1 << 14 };

static struct {
    _Atomic uint64_t object;
    _Atomic uint64_t holder; /* of one without seats */
    _Atomic uint32_t seats;  /* 0: it is a lock */
    _Atomic bool proven;
} semaphores[SEMAPHORES];

static unsigned slot_of(uint64_t object)
{
    return (unsigned)(check_mix(1, object) % SEMAPHORES);
}

static bool is_lock(unsigned slot, uint64_t object)
{
    return atomic_load_explicit(&semaphores[slot].object, memory_order_relaxed) == object;
}

void semaphore_made(uint64_t object, uint32_t value)
{
    unsigned slot = slot_of(object);

    atomic_store_explicit(&semaphores[slot].object, 0, memory_order_relaxed);
    atomic_store_explicit(&semaphores[slot].holder, 0, memory_order_relaxed);
    atomic_store_explicit(&semaphores[slot].seats, value > 1 ? value : 0, memory_order_relaxed);
    atomic_store_explicit(&semaphores[slot].proven, false, memory_order_relaxed);
    atomic_store_explicit(&semaphores[slot].object, object, memory_order_relaxed);
}

bool semaphore_taken(uint64_t object, uint64_t serial)
{
    unsigned slot = slot_of(object);

    if (!is_lock(slot, object))
        return false;
    if (!atomic_load_explicit(&semaphores[slot].seats, memory_order_relaxed))
        atomic_store_explicit(&semaphores[slot].holder, serial, memory_order_relaxed);
    return true;
}

bool semaphore_has_seats(uint64_t object)
{
    unsigned slot = slot_of(object);

    return is_lock(slot, object) && atomic_load_explicit(&semaphores[slot].seats, memory_order_relaxed);
}

uint32_t semaphore_seats(uint64_t object)
{
    return semaphore_is_proven(object) ? atomic_load_explicit(&semaphores[slot_of(object)].seats, memory_order_relaxed) : 0;
}

bool semaphore_posted(uint64_t object, uint64_t serial, bool seated)
{
    unsigned slot = slot_of(object);

    if (!is_lock(slot, object))
        return false;
    if (!atomic_load_explicit(&semaphores[slot].seats, memory_order_relaxed))
        seated = atomic_load_explicit(&semaphores[slot].holder, memory_order_relaxed) == serial;
    if (!seated) {
        atomic_store_explicit(&semaphores[slot].object, 0, memory_order_relaxed);
        return false;
    }
    atomic_store_explicit(&semaphores[slot].holder, 0, memory_order_relaxed);
    atomic_store_explicit(&semaphores[slot].proven, true, memory_order_relaxed);
    return true;
}

uint64_t semaphore_holder(uint64_t object)
{
    unsigned slot = slot_of(object);

    return is_lock(slot, object) ? atomic_load_explicit(&semaphores[slot].holder, memory_order_relaxed) : 0;
}

bool semaphore_is_proven(uint64_t object)
{
    unsigned slot = slot_of(object);

    return is_lock(slot, object) && atomic_load_explicit(&semaphores[slot].proven, memory_order_relaxed);
}

bool semaphore_is_held(const struct held *held)
{
    return !semaphore_is_kind(held->kind) || is_lock(slot_of(held->object), held->object);
}
