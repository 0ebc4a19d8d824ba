/* SPDX-License-Identifier: MIT */
/* Walks the packets of a stream file. */
#include "config.h"
#include "trace/reader-packets.h"

#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/memory.h"

#define PACKET_MAGIC 0xc1fc1fc1u
#define INDEX_MAGIC 0xc1f1dcc1u

static bool is_packet(const struct packet *packet)
{
    return packet->magic == PACKET_MAGIC || packet->magic == __builtin_bswap32(PACKET_MAGIC);
}

static uint64_t native(const struct packet *packet, uint64_t number)
{
    return packet->magic == PACKET_MAGIC ? number : __builtin_bswap64(number);
}

/* 0: it makes no sense. */
static uint64_t packet_bytes(const struct packet *packet)
{
    uint64_t content = native(packet, packet->content_bits), bits = native(packet, packet->packet_bits);
    return !is_packet(packet) || bits % 8 || content / 8 < sizeof *packet || content > bits ? 0 : bits / 8;
}

uint64_t packets_whole(int file, uint64_t size, struct packet *cut, uint64_t *left)
{
    uint64_t at = 0;
    *left = 0;
    while (pread(file, cut, sizeof *cut, (off_t)at) == sizeof *cut) {
        uint64_t bytes = packet_bytes(cut);
        if (!bytes || bytes > size - at) {
            *left = bytes ? size - at : 0;
            break;
        }
        at += bytes;
    }
    return at;
}

void packet_shorten(struct packet *packet, uint64_t bytes)
{
    if (native(packet, packet->content_bits) > bytes * 8)
        packet->content_bits = native(packet, bytes * 8);
    packet->packet_bits = native(packet, bytes * 8);
}

static int open_in(const char *directory, const char *before, const char *name, const char *after, uint64_t *size)
{
    char *path = memory_format("%s/%s%s%s", directory, before, name, after);
    struct stat status = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0 && fstat(file, &status)) {
        close(file);
        file = -1;
    }
    *size = (uint64_t)status.st_size;
    free(path);
    return file;
}

bool stream_is(const char *directory, const char *name)
{
    struct packet first = {0};
    uint64_t size;
    int file = open_in(directory, "", name, "", &size);
    if (file < 0)
        return false;
    bool is = pread(file, &first, sizeof first.magic, 0) == sizeof first.magic && is_packet(&first);
    close(file);
    return is;
}

bool stream_is_whole(const char *directory, const char *name)
{
    struct packet next;
    uint64_t size, left;
    int file = open_in(directory, "", name, "", &size);
    if (file < 0)
        return false;
    bool whole = packets_whole(file, size, &next, &left) == size;
    close(file);
    return whole;
}

/* An index: this, then entries of `entry_bytes` that begin with offset, packet size and content size; big-endian. */
struct index_header {
    uint32_t magic, major, minor, entry_bytes;
};

static bool fits(int index, uint64_t index_size, int stream, uint64_t stream_size)
{
    struct index_header header;
    if (pread(index, &header, sizeof header, 0) != sizeof header || be32toh(header.magic) != INDEX_MAGIC)
        return false;
    uint64_t step = be32toh(header.entry_bytes), at = 0, from = sizeof header;
    uint64_t entry[3];
    if (step < sizeof entry)
        return false;
    for (; from + step <= index_size; from += step) {
        struct packet packet;
        if (pread(index, entry, sizeof entry, (off_t)from) != sizeof entry ||
            pread(stream, &packet, sizeof packet, (off_t)at) != sizeof packet || be64toh(entry[0]) != at ||
            be64toh(entry[1]) != native(&packet, packet.packet_bits) ||
            be64toh(entry[2]) != native(&packet, packet.content_bits))
            return false;
        at += packet_bytes(&packet);
    }
    return at == stream_size && from == index_size;
}

bool stream_fits_index(const char *directory, const char *name)
{
    uint64_t index_size, stream_size;
    int index = open_in(directory, "index/", name, ".idx", &index_size);
    if (index < 0)
        return true;
    int stream = open_in(directory, "", name, "", &stream_size);
    bool does = stream >= 0 && fits(index, index_size, stream, stream_size);
    close(index);
    if (stream >= 0)
        close(stream);
    return does;
}
