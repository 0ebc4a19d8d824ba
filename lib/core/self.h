/* SPDX-License-Identifier: MIT */
/* What thrum keeps of the calling thread: initial-exec TLS, so that reaching it never allocates or locks. */
#ifndef THRUM_CORE_SELF_H
#define THRUM_CORE_SELF_H

#include <stdbool.h>
#include <stdint.h>
#include "visibility.h"

struct thrum_self {
    /* > 0: this thread is inside thrum or a sink, or isn't the program's; its calls aren't events. */
    uint32_t guard;
    int32_t tid; /* 0: not asked for yet */
};

extern THRUM_PRIVATE __thread struct thrum_self thrum_self __attribute__((tls_model("initial-exec")));

/* Ids of the calling thread and its process, as the process sees them; cached, right also after fork. */
THRUM_PRIVATE int32_t self_tid(void);
THRUM_PRIVATE int32_t self_pid(void);

/* Forgets the cached ids: in the child after fork. */
THRUM_PRIVATE void self_reset(void);

#endif
