/* SPDX-License-Identifier: MIT */
/*
 * A table by hash of the address, in which an object has its place from its birth to its end; those that find it taken order
 * nothing. All but the looks at who is there is done under the checker's lock.
 */
#include "check/sync.h"

#include "check/clock.h"
#include "check/thread.h"

enum { SYNCS = 1 << 10, PARTICIPANTS = 64, POSTS = 16 };

/* What a thread has before it as it posts, and its last epoch with a record; 0 for a serial: that needn't be remembered. */
struct stamp {
    struct check_clock *clock;
    uint64_t serial;
    uint32_t epoch;
};

static struct sync {
    _Atomic uint64_t object; /* 0: this place is free */
    _Atomic bool spoiled;
    bool barrier;
    uint32_t value;        /* of a barrier */
    uint32_t count;        /* of participants; of posts that weren't waited for yet */
    uint64_t arrivals;
    uint64_t serials[PARTICIPANTS]; /* who ever came to a barrier; [0], [1]: who posts, who waits */
    union {
        struct check_clock *round[2]; /* of a barrier: what those bring who come to this opening of it, by turns */
        struct stamp posts[POSTS];    /* from `first` on */
    };
    uint32_t first;
} syncs[SYNCS];
static uint32_t sync_count; /* places that are taken */

static struct sync *place_of(uint64_t object)
{
    return &syncs[check_mix(7, object) % SYNCS];
}

static struct sync *find(uint64_t object)
{
    struct sync *sync = place_of(object);

    return atomic_load_explicit(&sync->object, memory_order_relaxed) == object &&
                   !atomic_load_explicit(&sync->spoiled, memory_order_relaxed)
               ? sync
               : NULL;
}

/* The clocks go, the place stays. */
static void spoil(struct sync *sync)
{
    if (sync->spoiled)
        return;
    sync->spoiled = true;
    for (unsigned i = 0; sync->barrier && i < 2; i++)
        clock_unref(sync->round[i]);
    for (; !sync->barrier && sync->count > 0; sync->count--, sync->first++)
        clock_unref(sync->posts[sync->first % POSTS].clock);
}

/* --- the life of one --- */

void sync_made(const struct thrum_event_object_init *init)
{
    bool barrier = init->kind == THRUM_kind_barrier;
    struct sync *sync = place_of(init->object);
    sigset_t signals;

    if (init->shared || !(barrier ? init->value > 1 && init->value <= PARTICIPANTS : init->kind == THRUM_kind_semaphore && init->value == 0))
        return;
    check_lock(&signals);
    if (!sync->object) {
        __builtin_memset(sync, 0, sizeof(*sync));
        sync->barrier = barrier;
        sync->value = init->value;
        atomic_store_explicit(&sync->object, init->object, memory_order_relaxed);
        sync_count++;
    }
    check_unlock(&signals);
}

void sync_spoiled(uint64_t object)
{
    struct sync *sync = find(object);
    sigset_t signals;

    if (!sync)
        return;
    check_lock(&signals);
    if (sync->object == object)
        spoil(sync);
    check_unlock(&signals);
}

void sync_forked(void)
{
    for (struct sync *sync = syncs; sync_count > 0 && sync < syncs + SYNCS; sync++)
        if (sync->object)
            spoil(sync);
}

/* --- clocks --- */

/*
 * What the thread does from now on isn't what it passes on here: of the epoch it is in, that has no record yet, nothing; and one
 * that has is over.
 */
static struct stamp stamp_of(struct check_thread *self)
{
    struct stamp stamp = {clock_ref(self->clock), self->witnesses > 0 ? self->serial : 0, self->recorded};

    if (self->recorded == self->epoch)
        self->epoch++;
    return stamp;
}

/* Adds to *clock, which is the caller's reference, what another has before it. */
static void add(struct check_clock **clock, const struct stamp *stamp)
{
    struct check_clock *both;

    if (clock_includes(*clock, stamp->clock) && (!stamp->serial || clock_has(*clock, stamp->serial, stamp->epoch)))
        return;
    if (!(both = clock_merge(*clock, stamp->clock, stamp->serial, stamp->epoch)))
        return;
    clock_unref(*clock);
    *clock = both;
}

