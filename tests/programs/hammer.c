/* SPDX-License-Identifier: MIT */
/*
 * hammer FILE COUNT: two threads take and release a mutex of their own as fast as they can, and each counts in FILE how
 * often it did; as both have come to COUNT the process is killed amid it all. What is recorded of it must be what was counted.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "play.h"

static _Atomic uint64_t *counts;
static uint64_t last;

static void *hammer(void *which)
{
    _Atomic uint64_t *count = &counts[8 * (uintptr_t)which];
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    for (;;) {
        MUST(pthread_mutex_lock(&mutex));
        MUST(pthread_mutex_unlock(&mutex));
        atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[2];
    int file = argc == 3 ? open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600) : -1;
    if (file < 0 || ftruncate(file, 4096) < 0)
        return 2;
    last = strtoull(argv[2], NULL, 10);
    counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (counts == MAP_FAILED)
        return 2;
    for (uintptr_t i = 0; i < 2; i++)
        MUST(pthread_create(&threads[i], NULL, hammer, (void *)i));
    while (atomic_load(&counts[0]) < last || atomic_load(&counts[8]) < last)
        sched_yield(); /* the two need the processors */
    kill(getpid(), SIGKILL);
    return 1;
}
