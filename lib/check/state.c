/* SPDX-License-Identifier: MIT */
/* The checker's lock. */
#include "check/state.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check/tell.h"
#include "core/futex.h"

const struct check_stack check_nowhere;
struct check_state check_state = {.graph = GRAPH_INIT};
static struct futex_lock lock;
static atomic_bool kept_over_fork;
bool check_torn;

/* The raw call: pthread_sigmask refuses to block the signals that glibc keeps for itself, cancellation's among them. */
static void set_mask(const sigset_t *mask, sigset_t *old)
{
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, old, _NSIG / 8);
}

/* Within 20 ms of the last that had it. No clock is asked: a sandbox may kill who makes the system call, and PR_SET_TSC who doesn't. */
static bool acquired_in_time(void)
{
    static const struct timespec patience = {.tv_nsec = 20000000};

    while (atomic_exchange_explicit(&lock.state, 2, memory_order_acquire) != 0)
        if (futex_wait_for(&lock.state, 2, &patience) == -ETIMEDOUT)
            return false;
    return true;
}

/*
 * fork holds the lock while it waits for malloc's; who holds those may wait for ours: a signal handler that interrupted
 * malloc and posts a semaphore, or an allocator whose own locks are seen.
 *
 *     T1 fork: check_lock          malloc's lock ... waits for T2
 *     T2 malloc's lock             handler: check_lock ... waits for T1
 *
 * After a while the lock is taken over. Then the copy may be made amid a change, and the child doesn't use it.
 */
static void acquire_slowly(void)
{
    for (int i = 0; i < 40; i++) {
        futex_spin_pause();
        if (atomic_load_explicit(&lock.state, memory_order_relaxed) == 0 && futex_lock_try(&lock))
            return;
    }
    while (!acquired_in_time()) {
        bool kept = true;

        if (atomic_compare_exchange_strong(&kept_over_fork, &kept, false))
            break;
    }
    annotate_after(&lock);
}

void check_lock(sigset_t *signals)
{
    sigset_t all;

    __builtin_memset(&all, 0xff, sizeof(all));
    set_mask(&all, signals);
    if (__builtin_expect(!futex_lock_try(&lock), 0))
        acquire_slowly();
}

void check_lock_fork(sigset_t *signals)
{
    check_lock(signals);
    atomic_store(&kept_over_fork, true);
}

bool check_kept_fork(void)
{
    return atomic_load(&kept_over_fork);
}

void check_fork_torn(const sigset_t *signals)
{
    check_torn = true;
    atomic_store(&lock.state, 0); /* of a thread that isn't here */
    set_mask(signals, NULL);
}

void check_unlock_fork(const sigset_t *signals)
{
    bool still = true, kept = atomic_compare_exchange_strong(&kept_over_fork, &still, false);

    if (kept)
        check_unlock(signals);
    else
        set_mask(signals, NULL);
}

void check_unlock_quietly(const sigset_t *signals)
{
    futex_lock_release(&lock);
    set_mask(signals, NULL);
}

uint64_t check_lock_word(void)
{
    return (uint64_t)(uintptr_t)&lock.state;
}

void check_unlock(const sigset_t *signals)
{
    check_unlock_quietly(signals);
    if (__builtin_expect(atomic_load_explicit(&tell_pending, memory_order_relaxed), 0))
        tell_program();
}
