/* SPDX-License-Identifier: MIT */
/* Two threads take turns with a spinlock. */
#include "play.h"

static pthread_spinlock_t spin;
static int counter;

static void *count(void *unused)
{
    for (int i = 0; i < 1000; i++) {
        MUST(pthread_spin_lock(&spin));
        counter++;
        MUST(pthread_spin_unlock(&spin));
    }
    return unused;
}

int main(void)
{
    MUST(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
    pthread_t one = START(count), other = START(count);
    join(one);
    join(other);
    MUST(pthread_spin_destroy(&spin));
    return counter != 2000;
}
