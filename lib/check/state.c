/* SPDX-License-Identifier: MIT */
/* The checker's lock. */
#include "check/state.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "check/tell.h"
#include "core/futex.h"

const struct check_stack check_nowhere;
struct check_state check_state = {.graph = GRAPH_INIT};
static struct futex_lock lock;

/* The raw call: pthread_sigmask refuses to block the signals that glibc keeps for itself, cancellation's among them. */
static void set_mask(const sigset_t *mask, sigset_t *old)
{
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, old, _NSIG / 8);
}

void check_lock(sigset_t *signals)
{
    sigset_t all;

    __builtin_memset(&all, 0xff, sizeof(all));
    set_mask(&all, signals);
    futex_lock_acquire(&lock);
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
