/* SPDX-License-Identifier: MIT */
/*
 * libc's syscall(): what Rust, GLib, C++20 and others wait and wake by (futex), and how threads without a pthread_t are
 * sent signals. Any other call goes on to libc with its registers and stack as they came, for it may be a clone.
 */
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/syscall.h>

#include "interpose/interpose.h"

typedef long system_call(long number, long a, long b, long c, long d, long e, long f);

static int64_t nanoseconds(const struct timespec *time)
{
    int64_t total;

    if (__builtin_mul_overflow((int64_t)time->tv_sec, 1000000000, &total) || __builtin_add_overflow(total, time->tv_nsec, &total))
        return INT64_MAX;
    return total > 0 ? total : 0;
}

/* FUTEX_WAIT's timeout is relative, those of the others aren't. */
static int64_t futex_timeout(int operation, const struct timespec *time)
{
    clockid_t clock = operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;

    switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT: return time ? nanoseconds(time) : -1;
    case FUTEX_LOCK_PI: return timeout_until(CLOCK_REALTIME, time);
    default: return timeout_until(clock, time);
    }
}

/* A call that may block: its begin and end are told around it. */
static long futex_block(struct begun given, int64_t timeout, system_call *call, const long *a)
{
    BEGUN(begun, given);
    int saved = errno;
    long result = begun_begin(&begun, timeout);

    if (result != 0) {
        errno = (int)result;
        return -1;
    }
    errno = saved;
    result = call(SYS_futex, a[0], a[1], a[2], a[3], a[4], a[5]);
    begun_end(&begun, result < 0 ? errno : 0);
    return result;
}

static long futex_lock(struct begun given, system_call *call, const long *a)
{
    given.kind = THRUM_kind_futex;
    given.mode = THRUM_mode_exclusive;
    given.how = a[3] ? THRUM_how_timed : THRUM_how_block;
    return futex_block(given, futex_timeout((int)a[1], (const struct timespec *)a[3]), call, a);
}

static long futex_try(struct begun given, system_call *call, const long *a)
{
    long result = call(SYS_futex, a[0], a[1], a[2], a[3], a[4], a[5]);

    given.mode = THRUM_mode_exclusive;
    given.how = THRUM_how_try;
    begun_tried(&given, result < 0 ? errno : 0);
    return result;
}

static void futex_wakes(const void *word, long count, const void *site)
{
    if (count > 0)
        probe_wake(word, THRUM_kind_futex, count == 1 ? THRUM_scope_one : THRUM_scope_all, site);
}

