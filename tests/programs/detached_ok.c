/* SPDX-License-Identifier: MIT */
/* Threads are detached, born so, or joined, and their handles are used again. */
#include "play.h"

static void *loner(void *unused)
{
    luck_pass();
    return unused;
}

int main(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    MUST(pthread_attr_init(&attributes));
    MUST(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));
    for (int i = 0; i < 5; i++) {
        MUST(pthread_create(&thread, &attributes, loner, NULL));
        luck_await(3 * i + 1);
        MUST(pthread_create(&thread, NULL, loner, NULL));
        MUST(pthread_detach(thread));
        luck_await(3 * i + 2);
        MUST(pthread_create(&thread, NULL, loner, NULL));
        join(thread);
    }
}
