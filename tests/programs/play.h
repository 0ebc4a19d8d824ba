/* SPDX-License-Identifier: MIT */
/*
 * What the programs here share: named threads, and luck. Luck is the scheduler's part, played the same way in every run:
 * a thread waits for others without a call that any tracer could see, so nothing but chance seems to have ordered them.
 */
#ifndef THRUM_TESTS_PLAY_H
#define THRUM_TESTS_PLAY_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int luck;

/* Tells the threads that await it that this one has come so far. */
static inline void luck_pass(void)
{
    atomic_fetch_add(&luck, 1);
}

/* Returns when luck_pass() was called that many times; at once where there is to be no luck (LUCK=off). */
static inline void luck_await(int passes)
{
    const char *off = getenv("LUCK");
    while (!off && atomic_load(&luck) < passes)
        sched_yield();
}

/* Returns when that many threads are here. */
static inline void luck_meet(int threads)
{
    luck_pass();
    luck_await(threads);
}

/* Returns when a thread of this process sleeps in the kernel, in a futex. */
static inline void await_futex(atomic_int *tid)
{
    char path[64], call[8] = "";

    while (strncmp(call, "202 ", 4) != 0) {
        sched_yield();
        snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", atomic_load(tid));
        int fd = open(path, O_RDONLY);
        if (fd < 0)
            continue;
        call[read(fd, call, 4) == 4 ? 4 : 0] = 0;
        close(fd);
    }
}

/* Ends the program, status 2, where a call didn't do what the program is about. */
static inline void must(int result, int expected, const char *what)
{
    if (result == expected)
        return;
    fprintf(stderr, "%s: %s, where it should be: %s\n", what, strerror(result), strerror(expected));
    exit(2);
}
#define MUST(call) must((call), 0, #call)
#define MUST_GIVE(expected, call) must((call), (expected), #call)

/* For calls that return -1 and set errno. */
#define MUST_SEM(call) must((call) == 0 ? 0 : errno, 0, #call)

/* What a thread is to do under which name; lives until the thread has read it, in static memory. */
struct part {
    const char *name;
    void *(*run)(void *);
};

static inline void *play(void *argument)
{
    struct part *part = argument;
    MUST(pthread_setname_np(pthread_self(), part->name));
    return part->run(NULL);
}

static inline pthread_t start_part(struct part *part)
{
    pthread_t thread;
    MUST(pthread_create(&thread, NULL, play, part));
    return thread;
}

/* Starts a thread that runs a function under the function's name. */
#define START(function)                                     \
    ({                                                      \
        static struct part function##_part = { #function, function }; \
        start_part(&function##_part);                       \
    })

static inline void join(pthread_t thread)
{
    MUST(pthread_join(thread, NULL));
}

/* Starts two threads and waits for both. */
#define RUN_BOTH(one, other)                                                  \
    do {                                                                      \
        pthread_t one##_thread = START(one), other##_thread = START(other);   \
        join(one##_thread);                                                   \
        join(other##_thread);                                                 \
    } while (0)

#endif
