/* SPDX-License-Identifier: MIT */
/* main locks the account and joins only after the worker, done with the account, has posted. */
#include "small.h"

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER;
static sem_t ready;

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&account));
    MUST(pthread_mutex_unlock(&account));
    MUST_SEM(sem_post(&ready));
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&ready, 0, 0));
    pthread_t thread = START(worker);
    MUST_SEM(sem_wait(&ready));
    MUST(pthread_mutex_lock(&account));
    join(thread);
    MUST(pthread_mutex_unlock(&account));
}
