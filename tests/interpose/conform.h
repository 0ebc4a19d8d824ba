/* SPDX-License-Identifier: MIT */
/*
 * What POSIX, or Linux, requires of the calls that are interposed: each file tries one family and says what came of it,
 * a line for each try. conform.sh runs the program bare and traced in several ways, and holds the texts equal.
 */
#ifndef CONFORM_H
#define CONFORM_H

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

/* Says what a call that gives an error number gave, and counts it where that isn't what is wanted. */
void expect(const char *what, long got, long wanted);
/* The same for one that gives -1 and errno: 0 stands for any other result. */
#define expect_errno(what, call, wanted) expect(what, (call) == -1 ? errno : 0, wanted)
/* The same for any number, which isn't an error. */
void expect_number(const char *what, long got, long wanted);

/* Runs a function in a new thread until its end; what it returned. */
void *in_thread(void *(*function)(void *), void *argument);
pthread_t start(void *(*function)(void *), void *argument);
void *finish(pthread_t thread);

/* A child process that runs the function; its exit status, or 128 and the signal. */
int in_child(int (*function)(void *), void *argument);
int status_of(pid_t child);

/* Times that have passed, will pass soon, will never pass, and that are none. */
extern const struct timespec past, never, invalid;
struct timespec soon(clockid_t clock);

/* Lets the thread that calls wait until `stage` was reached, and reaches the next. */
void reach(int stage);
void await(int stage);
/* Waits until a thread, of any process, sleeps: that is, surely blocks in what it does. */
void await_asleep(pid_t tid);

void conform_mutex(void);
void conform_rwlock(void);
void conform_cond(void);
void conform_semaphore(void);
void conform_thread(void);
void conform_last(void);
void conform_cancel(void);
void conform_c11(void);
void conform_signal(void);
void conform_sigwait(void);
void conform_jump(void);
void conform_process(void);
void conform_file(void);
void conform_futex(void);
void conform_glib(void);
void conform_memory(void);

#endif
