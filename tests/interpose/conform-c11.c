/* SPDX-License-Identifier: MIT */
/* C11's threads, mutexes, conditions and once. */
#include <threads.h>

#include "conform.h"

/* Results of C11's calls, as the numbers that they are. */
#define is(what, got, wanted) expect_number(what, got, wanted)

static mtx_t mutex;
static cnd_t cond;
static once_flag flag = ONCE_FLAG_INIT;
static int state, ran;

static int gives(void *value)
{
    return (int)(long)value;
}

static int exits(void *value)
{
    thrd_exit((int)(long)value);
}

static int tries(void *unused)
{
    (void)unused;
    return mtx_trylock(&mutex);
}

static int waits_a_little(void *unused)
{
    struct timespec until = soon(CLOCK_REALTIME);

    (void)unused;
    return mtx_timedlock(&mutex, &until);
}

static int waits(void *unused)
{
    int result;

    (void)unused;
    mtx_lock(&mutex);
    state = 1;
    while (state != 2)
        result = cnd_wait(&cond, &mutex);
    mtx_unlock(&mutex);
    return result;
}

static int value_of(thrd_start_t function, void *argument)
{
    thrd_t thread;
    int value = -1;

    is("thrd_create", thrd_create(&thread, function, argument), thrd_success);
    is("thrd_join", thrd_join(thread, &value), thrd_success);
    return value;
}

static void routine(void)
{
    ran++;
}

static int onces(void *unused)
{
    (void)unused;
    call_once(&flag, routine);
    return ran;
}

void conform_c11(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    thrd_t thread;
    int value;

    is("a thread returns", value_of(gives, (void *)42), 42);
    is("thrd_exit", value_of(exits, (void *)-3), -3);
    is("thrd_join: oneself", thrd_join(thrd_current(), NULL), thrd_error);
    is("thrd_create", thrd_create(&thread, gives, NULL), thrd_success);
    is("thrd_detach", thrd_detach(thread), thrd_success);

    is("mtx_init", mtx_init(&mutex, mtx_timed), thrd_success);
    is("mtx_lock", mtx_lock(&mutex), thrd_success);
    is("mtx_trylock: held", value_of(tries, NULL), thrd_busy);
    is("mtx_timedlock: held", value_of(waits_a_little, NULL), thrd_timedout);
    is("mtx_unlock", mtx_unlock(&mutex), thrd_success);
    is("mtx_timedlock: free, time passed", mtx_timedlock(&mutex, &past), thrd_success);
    is("cnd_init", cnd_init(&cond), thrd_success);
    is("cnd_timedwait", cnd_timedwait(&cond, &mutex, &until), thrd_timedout);
    is("cnd_timedwait: no time", cnd_timedwait(&cond, &mutex, &invalid), thrd_error);
    is("mtx_unlock: after a wait", mtx_unlock(&mutex), thrd_success);
    thrd_create(&thread, waits, NULL);
    for (bool there = false; !there;) {
        mtx_lock(&mutex);
        there = state == 1;
        if (there)
            state = 2;
        mtx_unlock(&mutex);
        thrd_yield();
    }
    is("cnd_signal", cnd_signal(&cond), thrd_success);
    is("cnd_broadcast", cnd_broadcast(&cond), thrd_success);
    is("thrd_join", thrd_join(thread, &value), thrd_success);
    is("cnd_wait", value, thrd_success);
    cnd_destroy(&cond);
    is("cnd_destroy: made again", cnd_init(&cond), thrd_success);
    cnd_destroy(&cond);
    mtx_destroy(&mutex);

    is("mtx_init: recursive", mtx_init(&mutex, mtx_plain | mtx_recursive), thrd_success);
    is("mtx_lock: recursive", mtx_lock(&mutex), thrd_success);
    is("mtx_lock: again", mtx_lock(&mutex), thrd_success);
    is("mtx_trylock: again", mtx_trylock(&mutex), thrd_success);
    is("mtx_trylock: by another", value_of(tries, NULL), thrd_busy);
    for (int i = 0; i < 3; i++)
        is("mtx_unlock: recursive", mtx_unlock(&mutex), thrd_success);
    mtx_destroy(&mutex);
    is("mtx_destroy: made again", mtx_init(&mutex, mtx_plain), thrd_success);
    mtx_destroy(&mutex);

    is("call_once: in one thread", value_of(onces, NULL), 1);
    is("call_once: in another", value_of(onces, NULL), 1);
}
