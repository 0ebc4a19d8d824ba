/* SPDX-License-Identifier: MIT */
/* Records through LTTng: a session of the recording's own, in a private daemon or, for root, in the system's. */
#include "config.h"
#include "record/backend.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/paths.h"
#include "record/directory.h"
#include "record/home.h"
#include "record/packets.h"
#include "record/preload.h"
#include "record/salvage.h"
#include "record/session.h"
#include "record/sessiond.h"
#include "record/trouble.h"

struct backend_run {
    const char *directory; /* where the trace goes */
    const char *relay;     /* or the host that it is streamed to; NULL: none */
    struct home home;      /* the daemon's files and the buffers' memory */
    char *buffers;
    char *preload;
    uint64_t number;       /* the recording's */
    struct sessiond daemon;
    struct session session;
    char *trouble;         /* the first that came up while stopping */
    bool cut;              /* as in backend_outcome */
};

/* --- start --- */

static int find_libraries(struct backend_run *run, char **trouble)
{
    char *provider = paths_library("libthrum-lttng.so");
    if (!provider)
        return trouble_tell(trouble, ENOENT, "can't find libthrum-lttng.so beside this program nor in %s; is thrum installed whole?",
                            THRUM_LIBDIR);
    free(provider);
    run->preload = preload_find(trouble);
    return run->preload ? 0 : -ENOENT;
}

static int make_home(struct backend_run *run, char **trouble)
{
    int err = home_make(&run->home, trouble);
    if (err)
        return err;
    if (asprintf(&run->buffers, "%s/buffers", run->home.path) < 0) {
        run->buffers = NULL;
        return -ENOMEM;
    }
    return mkdir(run->buffers, 0700) < 0 ? -errno : 0;
}

static void free_run(struct backend_run *run)
{
    home_remove(&run->home);
    free(run->buffers);
    free(run->preload);
    free(run->trouble);
    free(run);
}

static int start_session(struct backend_run *run, char **trouble)
{
    salvage_prepare(run->directory);
    int err = sessiond_join(&run->daemon, run->home.path, trouble);
    if (err)
        return err;
    err = session_start(&run->session, &(struct session_plan){.directory = run->directory, .relay = run->relay, .buffers = run->buffers,
                                                              .number = run->number, .shared = run->daemon.shared}, trouble);
    if (err)
        sessiond_leave(&run->daemon);
    else
        sessiond_joined(&run->daemon);
    return err;
}

static int lttng_start(struct backend_run **started, const char *directory, const struct backend_options *options,
                       char **trouble)
{
    if (options->ring || options->max_size)
        return trouble_tell(trouble, EINVAL, "--ring and --max-size are the recorder's: leave out --lttng");
    struct backend_run *run = calloc(1, sizeof(*run));
    if (!run)
        return -ENOMEM;
    run->directory = directory;
    run->relay = options->relay;
    run->home.lock = -1;
    while (!run->number)
        if (getrandom(&run->number, sizeof(run->number), 0) == sizeof(run->number))
            run->number >>= 2; /* a number that LTTng's filters can hold */
    /* The daemon may hang up amid a command that it refuses. */
    struct sigaction ignored = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignored, &before);
    int err = find_libraries(run, trouble);
    if (!err)
        err = make_home(run, trouble);
    if (!err)
        err = start_session(run, trouble);
    sigaction(SIGPIPE, &before, NULL);
    if (err)
        free_run(run);
    else
        *started = run;
    return err;
}

/* --- the program --- */

/* LTTNG_HOME, where it matters, is in the environment already. */
static int lttng_prepare(const struct backend_run *run)
{
    char number[32];
    snprintf(number, sizeof(number), "%" PRIu64, run->number);
    if (preload_set(run->preload) < 0 || setenv("THRUM_LTTNG", "on", 1) < 0 || setenv("THRUM_SESSION", number, 1) < 0 ||
        /* The first events count: a busy machine has time to answer. A daemon that is gone isn't waited for. */
        setenv("LTTNG_UST_REGISTER_TIMEOUT", "10000", 0) < 0 ||
        /* What there is to find is found in the trace; the program's own output stays as it is. */
        setenv("THRUM_CHECK", "off", 0) < 0)
        return -errno;
    unsetenv("THRUM");
    return 0;
}

static pid_t lttng_helper(const struct backend_run *run)
{
    return run->daemon.child;
}

static int lttng_watch(const struct backend_run *run)
{
    return run->daemon.pidfd;
}

static const char *lttng_broken(const struct backend_run *run)
{
    (void)run;
    return "the LTTng session daemon ended";
}

/* --- the end --- */

static void lttng_stop(struct backend_run *run)
{
    if (sessiond_runs(&run->daemon))
        session_stop(&run->session, &run->trouble);
}

static void recover(struct backend_run *run, bool broken)
{
    struct salvage found;
    salvage(run->buffers, run->directory, &found);
    packets_keep_whole(run->directory);
    if (found.disk_full)
        trouble_tell(&run->trouble, ENOSPC, "the disk is full: the last events may be missing");
    else if (found.recovered < 0 && !broken)
        trouble_tell(&run->trouble, EIO, "lttng-crash doesn't work: the last events of a process that was killed may be missing");
    else if (found.recovered > 0 && (uint64_t)found.recovered >= run->session.buffer_full)
        /* The consumer stood still for long; what didn't fit then isn't known to anybody. */
        trouble_tell(&run->trouble, EIO, "a process was killed while it wrote an event, and the buffer behind it filled up: "
                     "events are missing, and how many isn't known");
    /* Nobody could read on behind the event that was never finished, lttng-crash neither. */
    else if (found.recovered > 0)
        run->cut = true;
}

static void lttng_finish(struct backend_run *run, struct backend_outcome *outcome)
{
    lttng_stop(run);
    bool broken = !sessiond_runs(&run->daemon);
    recover(run, broken);
    *outcome = (struct backend_outcome){
        .broken = broken,
        .lost_unknown = broken || run->trouble,
        .cut = run->cut,
        .may_be_cut = true, /* lttng-crash may find nothing at all of a buffer that has an unfinished event */
        .lost_events = run->session.lost_events,
        .lost_packets = run->session.lost_packets,
        .streamed = run->relay ? strdup(run->session.name) : NULL,
        .trouble = run->trouble,
    };
    run->trouble = NULL;
}

static void lttng_end(struct backend_run *run)
{
    if (run->daemon.shared) {
        /* The daemon answers nobody until this directory is gone, and it isn't removed where a process died amid an event. */
        directory_remove(run->buffers);
        session_destroy(&run->session);
    }
    sessiond_leave(&run->daemon);
    free_run(run);
}

const struct backend backend_lttng = {
    .name = "lttng",
    .start = lttng_start,
    .prepare = lttng_prepare,
    .helper = lttng_helper,
    .watch = lttng_watch,
    .broken = lttng_broken,
    .stop = lttng_stop,
    .finish = lttng_finish,
    .end = lttng_end,
};
