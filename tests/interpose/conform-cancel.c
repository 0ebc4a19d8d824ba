/* SPDX-License-Identifier: MIT */
/* Cancellation: which calls are points of it, what is cleaned up, and that it finds everything as it should be. */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <threads.h>

#include "conform.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static pthread_t other;
static int lock_fd;
static _Atomic pid_t blocked;
static int cleanups;

static void clean(void *step)
{
    cleanups = cleanups * 10 + (int)(long)step;
}

/* The mutex is held again when a wait is cancelled. */
static void unlock(void *unused)
{
    (void)unused;
    cleanups = cleanups * 10 + (pthread_mutex_trylock(&mutex) == EBUSY && pthread_mutex_unlock(&mutex) == 0);
}

static void *in_sem_wait(void *timed)
{
    blocked = gettid();
    if (timed)
        sem_timedwait(&semaphore, &never);
    else
        sem_wait(&semaphore);
    return NULL;
}

static void *in_join(void *unused)
{
    blocked = gettid();
    pthread_join(other, NULL);
    return unused;
}

static void *in_pause(void *unused)
{
    blocked = gettid();
    pause();
    return unused;
}

static void *in_sigwait(void *unused)
{
    sigset_t set;
    int signal;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    blocked = gettid();
    sigwait(&set, &signal);
    return unused;
}

static void *in_sigsuspend(void *unused)
{
    sigset_t none;

    sigemptyset(&none);
    blocked = gettid();
    sigsuspend(&none);
    return unused;
}

static void *in_file_lock(void *unused)
{
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    blocked = gettid();
    fcntl(lock_fd, F_SETLKW, &range);
    return unused;
}

/* Of several calls that block alike, the one of this number. */
static void *in_call(void *number)
{
    struct timespec until = {.tv_sec = 1L << 40};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    blocked = gettid();
    switch ((long)number) {
    case 0: sem_clockwait(&semaphore, CLOCK_MONOTONIC, &never); break;
    case 1: sigwaitinfo(&set, NULL); break;
    case 2: sigtimedwait(&set, NULL, &until); break;
    case 3: pthread_timedjoin_np(other, NULL, &never); break;
    case 4: pthread_clockjoin_np(other, NULL, CLOCK_MONOTONIC, &never); break;
    case 5: thrd_join(other, NULL); break;
    case 6: lockf(lock_fd, F_LOCK, 0); break;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    case 7: sigpause(SIGUSR2); break;
#pragma GCC diagnostic pop
    }
    return NULL;
}

/* The mutex of C11 is POSIX's here: what is cleaned up finds it so. */
static void *in_condition(void *number)
{
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(unlock, NULL);
    blocked = gettid();
    switch ((long)number) {
    case 0: pthread_cond_wait(&cond, &mutex); break;
    case 1: pthread_cond_timedwait(&cond, &mutex, &never); break;
    case 2: pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &never); break;
    case 3: cnd_wait((cnd_t *)&cond, (mtx_t *)&mutex); break;
    case 4: cnd_timedwait((cnd_t *)&cond, (mtx_t *)&mutex, &never); break;
    }
    pthread_cleanup_pop(0);
    return NULL;
}

static const struct {
    const char *name;
    void *(*function)(void *);
    void *argument;
} points[] = {
    {"pthread_cond_wait", in_condition, (void *)0},
    {"pthread_cond_timedwait", in_condition, (void *)1},
    {"pthread_cond_clockwait", in_condition, (void *)2},
    {"cnd_wait", in_condition, (void *)3},
    {"cnd_timedwait", in_condition, (void *)4},
    {"sem_wait", in_sem_wait, NULL},
    {"sem_timedwait", in_sem_wait, &cond},
    {"sem_clockwait", in_call, (void *)0},
    {"pthread_join", in_join, NULL},
    {"pthread_timedjoin_np", in_call, (void *)3},
    {"pthread_clockjoin_np", in_call, (void *)4},
    {"thrd_join", in_call, (void *)5},
    {"pause", in_pause, NULL},
    {"sigwait", in_sigwait, NULL},
    {"sigwaitinfo", in_call, (void *)1},
    {"sigtimedwait", in_call, (void *)2},
    {"sigsuspend", in_sigsuspend, NULL},
    {"__xpg_sigpause", in_call, (void *)7},
    {"fcntl", in_file_lock, NULL},
    {"lockf", in_call, (void *)6},
};

/* Cleans up in the order last in, first out, and doesn't return. */
static void *cleans_up(void *data)
{
    size_t i = (size_t)data;

    pthread_cleanup_push(clean, (void *)2);
    pthread_cleanup_push(clean, (void *)1);
    points[i].function(points[i].argument);
    cleanups = cleanups * 10 + 9;
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return NULL;
}

