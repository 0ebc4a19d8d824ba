/* SPDX-License-Identifier: MIT */
/*
 * A process whose main thread called pthread_exit() ends when its last thread does. libc counts all threads, those of a
 * sink too, which never end by themselves; so where there are such, the program's own are counted here, and the last of
 * them ends the process as libc would.
 */
#ifndef THRUM_INTERPOSE_LAST_H
#define THRUM_INTERPOSE_LAST_H

#include <stdbool.h>

/* Before a thread is created, and where that failed. `foreign`: it isn't one of the program's. */
void last_thread_created(bool foreign);
void last_thread_failed(bool foreign);

/* One is created whose end nobody will tell: whether it lives isn't known, and the process is left alone. */
void last_thread_unknown(void);

/* In the new thread, first and last. */
void last_thread_begins(bool foreign);
void last_thread_leaves(bool foreign);

/* The thread that a clone()d process began with has ended its function: ends the process if it is its last. */
void last_clone_leaves(int status);

#endif
