/* SPDX-License-Identifier: MIT */
/* What thrum keeps of the calling thread: initial-exec TLS, so that reaching it never allocates or locks. */
#ifndef THRUM_CORE_SELF_H
#define THRUM_CORE_SELF_H

#include <stdbool.h>
#include <stdint.h>
#include "visibility.h"

struct check_thread;

struct thrum_self {
    /* > 0: this thread is inside thrum or a sink, or isn't the program's; its calls aren't events. */
    uint32_t guard;
    int32_t tid; /* 0: not asked for yet; so is pid */
    int32_t pid;
    struct check_thread *check; /* what the checker knows of this thread, NULL where it hasn't met it */
};

extern THRUM_PRIVATE __thread struct thrum_self thrum_self __attribute__((tls_model("initial-exec")));

/* Asks for the ids. */
THRUM_PRIVATE void self_identify(void);

/* Forgets them: in the child after fork. */
THRUM_PRIVATE void self_reset(void);

/* Ids of the calling thread and its process, as the process sees them. */
static inline int32_t self_tid(void)
{
    if (__builtin_expect(thrum_self.tid == 0, 0))
        self_identify();
    return thrum_self.tid;
}

static inline int32_t self_pid(void)
{
    if (__builtin_expect(thrum_self.pid == 0, 0))
        self_identify();
    return thrum_self.pid;
}

#endif
