/* SPDX-License-Identifier: MIT */
/* Finds and reads the files of a trace's directory. */
#include "config.h"
#include "trace/fast-files.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/memory.h"

/* --- metadata --- */

enum { METADATA_MOST = 256 << 20, PACKET_HEADER = 37 };
static const uint32_t PACKET_MAGIC = 0x75d11d57;

static uint32_t number_at(const char *at)
{
    uint32_t number;
    memcpy(&number, at, sizeof number);
    return le32toh(number);
}

/* Puts the text of metadata packets together in place. */
static int unpack(char *bytes, size_t size, size_t *length)
{
    size_t to = 0;
    for (size_t from = 0; from < size;) {
        if (size - from < PACKET_HEADER || number_at(bytes + from) != PACKET_MAGIC)
            return -EBADMSG;
        size_t content = number_at(bytes + from + 24) / 8, packet = number_at(bytes + from + 28) / 8;
        if (content < PACKET_HEADER || packet < content || packet > size - from)
            return -EBADMSG;
        memmove(bytes + to, bytes + from + PACKET_HEADER, content - PACKET_HEADER);
        to += content - PACKET_HEADER;
        from += packet;
    }
    *length = to;
    return 0;
}

int files_metadata(const char *directory, char **text, size_t *length)
{
    struct stat status;
    char *path = memory_format("%s/metadata", directory);
    FILE *file = fopen(path, "re");
    int err = !file || fstat(fileno(file), &status) ? -errno : 0;
    free(path);
    if (!err && status.st_size > METADATA_MOST)
        err = -EFBIG;
    if (!err) {
        *text = memory_new((size_t)status.st_size + 1, 1);
        *length = fread(*text, 1, (size_t)status.st_size, file);
        if (*length >= 4 && number_at(*text) == PACKET_MAGIC)
            err = unpack(*text, *length, length);
        if (err) {
            free(*text);
            *text = NULL;
        }
    }
    if (file)
        fclose(file);
    return err;
}

/* --- streams --- */

static int by_name(const void *one, const void *other)
{
    return strverscmp(*(char *const *)one, *(char *const *)other);
}

int files_streams(const char *directory, char ***paths, size_t *count)
{
    size_t capacity = 0;
    struct stat status;
    DIR *entries = opendir(directory);
    *paths = NULL;
    *count = 0;
    if (!entries)
        return -errno;
    for (const struct dirent *entry; (entry = readdir(entries));) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "metadata") == 0)
            continue;
        char *path = memory_format("%s/%s", directory, entry->d_name);
        if (stat(path, &status) || !S_ISREG(status.st_mode)) {
            free(path);
            continue;
        }
        *paths = memory_grow(*paths, *count + 1, &capacity, sizeof **paths);
        (*paths)[(*count)++] = path;
    }
    closedir(entries);
    if (*count)
        qsort(*paths, *count, sizeof **paths, by_name);
    return 0;
}
