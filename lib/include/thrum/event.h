/* SPDX-License-Identifier: MIT */
/*
 * An event: a flag that threads wait for until it is set, and that stays set until it is cleared (CPython's
 * threading.Event).
 *
 * A set happens before the return of every wait that it ends. Each thread that waits when the event is set returns,
 * also where it is cleared right after. It may be destroyed as soon as no thread waits, also right after a wait.
 */
#ifndef THRUM_EVENT_H
#define THRUM_EVENT_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

struct thrum_event {
    struct thrum_object object;
    THRUM_ATOMIC(uint32_t) word; /* bit 0: set; bit 1: perhaps waited for; from bit 2: how often it was set */
};
#define THRUM_EVENT_INIT THRUM_EVENT_INIT_NAMED(NULL)
#define THRUM_EVENT_INIT_NAMED(name) { THRUM_OBJECT_INIT(name), 0 }

/* Makes a cleared event in `*event` or on the heap. 0; ENOMEM. */
THRUM_API int thrum_event_init(struct thrum_event *event, const char *name);
THRUM_API int thrum_event_create(struct thrum_event **event, const char *name);

/* Ends it; no thread may wait for it. 0. */
THRUM_API int thrum_event_destroy(struct thrum_event *event);

/* Sets it and wakes all who wait. 0. May be called from a signal handler. */
THRUM_API int thrum_event_set(struct thrum_event *event);

/* Clears it. 0. May be called from a signal handler. */
THRUM_API int thrum_event_clear(struct thrum_event *event);

/* Whether it is set, at this instant. */
THRUM_API bool thrum_event_is_set(const struct thrum_event *event);

/* Waits until it is set. 0; EINTR. A cancellation point where it blocks. */
THRUM_API int thrum_event_wait(struct thrum_event *event);

/* The same for at most that long. 0; ETIMEDOUT; EINTR; EINVAL: bad timeout. */
THRUM_API int thrum_event_wait_for(struct thrum_event *event, int64_t nanoseconds);
THRUM_API int thrum_event_wait_until(struct thrum_event *event, const struct timespec *deadline);

THRUM_END_DECLARATIONS

#endif
