/* SPDX-License-Identifier: MIT */
/* A slot's object is written last and cleared first, so a reader that finds it twice read what belongs to it. */
#include "check/births.h"

enum { GRAVES = 1 << 14, SHARED = 1, ROBUST = 2 };

static struct birth_slot first[PLACES];
struct places births_places = {sizeof(struct birth_slot), {first}};

static struct {
    _Atomic uint64_t object;
    const struct check_stack *_Atomic stack;
    _Atomic int32_t tid;
    _Atomic uint8_t kind;
} graves[GRAVES];

#define LOAD(field) atomic_load_explicit(&(field), memory_order_acquire)
#define STORE(field, value) atomic_store_explicit(&(field), value, memory_order_release)

static struct birth_slot *find(uint64_t object)
{
    return places_find(&births_places, sizeof(struct birth_slot), object);
}

static unsigned grave_of(uint64_t object)
{
    return (unsigned)(check_mix(2, object) % GRAVES);
}

static void dig_out(uint64_t object)
{
    unsigned slot = grave_of(object);

    if (LOAD(graves[slot].object) == object)
        STORE(graves[slot].object, 0);
}

void births_add(const struct thrum_event_object_init *init)
{
    struct birth_slot *slot = find(init->object);
    uint32_t flags = (init->shared ? SHARED : 0) | (init->robust ? ROBUST : 0);

    dig_out(init->object);
    if (slot)
        STORE(slot->object, 0);
    slot = places_claim(&births_places, init->object);
    STORE(slot->what, (uint32_t)init->kind | (uint32_t)init->type << 8 | flags << 16);
    STORE(slot->value, init->kind == THRUM_kind_barrier && !init->shared ? init->value : 0);
    STORE(slot->arrived, 0);
    STORE(slot->site, init->site);
    STORE(slot->object, init->object);
}

bool births_find(uint64_t object, struct birth *birth)
{
    const struct birth_slot *slot = find(object);

    if (!slot)
        return false;
    uint32_t what = LOAD(slot->what);
    *birth = (struct birth){.kind = (uint8_t)what, .type = (uint8_t)(what >> 8), .site = LOAD(slot->site), .robust = what >> 16 & ROBUST, .shared = what >> 16 & SHARED,
                            .value = LOAD(slot->value), .arrived = LOAD(slot->arrived)};
    return LOAD(slot->object) == object;
}

void births_arrive(uint64_t barrier)
{
    struct birth_slot *slot = find(barrier);

    if (slot)
        atomic_fetch_add_explicit(&slot->arrived, 1, memory_order_relaxed);
}

void births_uncounted(uint64_t barrier)
{
    struct birth_slot *slot = find(barrier);

    if (slot)
        STORE(slot->value, 0);
}

void births_end(uint64_t object, uint8_t kind, int32_t tid, const struct check_stack *stack)
{
    struct birth_slot *living = find(object);
    unsigned slot = grave_of(object);

    if (living)
        STORE(living->object, 0);
    if (!stack) {
        dig_out(object);
        return;
    }
    STORE(graves[slot].object, 0);
    STORE(graves[slot].stack, stack);
    STORE(graves[slot].tid, tid);
    STORE(graves[slot].kind, kind);
    STORE(graves[slot].object, object);
}

void births_named(uint64_t object)
{
    dig_out(object);
}

bool births_grave(uint64_t object, struct grave *grave)
{
    unsigned slot = grave_of(object);

    if (LOAD(graves[slot].object) != object)
        return false;
    *grave = (struct grave){.kind = LOAD(graves[slot].kind), .tid = LOAD(graves[slot].tid), .stack = LOAD(graves[slot].stack)};
    return LOAD(graves[slot].object) == object;
}
