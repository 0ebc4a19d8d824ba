/* SPDX-License-Identifier: MIT */
/* Sets of locks that were held together, each distinct one kept once. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "analyze/lockorder.h"
#include "base/memory.h"

static int by_id(const void *one, const void *other)
{
    uint64_t a = ((const struct gate *)one)->object->id, b = ((const struct gate *)other)->object->id;
    return (a > b) - (a < b);
}

static bool gates_are(const struct gates *gates, const struct gate *at, uint32_t count)
{
    for (uint32_t i = 0; i < count && gates->count == count; i++)
        if (gates->at[i].object != at[i].object || gates->at[i].mode != at[i].mode)
            return false;
    return gates->count == count;
}

static struct gates *gates_find(struct gates *gates, const struct gate *at, uint32_t count)
{
    while (gates && !gates_are(gates, at, count))
        gates = gates->next;
    return gates;
}

struct gates *gates_use(struct gates *gates)
{
    gates->uses++;
    return gates;
}

/* The set of these, which are sorted, counted as used once more. */
static struct gates *gates_keep(struct lockorder *self, const struct gate *at, uint32_t count)
{
    uint64_t hash = count;
    for (uint32_t i = 0; i < count; i++)
        hash = lockorder_mix(hash, at[i].object->id << 2 | at[i].mode);
    struct gates *first = map_get(&self->gates, hash), *gates = gates_find(first, at, count);
    if (!gates) {
        gates = memory_new(1, sizeof *gates + count * sizeof *at);
        gates->next = first;
        gates->hash = hash;
        gates->count = count;
        memcpy(gates->at, at, count * sizeof *at);
        for (uint32_t i = 0; i < count; i++)
            object_ref(at[i].object);
        map_put(&self->gates, hash, gates);
    }
    return gates_use(gates);
}

struct gates *gates_held(struct lockorder *self, const struct thread *thread, const struct object *wanted)
{
    struct gate *at = memory_new(thread->held_count, sizeof *at);
    uint32_t count = 0;
    for (uint32_t i = 0; i < thread->held_count; i++)
        if (thread->held[i].object != wanted)
            at[count++] = (struct gate){thread->held[i].object, thread->held[i].mode};
    qsort(at, count, sizeof *at, by_id);
    struct gates *gates = gates_keep(self, at, count);
    free(at);
    return gates;
}

struct gates *gates_of(struct lockorder *self, const struct taking *takings, uint32_t count)
{
    struct gate *at = memory_new(count, sizeof *at);
    for (uint32_t i = 0; i < count; i++)
        at[i] = (struct gate){takings[i].object, takings[i].mode};
    qsort(at, count, sizeof *at, by_id);
    struct gates *gates = gates_keep(self, at, count);
    free(at);
    return gates;
}

struct gates *gates_common(struct lockorder *self, const struct gates *a, const struct gates *b)
{
    struct gate *at = memory_new(a->count, sizeof *at);
    uint32_t count = 0;
    for (uint32_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->at[i].object == b->at[j].object) {
            at[count++] = a->at[i].mode == THRUM_mode_shared ? a->at[i] : b->at[j];
            i++, j++;
        } else if (a->at[i].object->id < b->at[j].object->id)
            i++;
        else
            j++;
    }
    struct gates *gates = gates_keep(self, at, count);
    free(at);
    return gates;
}

void gates_unuse(struct lockorder *self, struct gates *gates)
{
    if (--gates->uses)
        return;
    struct gates *first = map_get(&self->gates, gates->hash);
    if (first != gates) {
        while (first->next != gates)
            first = first->next;
        first->next = gates->next;
    } else if (gates->next)
        map_put(&self->gates, gates->hash, gates->next);
    else
        map_remove(&self->gates, gates->hash);
    for (uint32_t i = 0; i < gates->count; i++)
        object_unref(gates->at[i].object);
    free(gates);
}
