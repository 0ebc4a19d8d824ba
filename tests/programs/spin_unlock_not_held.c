/* SPDX-License-Identifier: MIT */
/* A thread unlocks a spinlock that nobody holds. */
#include "play.h"

static pthread_spinlock_t spin;

static void *only(void *unused)
{
    MUST(pthread_spin_lock(&spin));
    MUST(pthread_spin_unlock(&spin));
    MUST(pthread_spin_unlock(&spin));
    return unused;
}

int main(void)
{
    MUST(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
    join(START(only));
}
