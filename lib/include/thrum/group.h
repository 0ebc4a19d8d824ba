/* SPDX-License-Identifier: MIT */
/*
 * Spawn with error capture: workers whose first error (THRUM_FAIL) a group keeps for whoever asks.
 *
 *     thrum_group_create(&group);
 *     for (int i = 0; i < 4; i++)
 *         thrum_group_spawn(group, grind, &mill[i], "miller");
 *     thrum_group_wait(group);
 *     if (thrum_group_error(group, &error) == 0)
 *         thrum_error_print(&error);
 *     thrum_group_destroy(group);
 */
#ifndef THRUM_GROUP_H
#define THRUM_GROUP_H

#include <thrum/base.h>
#include <thrum/error.h>
#include <thrum/thread.h>

THRUM_BEGIN_DECLARATIONS

struct thrum_group;

/* Starts a worker that is in no group: its error is printed. It is waited for at exit. `name` may be NULL. 0; EAGAIN;
 * ENOMEM. */
THRUM_API int thrum_spawn(thrum_function *function, void *argument, const char *name);

/* Makes a group without workers. 0; ENOMEM. */
THRUM_API int thrum_group_create(struct thrum_group **group);

/* Ends it. 0; EBUSY: a worker still runs, and it lives on. */
THRUM_API int thrum_group_destroy(struct thrum_group *group);

/* Starts a worker in the group. 0; EAGAIN; ENOMEM. */
THRUM_API int thrum_group_spawn(struct thrum_group *group, thrum_function *function, void *argument, const char *name);

/* Waits until all its workers are gone. 0; EINTR; EDEADLK: the caller is one of them. A cancellation point. */
THRUM_API int thrum_group_wait(struct thrum_group *group);

/* The same for at most that long in all. Also ETIMEDOUT; EINVAL: bad timeout. */
THRUM_API int thrum_group_wait_for(struct thrum_group *group, int64_t nanoseconds);
THRUM_API int thrum_group_wait_until(struct thrum_group *group, const struct timespec *deadline);

/* The first error of any of its workers so far. 0 and *error (may be NULL); ENOENT: none has failed. */
THRUM_API int thrum_group_error(struct thrum_group *group, struct thrum_error *error);

/* How many of its workers failed, so far. */
THRUM_API size_t thrum_group_failures(struct thrum_group *group);

THRUM_END_DECLARATIONS

#endif
