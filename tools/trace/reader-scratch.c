/* SPDX-License-Identifier: MIT */
/* Mends damaged traces in a scratch directory. */
#include "config.h"
#include "trace/reader-scratch.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#include "trace/memory.h"

int scratch_begin(struct trace_place *place)
{
    const char *directory = getenv("TMPDIR");
    if (place->scratch)
        return 0;
    place->scratch = memory_format("%s/thrum-read-XXXXXX", directory && *directory ? directory : "/tmp");
    if (mkdtemp(place->scratch))
        return 0;
    int error = errno;
    free(place->scratch);
    place->scratch = NULL;
    return -error;
}

static int result_of(int failed)
{
    return failed ? -errno : 0;
}

int scratch_text(const char *scratch, const char *name, const char *text)
{
    char *path = memory_format("%s/%s", scratch, name);
    FILE *file = fopen(path, "wxe");
    int result = result_of(!file || fputs(text, file) < 0);
    if (file && fclose(file))
        result = -errno;
    free(path);
    return result;
}

int scratch_link(const struct trace_place *place, const char *name)
{
    char *given = memory_format("%s/%s", place->path, name);
    char *from = realpath(given, NULL);
    char *to = memory_format("%s/%s", place->scratch, name);
    int result = result_of(!from || symlink(from, to));
    free(given);
    free(from);
    free(to);
    return result == -EEXIST ? 0 : result;
}

static bool is_stream(const char *directory, const char *name)
{
    struct stat status;
    char *path = memory_format("%s/%s", directory, name);
    bool is = name[0] != '.' && strcmp(name, "metadata") && !stat(path, &status) && S_ISREG(status.st_mode);
    free(path);
    return is;
}

int scratch_link_streams(const struct trace_place *place)
{
    DIR *directory = opendir(place->path);
    int result = result_of(!directory);
    for (struct dirent *entry; !result && (entry = readdir(directory));)
        if (is_stream(place->path, entry->d_name))
            result = scratch_link(place, entry->d_name);
    if (directory)
        closedir(directory);
    return result;
}

/* The beginning of each packet of LTTng's streams; its numbers are in the byte order of the magic number. */
struct packet {
    uint32_t magic;
    uint8_t uuid[16];
    uint32_t stream_id;
    uint64_t instance_id;
    uint64_t begin, end;
    uint64_t content_bits;
    uint64_t packet_bits;
    uint64_t number;
    uint64_t discarded;
};
#define PACKET_MAGIC 0xc1fc1fc1u

static uint64_t native(const struct packet *packet, uint64_t number)
{
    return packet->magic == PACKET_MAGIC ? number : __builtin_bswap64(number);
}

/* Bytes of the packet at an offset, 0: there is none that makes sense. */
static uint64_t packet_bytes(const struct packet *packet)
{
    if (packet->magic != PACKET_MAGIC && packet->magic != __builtin_bswap32(PACKET_MAGIC))
        return 0;
    uint64_t bits = native(packet, packet->packet_bits);
    return bits % 8 || bits / 8 < sizeof *packet || native(packet, packet->content_bits) > bits ? 0 : bits / 8;
}

/* How far the packets are whole; *cut: the one after them begins well, and is `left` bytes long. */
static uint64_t whole_packets(int file, uint64_t size, struct packet *cut, uint64_t *left)
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

/* Makes the packet as long as what is left of it. */
static int mend_packet(int to, uint64_t at, struct packet *packet, uint64_t left)
{
    uint64_t bits = left * 8;
    if (native(packet, packet->content_bits) > bits)
        packet->content_bits = native(packet, bits);
    packet->packet_bits = native(packet, bits);
    return result_of(pwrite(to, packet, sizeof *packet, (off_t)at) != sizeof *packet);
}

static int copy_part(int from, int to, uint64_t length)
{
    while (length) {
        ssize_t sent = sendfile(to, from, NULL, length);
        if (sent <= 0)
            return sent < 0 ? -errno : -EIO;
        length -= (uint64_t)sent;
    }
    return 0;
}

