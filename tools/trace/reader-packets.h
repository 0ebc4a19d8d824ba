/* SPDX-License-Identifier: MIT */
/* The packets that a stream file consists of, in the layout of LTTng: whether they are whole, and where they aren't. */
#ifndef THRUM_TRACE_READER_PACKETS_H
#define THRUM_TRACE_READER_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How each packet begins; its numbers are in the byte order that the magic number shows. */
struct packet {
    uint32_t magic;
    uint8_t uuid[16];
    uint32_t stream_id;
    uint64_t instance_id;
    uint64_t begin, end;
    uint64_t content_bits;
    uint64_t packet_bits;
};

/* Bytes up to which the packets of an open file are whole; *cut: the next one begins well, and has `left` bytes, else 0. */
uint64_t packets_whole(int file, uint64_t size, struct packet *cut, uint64_t *left);

/* Makes a packet that many bytes long, and its content no longer. */
void packet_shorten(struct packet *, uint64_t bytes);

/* Of a file in a directory: whether it begins as a stream does; whether all its packets are whole. */
bool stream_is(const char *directory, const char *name);
bool stream_is_whole(const char *directory, const char *name);

/* Whether the file index/NAME.idx, if there is one, tells of just the packets that there are. */
bool stream_fits_index(const char *directory, const char *name);

#endif
