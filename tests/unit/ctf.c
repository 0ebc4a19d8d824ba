/* SPDX-License-Identifier: MIT */
/* Writes CTF by hand. */
#include "config.h"
#include "ctf.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "suite.h"

static const char metadata[] =
    "/* CTF 1.8 */\n"
    "typealias integer { size = 8; align = 8; signed = false; } := uint8_t;\n"
    "typealias integer { size = 32; align = 8; signed = false; } := uint32_t;\n"
    "typealias integer { size = 32; align = 8; signed = true; } := int32_t;\n"
    "typealias integer { size = 64; align = 8; signed = false; } := uint64_t;\n"
    "typealias integer { size = 64; align = 8; signed = false; } := unsigned long;\n"
    "trace { major = 1; minor = 8; byte_order = le;\n"
    "  packet.header := struct { uint32_t magic; uint8_t uuid[16]; uint32_t stream_id; uint64_t stream_instance_id; };\n"
    "};\n"
    "clock { name = \"monotonic\"; freq = 1000000000; offset = 5000000000; };\n"
    "typealias integer { size = 64; align = 8; signed = false; map = clock.monotonic.value; } := uint64_clock_monotonic_t;\n"
    "stream { id = 0;\n"
    "  packet.context := struct { uint64_clock_monotonic_t timestamp_begin; uint64_clock_monotonic_t timestamp_end;\n"
    "    uint64_t content_size; uint64_t packet_size; uint64_t packet_seq_num; unsigned long events_discarded; uint32_t cpu_id; };\n"
    "  event.header := struct { uint32_t id; uint64_clock_monotonic_t timestamp; };\n"
    "  event.context := struct { int32_t vpid; int32_t vtid; };\n"
    "};\n"
    "event { name = \"thrum:acquire\"; id = 0; stream_id = 0; fields := struct { int32_t pid; int32_t tid; uint64_t object;\n"
    "  uint8_t kind; uint8_t mode; uint8_t how; uint64_t site; }; };\n"
    "event { name = \"thrum:release\"; id = 1; stream_id = 0; fields := struct { uint64_t site; uint64_t object; }; };\n"
    "event { name = \"other:thing\"; id = 2; stream_id = 0; fields := struct { uint8_t thing; }; };\n"
    "event { name = \"thrum:spawn\"; id = 3; stream_id = 0; fields := struct { int32_t pid; int32_t tid; uint64_t serial;\n"
    "  uint64_t routine; uint64_t site; uint32_t count; uint64_t stack[count]; }; };\n"
    "event { name = \"thrum:thread_name\"; id = 4; stream_id = 0; fields := struct { int32_t pid; int32_t tid; uint64_t handle;\n"
    "  string { encoding = UTF8; } name; }; };\n";

enum { PACKET_HEADER = 32, PACKET_CONTEXT = 52 };

static void path_of(const struct ctf *ctf, const char *file, char path[160])
{
    snprintf(path, 160, "%s/%s", ctf->path, file);
}

void ctf_append(const struct ctf *ctf, const char *file, const void *bytes, size_t size)
{
    char path[160];
    path_of(ctf, file, path);
    FILE *out = fopen(path, "a");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(bytes, 1, size, out), size);
    fclose(out);
}

