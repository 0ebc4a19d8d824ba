/* SPDX-License-Identifier: MIT */
/*
 * A directory for what a recording needs while it runs: sockets of its daemon, memory of its buffers. In shared memory, and
 * removed with the recording; a recording that was killed leaves it behind, and a later one of the same user removes it.
 */
#ifndef THRUM_RECORD_HOME_H
#define THRUM_RECORD_HOME_H

struct home {
    char *path; /* absolute, and short enough for sockets */
    int lock;   /* held as long as the recording lives */
};

/* 0, or -errno and *trouble. */
int home_make(struct home *, char **trouble);

void home_remove(struct home *);

#endif
