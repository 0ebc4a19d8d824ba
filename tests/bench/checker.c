/* SPDX-License-Identifier: MIT */
/*
 * What the checker costs as things grow: prints the best of some rounds, in nanoseconds for each lock and unlock.
 *
 *     checker one [N]         one lock, nothing else held; an N-th of the usual rounds
 *     checker nested [N]      two locks, one under the other, for each pair of them
 *     checker live N          N locks that live, taken in a scattered order, each under one other lock
 *     checker held N          one lock, while N others are held
 *     checker fresh N         N locks that were never taken before, each under all before it; prints also the kilobytes that
 *                             memory in use grows by
 *     checker threads N       a thread that is created, takes a lock and is joined, while N others live: processor time
 *     checker cycle N         N locks, taken two by two in a circle by N threads; prints nothing: what is found counts
 *     checker destroy N       kilobytes that memory in use grows by as N locks are made, nested and destroyed, from the 11th to the
 *                             20th time
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 7 };

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *locks;
static pthread_mutex_t idle = PTHREAD_MUTEX_INITIALIZER;
static long count;

static clockid_t clock_used = CLOCK_MONOTONIC;

static double now(void)
{
    struct timespec time;

    clock_gettime(clock_used, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void best_of(void (*round)(long), long steps, long pairs)
{
    double best = 0;

    round(steps);
    for (int i = 0; i < ROUNDS; i++) {
        double begin = now();

        round(steps);
        double took = (now() - begin) / (double)(steps * pairs);
        if (i == 0 || took < best)
            best = took;
    }
    printf("%.2f\n", best);
}

static void nest(long steps)
{
    for (long i = 0; i < steps; i++) {
        pthread_mutex_lock(&outer);
        pthread_mutex_lock(&inner);
        pthread_mutex_unlock(&inner);
        pthread_mutex_unlock(&outer);
    }
}

static void one(long steps)
{
    for (long i = 0; i < steps; i++) {
        pthread_mutex_lock(&inner);
        pthread_mutex_unlock(&inner);
    }
}

static void scattered(long steps)
{
    unsigned long at = 1;

    for (long i = 0; i < steps; i++) {
        at = (at * 2654435761u + 12345) % (unsigned long)count;
        pthread_mutex_lock(&outer);
        pthread_mutex_lock(&locks[at]);
        pthread_mutex_unlock(&locks[at]);
        pthread_mutex_unlock(&outer);
    }
}

static void make_locks(void)
{
    locks = calloc((size_t)count, sizeof(*locks));
    for (long i = 0; i < count; i++)
        pthread_mutex_init(&locks[i], NULL);
}

static void live(void)
{
    make_locks();
    for (long i = 0; i < count; i++) {
        pthread_mutex_lock(&outer);
        pthread_mutex_lock(&locks[i]);
        pthread_mutex_unlock(&locks[i]);
        pthread_mutex_unlock(&outer);
    }
    best_of(scattered, 200000, 2);
}

static void held(void)
{
    make_locks();
    for (long i = 0; i < count; i++)
        pthread_mutex_lock(&locks[i]);
    best_of(one, 100000, 1);
}

static long resident_kilobytes(void);

static void fresh(void)
{
    make_locks();
    long before = resident_kilobytes();
    double begin = now();
    for (long i = 0; i < count; i++)
        pthread_mutex_lock(&locks[i]);
    double took = now() - begin;
    printf("%.0f %ld\n", took / (double)count, resident_kilobytes() - before);
}

static void *stay(void *unused)
{
    pthread_mutex_lock(&idle);
    pthread_mutex_unlock(&idle);
    return unused;
}

static void *work(void *unused)
{
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&own);
    pthread_mutex_unlock(&own);
    return unused;
}

/* `start` on a small stack. */
static pthread_t begin(void *(*start)(void *), void *data)
{
    pthread_attr_t small;
    pthread_t thread;

    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    if (pthread_create(&thread, &small, start, data) != 0) {
        perror("checker: pthread_create");
        exit(2);
    }
    pthread_attr_destroy(&small);
    return thread;
}

