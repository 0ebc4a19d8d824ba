/* SPDX-License-Identifier: MIT */
/*
 * What the primitives cost beside their peers, tracing off: nanoseconds for each operation, and the ratio to the best
 * peer. The candidates of a contest take turns within one run, and each is told by its best round, since other work
 * on the machine only ever adds.
 *
 *     bench/primitives [ROUNDS [FACTOR [WORD]]]     only contests with WORD in their title
 */
#include "primitives.h"

#include <string.h>

static pthread_barrier_t ready;

struct work {
    void (*run)(long count);
    long count;
    double begin, end;
};

static void *run(void *argument)
{
    struct work *work = argument;
    pthread_barrier_wait(&ready);
    work->begin = now();
    work->run(work->count);
    work->end = now();
    return NULL;
}

double in_threads(int threads, long count, void (*work[])(long count))
{
    pthread_t thread[16];
    struct work each[16];
    pthread_barrier_init(&ready, NULL, (unsigned)threads + 1);
    for (int i = 0; i < threads; i++) {
        each[i] = (struct work){ .run = work[i], .count = count / threads };
        if (pthread_create(&thread[i], NULL, run, &each[i]) != 0)
            abort();
    }
    pthread_barrier_wait(&ready);
    double begin = 0, end = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        if (begin == 0 || each[i].begin < begin)
            begin = each[i].begin;
        if (each[i].end > end)
            end = each[i].end;
    }
    pthread_barrier_destroy(&ready);
    return end - begin;
}

static int over;

static void hold(const struct contest *contest, int rounds, double factor)
{
    double best[4] = { 0 }, peer = 0;
    long count = (long)(contest->count * factor);
    for (int round = 0; round <= rounds; round++) {
        for (int i = 0; contest->candidates[i].name; i++) {
            double time = contest->candidates[i].run(round ? count : count / 10 + 1);
            if (round > 0 && (best[i] == 0 || time < best[i])) /* the first only warms up */
                best[i] = time;
        }
    }
    printf("%-44s", contest->title);
    for (int i = 0; contest->candidates[i].name; i++) {
        printf("  %s %.1f", contest->candidates[i].name, best[i]);
        if (i > 0 && (peer == 0 || best[i] < peer))
            peer = best[i];
    }
    over += peer > 0 && best[0] > 1.2 * peer;
    if (peer > 0)
        printf("  ratio %.2f%s", best[0] / peer, best[0] > 1.2 * peer ? "  OVER" : "");
    putchar('\n');
    fflush(stdout);
}

/* Another thread, blocked all the while: with just one, libc leaves out atomics that no threaded program is spared. */
static void *company(void *mutex)
{
    pthread_mutex_lock(mutex);
    return NULL;
}

int main(int argc, char **argv)
{
    static pthread_mutex_t idle = PTHREAD_MUTEX_INITIALIZER;
    int rounds = argc > 1 ? atoi(argv[1]) : 7;
    double factor = argc > 2 ? atof(argv[2]) : 1;
    const struct contest *const all[] = { lock_contests, queue_contests, pool_contests };
    pthread_t thread;
    pthread_mutex_lock(&idle);
    if (pthread_create(&thread, NULL, company, &idle) != 0)
        return 2;
    printf("Nanoseconds for each operation, best of %d rounds; ratio to the best peer, at most 1.2\n", rounds);
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        for (const struct contest *contest = all[i]; contest->title; contest++)
            if (argc <= 3 || strstr(contest->title, argv[3]))
                hold(contest, rounds, factor);
    printf("%d over\n", over);
    return 0;
}
