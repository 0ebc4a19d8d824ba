/* SPDX-License-Identifier: MIT */
/* Records without a daemon: the program's own processes write the trace. */
#include "config.h"
#include "record/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "record/preload.h"
#include "record/trim.h"
#include "record/trouble.h"
#include "recording.h"

struct backend_run {
    const char *directory; /* where the trace goes */
    const struct backend_options *options;
    char *preload;
};

static int recorder_start(struct backend_run **started, const char *directory, const struct backend_options *options,
                          char **trouble)
{
    struct backend_run *run = calloc(1, sizeof(*run));
    if (!run)
        return -ENOMEM;
    *run = (struct backend_run){.directory = directory, .options = options, .preload = preload_find(trouble)};
    if (!run->preload) {
        free(run);
        return -ENOENT;
    }
    *started = run;
    return 0;
}

static int set_size(const char *name, uint64_t size)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRIu64, size);
    return size ? setenv(name, text, 1) : unsetenv(name);
}

static int recorder_prepare(const struct backend_run *run)
{
    int err = preload_set(run->preload);
    if (!err && (setenv("THRUM_RECORD", run->directory, 1) < 0 || set_size("THRUM_RECORD_RING", run->options->ring) < 0 ||
                 set_size("THRUM_RECORD_MAX", run->options->max_size) < 0 || setenv("THRUM_LTTNG", "off", 1) < 0 ||
                 /* What there is to find is found in the trace; the program's own output stays as it is. */
                 setenv("THRUM_CHECK", "off", 0) < 0))
        err = -errno;
    unsetenv("THRUM");
    return err;
}

static pid_t recorder_helper(const struct backend_run *run)
{
    (void)run;
    return 0;
}

static int recorder_watch(const struct backend_run *run)
{
    (void)run;
    return -1;
}

static const char *recorder_broken(const struct backend_run *run)
{
    (void)run;
    return "recording broke off";
}

/* What all processes share, mapped; NULL where no process recorded. */
static struct recording *map_recording(const struct backend_run *run)
{
    struct recording *recording = NULL;
    struct stat file;
    char *path;
    if (asprintf(&path, "%s/.recording", run->directory) < 0)
        return NULL;
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    free(path);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &file) == 0 && file.st_size >= RECORDING_SIZE) {
        recording = mmap(NULL, RECORDING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        recording = recording == MAP_FAILED ? NULL : recording;
    }
    close(fd);
    return recording;
}

static void end_recording(struct recording *recording)
{
    uint32_t going = RECORDING_GOES_ON;
    uint64_t never = 0;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    atomic_compare_exchange_strong(&recording->stopped, &going, RECORDING_ENDED);
    atomic_compare_exchange_strong(&recording->ended_ns, &never, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
}

static void recorder_stop(struct backend_run *run)
{
    struct recording *recording = map_recording(run);
    if (!recording)
        return;
    end_recording(recording);
    munmap(recording, RECORDING_SIZE);
}

static void recorder_finish(struct backend_run *run, struct backend_outcome *outcome)
{
    struct recording *recording = map_recording(run);
    *outcome = (struct backend_outcome){0};
    if (!recording) {
        trouble_tell(&outcome->trouble, ENOENT, "nothing was recorded: the program is statically linked, runs with another's "
                     "rights, or dropped LD_PRELOAD");
        return;
    }
    end_recording(recording);
    outcome->lost_events = atomic_load(&recording->lost);
    outcome->full = atomic_load(&recording->stopped) == RECORDING_FULL;
    outcome->left_out = atomic_load(&recording->left_out);
    trim_recording(run->directory, atomic_load(&recording->ended_ns));
    munmap(recording, RECORDING_SIZE);
}

static void recorder_end(struct backend_run *run)
{
    free(run->preload);
    free(run);
}

const struct backend backend_recorder = {
    .name = "recorder",
    .start = recorder_start,
    .prepare = recorder_prepare,
    .helper = recorder_helper,
    .watch = recorder_watch,
    .broken = recorder_broken,
    .stop = recorder_stop,
    .finish = recorder_finish,
    .end = recorder_end,
};
