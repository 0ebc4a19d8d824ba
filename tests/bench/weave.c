/* SPDX-License-Identifier: MIT */
/*
 * Makes a recording whose streams interleave as is wanted: weave TEMPLATE DIRECTORY EVENTS STREAMS RUN writes what the
 * recorder would have of STREAMS threads that take and give back locks, RUN events of one after the other on average and
 * then those of any other. TEMPLATE is a directory of the recorder, for its metadata.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "recorder-pack.h"
#include "recording.h"

enum { STREAMS_MOST = 4096, CONTENT = 1 << 16, LEFT = 64, STEP_NS = 25 };

struct stream {
    FILE *file;
    struct packet *packet; /* CONTENT bytes */
    uint8_t *at;
    uint64_t object; /* held; 0: none */
};

static struct stream streams[STREAMS_MOST];
static uint64_t now_ns, state = 88172645463325252u;

static uint64_t random_below(uint64_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % limit;
}

static void begin_packet(struct stream *stream, uint32_t number, uint64_t sequence)
{
    *stream->packet = (struct packet){.magic = PACKET_MAGIC, .stream = number, .packet_size = CONTENT * 8,
                                      .timestamp_begin = now_ns, .sequence = sequence, .pid = 1, .tid = (int32_t)number + 1};
    stream->at = (uint8_t *)(stream->packet + 1);
}

static void end_packet(struct stream *stream)
{
    stream->packet->content_size = (uint64_t)(stream->at - (uint8_t *)stream->packet) * 8;
    stream->packet->timestamp_end = now_ns;
    if (fwrite(stream->packet, CONTENT, 1, stream->file) != 1)
        abort();
}

static void put_event(struct stream *stream)
{
    const uint64_t object = stream->object;
    const uint32_t head = (uint32_t)(object ? THRUM_EVENT_release : THRUM_EVENT_acquire) | (uint32_t)(now_ns << 5);
    memcpy(stream->at, &head, sizeof head);
    stream->at += sizeof head;
    if (object) {
        const struct thrum_event_release release = {.object = object, .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive, .site = 0x401234};
        stream->at = pack_release(stream->at, &release, LAYOUT_ADDR);
        stream->object = 0;
    } else {
        stream->object = 0x500000 + 64 * random_below(64);
        const struct thrum_event_acquire acquire = {.object = stream->object, .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive, .site = 0x401200};
        stream->at = pack_acquire(stream->at, &acquire, LAYOUT_ADDR);
    }
}

static void copy_metadata(const char *from, const char *to)
{
    char path[4096], buffer[1 << 16];
    snprintf(path, sizeof path, "%s/metadata", from);
    FILE *source = fopen(path, "re");
    snprintf(path, sizeof path, "%s/metadata", to);
    FILE *copy = fopen(path, "wxe");
    size_t size = source ? fread(buffer, 1, sizeof buffer, source) : 0;
    if (!copy || size == 0 || size == sizeof buffer || fwrite(buffer, 1, size, copy) != size || fclose(copy))
        abort();
    fclose(source);
}

static void open_streams(const char *directory, uint32_t count)
{
    char path[4096];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/stream_%u_0", directory, i);
        streams[i] = (struct stream){.file = fopen(path, "wxe"), .packet = calloc(1, CONTENT)};
        if (!streams[i].file || !streams[i].packet)
            abort();
        begin_packet(&streams[i], i, 0);
    }
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    const uint64_t events = strtoull(argv[3], NULL, 10), run = strtoull(argv[5], NULL, 10);
    const uint32_t count = (uint32_t)strtoul(argv[4], NULL, 10);
    if (count < 1 || count > STREAMS_MOST || run < 1 || mkdir(argv[2], 0700))
        return 2;
    copy_metadata(argv[1], argv[2]);
    open_streams(argv[2], count);
    uint32_t number = 0;
    for (uint64_t i = 0; i < events; i++, now_ns += STEP_NS) {
        if (run == 1 || random_below(run) == 0)
            number = (uint32_t)random_below(count);
        struct stream *stream = &streams[number];
        if (stream->at - (uint8_t *)stream->packet > CONTENT - LEFT) {
            end_packet(stream);
            begin_packet(stream, number, stream->packet->sequence + 1);
        }
        put_event(stream);
    }
    for (uint32_t i = 0; i < count; i++) {
        end_packet(&streams[i]);
        if (fclose(streams[i].file))
            abort();
    }
    return 0;
}
