/* SPDX-License-Identifier: MIT */
/* Lives of threads, and the order that creations and joins put them in. */
#include "config.h"
#include "analyze/order.h"

#include <stdlib.h>
#include "base/map.h"
#include "base/memory.h"

struct life *life_of(struct lives *lives, struct thread *thread)
{
    struct life *life = thread->slots[lives->slot];
    if (life)
        return life;
    life = memory_new(1, sizeof *life);
    life->thread = thread;
    life->next = lives->first;
    if (life->next)
        life->next->previous = life;
    lives->first = life;
    thread->slots[lives->slot] = life;
    return life;
}

void lives_spawned(struct lives *lives, struct thread *child)
{
    struct life *parent = life_of(lives, child->parent);
    life_of(lives, child)->parent_segment = parent->segment++;
    parent->uses++;
}

void lives_joined(struct lives *lives, struct thread *joiner, struct thread *joined)
{
    struct life *life = life_of(lives, joiner), *other = life_of(lives, joined);
    uint32_t segment = life->segment++;
    if (!other->uses && !other->join_count)
        return;
    life->joins = memory_grow32(life->joins, life->join_count + 1, &life->join_capacity, sizeof *life->joins);
    life->joins[life->join_count++] = (struct life_join){segment, thread_ref(joined)};
}

static void life_end(struct lives *lives, struct life *life)
{
    if (life->previous)
        life->previous->next = life->next;
    else
        lives->first = life->next;
    if (life->next)
        life->next->previous = life->previous;
    life->thread->slots[lives->slot] = NULL;
    for (uint32_t i = 0; i < life->join_count; i++)
        thread_unref(life->joins[i].thread);
    free(life->joins);
    free(life);
}

void lives_freed(struct lives *lives, struct thread *thread)
{
    if (thread->slots[lives->slot])
        life_end(lives, thread->slots[lives->slot]);
}

void lives_end(struct lives *lives)
{
    /* Threads first: giving back the last reference to one ends its life, if the model still tells. */
    for (struct life *life = lives->first; life; life = life->next)
        thread_ref(life->thread);
    while (lives->first) {
        struct thread *thread = lives->first->thread;
        life_end(lives, lives->first);
        thread_unref(thread);
    }
}

/* Moments to look back from; of each thread only the latest one counts. */
struct walk {
    struct moment *at;
    uint32_t count, capacity;
    struct map seen; /* thread id + 1 -> latest segment + 1 */
};

static void look_back_from(struct walk *walk, struct thread *thread, uint32_t segment)
{
    uintptr_t seen = (uintptr_t)map_get(&walk->seen, thread->id + 1);
    if (seen > segment)
        return;
    map_put(&walk->seen, thread->id + 1, (void *)((uintptr_t)segment + 1));
    walk->at = memory_grow32(walk->at, walk->count + 1, &walk->capacity, sizeof *walk->at);
    walk->at[walk->count++] = (struct moment){thread, segment};
}

static bool walk_back_to(struct walk *walk, struct moment one, int slot)
{
    while (walk->count) {
        struct moment now = walk->at[--walk->count];
        const struct life *life = now.thread->slots[slot];
        if (now.thread == one.thread && one.segment <= now.segment)
            return true;
        if (!life)
            continue;
        if (now.thread->parent)
            look_back_from(walk, now.thread->parent, life->parent_segment);
        for (uint32_t i = 0; i < life->join_count && life->joins[i].segment < now.segment; i++)
            look_back_from(walk, life->joins[i].thread, UINT32_MAX);
    }
    return false;
}

bool moment_before(const struct lives *lives, struct moment one, struct moment other)
{
    struct walk walk = {0};
    look_back_from(&walk, other.thread, other.segment);
    bool before = walk_back_to(&walk, one, lives->slot);
    map_free(&walk.seen);
    free(walk.at);
    return before;
}