static void come_and_go(long steps)
{
    for (long i = 0; i < steps; i++)
        pthread_join(begin(work, NULL), NULL);
}

static void threads(void)
{
    pthread_t *all = calloc((size_t)count, sizeof(*all));

    pthread_mutex_lock(&idle);
    for (long i = 0; i < count; i++)
        all[i] = begin(stay, NULL);
    clock_used = CLOCK_PROCESS_CPUTIME_ID;
    best_of(come_and_go, 300, 1);
    pthread_mutex_unlock(&idle);
    for (long i = 0; i < count; i++)
        pthread_join(all[i], NULL);
    free(all);
}

static void *take_two(void *data)
{
    long at = (long)data;

    pthread_mutex_lock(&locks[at]);
    pthread_mutex_lock(&locks[(at + 1) % count]);
    pthread_mutex_unlock(&locks[(at + 1) % count]);
    pthread_mutex_unlock(&locks[at]);
    return NULL;
}

/* The threads live side by side, or creation and join would keep them apart: each waits until all are made. */
static pthread_barrier_t all_made;

static void *take_two_in_turn(void *data)
{
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t next = PTHREAD_COND_INITIALIZER;
    static long whose;

    pthread_barrier_wait(&all_made);
    pthread_mutex_lock(&turn);
    while (whose != (long)data)
        pthread_cond_wait(&next, &turn);
    pthread_mutex_unlock(&turn);
    take_two(data);
    pthread_mutex_lock(&turn);
    whose++;
    pthread_cond_broadcast(&next);
    pthread_mutex_unlock(&turn);
    return NULL;
}

static void cycle(void)
{
    pthread_t *all = calloc((size_t)count, sizeof(*all));

    make_locks();
    pthread_barrier_init(&all_made, NULL, (unsigned)count);
    for (long i = 0; i < count; i++)
        all[i] = begin(take_two_in_turn, (void *)i);
    for (long i = 0; i < count; i++)
        pthread_join(all[i], NULL);
    free(all);
}

static long resident_kilobytes(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file || fscanf(file, "%*s %ld", &pages) != 1)
        exit(2);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void make_and_destroy(long turns)
{
    for (long turn = 0; turn < turns; turn++) {
        memset(locks, 0, (size_t)count * sizeof(*locks));
        for (long i = 0; i < count; i++) {
            pthread_mutex_init(&locks[i], NULL);
            pthread_mutex_lock(&outer);
            pthread_mutex_lock(&locks[i]);
            pthread_mutex_unlock(&locks[i]);
            pthread_mutex_unlock(&outer);
        }
        for (long i = 0; i < count; i++)
            pthread_mutex_destroy(&locks[i]);
    }
}

static void destroy(void)
{
    locks = calloc((size_t)count, sizeof(*locks));
    make_and_destroy(10);
    long once = resident_kilobytes();
    make_and_destroy(10);
    printf("%ld\n", resident_kilobytes() - once);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    count = argc > 2 ? atol(argv[2]) : 0;
    /* A second thread all the while: with just one, glibc leaves out atomics in some calls. */
    pthread_mutex_lock(&idle);
    pthread_t company = begin(stay, NULL);
    pthread_mutex_unlock(&idle);
    pthread_join(company, NULL);
    if (strcmp(what, "one") == 0)
        best_of(one, 1000000 / (count ? count : 1), 1);
    else if (strcmp(what, "nested") == 0)
        best_of(nest, 500000 / (count ? count : 1), 1);
    else if (strcmp(what, "live") == 0)
        live();
    else if (strcmp(what, "held") == 0)
        held();
    else if (strcmp(what, "fresh") == 0)
        fresh();
    else if (strcmp(what, "threads") == 0)
        threads();
    else if (strcmp(what, "cycle") == 0)
        cycle();
    else if (strcmp(what, "destroy") == 0)
        destroy();
    else
        return 2;
    return 0;
}
