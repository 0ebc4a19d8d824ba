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
    int got = g_rec_mutex_trylock(&recursive);
    if (got)
        g_rec_mutex_unlock(&recursive);
    return (void *)(long)got;
}

static void *try_write(void *unused)
{
    (void)unused;
    int got = g_rw_lock_writer_trylock(&rwlock);
    if (got)
        g_rw_lock_writer_unlock(&rwlock);
    return (void *)(long)got;
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
    int woken = 0;

    g_cond_init(&cond);
    for (int all = 0; all < 2; all++) {
        state = 0;
        thread = start(waits, NULL);
        for (bool there = false; !there;) {
            g_mutex_lock(&mutex);
            there = state == 1;
            if (there && all)
                state = 2, g_cond_broadcast(&cond);
            else if (there)
                state = 2, g_cond_signal(&cond);
            g_mutex_unlock(&mutex);
        }
        woken += finish(thread) == NULL;
        expect_number(all ? "g_cond_broadcast" : "g_cond_signal", woken, 1 + all);
    }
    expect_number("g_cond_wait: woken", woken, 2);
    g_mutex_lock(&mutex);
    clock_gettime(CLOCK_MONOTONIC, &now);
    expect_number("g_cond_wait_until", g_cond_wait_until(&cond, &mutex, now.tv_sec * 1000000 + now.tv_nsec / 1000 + 2000), 0);
    expect_number("g_cond_wait_until: passed", g_cond_wait_until(&cond, &mutex, 1), 0);
    g_mutex_unlock(&mutex);
    g_cond_clear(&cond);
    g_cond_init(&cond);
    g_cond_signal(&cond);
    expect_number("g_cond_init, g_cond_clear: made again", state, 2);
    g_cond_clear(&cond);
}

static void recursion(void)
{
    g_rec_mutex_init(&recursive);
    g_rec_mutex_lock(&recursive), g_rec_mutex_lock(&recursive);
    expect_number("g_rec_mutex_lock: twice", (long)in_thread(try_recursive, NULL), 0);
    expect_number("g_rec_mutex_trylock: again", g_rec_mutex_trylock(&recursive), 1);
    for (int i = 0; i < 3; i++) {
        expect_number("g_rec_mutex_trylock: held", (long)in_thread(try_recursive, NULL), 0);
        g_rec_mutex_unlock(&recursive);
    }
    expect_number("g_rec_mutex_unlock: the last of three", (long)in_thread(try_recursive, NULL), 1);
}

static void read_write(void)
{
    g_rw_lock_init(&rwlock);
    g_rw_lock_reader_lock(&rwlock);
    expect_number("g_rw_lock_reader_trylock: read", (long)in_thread(try_read, NULL), 1);
    expect_number("g_rw_lock_writer_trylock: read", (long)in_thread(try_write, NULL), 0);
    g_rw_lock_reader_unlock(&rwlock);
    expect_number("g_rw_lock_reader_unlock", (long)in_thread(try_write, NULL), 1);
    g_rw_lock_reader_lock(&rwlock), g_rw_lock_reader_lock(&rwlock);
    g_rw_lock_reader_unlock(&rwlock);
    expect_number("g_rw_lock_reader_lock: twice, left once", (long)in_thread(try_write, NULL), 0);
    g_rw_lock_reader_unlock(&rwlock);
    g_rw_lock_writer_lock(&rwlock);
    expect_number("g_rw_lock_reader_trylock: written", (long)in_thread(try_read, NULL), 0);
    expect_number("g_rw_lock_writer_trylock: written", (long)in_thread(try_write, NULL), 0);
    g_rw_lock_writer_unlock(&rwlock);
    expect_number("g_rw_lock_writer_unlock", (long)in_thread(try_read, NULL), 1);
    g_rw_lock_writer_lock(&rwlock);
    expect_number("g_rw_lock_writer_lock: again", (long)in_thread(try_write, NULL), 0);
    g_rw_lock_writer_unlock(&rwlock);
    g_rw_lock_clear(&rwlock);
    g_rw_lock_init(&rwlock);
    expect_number("g_rw_lock_init, g_rw_lock_clear: made again", g_rw_lock_reader_trylock(&rwlock), 1);
    g_rw_lock_reader_unlock(&rwlock);
    g_rw_lock_clear(&rwlock);
}

static void exclusion(void)
{
    g_mutex_lock(&mutex);
    expect_number("g_mutex_trylock: held", (long)in_thread(try_mutex, NULL), 0);
    g_mutex_unlock(&mutex);
    expect_number("g_mutex_unlock: then free", g_mutex_trylock(&mutex), 1);
    g_mutex_unlock(&mutex);
    pthread_t one = start(counts, NULL), two = start(counts, NULL);
    finish(one), finish(two);
    expect_number("g_mutex_lock: nothing lost", (long)counts(NULL), 15000);
}

void conform_glib(void)
{
    if (!find())
        return;
    g_mutex_init(&mutex);
    exclusion();
    conditions();
    g_mutex_clear(&mutex);
    g_mutex_init(&mutex);
    expect_number("g_mutex_init, g_mutex_clear: made again", g_mutex_trylock(&mutex), 1);
    g_mutex_unlock(&mutex);
    g_mutex_clear(&mutex);
    recursion();
    g_rec_mutex_clear(&recursive);
    g_rec_mutex_init(&recursive);
    expect_number("g_rec_mutex_init, g_rec_mutex_clear: made again", g_rec_mutex_trylock(&recursive), 1);
    g_rec_mutex_unlock(&recursive);
    g_rec_mutex_clear(&recursive);
    read_write();
}
