/* SPDX-License-Identifier: MIT */
/* Two tables. A slot's object is written last and cleared first, so a reader that finds it twice read what belongs to it. */
#include "check/births.h"

/* Both tables have as many: an object has the same slot in each. */
enum { SLOTS = BIRTHS, SHARED = 1, ROBUST = 2 };

struct birth_slot births_table[BIRTHS];

static struct {
    _Atomic uint64_t object;
    const struct check_stack *_Atomic stack;
    _Atomic int32_t tid;
    _Atomic uint8_t kind;
} graves[SLOTS];

#define LOAD(field) atomic_load_explicit(&(field), memory_order_acquire)
#define STORE(field, value) atomic_store_explicit(&(field), value, memory_order_release)

static unsigned slot_of(uint64_t object)
{
    return (unsigned)(check_mix(2, object) % SLOTS);
}

static void dig_out(uint64_t object)
{
    unsigned slot = slot_of(object);

    if (LOAD(graves[slot].object) == object)
        STORE(graves[slot].object, 0);
}

void births_add(const struct thrum_event_object_init *init)
{
    unsigned slot = slot_of(init->object), flags = (init->shared ? SHARED : 0) | (init->robust ? ROBUST : 0);

    dig_out(init->object);
    STORE(births_table[slot].object, 0);
    STORE(births_table[slot].what, (uint32_t)init->kind | (uint32_t)init->type << 8 | flags << 16);
    STORE(births_table[slot].value, init->kind == THRUM_kind_barrier && !init->shared ? init->value : 0);
    STORE(births_table[slot].arrived, 0);
    STORE(births_table[slot].site, init->site);
    STORE(births_table[slot].object, init->object);
}

bool births_find(uint64_t object, struct birth *birth)
{
    unsigned slot = slot_of(object);

    if (LOAD(births_table[slot].object) != object)
        return false;
    uint32_t what = LOAD(births_table[slot].what);
    *birth = (struct birth){.kind = (uint8_t)what, .type = (uint8_t)(what >> 8), .site = LOAD(births_table[slot].site), .robust = what >> 16 & ROBUST, .shared = what >> 16 & SHARED,
                            .value = LOAD(births_table[slot].value), .arrived = LOAD(births_table[slot].arrived)};
    return LOAD(births_table[slot].object) == object;
}

void births_arrive(uint64_t barrier)
{
    unsigned slot = slot_of(barrier);

    if (LOAD(births_table[slot].object) == barrier)
        atomic_fetch_add_explicit(&births_table[slot].arrived, 1, memory_order_relaxed);
}

void births_uncounted(uint64_t barrier)
{
    unsigned slot = slot_of(barrier);

    if (LOAD(births_table[slot].object) == barrier)
        STORE(births_table[slot].value, 0);
}

void births_end(uint64_t object, uint8_t kind, int32_t tid, const struct check_stack *stack)
{
    unsigned slot = slot_of(object);

    if (LOAD(births_table[slot].object) == object)
        STORE(births_table[slot].object, 0);
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
    unsigned slot = slot_of(object);

    if (LOAD(graves[slot].object) != object)
        return false;
    *grave = (struct grave){.kind = LOAD(graves[slot].kind), .tid = LOAD(graves[slot].tid), .stack = LOAD(graves[slot].stack)};
    return LOAD(graves[slot].object) == object;
}
