/* SPDX-License-Identifier: MIT */
/* Looks at the head of the first file of each stream of our recorder. */
#include "config.h"
#include "trace/reader-own.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "recording.h"
#include "trace/fast-files.h"

static bool read_head(const char *path, struct packet *packet)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool whole = fd >= 0 && read(fd, packet, sizeof *packet) == (ssize_t)sizeof *packet && packet->magic == PACKET_MAGIC;
    if (fd >= 0)
        close(fd);
    return whole;
}

/* Length of "DIR/stream_S_" in "DIR/stream_S_C". */
static size_t stream_length(const char *path)
{
    return (size_t)(strrchr(path, '_') ? strrchr(path, '_') + 1 - path : 0);
}

void own_first_losses(const char *directory, struct reader_losses *losses)
{
    char **paths = NULL;
    size_t count = 0;
    struct packet packet;
    files_streams(directory, &paths, &count); /* a stream's files one after the other, the first one first */
    for (size_t i = 0; i < count; i++) {
        size_t length = stream_length(paths[i]);
        bool first = i == 0 || length != stream_length(paths[i - 1]) || strncmp(paths[i], paths[i - 1], length) != 0;
        if (first && read_head(paths[i], &packet)) {
            losses->lost_events += packet.events_discarded;
            losses->lost_packets += packet.sequence;
            losses->overwritten += packet.sequence;
        }
    }
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
}
