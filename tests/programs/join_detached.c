/* SPDX-License-Identifier: MIT */
/* A thread is joined that has detached itself. */
#include "play.h"

static void *loner(void *unused)
{
    MUST(pthread_detach(pthread_self()));
    luck_pass();
    luck_await(2);
    return unused;
}

int main(void)
{
    pthread_t thread = START(loner);
    luck_await(1);
    MUST_GIVE(EINVAL, pthread_join(thread, NULL));
    luck_pass();
}