static void cancel_blocked(void)
{
    char what[64];

    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        cleanups = 0;
        blocked = 0;
        pthread_t thread = start(cleans_up, (void *)i);
        while (!blocked)
            sched_yield();
        await_asleep(blocked);
        snprintf(what, sizeof(what), "%s: pthread_cancel", points[i].name);
        expect(what, pthread_cancel(thread), 0);
        snprintf(what, sizeof(what), "%s: cancelled", points[i].name);
        expect_number(what, finish(thread) == PTHREAD_CANCELED, 1);
        snprintf(what, sizeof(what), "%s: cleaned up", points[i].name);
        expect_number(what, cleanups, points[i].function == in_condition ? 112 : 12);
    }
}

/* --- a point of cancellation is one also where it wouldn't block --- */

static void *sem_wait_pending(void *unused)
{
    pthread_cancel(pthread_self());
    sem_wait(&semaphore);
    return unused;
}

static void *sem_timedwait_pending(void *unused)
{
    pthread_cancel(pthread_self());
    sem_timedwait(&semaphore, &never);
    return unused;
}

static void *fcntl_pending(void *unused)
{
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    pthread_cancel(pthread_self());
    fcntl(lock_fd, F_SETLKW, &range);
    return unused;
}

/* And what is none isn't made one. */
static void *no_points(void *unused)
{
    pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
    pthread_once_t once = PTHREAD_ONCE_INIT;
    struct flock range = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

    (void)once;
    pthread_cancel(pthread_self());
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_rwlock_rdlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    sem_trywait(&semaphore);
    sem_post(&semaphore);
    pthread_cond_signal(&cond);
    flock(lock_fd, LOCK_UN);
    fcntl(lock_fd, F_SETLK, &range);
    raise(SIGCONT);
    cleanups = 5;
    pthread_testcancel();
    return unused;
}

static void *disabled(void *unused)
{
    int state;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    pthread_cancel(pthread_self());
    sem_wait(&semaphore);
    sem_post(&semaphore);
    pthread_setcancelstate(state, NULL);
    return unused;
}

/* --- at any instruction --- */

static void *asynchronous(void *unused)
{
    int type;

    pthread_cleanup_push(clean, (void *)3);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    cleanups = type == PTHREAD_CANCEL_DEFERRED;
    blocked = gettid();
    for (;;) {
        pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
        if (type != PTHREAD_CANCEL_ASYNCHRONOUS)
            abort();
    }
    pthread_cleanup_pop(0);
    return unused;
}

static void *asynchronous_locks(void *unused)
{
    pthread_mutex_t own;

    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    blocked = gettid();
    for (;;) {
        pthread_mutex_init(&own, NULL);
        pthread_mutex_lock(&own);
        pthread_mutex_unlock(&own);
    }
    return unused;
}

static void cancel_anywhere(void)
{
    int cancelled = 0;
    pthread_t thread;

    for (int i = 0; i < 100; i++) {
        blocked = 0;
        thread = start(i % 2 ? asynchronous : asynchronous_locks, NULL);
        while (!blocked)
            sched_yield();
        pthread_cancel(thread);
        cancelled += finish(thread) == PTHREAD_CANCELED;
    }
    expect_number("asynchronous: cancelled", cancelled, 100);
    expect_number("asynchronous: cleaned up", cleanups, 13);
    expect("pthread_setcanceltype: none such", pthread_setcanceltype(77, NULL), EINVAL);
    thread = start(in_pause, NULL);
    pthread_cancel(thread);
    expect_number("pthread_cancel: before it begins", finish(thread) == PTHREAD_CANCELED, 1);
}

void conform_cancel(void)
{
    char path[] = "/tmp/thrum-conform-XXXXXX";
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int gate[2];
    char byte;
    pid_t holder;

    lock_fd = mkstemp(path);
    if (pipe(gate) != 0 || (holder = fork()) < 0)
        abort();
    if (holder == 0) {
        fcntl(lock_fd, F_SETLKW, &range);
        if (write(gate[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    if (read(gate[0], &byte, 1) != 1)
        abort();
    sem_init(&semaphore, 0, 0);
    other = start(in_pause, NULL);
    cancel_blocked();
    pthread_cancel(other);
    finish(other);
    kill(holder, SIGKILL);
    expect_number("kill: the child's status", status_of(holder), 128 + SIGKILL);

    sem_post(&semaphore);
    expect_number("sem_wait: cancelled before", in_thread(sem_wait_pending, NULL) == PTHREAD_CANCELED, 1);
    expect_number("sem_timedwait: cancelled before", in_thread(sem_timedwait_pending, NULL) == PTHREAD_CANCELED, 1);
    expect_number("fcntl: cancelled before", in_thread(fcntl_pending, NULL) == PTHREAD_CANCELED, 1);
    cleanups = 0;
    expect_number("pthread_testcancel", in_thread(no_points, NULL) == PTHREAD_CANCELED, 1);
    expect_number("what is no point of cancellation was passed", cleanups, 5);
    expect_number("cancellation disabled", in_thread(disabled, (void *)8) == (void *)8, 1);
    cancel_anywhere();
    unlink(path);
    close(lock_fd), close(gate[0]), close(gate[1]);
}
