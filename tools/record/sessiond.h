/* SPDX-License-Identifier: MIT */
/*
 * The LTTng session daemon of a recording. For users it is private: with a home of its own, and ended with the recording.
 * Root's always lives in the system's run directory, so recordings and root's own sessions share it: the first recording
 * starts it where it isn't there, the last one to leave ends it, if no session of anybody is left and a recording had started it.
 */
#ifndef THRUM_RECORD_SESSIOND_H
#define THRUM_RECORD_SESSIOND_H

#include <stdbool.h>
#include <sys/types.h>

struct sessiond {
    bool shared;   /* root's */
    pid_t child;   /* the daemon where it is a child of this process, else 0 */
    pid_t pid;
    int pidfd;     /* readable when the daemon ended; -1 where that isn't known */
    int lock;      /* held while the daemon is joined or left; -1: not held */
};

/*
 * Starts a daemon with `home` as its LTTNG_HOME, or joins root's. This process's liblttng-ctl then talks to it, and
 * LTTNG_HOME is set in the environment where it is private. A shared one isn't ended by others until sessiond_joined().
 * 0, or -errno and *trouble.
 */
int sessiond_join(struct sessiond *, const char *home, char **trouble);

/* This recording has a session now, which keeps a shared daemon running. */
void sessiond_joined(struct sessiond *);

/* Whether it still runs. */
bool sessiond_runs(const struct sessiond *);

/* This recording's session is gone, or never was: ends the daemon where nobody else may need it. */
void sessiond_leave(struct sessiond *);

#endif
