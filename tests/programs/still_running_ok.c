/* SPDX-License-Identifier: MIT */
/* The program ends while a thread of its own still runs. */
#include "play.h"

static void *endless(void *unused)
{
    luck_pass();
    for (;;)
        pause();
    return unused;
}

int main(void)
{
    START(endless);
    luck_await(1);
}
