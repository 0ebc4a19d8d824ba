/* SPDX-License-Identifier: MIT */
/* A library that corners.c opens and closes: its constructor and destructor lock, and so do its threads and its handler. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int handled;

int library_call(pthread_mutex_t *outer);
int library_exit(void);

static void handler(int signal)
{
    (void)signal;
    handled++;
}

static void *locks(void *unused)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    return unused;
}

__attribute__((constructor)) static void comes(void)
{
    locks(NULL);
    signal(SIGUSR1, handler);
}

__attribute__((destructor)) static void goes(void)
{
    signal(SIGUSR1, SIG_DFL);
    locks(NULL);
}

int library_call(pthread_mutex_t *outer)
{
    pthread_t thread;

    pthread_mutex_lock(outer);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_mutex_unlock(outer);
    raise(SIGUSR1);
    return pthread_create(&thread, NULL, locks, NULL) == 0 && pthread_join(thread, NULL) == 0 && handled == 1;
}

int library_exit(void)
{
    exit(0);
}
