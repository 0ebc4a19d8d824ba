/* SPDX-License-Identifier: MIT */
/*
 * Programs with no chance in them, one for each family of calls: `events FAMILY` makes calls, each with the events that it
 * is to give written beside it, and prints at its end how many of each there must be in a trace of it. events.sh compares.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Adds to what is expected: words like "acquire:mutex", an event and its kind of object, or the event alone. */
void gives(const char *events);

/* Makes a call that must give this result, and adds its events. Any number of threads may do so. */
#define DO(events, call, wanted) must(#call, events, (long)(call), (long)(wanted))
/* The same of a call that says -1 and errno: the errno, 0 for success. */
#define DO_ERRNO(events, call, wanted) must(#call, events, (call) == -1 ? errno : 0, wanted)
void must(const char *call, const char *events, long got, long wanted);

/* A thread, with the events of its birth; its end and the join, with theirs. */
pthread_t begin(void *(*function)(void *), void *argument);
void *end(pthread_t thread);
#define BIRTH "spawn spawn_end thread_begin "
#define DEATH "thread_end "
#define JOIN "wait_begin:thread wait_end:thread "

/* A child process that was made by any means ends with this status; waits for it. */
void child_ends(pid_t child, int status);

/* A thread says who it is before it blocks; another waits until it sleeps; or until it is gone, its last event told. */
void blocks_now(void);
pid_t await_blocked(void);
void await_gone(pid_t thread);

extern const struct timespec past, never;

void events_thread(void);
void events_mutex(void);
void events_rwlock(void);
void events_spin(void);
void events_barrier(void);
void events_cond(void);
void events_semaphore(void);
void events_once(void);
void events_c11(void);
void events_signal(void);
void events_sigwait(void);
void events_process(void);
void events_file(void);
void events_futex(void);
void events_glib(void);
void events_memory(void);

#endif
