/* SPDX-License-Identifier: MIT */
/* A thread is cancelled while it holds a mutex, and has nothing that would unlock it. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static sem_t never;

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    luck_pass();
    sem_wait(&never);
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&never, 0, 0));
    pthread_t thread = START(worker);
    luck_await(1);
    MUST(pthread_cancel(thread));
    join(thread);
}
