/* SPDX-License-Identifier: MIT */
/* Objects are destroyed and made anew in the same place, by their init function or a static initialiser. */
#include "play.h"

static pthread_mutex_t lock_a;
static sem_t ready;

static void *only(void *unused)
{
    for (int i = 0; i < 3; i++) {
        MUST(pthread_mutex_init(&lock_a, NULL));
        MUST(pthread_mutex_lock(&lock_a));
        MUST(pthread_mutex_unlock(&lock_a));
        MUST(pthread_mutex_destroy(&lock_a));
        lock_a = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
        MUST(pthread_mutex_lock(&lock_a));
        MUST(pthread_mutex_unlock(&lock_a));
        MUST(pthread_mutex_destroy(&lock_a));
        MUST_SEM(sem_init(&ready, 0, 1));
        MUST_SEM(sem_wait(&ready));
        MUST_SEM(sem_destroy(&ready));
    }
    return unused;
}

int main(void)
{
    join(START(only));
}
