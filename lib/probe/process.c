/* SPDX-License-Identifier: MIT */
/* A process starts being traced, forks, and goes on in its child. */
#include "probe/process.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/address.h"
#include "core/env.h"
#include "core/modules.h"
#include "probe/emit.h"
#include "probe/probe.h"
#include "probe/sinks.h"

enum { PATH_LENGTH = 4096 };
static char executable[PATH_LENGTH];

void process_describe(struct thrum_event_process_begin *record)
{
    *record = (struct thrum_event_process_begin){
        .common = {self_pid(), self_tid()}, .ppid = (int32_t)syscall(SYS_getppid), .executable = executable};
}

/* Runs before the program's own handlers in the child, which may lock and so emit. */
static void forget_ids(void)
{
    self_reset();
}

static void start(void)
{
    struct env env;
    long length;

    env_read(&env);
    if (env.off)
        return;
    length = syscall(SYS_readlink, "/proc/self/exe", executable, PATH_LENGTH - 1);
    executable[length > 0 ? length : 0] = 0;
    modules_start();
    pthread_atfork(NULL, NULL, forget_ids);
    sinks_start(&env);
}

void probe_start(void)
{
    static bool started;
    int saved = errno;

    if (started)
        return;
    started = true;
    thrum_self.guard++;
    start();
    thrum_self.guard--;
    if (probe_on())
        probe_thread_begin(0, NULL);
    errno = saved;
}

__attribute__((constructor)) static void constructor(void)
{
    probe_start();
}

void probe_fork_prepare(void)
{
    thrum_self.guard++;
    sinks_fork_prepare();
    thrum_self.guard--;
}

void probe_fork_parent(int32_t child, const void *site)
{
    int saved = errno;

    thrum_self.guard++;
    sinks_fork_parent();
    thrum_self.guard--;
    if (child > 0 && emit_site(site))
        EMIT(process_fork, .child = child, .site = address_of(site));
    errno = saved;
}

void probe_fork_child(void)
{
    int saved = errno;

    self_reset();
    thrum_self.guard++;
    sinks_fork_child();
    thrum_self.guard--;
    probe_thread_begin(0, NULL);
    errno = saved;
}
