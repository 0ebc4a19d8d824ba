/* SPDX-License-Identifier: MIT */
/* Mends damaged traces in a scratch directory. */
#include "config.h"
#include "trace/reader-scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/memory.h"
#include "trace/reader-packets.h"

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

/* Makes the packet as long as what is left of it. */
static int mend_packet(int to, uint64_t at, struct packet *packet, uint64_t left)
{
    packet_shorten(packet, left);
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
    uint64_t whole = packets_whole(from, size, &cut, &left);
    if (left < sizeof cut)
        left = 0;
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

bool place_streams_whole(const struct trace_place *place)
{
    DIR *directory = place->known ? opendir(place->path) : NULL;
    bool whole = true;
    for (struct dirent *entry; directory && whole && (entry = readdir(directory));)
        whole = !is_stream(place->path, entry->d_name) ||
                (stream_is_whole(place->path, entry->d_name) && stream_fits_index(place->path, entry->d_name));
    if (directory)
        closedir(directory);
    return whole;
}

/* Leaves in the scratch what of a stream can be opened beside the metadata, and says what can't. */
static int mend_stream(const struct trace_place *place, struct trace_place *trial, const char *name,
                       bool (*opens)(const char *), struct reader_losses *losses, size_t *streams)
{
    size_t kept = 0;
    int result = scratch_link(trial, name);
    if (result)
        return result;
    bool good = (!place->known || stream_is_whole(place->path, name)) && opens(trial->scratch);
    scratch_drop(trial->scratch, name);
    if (good) {
        ++*streams;
        return scratch_link(place, name);
    }
    good = place->known && !scratch_part(trial, name, &kept) && opens(trial->scratch);
    scratch_drop(trial->scratch, name);
    if (!good) {
        bool stream = stream_is(place->path, name);
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
