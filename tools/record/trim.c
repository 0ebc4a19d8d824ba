/* SPDX-License-Identifier: MIT */
/* Trims the recorder's files: the last packet of each reaches to the end of a file that was made for more. */
#include "config.h"
#include "record/trim.h"

#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "recording.h"

/* A lease is given only where nobody else has the file open or mapped for writing. */
static bool nobody_writes(int fd)
{
    fcntl(fd, F_SETSIG, SIGURG); /* which is ignored, for a lease that somebody breaks: SIGIO would end this process */
    bool free = fcntl(fd, F_SETLEASE, F_WRLCK) == 0;
    if (free)
        fcntl(fd, F_SETLEASE, F_UNLCK);
    return free;
}

/* The last packet of a file and where it begins; false where the file isn't a row of packets. */
static bool last_packet(int fd, off_t size, struct packet *packet, off_t *at)
{
    for (*at = 0; pread(fd, packet, sizeof(*packet), *at) == (ssize_t)sizeof(*packet);) {
        off_t end = *at + (off_t)(packet->packet_size / 8);
        if (packet->magic != PACKET_MAGIC || packet->content_size > packet->packet_size || end <= *at || end > size)
            return false;
        if (end == size)
            return true;
        *at = end;
    }
    return false;
}

/* Whether this is the stream's newest chunk: stream_S_C, and there is no stream_S_(C+1). */
static bool is_newest(const char *path)
{
    char next[4096];
    const char *number = strrchr(path, '_');
    int length = snprintf(next, sizeof(next), "%.*s_%lu", (int)(number - path), path, strtoul(number + 1, NULL, 10) + 1);
    return length < (int)sizeof(next) && access(next, F_OK) < 0;
}

static void trim(int fd, bool newest, uint64_t ended_ns)
{
    struct packet packet;
    struct stat file;
    off_t at;
    if (fstat(fd, &file) < 0 || !last_packet(fd, file.st_size, &packet, &at))
        return;
    if (newest && packet.timestamp_end < ended_ns)
        packet.timestamp_end = ended_ns;
    packet.packet_size = (packet.content_size + 63) / 64 * 64;
    if (pwrite(fd, &packet, sizeof(packet), at) != (ssize_t)sizeof(packet) || ftruncate(fd, at + (off_t)(packet.packet_size / 8)) == 0)
        return;
    packet.packet_size = (uint64_t)(file.st_size - at) * 8;
    if (pwrite(fd, &packet, sizeof(packet), at) < 0)
        return; /* the file can't be written any more: it is as it was */
}

static void visit(const FTSENT *entry, uint64_t ended_ns)
{
    bool shown = strncmp(entry->fts_name, "stream_", 7) == 0, hidden = strncmp(entry->fts_name, ".stream_", 8) == 0;
    if (entry->fts_info != FTS_F || (!shown && !hidden))
        return;
    int fd = open(entry->fts_accpath, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    if (nobody_writes(fd)) {
        if (hidden)
            unlink(entry->fts_accpath);
        else
            trim(fd, is_newest(entry->fts_accpath), ended_ns);
    }
    close(fd);
}

void trim_recording(const char *directory, uint64_t ended_ns)
{
    char *paths[] = {(char *)directory, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; walk && (entry = fts_read(walk));)
        visit(entry, ended_ns);
    if (walk)
        fts_close(walk);
}
