/* SPDX-License-Identifier: MIT */
/* busy COUNT: two threads take and release a mutex of their own, each so many times; then "done". */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "play.h"

static void *work(void *count)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    for (uintptr_t i = (uintptr_t)count; i > 0; i--) {
        MUST(pthread_mutex_lock(&mutex));
        MUST(pthread_mutex_unlock(&mutex));
    }
    return NULL;
}

int main(int argc, char **argv)
{
    uintptr_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        MUST(pthread_create(&threads[i], NULL, work, (void *)count));
    for (int i = 0; i < 2; i++)
        MUST(pthread_join(threads[i], NULL));
    puts("done");
    return 0;
}
