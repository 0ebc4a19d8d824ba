/* SPDX-License-Identifier: MIT */
/* GLib's locks, where there is a GLib: it is opened, not linked to. */
#include <dlfcn.h>
#include <stdint.h>

#include "conform.h"

/* As large as any of them. */
union lock {
    void *pointers[4];
};

#define CALL(result, name, ...) static result (*name)(__VA_ARGS__)
CALL(void, g_mutex_init, union lock *);
CALL(void, g_mutex_clear, union lock *);
CALL(void, g_mutex_lock, union lock *);
CALL(int, g_mutex_trylock, union lock *);
CALL(void, g_mutex_unlock, union lock *);
CALL(void, g_rec_mutex_init, union lock *);
CALL(void, g_rec_mutex_clear, union lock *);
CALL(void, g_rec_mutex_lock, union lock *);
CALL(int, g_rec_mutex_trylock, union lock *);
CALL(void, g_rec_mutex_unlock, union lock *);
CALL(void, g_rw_lock_init, union lock *);
CALL(void, g_rw_lock_clear, union lock *);
CALL(void, g_rw_lock_writer_lock, union lock *);
CALL(int, g_rw_lock_writer_trylock, union lock *);
CALL(void, g_rw_lock_writer_unlock, union lock *);
CALL(void, g_rw_lock_reader_lock, union lock *);
CALL(int, g_rw_lock_reader_trylock, union lock *);
CALL(void, g_rw_lock_reader_unlock, union lock *);
CALL(void, g_cond_init, union lock *);
CALL(void, g_cond_clear, union lock *);
CALL(void, g_cond_wait, union lock *, union lock *);
CALL(int, g_cond_wait_until, union lock *, union lock *, int64_t);
CALL(void, g_cond_signal, union lock *);
CALL(void, g_cond_broadcast, union lock *);

/* What a linked program would find: the first in the global scope, which is ours where it is preloaded. */
static bool find(void)
{
    if (!dlopen("libglib-2.0.so.0", RTLD_NOW | RTLD_GLOBAL))
        return false;
#define FIND(name) name = (__typeof__(name))dlsym(RTLD_DEFAULT, #name)
    FIND(g_mutex_init), FIND(g_mutex_clear), FIND(g_mutex_lock), FIND(g_mutex_trylock), FIND(g_mutex_unlock);
    FIND(g_rec_mutex_init), FIND(g_rec_mutex_clear), FIND(g_rec_mutex_lock), FIND(g_rec_mutex_trylock);
    FIND(g_rec_mutex_unlock), FIND(g_rw_lock_init), FIND(g_rw_lock_clear), FIND(g_rw_lock_writer_lock);
    FIND(g_rw_lock_writer_trylock), FIND(g_rw_lock_writer_unlock), FIND(g_rw_lock_reader_lock);
    FIND(g_rw_lock_reader_trylock), FIND(g_rw_lock_reader_unlock), FIND(g_cond_init), FIND(g_cond_clear);
    FIND(g_cond_wait), FIND(g_cond_wait_until), FIND(g_cond_signal), FIND(g_cond_broadcast);
    return true;
}

static union lock mutex, recursive, rwlock, cond;
static int state;

static void *try_mutex(void *unused)
{
    (void)unused;
    return (void *)(long)g_mutex_trylock(&mutex);
}

static void *try_recursive(void *unused)
{
    (void)unused;
    return (void *)(long)g_rec_mutex_trylock(&recursive);
}

static void *try_write(void *unused)
{
    (void)unused;
    return (void *)(long)g_rw_lock_writer_trylock(&rwlock);
}

static void *try_read(void *unused)
{
    (void)unused;
    int got = g_rw_lock_reader_trylock(&rwlock);
    if (got)
        g_rw_lock_reader_unlock(&rwlock);
    return (void *)(long)got;
}

static void *waits(void *unused)
{
    g_mutex_lock(&mutex);
    state = 1;
    while (state == 1)
        g_cond_wait(&cond, &mutex);
    g_mutex_unlock(&mutex);
    return unused;
}

static void *counts(void *unused)
{
    static long count;

    (void)unused;
    for (int i = 0; i < 5000; i++) {
        g_mutex_lock(&mutex);
        count++;
        g_mutex_unlock(&mutex);
    }
    return (void *)count;
}

static void conditions(void)
{
    struct timespec now;
    pthread_t thread;

    g_cond_init(&cond);
    thread = start(waits, NULL);
    for (bool there = false; !there;) {
        g_mutex_lock(&mutex);
        there = state == 1;
        if (there)
            state = 2, g_cond_signal(&cond), g_cond_broadcast(&cond);
        g_mutex_unlock(&mutex);
    }
    finish(thread);
    g_mutex_lock(&mutex);
    clock_gettime(CLOCK_MONOTONIC, &now);
    expect_number("g_cond_wait_until", g_cond_wait_until(&cond, &mutex, now.tv_sec * 1000000 + now.tv_nsec / 1000 + 2000), 0);
    expect_number("g_cond_wait_until: passed", g_cond_wait_until(&cond, &mutex, 1), 0);
    g_mutex_unlock(&mutex);
    g_cond_clear(&cond);
}

void conform_glib(void)
{
    if (!find())
        return;
    g_mutex_init(&mutex), g_rec_mutex_init(&recursive), g_rw_lock_init(&rwlock);
    g_mutex_lock(&mutex);
    expect_number("g_mutex_trylock: held", (long)in_thread(try_mutex, NULL), 0);
    g_mutex_unlock(&mutex);
    expect_number("g_mutex_trylock", g_mutex_trylock(&mutex), 1);
    g_mutex_unlock(&mutex);
    pthread_t one = start(counts, NULL), two = start(counts, NULL);
    finish(one), finish(two);
    expect_number("g_mutex_lock: nothing lost", (long)counts(NULL), 15000);
    conditions();
    g_mutex_clear(&mutex);
    g_rec_mutex_lock(&recursive), g_rec_mutex_lock(&recursive);
    expect_number("g_rec_mutex_trylock: again", g_rec_mutex_trylock(&recursive), 1);
    for (int i = 0; i < 3; i++) {
        expect_number("g_rec_mutex_trylock: held", (long)in_thread(try_recursive, NULL), 0);
        g_rec_mutex_unlock(&recursive);
    }
    g_rec_mutex_clear(&recursive);
    g_rw_lock_reader_lock(&rwlock);
    expect_number("g_rw_lock_reader_trylock: read", (long)in_thread(try_read, NULL), 1);
    expect_number("g_rw_lock_writer_trylock: read", (long)in_thread(try_write, NULL), 0);
    g_rw_lock_reader_unlock(&rwlock);
    g_rw_lock_writer_lock(&rwlock);
    expect_number("g_rw_lock_reader_trylock: written", (long)in_thread(try_read, NULL), 0);
    expect_number("g_rw_lock_writer_trylock: written", (long)in_thread(try_write, NULL), 0);
    g_rw_lock_writer_unlock(&rwlock);
    g_rw_lock_clear(&rwlock);
}
