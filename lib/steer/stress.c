/* SPDX-License-Identifier: MIT */
/*
 * Random priorities with change points, as in PCT (Burckhardt and others, A Randomized Scheduler with Probabilistic
 * Guarantees of Finding Bugs, 2010): a thread that comes to a point lets threads of higher priority run, as long as they
 * get on; at some steps, chosen by the seed, a thread falls behind all others, and pauses for so long that they get far, also
 * where they compute. Steps are a thread's own, so that the same seed means the same in another run.
 */
#include "steer/steer.h"

#include <stddef.h>

enum { THREADS = 1024, CHANGES = 16 };

/* Who is known; a thread's place is its number. */
static struct {
    _Atomic uint64_t priority; /* 0: not seen yet */
    _Atomic uint64_t steps;
} threads[THREADS];
static _Atomic uint64_t lowest = 1u << 20; /* priorities of those who fell behind count down from here */

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

static uint64_t chosen(uint64_t what)
{
    return mix(steer_plan->seed * 0x9e3779b97f4a7c15 + what + 1);
}

/* How long a thread pauses at a step of its own, 0: not at all. Early steps are as likely as late ones. */
static int64_t pause_at(uint32_t number, uint64_t step)
{
    for (uint32_t i = 0; i < steer_plan->depth && i < CHANGES; i++) {
        uint64_t random = chosen(0x10000 + (uint64_t)number * CHANGES + i), length = (uint64_t)1 << (random >> 60);
        if (random & 0x8000000 && step == 1 + (random & (length - 1)))
            return (int64_t)1000000 << (random >> 32 & 7);
    }
    return 0;
}

/* How far the threads of a higher priority have come, all together. */
static uint64_t progress_above(uint64_t priority)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < THREADS; i++)
        if (atomic_load_explicit(&threads[i].priority, memory_order_relaxed) > priority)
            sum += atomic_load_explicit(&threads[i].steps, memory_order_relaxed);
    return sum;
}

/* Lets them run while they get on; a thread that is blocked, or computes, doesn't. */
static void give_way(uint64_t priority)
{
    enum { LOOK_NS = 200000, LOOKS = 100 };
    uint64_t before = progress_above(priority);
    for (int i = 0; i < LOOKS && before; i++) {
        steer_sleep_ns(LOOK_NS);
        uint64_t now = progress_above(priority);
        if (now == before)
            return;
        before = now;
    }
}

void steer_stress(void)
{
    uint32_t number = steer_number();
    atomic_fetch_add(&steer_plan->steps, 1);
    if (number >= THREADS)
        return;
    if (!atomic_load(&threads[number].priority))
        atomic_store(&threads[number].priority, (1u << 21) + (chosen(number) >> 8));
    int64_t pause = pause_at(number, atomic_fetch_add(&threads[number].steps, 1) + 1);
    if (pause) {
        atomic_store(&threads[number].priority, atomic_fetch_sub(&lowest, 1));
        steer_sleep_ns(pause);
    }
    give_way(atomic_load(&threads[number].priority));
}
