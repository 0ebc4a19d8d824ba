/* SPDX-License-Identifier: MIT */
/* Goes from packet to packet by the sizes in their headers. */
#include "config.h"
#include "record/packets.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESCRIPTORS = 16 };

/* What LTTng-UST 2.x begins a packet with, as its metadata says; sizes are in bits. */
struct packet {
    uint32_t magic;
    uint8_t uuid[16];
    uint32_t stream_id;
    uint64_t stream_instance;
    uint64_t begin, end;
    uint64_t content_size, packet_size;
} __attribute__((packed));

static const uint32_t magic = 0xC1FC1FC1;

/* Bytes of whole packets from the start of the file; all of them where this isn't a stream. */
static off_t whole_packets(int fd, off_t size)
{
    off_t at = 0;
    struct packet packet;
    while (at < size) {
        if (pread(fd, &packet, sizeof(packet), at) != sizeof(packet))
            return at ? at : size;
        if (packet.magic != magic || packet.packet_size == 0 || packet.packet_size % 8)
            return at ? at : size;
        if ((uint64_t)(size - at) < packet.packet_size / 8)
            return at;
        at += (off_t)(packet.packet_size / 8);
    }
    return at;
}

/* LTTng's index of the stream tells of packets that aren't there. */
static void remove_index(const char *path, int base)
{
    char *index;
    if (asprintf(&index, "%.*sindex/%s.idx", base, path, path + base) < 0)
        return;
    unlink(index);
    free(index);
}

static int trim(const char *path, const struct stat *found, int type, struct FTW *at)
{
    if (type != FTW_F || strncmp(path + at->base, "thrum_", 6) != 0 || strstr(path + at->base, ".idx"))
        return 0;
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return 0;
    off_t whole = whole_packets(fd, found->st_size);
    if (whole != found->st_size && ftruncate(fd, whole) == 0)
        remove_index(path, at->base);
    close(fd);
    return 0;
}

void packets_keep_whole(const char *absolute)
{
    nftw(absolute, trim, DESCRIPTORS, FTW_PHYS);
}
