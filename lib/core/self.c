/* SPDX-License-Identifier: MIT */
/* The calling thread's state, and its cached ids. */
#include "core/self.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

__thread struct thrum_self thrum_self;
void (*self_pending)(void);
volatile bool self_confined;

/* Of the fork in progress in this thread. */
#define SELF_TLS __thread __attribute__((tls_model("initial-exec")))
static SELF_TLS int32_t forking_pid;
static SELF_TLS void (*forking_told)(void);

void self_forget(void)
{
    thrum_self.tid = 0;
    thrum_self.pid = 0;
}

void self_fork_begin(void (*forked)(void))
{
    self_forget();
    forking_pid = (int32_t)syscall(SYS_getpid);
    forking_told = forked;
    thrum_self.forking = true;
}

void self_fork_end(void)
{
    self_forget();
    thrum_self.forking = false;
}

static int32_t ask_pid(void)
{
    int32_t pid = (int32_t)syscall(SYS_getpid);

    if (thrum_self.forking && pid != forking_pid) {
        self_fork_end();
        forking_told();
    }
    if (!thrum_self.forking)
        thrum_self.pid = pid;
    return pid;
}

int32_t self_ask_tid(void)
{
    int32_t tid = (int32_t)syscall(SYS_gettid);

    ask_pid();
    if (!thrum_self.forking)
        thrum_self.tid = tid;
    return tid;
}

int32_t self_ask_pid(void)
{
    return ask_pid();
}
