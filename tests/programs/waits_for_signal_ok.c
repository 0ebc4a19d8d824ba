/* SPDX-License-Identifier: MIT */
/* All threads wait, until the handler of a timer's signal posts a semaphore. */
#include "play.h"
#include <signal.h>
#include <sys/time.h>

static sem_t came;

static void handler(int signal)
{
    (void)signal;
    sem_post(&came);
}

static void *worker(void *unused)
{
    while (sem_wait(&came) != 0)
        ;
    return unused;
}

int main(void)
{
    struct itimerval soon = {.it_value.tv_usec = 200000};

    MUST_SEM(sem_init(&came, 0, 0));
    signal(SIGALRM, handler);
    pthread_t thread = START(worker);
    setitimer(ITIMER_REAL, &soon, NULL);
    join(thread);
}
