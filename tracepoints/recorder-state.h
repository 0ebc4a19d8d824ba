/* SPDX-License-Identifier: MIT */
/*
 * What the recorder keeps of the process. All of it lies in one mapping that the kernel wipes in a forked child, also in
 * one that was cloned behind the library's back: a child finds zeroes, knows by them that it is one, and begins afresh.
 */
#ifndef THRUM_TRACEPOINTS_RECORDER_STATE_H
#define THRUM_TRACEPOINTS_RECORDER_STATE_H

#include "recorder-stream.h"
#include "recorder.h"

enum { RECORDER_PATH = 4096, RECORDER_STREAMS = 32768, RECORDER_TEXT = 4096 };

/* What is fixed before the recorder starts, and kept by a forked child. */
struct recorder_config {
    char directory[RECORDER_PATH / 2]; /* absolute */
    uint64_t ring;
    uint64_t max_size;
    thrum_sink_announce *announce;
    uint32_t next_stream; /* the first that no thread ever had; a child goes on from its parent's */
};
extern struct recorder_config recorder_config;

struct recorder_state {
    struct raw_lock lock; /* over all that follows but what is atomic; held with signals blocked */
    int32_t pid;          /* 0: nothing was begun yet in this process */
    _Atomic bool stopped; /* nothing more is recorded; one line has said why */
    struct recording *recording;
    struct clock_function clock;
    struct raw_lock keep_lock; /* taken before `lock` */
    struct stream *kept;       /* beside rings */
    uint32_t first_stream, scan; /* where this process's streams begin; where to look for one to hand on */
    char directory[RECORDER_PATH];            /* of this process: its trace */
    char path[RECORDER_PATH], new_path[RECORDER_PATH], text[RECORDER_TEXT]; /* scratch: stacks may be tiny */
    _Atomic uint32_t moves[1 << ORDER_BITS];
    char zeros[256 * 1024];
    struct stream streams[RECORDER_STREAMS];
};
extern struct recorder_state *recorder_state; /* NULL: never started */

/*
 * Makes this process's directory, its metadata, and what it shares with others. 0 or -errno, and then the recorder is
 * stopped. Lock held.
 */
int process_open(struct recorder_state *state);

/* Takes `size` bytes of what the recording may use: 0, or -EDQUOT where its bound is reached. */
int process_take(struct recorder_state *state, size_t size);

/* Stops recording in this process for ever, with a line that says why. Lock held. */
void process_stop(struct recorder_state *state, const char *what, long error);

/* Writes the metadata of the trace to `fd`: 0 or -errno. `text` is scratch of RECORDER_TEXT bytes. */
int metadata_write(int fd, char *text, int64_t clock_offset, const uint64_t boot_id[2], const char *program, int32_t pid);

/* Makes a chunk of `size` bytes, invisible to readers until it is shown: 0 or -errno. Lock held. */
int chunk_make(struct recorder_state *state, uint32_t stream, size_t size, struct chunk *chunk);
/* Shows it: it must hold a whole packet. 0 or -errno. Lock held. */
int chunk_show(struct recorder_state *state, uint32_t stream, const struct chunk *chunk);
/* Hides a chunk from readers, as it was before it was shown, under the name of number `as`. Lock held. */
int chunk_hide(struct recorder_state *state, uint32_t stream, const struct chunk *chunk, uint32_t as);
/* Removes a hidden chunk's file; its memory stays. Lock held. */
void chunk_remove(struct recorder_state *state, uint32_t stream, const struct chunk *chunk);
/*
 * Makes bytes `from` to `to` of a chunk safe to write: 0, or -errno where there is no room on the disk, for which a write
 * to the memory would raise SIGBUS. Zeroes are written to the file because that is the cheapest way, by a third, to get
 * its pages. Lock held.
 */
int chunk_fill(struct recorder_state *state, uint32_t stream, const struct chunk *chunk, bool shown, size_t from, size_t to);
/* Gives pages back that were written. */
void chunk_drop(uint8_t *at, size_t size);
void chunk_unmap(struct chunk *chunk);

#endif
