/* SPDX-License-Identifier: MIT */
/* A thread ends with a mutex held that the destructor of its thread-specific data unlocks. */
#include "play.h"

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;

static void unlock(void *lock)
{
    MUST(pthread_mutex_unlock(lock));
}

static void *worker(void *unused)
{
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_setspecific(key, &lock_a));
    return unused;
}

int main(void)
{
    MUST(pthread_key_create(&key, unlock));
    join(START(worker));
    MUST(pthread_mutex_lock(&lock_a));
    MUST(pthread_mutex_unlock(&lock_a));
}
