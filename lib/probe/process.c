/* SPDX-License-Identifier: MIT */
/* A process starts being traced, forks, and goes on in its child. */
#include "probe/process.h"

#include <fcntl.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/address.h"
#include "core/env.h"
#include "core/log.h"
#include "core/modules.h"
#include "core/python.h"
#include "probe/emit.h"
#include "probe/probe.h"
#include "probe/sinks.h"

enum { PATH_LENGTH = 4096 };
static char executable[PATH_LENGTH];

const char *process_executable(void)
{
    return executable;
}

void process_describe(struct thrum_event_process_begin *record)
{
    *record = (struct thrum_event_process_begin){
        .common = {self_pid(), self_tid()}, .ppid = (int32_t)syscall(SYS_getppid), .executable = executable};
}

static void start(void)
{
    struct env env;
    long length;

    log_start();
    env_read(&env, thrum_preloaded != NULL);
    if (env.off)
        return;
    length = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", executable, PATH_LENGTH - 1);
    executable[length > 0 ? length : 0] = 0;
    modules_start();
    python_start(env.python);
    sinks_start(&env);
}

void probe_start(void)
{
    static bool started;
    int saved = errno;

    if (started)
        return;
    started = true;
    self_enter();
    start();
    self_leave();
    if (probe_on())
        probe_thread_begin(0, NULL);
    errno = saved;
}

__attribute__((constructor)) static void constructor(void)
{
    probe_start();
}

/* In the child, where its first event is one of a handler of fork. */
static void forked(void)
{
    self_enter();
    sinks_fork_child();
    self_leave();
    probe_thread_begin(0, NULL);
}

/* In the child, when fork returns. */
static void fork_returned(void)
{
    bool first = thrum_self.forking;

    self_enter();
    if (first) {
        self_fork_end();
        sinks_fork_child();
    }
    sinks_fork_returned();
    self_leave();
    if (first)
        probe_thread_begin(0, NULL);
}

void probe_fork_prepare(bool bare)
{
    thrum_self.forking_bare = bare;
    self_enter();
    sinks_fork_prepare();
    self_leave();
    self_fork_begin(forked);
}

void probe_fork_parent(int32_t child, const void *site)
{
    int saved = errno;

    self_fork_end();
    self_enter();
    sinks_fork_parent();
    self_leave();
    if (child > 0 && emit_site(site))
        EMIT(process_fork, .child = child, .site = address_of(site));
    errno = saved;
}

void probe_fork_seen(int32_t child, const void *site)
{
    if (emit_site(site))
        EMIT(process_fork, .child = child, .site = address_of(site));
}

void probe_exec(const char *path, const void *site)
{
    if (emit_site(site))
        EMIT(process_exec, .path = path, .site = address_of(site));
}

void probe_process_end(int32_t status, const void *site)
{
    if (!site || emit_site(site))
        EMIT(process_end, .status = status, .site = address_of(site));
}

void probe_fork_child(void)
{
    int saved = errno;

    fork_returned();
    errno = saved;
}
