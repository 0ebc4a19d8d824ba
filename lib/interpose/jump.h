/* SPDX-License-Identifier: MIT */
/* Leaving signal handlers by other ways than return. */
#ifndef THRUM_INTERPOSE_JUMP_H
#define THRUM_INTERPOSE_JUMP_H

/* Called by pthread_exit() and exit(): don't return where a signal handler that interrupted thrum calls; they are called again. */
void jump_thread_exit(void *value);
void jump_process_exit(int status);

#endif
