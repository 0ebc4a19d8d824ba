/* SPDX-License-Identifier: MIT */
/* A signal handler posts a semaphore and sets a flag; the thread that waits for it takes locks. */
#include "play.h"
#include <signal.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static sem_t came;
static volatile sig_atomic_t seen;

static void handler(int signal)
{
    seen = signal;
    sem_post(&came);
}

static void *worker(void *unused)
{
    while (sem_wait(&came) != 0)
        ;
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&came, 0, 0));
    signal(SIGUSR1, handler);
    pthread_t thread = START(worker);
    kill(getpid(), SIGUSR1);
    join(thread);
    return seen != SIGUSR1;
}
