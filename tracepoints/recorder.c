/* SPDX-License-Identifier: MIT */
/* The recorder as a sink: start, fork. */
#include "recorder.h"

#include <string.h>
#include <sys/mman.h>

#include "recorder-emit.h"
#include "recorder-state.h"
#include "recorder-text.h"

bool recorder_is_direct;

enum { PAGE = 4096, RING_CHUNK_LEAST = 4 * PAGE };

int recorder_configure(const struct recorder_options *options)
{
    struct text path = text_buffer(recorder_config.directory, sizeof(recorder_config.directory));

    if (options->directory[0] != '/') {
        long length = RAW(SYS_getcwd, path.at, path.size);
        if (length < 0)
            return (int)length;
        path.used = (size_t)length - 1;
        text_add(&path, "/");
    }
    text_add(&path, options->directory);
    if (options->ring > 0) {
        uint64_t chunk = options->ring / RING_CHUNKS / PAGE * PAGE;
        recorder_config.ring = RING_CHUNKS * (chunk < RING_CHUNK_LEAST ? RING_CHUNK_LEAST : chunk);
    }
    recorder_config.max_size = options->max_size;
    return path.error;
}

/* Without MADV_WIPEONFORK (Linux 4.14) a child that isn't forked by fork() would go on in its parent's streams. */
static int state_make(void)
{
    long at = RAW(SYS_mmap, NULL, sizeof(struct recorder_state), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (at < 0 && at > -PAGE)
        return (int)at;
    RAW(SYS_madvise, at, sizeof(struct recorder_state), MADV_WIPEONFORK);
    recorder_state = (struct recorder_state *)at;
    return 0;
}

static int start(thrum_sink_announce *announce)
{
    int error = recorder_state ? 0 : state_make();

    if (error)
        return error;
    stream_plain_clock = !clock_ticks_usable();
    recorder_config.announce = announce;
    recorder_self.depth++;
    bool ready = stream_prepare(0); /* announces */
    recorder_self.depth--;
    recorder_is_direct = ready && recorder_config.ring == 0 && !stream_plain_clock;
    return ready ? 0 : -EIO;
}

/* In the memory where an event was being written when a handler called fork, the child goes on writing it. */
static __thread struct {
    uint8_t *packet, *limit;
} interrupted;

static void fork_prepare(void)
{
    struct stream *stream = recorder_self.stream;

    interrupted.packet = interrupted.limit = NULL;
    if (recorder_self.depth > 0 && stream && stream->packet) {
        interrupted.packet = (uint8_t *)stream->packet;
        interrupted.limit = stream->limit;
    }
}

static void cover(uint8_t *begin, uint8_t *end)
{
    begin -= (uintptr_t)begin % PAGE;
    RAW(SYS_mmap, begin, end - begin, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

static void fork_child(void)
{
    int32_t pid = (int32_t)RAW(SYS_getpid);

    if (interrupted.packet)
        cover(interrupted.packet, interrupted.limit);
    if (recorder_state->pid == pid) /* a handler has recorded in the child already */
        return;
    if (recorder_state->pid != 0) /* not wiped */
        memset(recorder_state, 0, sizeof(*recorder_state));
    recorder_self.stream = NULL;
    recorder_self.depth++;
    stream_prepare(0);
    recorder_self.depth--;
}

const struct thrum_sink recorder_sink = {
    .name = "recorder", .start = start, .emit = recorder_emit, .fork_prepare = fork_prepare, .fork_child = fork_child};
