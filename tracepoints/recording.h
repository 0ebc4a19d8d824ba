/* SPDX-License-Identifier: MIT */
/* What the recorder's files begin with, for the recorder and for tools that look after its files. */
#ifndef THRUM_TRACEPOINTS_RECORDING_H
#define THRUM_TRACEPOINTS_RECORDING_H

#include <stdatomic.h>
#include <stdint.h>

/* A packet's header and context, as in every stream; recorder-metadata.c describes it to readers. */
struct packet {
    uint32_t magic;
    uint32_t stream_id;
    uint64_t stream;
    uint64_t packet_size;  /* bits, as is content_size */
    uint64_t content_size; /* whole events only, at every instant */
    uint64_t timestamp_begin;
    uint64_t timestamp_end; /* not before the last event's, at every instant */
    uint64_t events_discarded;
    uint64_t sequence;
    int32_t pid;
    int32_t tid;
};
enum { PACKET_MAGIC = 0xC1FC1FC1u, PACKET_ALIGN = 64 };

/* The file DIR/.recording, which all processes of a recording map. */
struct recording {
    uint64_t magic;
    uint64_t boot_id[2];      /* of /proc/sys/kernel/random/boot_id */
    int64_t clock_offset;     /* CLOCK_REALTIME - CLOCK_MONOTONIC, in nanoseconds: the same for all its processes */
    _Atomic uint64_t used;    /* bytes taken by all streams */
    _Atomic uint64_t lost;    /* events that were not recorded, by all processes */
    _Atomic uint64_t ended_ns; /* by CLOCK_MONOTONIC: when whoever started the recording ended it; 0: it hasn't */
    _Atomic uint32_t stopped;  /* enum recording_stop: no process records any longer */
    _Atomic uint32_t left_out; /* processes that began when it was full: what they did isn't counted */
};
enum recording_stop { RECORDING_GOES_ON, RECORDING_FULL, RECORDING_ENDED };
enum { RECORDING_SIZE = 4096 };
#define RECORDING_MAGIC 0x31306d7572687422u

#endif
