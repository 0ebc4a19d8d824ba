/* SPDX-License-Identifier: MIT */
/* A thread is joined that was created detached. */
#include "play.h"

static void *loner(void *unused)
{
    MUST(pthread_setname_np(pthread_self(), "loner"));
    luck_pass();
    luck_await(2);
    return unused;
}

int main(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    MUST(pthread_attr_init(&attributes));
    MUST(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));
    MUST(pthread_create(&thread, &attributes, loner, NULL));
    luck_await(1);
    MUST_GIVE(EINVAL, pthread_join(thread, NULL));
    luck_pass();
}
