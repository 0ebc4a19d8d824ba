/* SPDX-License-Identifier: MIT */
/*
 * A soak: threads lock, wait, are cancelled, jump out of handlers and fork while signals arrive, until that many locks and
 * unlocks, taken together, are done: soak OPERATIONS [THREADS]. What must hold is counted, and the end is said: "N operations, ...". Anything
 * else (a hang, a crash, a count that is off) is a fault of whoever is preloaded.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOCKS = 16, ROUND = 1000, FORK_EVERY = 100, CANCEL_EVERY = 25 }; /* rounds */

static struct {
    pthread_mutex_t mutex;
    uint64_t inside; /* under the mutex */
} cells[LOCKS];
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spinlock;
static uint64_t under_rwlock, under_spinlock;
static sem_t semaphore, handled, finished;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static atomic_long left;
static atomic_ulong done, forks, cancels, signals;
static atomic_bool ended;

static void fail(const char *what, int error)
{
    fprintf(stderr, "soak: %s: %s\n", what, strerror(error));
    abort();
}

static void must(const char *what, int error)
{
    if (error != 0)
        fail(what, error);
}

/* What a handler may do: post a semaphore. */
static void on_signal(int signal)
{
    (void)signal;
    atomic_fetch_add(&signals, 1);
    if (sem_post(&handled) != 0 && errno != EOVERFLOW)
        abort();
}

static unsigned next(unsigned *seed)
{
    return *seed = *seed * 1664525 + 1013904223;
}

/* --- one round: nearly ROUND locks and unlocks, in the one order that there is --- */

static void nested(unsigned first)
{
    unsigned second = first + 1;

    must("lock", pthread_mutex_lock(&cells[first].mutex));
    cells[first].inside++;
    if (second < LOCKS) {
        must("lock, nested", pthread_mutex_lock(&cells[second].mutex));
        cells[second].inside++;
        must("unlock, nested", pthread_mutex_unlock(&cells[second].mutex));
    }
    must("unlock", pthread_mutex_unlock(&cells[first].mutex));
}

static void others(unsigned which)
{
    switch (which % 4) {
    case 0:
        must("wrlock", pthread_rwlock_wrlock(&rwlock));
        under_rwlock++;
        must("unlock", pthread_rwlock_unlock(&rwlock));
        break;
    case 1:
        must("rdlock", pthread_rwlock_rdlock(&rwlock));
        must("unlock", pthread_rwlock_unlock(&rwlock));
        break;
    case 2:
        must("spin_lock", pthread_spin_lock(&spinlock));
        under_spinlock++;
        must("spin_unlock", pthread_spin_unlock(&spinlock));
        break;
    default:
        while (sem_wait(&semaphore) != 0)
            if (errno != EINTR)
                fail("sem_wait", errno);
        must("sem_post", sem_post(&semaphore) ? errno : 0);
    }
}

static void one_round(unsigned *seed)
{
    for (int i = 0; i < ROUND / 8; i++) {
        nested(next(seed) >> 16 & (LOCKS - 1)); /* two, but for the last cell */
        others(next(seed) >> 16);
        must("lock, alone", pthread_mutex_lock(&cells[LOCKS - 1].mutex));
        cells[LOCKS - 1].inside++;
        must("unlock, alone", pthread_mutex_unlock(&cells[LOCKS - 1].mutex));
    }
}

/* --- forks, and threads that are cancelled amid a wait --- */

/* The child of a process with threads: only what is async-signal-safe, and locks that fork leaves whole. */
static void fork_once(void)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
        for (int i = 0; i < 10; i++)
            if (pthread_mutex_lock(&own) != 0 || pthread_mutex_unlock(&own) != 0)
                _exit(1);
        _exit(0);
    }
    if (child < 0)
        fail("fork", errno);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            fail("waitpid", errno);
    must("a child's status", status);
    atomic_fetch_add(&forks, 1);
}

static void give_back(void *mutex)
{
    must("unlock, cancelled", pthread_mutex_unlock(mutex));
}

static void *waits_for_ever(void *unused)
{
    must("lock, to wait", pthread_mutex_lock(&gate));
    pthread_cleanup_push(give_back, &gate);
    for (;;)
        pthread_cond_wait(&never, &gate);
    pthread_cleanup_pop(0);
    return unused;
}

static void cancel_once(void)
{
    pthread_t thread;
    void *result;

    must("pthread_create", pthread_create(&thread, NULL, waits_for_ever, NULL));
    must("pthread_cancel", pthread_cancel(thread));
    must("pthread_join", pthread_join(thread, &result));
    if (result != PTHREAD_CANCELED)
        fail("a thread that was cancelled ended otherwise", 0);
    atomic_fetch_add(&cancels, 1);
}

static void *works(void *number)
{
    unsigned seed = (unsigned)(uintptr_t)number;

    for (unsigned round = 1; atomic_fetch_sub(&left, ROUND) > 0; round++) {
        one_round(&seed);
        atomic_fetch_add(&done, ROUND);
        if (round % CANCEL_EVERY == 0)
            cancel_once();
        if (round % FORK_EVERY == 0)
            fork_once();
    }
    sem_post(&finished);
    return NULL;
}

/* Signals to all of the threads in turn, paced by the handlers themselves. */
struct crew {
    pthread_t *threads;
    int count;
};

static void *signals_them(void *data)
{
    struct crew *crew = data;

    for (int i = 0; !atomic_load(&ended); i = (i + 1) % crew->count) {
        struct timespec until;
        must("pthread_kill", pthread_kill(crew->threads[i], SIGUSR1));
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 1000000;
        if (until.tv_nsec >= 1000000000)
            until.tv_sec++, until.tv_nsec -= 1000000000;
        sem_timedwait(&handled, &until); /* one that has ended, or has it blocked, handles none */
    }
    return NULL;
}

static void check_counts(void)
{
    uint64_t inside = 0;

    for (int i = 0; i < LOCKS; i++)
        inside += cells[i].inside;
    if (inside < atomic_load(&done) / 4)
        fail("less was counted under the locks than was done", 0);
}

int main(int count, char **words)
{
    long operations = count > 1 ? atol(words[1]) : 1000000;
    struct crew crew = {.count = count > 2 ? atoi(words[2]) : 8};
    struct sigaction action = {.sa_handler = on_signal};
    pthread_t sender;

    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&cells[i].mutex, NULL);
    pthread_spin_init(&spinlock, PTHREAD_PROCESS_PRIVATE);
    sem_init(&semaphore, 0, 2);
    sem_init(&handled, 0, 0);
    sem_init(&finished, 0, 0);
    sigaction(SIGUSR1, &action, NULL);
    atomic_store(&left, operations);
    crew.threads = calloc((size_t)crew.count, sizeof(*crew.threads));
    for (int i = 0; i < crew.count; i++)
        must("pthread_create", pthread_create(&crew.threads[i], NULL, works, (void *)(uintptr_t)(i + 1)));
    must("pthread_create", pthread_create(&sender, NULL, signals_them, &crew));
    /* The threads are joined only when nobody sends to them any longer. */
    for (int i = 0; i < crew.count; i++)
        sem_wait(&finished);
    atomic_store(&ended, true);
    pthread_join(sender, NULL);
    for (int i = 0; i < crew.count; i++)
        pthread_join(crew.threads[i], NULL);
    check_counts();
    printf("%lu operations, %lu forks, %lu cancellations, %lu signals\n", atomic_load(&done), atomic_load(&forks),
           atomic_load(&cancels), atomic_load(&signals));
    return 0;
}