static int copy_whole(int from, int to, uint64_t size, size_t *kept)
{
    struct packet cut = {0};
    uint64_t left;
    uint64_t whole = whole_packets(from, size, &cut, &left);
    *kept = whole + left;
    if (!*kept)
        return -ENODATA;
    int result = copy_part(from, to, *kept);
    return !result && left ? mend_packet(to, whole, &cut, left) : result;
}

int scratch_part(const struct trace_place *place, const char *name, size_t *kept)
{
    char *path = memory_format("%s/%s", place->path, name), *copy = memory_format("%s/%s", place->scratch, name);
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    struct stat status;
    int result = result_of(from < 0 || to < 0 || fstat(from, &status));
    if (!result)
        result = copy_whole(from, to, (uint64_t)status.st_size, kept);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    free(path);
    free(copy);
    return result;
}

bool scratch_is_stream(const struct trace_place *place, const char *name)
{
    char *path = memory_format("%s/%s", place->path, name);
    struct packet first = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool is = file >= 0 && pread(file, &first, sizeof first.magic, 0) == sizeof first.magic &&
              (first.magic == PACKET_MAGIC || first.magic == __builtin_bswap32(PACKET_MAGIC));
    if (file >= 0)
        close(file);
    free(path);
    return is;
}

void scratch_drop(const char *scratch, const char *name)
{
    char *path = memory_format("%s/%s", scratch, name);
    unlink(path);
    free(path);
}

void scratch_remove(char *scratch)
{
    DIR *directory = scratch ? opendir(scratch) : NULL;
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            scratch_drop(scratch, entry->d_name);
    if (directory)
        closedir(directory);
    if (scratch)
        rmdir(scratch);
    free(scratch);
}

/* --- streams one by one --- */

/* Leaves in the scratch what of a stream can be opened beside the metadata, and says what can't. */
static int mend_stream(const struct trace_place *place, struct trace_place *trial, const char *name,
                       bool (*opens)(const char *), struct reader_losses *losses, size_t *streams)
{
    size_t kept = 0;
    int result = scratch_link(trial, name);
    if (result)
        return result;
    if (opens(trial->scratch)) {
        scratch_drop(trial->scratch, name);
        ++*streams;
        return scratch_link(place, name);
    }
    scratch_drop(trial->scratch, name);
    result = scratch_part(trial, name, &kept);
    bool good = !result && opens(trial->scratch);
    scratch_drop(trial->scratch, name);
    if (!good) {
        bool stream = scratch_is_stream(place, name);
        losses->truncated |= stream;
        losses_say(losses, "%s/%s: %s, left out", place->path, name, stream ? "can't be read" : "not a stream of this trace");
        return 0;
    }
    ++*streams;
    losses->truncated = true;
    losses_say(losses, "%s/%s: cut short; the first %zu bytes are read", place->path, name, kept);
    return scratch_part(place, name, &kept);
}

static int copy_metadata(struct trace_place *place, struct trace_place *trial)
{
    struct trace_place from = *place;
    if (place->scratch) /* it was cut, and only the copy is good */
        from.path = place->scratch;
    struct trace_place to = {.path = from.path, .scratch = trial->scratch};
    int result = scratch_link(&to, "metadata");
    if (result || place->scratch)
        return result;
    result = scratch_begin(place);
    return result ? result : scratch_link(place, "metadata");
}

int place_mend_streams(struct trace_place *place, bool (*opens)(const char *), struct reader_losses *losses, size_t *kept)
{
    struct trace_place trial = {.path = place->path};
    DIR *directory = opendir(place->path);
    int result = result_of(!directory);
    if (!result)
        result = scratch_begin(&trial);
    if (!result)
        result = copy_metadata(place, &trial);
    for (struct dirent *entry; !result && (entry = readdir(directory));)
        if (is_stream(place->path, entry->d_name)) {
            scratch_drop(place->scratch, entry->d_name);
            result = mend_stream(place, &trial, entry->d_name, opens, losses, kept);
        }
    if (directory)
        closedir(directory);
    scratch_remove(trial.scratch);
    return result;
}
