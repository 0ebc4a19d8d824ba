/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the fast reader: any bytes as metadata and streams. A libFuzzer harness; without libFuzzer, main() below runs
 * the files that it is given, so that what was found once is tried again by every compiler.
 *
 * An input is the length of the metadata (32 bits, little endian), the metadata, the streams with BETWEEN between them.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "trace/reader-fast.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads what the event holds, so that a sanitizer sees whatever isn't there. */
static uint64_t touch_addrs(struct thrum_addrs addrs)
{
    uint64_t sum = addrs.count;
    for (uint32_t i = 0; i < addrs.count; i++)
        sum += addrs.at[i];
    return sum;
}

#define THRUM_ADDR(name, meaning) sum += r->name;
#define THRUM_U32(name, meaning) sum += r->name;
#define THRUM_U64(name, meaning) sum += r->name;
#define THRUM_I32(name, meaning) sum += (uint32_t)r->name;
#define THRUM_I64(name, meaning) sum += (uint64_t)r->name;
#define THRUM_WORD(name, words, meaning) sum += r->name;
#define THRUM_STRING(name, meaning) sum += strlen(r->name);
#define THRUM_ADDRS(name, meaning) sum += touch_addrs(r->name);
#define THRUM_EVENT(name, meaning, fields)                                \
    static uint64_t touch_##name(const struct thrum_event_##name *r)      \
    {                                                                     \
        uint64_t sum = (uint32_t)r->common.pid + (uint32_t)r->common.tid; \
        fields return sum;                                                \
    }
#include "events.h"
#include "events-end.h"

static uint64_t touch(const struct trace_event *event)
{
    switch (event->id) {
#define THRUM_EVENT(name, meaning, fields) \
    case THRUM_EVENT_##name:               \
        return touch_##name(&event->record.name);
#include "events.h"
#undef THRUM_EVENT
    default:
        abort();
    }
}

static volatile uint64_t touched;

static void read_all(struct fast_reader *reader)
{
    struct reader_batch batch;
    for (fast_reader_refill(reader, &batch); batch.next != batch.end; fast_reader_refill(reader, &batch))
        for (; batch.next != batch.end; batch.next++)
            touched += touch(*batch.next);
}

enum { STREAMS_MOST = 8, AFTER = 8 }; /* bytes that a reader may look at behind a stream */
static const char BETWEEN[] = "STREAM";

/* Each stream in memory of its own, so that a sanitizer sees whatever is read beyond it; how many. */
static size_t split(const uint8_t *data, size_t size, struct fast_stream_bytes *streams)
{
    size_t count = 0;
    for (const uint8_t *end = data + size; count < STREAMS_MOST && data <= end; count++) {
        const uint8_t *next = memmem(data, (size_t)(end - data), BETWEEN, sizeof BETWEEN - 1);
        size_t length = (size_t)((next && count + 1 < STREAMS_MOST ? next : end) - data);
        uint8_t *bytes = calloc(1, length + AFTER);
        memcpy(bytes, data, length);
        streams[count] = (struct fast_stream_bytes){bytes, length};
        data += length + sizeof BETWEEN - 1;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t length;
    char *why = NULL;
    if (size < sizeof length)
        return 0;
    memcpy(&length, data, sizeof length);
    data += sizeof length;
    size -= sizeof length;
    length = length < size ? length : (uint32_t)size;
    char *metadata = malloc(length + 1);
    memcpy(metadata, data, length);
    struct fast_stream_bytes streams[STREAMS_MOST];
    const size_t count = split(data + length, size - length, streams);
    struct fast_reader *reader = fast_reader_new();
    if (fast_reader_add_memory(reader, metadata, length, streams, count, &why) == 0)
        read_all(reader);
    fast_reader_close(reader);
    free(why);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)streams[i].bytes);
    free(metadata);
    return 0;
}

#ifndef THRUM_LIBFUZZER
static void run_file(const char *path)
{
    static uint8_t data[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run_file(argv[i]);
    printf("%d inputs\n", argc - 1);
    return 0;
}
#endif
