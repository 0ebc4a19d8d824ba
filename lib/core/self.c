/* SPDX-License-Identifier: MIT */
/* The calling thread's state, and its cached ids. */
#include "core/self.h"

#include <sys/syscall.h>
#include <unistd.h>

__thread struct thrum_self thrum_self;
static volatile int32_t process_id;

int32_t self_tid(void)
{
    if (thrum_self.tid == 0)
        thrum_self.tid = (int32_t)syscall(SYS_gettid);
    return thrum_self.tid;
}

int32_t self_pid(void)
{
    if (process_id == 0)
        process_id = (int32_t)syscall(SYS_getpid);
    return process_id;
}

void self_reset(void)
{
    thrum_self.tid = 0;
    process_id = 0;
}