/* --- barriers --- */

static bool takes_part(struct sync *sync, uint64_t serial)
{
    uint32_t i = 0;

    while (i < sync->count && sync->serials[i] != serial)
        i++;
    if (i < sync->count)
        return true;
    if (sync->count == sync->value)
        return false;
    sync->serials[sync->count++] = serial;
    return true;
}

void sync_arrives(struct check_thread *self, uint64_t barrier)
{
    struct sync *sync = find(barrier);
    sigset_t signals;

    if (!sync)
        return;
    check_lock(&signals);
    if (sync->object == barrier && sync->barrier && !sync->spoiled) {
        if (self->handling || !takes_part(sync, self->serial)) {
            spoil(sync);
        } else {
            struct stamp stamp = stamp_of(self);

            self->round = (uint32_t)(sync->arrivals++ / sync->value);
            self->passing = barrier;
            /* The first of a round: those of the one before the last have left it. */
            if ((sync->arrivals - 1) % sync->value == 0) {
                clock_unref(sync->round[self->round % 2]);
                sync->round[self->round % 2] = NULL;
            }
            add(&sync->round[self->round % 2], &stamp);
            clock_unref(stamp.clock);
        }
    }
    check_unlock(&signals);
}

/* The thread has come out of the barrier, or is bound to. Under the lock. */
static void leaves(struct check_thread *thread, const struct sync *sync)
{
    atomic_store_explicit(&thread->passing, 0, memory_order_relaxed);
    if (!sync->spoiled && sync->count == sync->value && sync->arrivals / sync->value > thread->round)
        add(&thread->clock, &(struct stamp){.clock = sync->round[thread->round % 2]});
}

void sync_leaves(struct check_thread *self, uint64_t barrier)
{
    struct sync *sync = place_of(barrier);
    sigset_t signals;

    if (atomic_load_explicit(&self->passing, memory_order_relaxed) != barrier)
        return;
    check_lock(&signals);
    if (self->passing == barrier && sync->object == barrier && sync->barrier)
        leaves(self, sync);
    self->passing = 0;
    check_unlock(&signals);
}

/* Whoever destroys a barrier may be the first to come out of its last round: the others come out as this waits for them. */
void sync_forget(uint64_t object)
{
    struct sync *sync = place_of(object);
    sigset_t signals;

    if (atomic_load_explicit(&sync->object, memory_order_relaxed) != object)
        return;
    check_lock(&signals);
    if (sync->object == object) {
        for (struct check_thread *thread = check_state.threads; sync->barrier && thread; thread = thread->next)
            if (thread->passing == object)
                leaves(thread, sync);
        spoil(sync);
        sync->object = 0;
        sync_count--;
    }
    check_unlock(&signals);
}

/* --- semaphores --- */

enum { POSTER, WAITER };

static bool is_the_one(struct sync *sync, int part, const struct check_thread *self)
{
    if (!sync->serials[part])
        sync->serials[part] = self->serial;
    return sync->serials[part] == self->serial && !self->handling;
}

void sync_posts(struct check_thread *self, uint64_t semaphore)
{
    struct sync *sync = find(semaphore);
    sigset_t signals;

    if (!sync)
        return;
    check_lock(&signals);
    if (sync->object == semaphore && !sync->barrier && !sync->spoiled) {
        if (!is_the_one(sync, POSTER, self) || sync->count == POSTS)
            spoil(sync);
        else
            sync->posts[(sync->first + sync->count++) % POSTS] = stamp_of(self);
    }
    check_unlock(&signals);
}

void sync_takes(struct check_thread *self, uint64_t semaphore)
{
    struct sync *sync = find(semaphore);
    sigset_t signals;

    if (!sync)
        return;
    check_lock(&signals);
    if (sync->object == semaphore && !sync->barrier && !sync->spoiled) {
        if (!is_the_one(sync, WAITER, self) || sync->count == 0) {
            spoil(sync);
        } else {
            struct stamp *stamp = &sync->posts[sync->first++ % POSTS];

            sync->count--;
            add(&self->clock, stamp);
            clock_unref(stamp->clock);
        }
    }
    check_unlock(&signals);
}
