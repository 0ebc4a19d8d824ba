/* SPDX-License-Identifier: MIT */
/* The calling thread's state, and its cached ids. */
#include "core/self.h"

#include <sys/syscall.h>
#include <unistd.h>

__thread struct thrum_self thrum_self;

void self_identify(void)
{
    thrum_self.tid = (int32_t)syscall(SYS_gettid);
    thrum_self.pid = (int32_t)syscall(SYS_getpid);
}

void self_reset(void)
{
    thrum_self.tid = 0;
    thrum_self.pid = 0;
}
