/* SPDX-License-Identifier: MIT */
/*
 * The threads of this process that aren't the program's: LTTng-UST's, and the checker's own. They are created inside thrum or a
 * sink, or by such threads, so the interposers know each; where nothing is interposed they are taken for the program's.
 *
 * All are lock-free; the counts say nothing of threads that begin or end meanwhile.
 */
#ifndef THRUM_PROBE_FOREIGN_H
#define THRUM_PROBE_FOREIGN_H

#include <stdbool.h>
#include <stdint.h>

/* Whether one is created and hasn't begun: the kernel may have it already, and its id isn't known. */
bool foreign_coming(void);
/* Whether the thread is one; those that didn't find a place in the table aren't known. */
bool foreign_is(int32_t tid);
/* In a forked child: none of them is there. */
void foreign_forked(void);

#endif
