/* SPDX-License-Identifier: MIT */
/* The checker around fork. */
#ifndef THRUM_CHECK_FORK_H
#define THRUM_CHECK_FORK_H

/* From now on every fork with handlers is seen to. */
void fork_watch(void);

/* Of a fork without handlers: nothing of the program's runs between these and the copying. Nothing is done of others. */
void fork_begins_bare(void);
void fork_ended_bare(void);
void fork_ended_bare_in_child(void);

#endif
