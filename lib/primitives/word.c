/* SPDX-License-Identifier: MIT */
/* Waiting for the word inside a lock. */
#include "word.h"

/* Spins as long as a short critical section lasts, less than a microsecond: sleeping and waking costs more. */
enum { SPINS = 30 };

int word_acquire(_Atomic uint32_t *word, struct wait_limit *limit, unsigned flags)
{
    for (int i = 0; i < SPINS; i++) {
        uint32_t seen = atomic_load_explicit(word, memory_order_relaxed);
        if (seen == 0 && word_try(word))
            return 0;
        if (seen == 2)
            break;
        futex_spin_pause();
    }
    while (atomic_exchange(word, 2) != 0) {
        int result = wait_on(word, 2, limit, flags);
        if (result < 0)
            return result;
    }
    return 0;
}
