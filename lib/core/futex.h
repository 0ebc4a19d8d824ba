/* SPDX-License-Identifier: MIT */
/*
 * Raw futexes, and the one lock that thrum uses for its own state: nothing here can be interposed, sets errno,
 * allocates or is a cancellation point.
 *
 * The system call is made inline, because libthrum-preload interposes libc's syscall().
 */
#ifndef THRUM_CORE_FUTEX_H
#define THRUM_CORE_FUTEX_H

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "core/annotate.h"

/* The futex system call; its result, or -errno. */
static inline long futex_call(_Atomic uint32_t *word, int operation, uint32_t value, const struct timespec *deadline)
{
#if defined(__x86_64__)
    long result;
    register const struct timespec *r10 __asm__("r10") = deadline;
    register void *r8 __asm__("r8") = NULL;
    register unsigned long r9 __asm__("r9") = FUTEX_BITSET_MATCH_ANY;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"((long)SYS_futex), "D"(word), "S"((long)operation), "d"((unsigned long)value), "r"(r10),
                       "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = SYS_futex;
    register long x0 __asm__("x0") = (long)word;
    register long x1 __asm__("x1") = operation;
    register long x2 __asm__("x2") = (long)value;
    register long x3 __asm__("x3") = (long)deadline;
    register long x4 __asm__("x4") = 0;
    register long x5 __asm__("x5") = (long)(uint32_t)FUTEX_BITSET_MATCH_ANY;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
#else
    int saved = errno;
    long result = syscall(SYS_futex, word, operation, value, deadline, NULL, FUTEX_BITSET_MATCH_ANY);
    if (result < 0)
        result = -errno;
    errno = saved;
    return result;
#endif
}

/*
 * Blocks while *word == expected, until woken or until `deadline` (absolute, CLOCK_MONOTONIC; NULL: for ever).
 * 0: woken, perhaps for no reason; -EAGAIN: *word wasn't `expected`; -ETIMEDOUT; -EINTR: a signal handler ran.
 */
static inline int futex_wait(_Atomic uint32_t *word, uint32_t expected, const struct timespec *deadline)
{
    return (int)futex_call(word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected, deadline);
}

/* The same, at most that long. */
static inline int futex_wait_for(_Atomic uint32_t *word, uint32_t expected, const struct timespec *timeout)
{
    return (int)futex_call(word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, expected, timeout);
}

/* Wakes at most `count` threads that block on *word; how many it woke. `word` may be memory no longer in use. */
static inline int futex_wake(_Atomic uint32_t *word, int count)
{
    return (int)futex_call(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, (uint32_t)count, NULL);
}

/* A pause inside a spin loop, for the sake of the other hardware thread. */
static inline void futex_spin_pause(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

/*
 * A lock for thrum's own state. Zeroed memory is an unlocked lock. Not recursive, no owner; a signal handler that
 * may run inside the locked region must not take it. The memory may be reused as soon as the lock was acquired by
 * whoever reuses it: after release() has given the lock away it touches *lock only by a wake.
 */
struct futex_lock {
    _Atomic uint32_t state; /* 0 free, 1 held, 2 held and perhaps waited for */
};

static inline bool futex_lock_try(struct futex_lock *lock)
{
    uint32_t free = 0;
    annotate_atomic(&lock->state);
    if (!atomic_compare_exchange_strong_explicit(&lock->state, &free, 1, memory_order_acquire, memory_order_relaxed))
        return false;
    annotate_after(lock);
    return true;
}

/* The parts of acquire and release that make system calls: out of the way of those that don't. */
__attribute__((noinline, cold, unused)) static void futex_lock_wait(struct futex_lock *lock)
{
    for (int i = 0; i < 40; i++) {
        futex_spin_pause();
        if (atomic_load_explicit(&lock->state, memory_order_relaxed) == 0 && futex_lock_try(lock))
            return;
    }
    while (atomic_exchange_explicit(&lock->state, 2, memory_order_acquire) != 0)
        futex_wait(&lock->state, 2, NULL);
    annotate_after(lock);
}

__attribute__((noinline, cold, unused)) static void futex_lock_wake(struct futex_lock *lock)
{
    futex_wake(&lock->state, 1);
}

static inline void futex_lock_acquire(struct futex_lock *lock)
{
    if (__builtin_expect(!futex_lock_try(lock), 0))
        futex_lock_wait(lock);
}

static inline void futex_lock_release(struct futex_lock *lock)
{
    annotate_before(lock);
    if (__builtin_expect(atomic_exchange_explicit(&lock->state, 0, memory_order_release) == 2, 0))
        futex_lock_wake(lock);
}

#endif
