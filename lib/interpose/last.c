/* SPDX-License-Identifier: MIT */
/* Counts threads, and ends the process with its last own one. */
#include "interpose/last.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "interpose/interpose.h"

static struct {
    _Atomic int32_t pid; /* whose counts these are */
    _Atomic int own;
    _Atomic int foreign;
    atomic_bool unknown; /* there are or were others */
} count = {.own = 1};

/*
 * A thread-specific value whose destructor is called as often as libc does that for any, so the last call comes after all
 * other destructors. The key is taken only where there are threads that aren't the program's, and LTTng takes some too.
 */
static pthread_key_t key;
static atomic_bool key_made;

/* A forked child has one thread, and the sink's threads are to come. */
static void count_here(void)
{
    int32_t pid = self_pid();

    if (atomic_load_explicit(&count.pid, memory_order_relaxed) == pid)
        return;
    if (atomic_exchange(&count.pid, pid) != 0) {
        count.own = 1;
        count.foreign = 0;
        count.unknown = false;
    }
}

/* One of the program's threads is gone. Where main() returns, the process exits otherwise, and this isn't called for it. */
static void own_gone(void)
{
    if (atomic_fetch_sub(&count.own, 1) == 1 && count.foreign > 0 && !count.unknown)
        exit(0);
}

static void destructor(void *round)
{
    if ((uintptr_t)round < PTHREAD_DESTRUCTOR_ITERATIONS && pthread_setspecific(key, (void *)((uintptr_t)round + 1)) == 0)
        return;
    own_gone();
}

static bool mark_thread(void)
{
    return key_made && pthread_setspecific(key, (void *)1) == 0;
}

void last_thread_created(bool foreign)
{
    count_here();
    atomic_fetch_add(foreign ? &count.foreign : &count.own, 1);
}

void last_thread_failed(bool foreign)
{
    atomic_fetch_sub(foreign ? &count.foreign : &count.own, 1);
}

void last_thread_unknown(void)
{
    count_here();
    count.unknown = true;
}

void last_clone_leaves(int status)
{
    count_here();
    if (count.own != 1 || count.unknown)
        return;
    if (probe_on())
        probe_process_end(status, NULL);
    if (count.foreign > 0)
        REAL(_exit)(status);
}

void last_thread_begins(bool foreign)
{
    if (!foreign)
        mark_thread();
}

void last_thread_leaves(bool foreign)
{
    if (foreign)
        last_thread_failed(true);
    else if (!key_made || !pthread_getspecific(key))
        own_gone();
}

/* In the main thread, after the sinks were started. */
__attribute__((constructor)) static void constructor(void)
{
    count_here();
    if (count.foreign == 0 || pthread_key_create(&key, destructor) != 0)
        return;
    key_made = true;
    mark_thread();
}
