/* SPDX-License-Identifier: MIT */
/* All threads that the checker knows wait; one that it doesn't, for libc's own function made it, then posts a semaphore. */
#include "play.h"
#include <dlfcn.h>

static sem_t came;
static atomic_int sleeper;

static void *unknown(void *unused)
{
    await_futex(&sleeper);
    MUST_SEM(sem_post(&came));
    return unused;
}

int main(void)
{
    pthread_t thread;
    void *libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
    __typeof__(&pthread_create) create;

    *(void **)&create = dlsym(libc, "pthread_create");
    sleeper = getpid();
    MUST_SEM(sem_init(&came, 0, 0));
    MUST(create(&thread, NULL, unknown, NULL));
    MUST_SEM(sem_wait(&came));
    join(thread);
    return 0;
}