struct ctf *ctf_new(void)
{
    struct ctf *ctf = calloc(1, sizeof *ctf);
    strcpy(ctf->path, "/tmp/thrum-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(ctf->path));
    ctf_append(ctf, "metadata", metadata, sizeof metadata - 1);
    return ctf;
}

void ctf_free(struct ctf *ctf)
{
    char path[400];
    DIR *directory = opendir(ctf->path);
    for (struct dirent *entry; (entry = readdir(directory));) {
        snprintf(path, sizeof path, "%s/%s", ctf->path, entry->d_name);
        unlink(path);
    }
    closedir(directory);
    rmdir(ctf->path);
    free(ctf);
}

static void put(struct ctf *ctf, const void *bytes, size_t size)
{
    ck_assert_uint_le(ctf->length + size, sizeof ctf->packet);
    memcpy(ctf->packet + ctf->length, bytes, size);
    ctf->length += size;
}

static void put8(struct ctf *ctf, uint8_t number) { put(ctf, &number, 1); }
static void put32(struct ctf *ctf, uint32_t number) { put(ctf, &number, 4); }
static void put64(struct ctf *ctf, uint64_t number) { put(ctf, &number, 8); }

void ctf_begin(struct ctf *ctf, const char *stream)
{
    snprintf(ctf->stream, sizeof ctf->stream, "%s", stream);
    ctf->length = PACKET_HEADER + PACKET_CONTEXT;
    ctf->first_ns = ctf->last_ns = 0;
}

static void event(struct ctf *ctf, uint32_t id, uint64_t time_ns, int32_t tid)
{
    if (!ctf->first_ns)
        ctf->first_ns = time_ns;
    ctf->last_ns = time_ns;
    put32(ctf, id);
    put64(ctf, time_ns);
    put32(ctf, CTF_PID);
    put32(ctf, (uint32_t)tid);
}

void ctf_acquire(struct ctf *ctf, uint64_t time_ns, int32_t tid, uint64_t object)
{
    event(ctf, 0, time_ns, 99);
    put32(ctf, CTF_PID);
    put32(ctf, (uint32_t)tid);
    put64(ctf, object);
    put8(ctf, 1);
    put8(ctf, 1);
    put8(ctf, 0);
    put64(ctf, 0x5173);
}

void ctf_release(struct ctf *ctf, uint64_t time_ns, int32_t tid, uint64_t object)
{
    event(ctf, 1, time_ns, tid);
    put64(ctf, 0x5173);
    put64(ctf, object);
}

void ctf_other(struct ctf *ctf, uint64_t time_ns)
{
    event(ctf, 2, time_ns, 99);
    put8(ctf, 1);
}

void ctf_spawn(struct ctf *ctf, uint64_t time_ns, int32_t tid, const uint64_t *stack, uint32_t count)
{
    event(ctf, 3, time_ns, 99);
    put32(ctf, CTF_PID);
    put32(ctf, (uint32_t)tid);
    put64(ctf, 42);
    put64(ctf, 0);
    put64(ctf, 0);
    put32(ctf, count);
    put(ctf, stack, count * sizeof *stack);
}

void ctf_name(struct ctf *ctf, uint64_t time_ns, int32_t tid, const char *name)
{
    event(ctf, 4, time_ns, 99);
    put32(ctf, CTF_PID);
    put32(ctf, (uint32_t)tid);
    put64(ctf, 0x7f00);
    put(ctf, name, strlen(name) + 1);
}

void ctf_end(struct ctf *ctf, uint64_t lost)
{
    size_t length = ctf->length;
    ctf->length = 0;
    put32(ctf, 0xc1fc1fc1);
    ctf->length += 16;
    put32(ctf, 0);
    put64(ctf, (uint64_t)ctf->stream[strlen(ctf->stream) - 1]); /* files of one instance are parts of one stream */
    put64(ctf, ctf->first_ns);
    put64(ctf, ctf->last_ns);
    put64(ctf, length * 8);
    put64(ctf, length * 8);
    put64(ctf, 0);
    put64(ctf, lost);
    put32(ctf, 0);
    ctf_append(ctf, ctf->stream, ctf->packet, length);
    memset(ctf->packet, 0, sizeof ctf->packet);
}

void ctf_cut(const struct ctf *ctf, const char *file, size_t size)
{
    char path[160];
    path_of(ctf, file, path);
    ck_assert_int_eq(truncate(path, (off_t)size), 0);
}

void ctf_poke(const struct ctf *ctf, const char *file, size_t at, const void *bytes, size_t size)
{
    char path[160];
    path_of(ctf, file, path);
    int out = open(path, O_WRONLY);
    ck_assert_int_eq(pwrite(out, bytes, size, (off_t)at), (ssize_t)size);
    close(out);
}

size_t ctf_size(const struct ctf *ctf, const char *file)
{
    char path[160];
    struct stat status;
    path_of(ctf, file, path);
    ck_assert_int_eq(stat(path, &status), 0);
    return (size_t)status.st_size;
}

void ctf_pack_metadata(const struct ctf *ctf)
{
    enum { PACKET = 1024, HEADER = 37 };
    unsigned char packet[PACKET];
    ctf_cut(ctf, "metadata", 0);
    for (size_t from = 0; from < sizeof metadata - 1;) {
        size_t left = sizeof metadata - 1 - from, taken = left < PACKET - HEADER ? left : PACKET - HEADER;
        const uint32_t numbers[] = {(uint32_t)(HEADER + taken) * 8, PACKET * 8}, magic = 0x75d11d57;
        memset(packet, 0, sizeof packet);
        memcpy(packet, &magic, 4);
        memcpy(packet + 24, numbers, sizeof numbers);
        packet[35] = 1;
        packet[36] = 8;
        memcpy(packet + HEADER, metadata + from, taken);
        ctf_append(ctf, "metadata", packet, PACKET);
        from += taken;
    }
}