static long futex(system_call *call, const long *a, const void *site)
{
    const void *word = (const void *)a[0];
    struct begun begun = {.object = word, .kind = THRUM_kind_futex, .site = site};

    switch ((int)a[1] & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI:
        begun.is_wait = true;
        return futex_block(begun, futex_timeout((int)a[1], (const struct timespec *)a[3]), call, a);
    case FUTEX_LOCK_PI:
#ifdef FUTEX_LOCK_PI2
    case FUTEX_LOCK_PI2:
#endif
        return futex_lock(begun, call, a);
    case FUTEX_TRYLOCK_PI:
        return futex_try(begun, call, a);
    case FUTEX_UNLOCK_PI:
        probe_release(word, THRUM_kind_futex, THRUM_mode_exclusive, site);
        break;
    case FUTEX_WAKE_OP:
        futex_wakes((const void *)a[4], (int)a[3], site);
        __attribute__((fallthrough));
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
    case FUTEX_CMP_REQUEUE_PI:
        futex_wakes(word, (int)a[2], site);
        break;
    }
    return call(SYS_futex, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static long kill_thread(system_call *call, const long *a, const void *site)
{
    if ((int)a[2] != 0)
        probe_interrupt_send_tid((int)a[2], (int)a[0], (int)a[1], site);
    return call(SYS_tgkill, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static long confine(system_call *call, const long *a)
{
    bool strict = a[0] == SECCOMP_SET_MODE_STRICT, silent = false, confined = probe_confines(true);
    long result;

    if (strict)
        silent = probe_strict_begin();
    result = call(SYS_seccomp, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (result == 0)
        return 0;
    if (strict)
        probe_strict_failed(silent);
    probe_confines(confined);
    return result;
}

#ifdef SYS_fork
#define IS_FORK(number) ((number) == SYS_fork || (number) == SYS_clone || (number) == SYS_clone3)
#else
#define SYS_fork (-1)
#define IS_FORK(number) ((number) == SYS_clone || (number) == SYS_clone3)
#endif

/* A fork in all but name: a child with a copy of the memory, that returns from here on a copy of the stack. */
static bool is_copying(long number, long flags, long stack)
{
    return number == SYS_fork || (number == SYS_clone && !(flags & CLONE_VM) && stack == 0);
}

static long copy_process(system_call *call, long number, const long *a, const void *site)
{
    probe_fork_prepare(true);
    long child = call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (child == 0)
        probe_fork_child();
    else
        probe_fork_parent((int32_t)child, site);
    return child;
}

#if defined(__x86_64__)
/*
 * The sixth argument, if there is one, lies on the caller's stack; if there is none, something else of the caller's does. So
 * C, which may write to where arguments lie, sees only the calls that it must; for the others this is a jump, and nothing
 * of ours is on the stack of a child that returns by it: one that shares the memory, or was given a stack.
 */
#define SEEN __attribute__((visibility("hidden"), used)) long syscall_seen
__attribute__((visibility("hidden"))) long (*syscall_next)(long number, ...);
_Static_assert(SYS_futex == 202 && SYS_tgkill == 234 && SYS_seccomp == 317 && SYS_clone == 56 && SYS_fork == 57 && SYS_clone3 == 435, "as below");
_Static_assert(CLONE_VM == 0x100, "as below");
_Static_assert(offsetof(struct thrum_self, tid) == 4 && offsetof(struct thrum_self, pid) == 8, "as below");
__asm__(".pushsection .text\n"
        ".globl syscall\n"
        ".type syscall, %function\n"
        "syscall:\n"
        ".cfi_startproc\n"
        "endbr64\n"
        "cmpq $202, %rdi\n"
        "je syscall_seen\n"
        "cmpq $234, %rdi\n"
        "je syscall_seen\n"
        "cmpq $317, %rdi\n"
        "je syscall_seen\n"
        "movq syscall_next(%rip), %rax\n"
        "testq %rax, %rax\n"
        "jz syscall_seen\n"
        "cmpq $57, %rdi\n"
        "je syscall_seen\n"
        "cmpq $435, %rdi\n"
        "je 1f\n"
        "cmpq $56, %rdi\n"
        "jne 2f\n"
        "testq $0x100, %rsi\n" /* CLONE_VM */
        "jnz 1f\n"
        "testq %rdx, %rdx\n"
        "jz syscall_seen\n"
        "jmp 1f\n"
        "2: jmp *%rax\n"
        "1: movq thrum_self@gottpoff(%rip), %r11\n" /* self_forget() */
        "movq $0, %fs:4(%r11)\n"
        "jmp *%rax\n"
        ".cfi_endproc\n"
        ".size syscall, . - syscall\n"
        ".popsection");

__attribute__((constructor)) static void constructor(void)
{
    syscall_next = REAL(syscall);
}
#else
/* All arguments are in registers. */
#define SEEN INTERPOSE long syscall_seen
SEEN(long number, long a, long b, long c, long d, long e, long f) __asm__("syscall");
#endif

/* Declared with all the arguments that there can be: as libc does, what the caller didn't pass is passed on all the same. */
SEEN(long number, long a, long b, long c, long d, long e, long f);
SEEN(long number, long a, long b, long c, long d, long e, long f)
{
    system_call *call = (system_call *)(void (*)(void))REAL(syscall);

    if (number == SYS_futex && probe_on())
        return futex(call, (long[]){a, b, c, d, e, f}, SITE);
    if (number == SYS_tgkill && probe_on())
        return kill_thread(call, (long[]){a, b, c, d, e, f}, SITE);
    if (number == SYS_seccomp && (a == SECCOMP_SET_MODE_STRICT || a == SECCOMP_SET_MODE_FILTER))
        return confine(call, (long[]){a, b, c, d, e, f});
    if (is_copying(number, a, b) && probe_on())
        return copy_process(call, number, (long[]){a, b, c, d, e, f}, SITE);
    if (IS_FORK(number))
        self_forget();
    return call(number, a, b, c, d, e, f);
}
