/* SPDX-License-Identifier: MIT */
/*
 * An error-checking mutex refuses its holder a second lock: nobody waits.
 *
 *     main
 *     lock A
 *     lock A: EDEADLK
 *     unlock A
 *     unlock A: EPERM
 */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

int main(void)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST_GIVE(EDEADLK, pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    MUST_GIVE(EPERM, pthread_mutex_unlock(&lock_a));
}
