/* SPDX-License-Identifier: MIT */
/*
 * All threads of the process stand still: each waits, without a timeout, for what only another of them could give. That is a
 * deadlock also where nobody can say who should give it: conditions, semaphores, barriers.
 */
#ifndef THRUM_CHECK_STANDSTILL_H
#define THRUM_CHECK_STANDSTILL_H

#include "check/state.h"

/* What the calling thread is about to sleep on, and with which value. */
struct standstill_sleep {
    const _Atomic uint32_t *word;
    uint32_t expected;
};

/*
 * The calling thread has published a wait without a timeout; looks whether it is the last that could have run. `sleep` is NULL
 * where that isn't known (yet). True where a deadlock was found that its lock is part of.
 */
bool standstill_look(const struct check_thread *self, const struct standstill_sleep *sleep);

/* Threads that wait so, that live, and that were created and haven't begun; the last two under the lock. */
void standstill_waits(int change);
void standstill_lives(int change);
void standstill_creates(int change);
/* In a forked child: the calling thread alone. */
void standstill_forked(void);

#endif
