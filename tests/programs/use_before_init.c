/* SPDX-License-Identifier: MIT */
/* A mutex is locked that nobody has initialised: it holds whatever its memory held. */
#include "play.h"

static union {
    char bytes[sizeof(pthread_mutex_t)];
    pthread_mutex_t mutex;
} memory;

static void *only(void *unused)
{
    memset(memory.bytes, 0x5a, sizeof(memory.bytes));
    memset(memory.bytes, 0, 4);
    MUST_GIVE(EINVAL, pthread_mutex_lock(&memory.mutex));
    return unused;
}

int main(void)
{
    join(START(only));
}
