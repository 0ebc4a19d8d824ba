/* SPDX-License-Identifier: MIT */
/*
 * System calls made inline, and a lock of a futex: nothing here can be interposed, sets errno, allocates or is a
 * cancellation point. The recorder makes no system call by any other way.
 */
#ifndef THRUM_TRACEPOINTS_RECORDER_RAW_H
#define THRUM_TRACEPOINTS_RECORDER_RAW_H

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "recorder.h"

/* The system call's result, or -errno. */
static inline long raw_call(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
#else
    int saved = errno;
    long result = syscall(number, a, b, c, d, e, f);
    if (result == -1)
        result = -errno;
    errno = saved;
    return result;
#endif
}

#define RAW_PICK_(n0, a, b, c, d, e, f, ...) \
    raw_call_confined((n0), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* A sandbox that kills who asks for a file isn't asked. The number is a constant: nothing is left of this elsewhere. */
static inline long raw_call_confined(long number, long a, long b, long c, long d, long e, long f)
{
    switch (number) {
    case SYS_openat: case SYS_mkdirat: case SYS_renameat: case SYS_unlinkat: case SYS_linkat: case SYS_readlinkat:
    case SYS_newfstatat: case SYS_ftruncate: case SYS_prlimit64: case SYS_getcwd: case SYS_uname:
        if (recorder_confined)
            return -EPERM;
        break;
    default: break;
    }
    return raw_call(number, a, b, c, d, e, f);
}

/* RAW(SYS_close, fd): as syscall(2), but -errno; arguments left out are 0. */
#define RAW(...) RAW_PICK_(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* Blocks every signal of the calling thread; the mask to give back. */
static inline uint64_t raw_signals_block(void)
{
    uint64_t all = ~(uint64_t)0, old = 0;

    RAW(SYS_rt_sigprocmask, 0 /* SIG_BLOCK */, &all, &old, sizeof(old));
    return old;
}

static inline void raw_signals_restore(uint64_t old)
{
    RAW(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, &old, NULL, sizeof(old));
}

/* A lock for regions that run with signals blocked. Zeroed memory is a free lock; not recursive. */
struct raw_lock {
    _Atomic uint32_t state; /* 0 free, 1 held, 2 held and perhaps waited for */
};

static inline void raw_lock_acquire(struct raw_lock *lock)
{
    uint32_t expected = 0;

    if (atomic_compare_exchange_strong_explicit(&lock->state, &expected, 1, memory_order_acquire, memory_order_relaxed))
        return;
    while (atomic_exchange_explicit(&lock->state, 2, memory_order_acquire) != 0)
        RAW(SYS_futex, &lock->state, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 2, NULL);
}

static inline void raw_lock_release(struct raw_lock *lock)
{
    if (atomic_exchange_explicit(&lock->state, 0, memory_order_release) == 2)
        RAW(SYS_futex, &lock->state, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
}

#endif
