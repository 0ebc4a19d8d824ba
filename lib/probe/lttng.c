/* SPDX-License-Identifier: MIT */
/*
 * Loads the LTTng-UST provider, where it is wanted and a session daemon listens as the process starts: LTTng-UST brings
 * threads of its own into the process, and those change programs.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/log.h"
#include "probe/sinks.h"

#ifdef HAVE_LTTNG
#include <lttng/ust-abi.h>

enum { PATH_LENGTH = 4096 };
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define SOCKET "lttng-ust-sock-" TEXT(LTTNG_UST_ABI_MAJOR_VERSION_OLDEST_COMPATIBLE)

static bool listens(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd, result;

    if (strlen(path) >= sizeof(address.sun_path))
        return false;
    strcpy(address.sun_path, path);
    fd = (int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    result = (int)syscall(SYS_connect, fd, &address, sizeof(address));
    /* EAGAIN: the daemon is there, and busy. */
    bool there = result == 0 || errno == EAGAIN;
    syscall(SYS_close, fd);
    return there;
}

/* Where LTTng-UST itself looks: the system's daemon, then that of the user's home. */
static bool daemon_listens(void)
{
    const char *home = getenv("LTTNG_HOME");
    char path[PATH_LENGTH];

    if (listens("/var/run/lttng/" SOCKET))
        return true;
    if (!home)
        home = getenv("HOME");
    if (!home || snprintf(path, sizeof(path), "%s/.lttng/" SOCKET, home) >= (int)sizeof(path))
        return false;
    return listens(path);
}

/* The provider lies beside the shared object that this function is in. */
static void *open_provider(void)
{
    char path[PATH_LENGTH];
    Dl_info self;
    const char *slash;

    if (!dladdr((void *)&lttng_load, &self) || !(slash = strrchr(self.dli_fname, '/')))
        return dlopen("libthrum-lttng.so", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (snprintf(path, sizeof(path), "%.*s/libthrum-lttng.so", (int)(slash - self.dli_fname), self.dli_fname) >= (int)sizeof(path))
        return NULL;
    return dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

static const struct thrum_sink *provided;
static struct thrum_sink uncancelled;

/* Without the preload, which keeps the calls inside an event from being points of cancellation: LTTng-UST calls write(). */
static void emit_uncancelled(enum thrum_event_id id, const void *record)
{
    int state;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    provided->emit(id, record);
    pthread_setcancelstate(state, NULL);
}

static const struct thrum_sink *never_cancelled(const struct thrum_sink *sink)
{
    if (thrum_preloaded)
        return sink;
    provided = sink;
    uncancelled = *sink;
    uncancelled.emit = emit_uncancelled;
    return &uncancelled;
}

const struct thrum_sink *lttng_load(enum env_switch wanted)
{
    void *provider;

    if (wanted == ENV_OFF || (wanted == ENV_AUTO && !daemon_listens()))
        return NULL;
    provider = open_provider();
    const struct thrum_sink *sink = provider ? dlsym(provider, "thrum_lttng_sink") : NULL;
    if (!sink && wanted == ENV_ON)
        log_line("THRUM_LTTNG=on, but the provider can't be loaded (", dlerror(), "): not tracing through LTTng", NULL);
    return sink ? never_cancelled(sink) : NULL;
}
#else
const struct thrum_sink *lttng_load(enum env_switch wanted)
{
    if (wanted == ENV_ON)
        log_line("THRUM_LTTNG=on, but this thrum was built without LTTng-UST: not tracing through LTTng", NULL);
    return NULL;
}
#endif
