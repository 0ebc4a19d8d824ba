/* SPDX-License-Identifier: MIT */
/*
 * Random priorities with change points, as in PCT (Burckhardt and others, A Randomized Scheduler with Probabilistic
 * Guarantees of Finding Bugs, 2010): a thread that comes to a point lets threads of higher priority run, as long as they
 * get on; at some steps, chosen by the seed, the thread that takes the step falls behind all others.
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

/* The steps at which somebody falls behind: as many short runs as long ones. */
static bool is_change(uint64_t step)
{
    for (uint32_t i = 0; i < steer_plan->depth && i < CHANGES; i++) {
        uint64_t random = chosen(0x10000 + i), length = (uint64_t)2 << (random >> 60);
        if (step == 1 + (random & (length - 1)))
            return true;
    }
    return false;
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
    uint64_t step = atomic_fetch_add(&steer_plan->steps, 1) + 1;
    uint32_t number = steer_number();
    if (number >= THREADS)
        return;
    if (!atomic_load(&threads[number].priority))
        atomic_store(&threads[number].priority, (1u << 21) + (chosen(number) >> 8));
    atomic_fetch_add(&threads[number].steps, 1);
    if (is_change(step))
        atomic_store(&threads[number].priority, atomic_fetch_sub(&lowest, 1));
    give_way(atomic_load(&threads[number].priority));
}
