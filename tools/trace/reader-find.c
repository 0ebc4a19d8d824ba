/* SPDX-License-Identifier: MIT */
/* Finds traces, looks at their metadata. */
#include "config.h"
#include "trace/reader-find.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/memory.h"
#include "trace/reader-scratch.h"

/* --- where traces are --- */

static int by_name(const FTSENT **one, const FTSENT **other)
{
    return strcmp((*one)->fts_name, (*other)->fts_name);
}

static void add_place(struct trace_places *places, const char *path)
{
    places->at = memory_grow(places->at, places->count + 1, &places->capacity, sizeof *places->at);
    places->at[places->count++] = (struct trace_place){.path = memory_text(path)};
}

static bool has_file(const char *directory, const char *name)
{
    struct stat status;
    char *path = memory_format("%s/%s", directory, name);
    bool has = !stat(path, &status) && S_ISREG(status.st_mode);
    free(path);
    return has;
}

static void find_below(struct trace_places *places, const char *path)
{
    char *const paths[] = {(char *)path, NULL};
    FTS *walk = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR | FTS_NOSTAT, by_name);
    for (FTSENT *entry; walk && (entry = fts_read(walk));) {
        bool headless = entry->fts_info == FTS_D && !has_file(entry->fts_path, "metadata");
        if (entry->fts_info != FTS_D || (headless && !has_file(entry->fts_path, ".streams")))
            continue;
        add_place(places, entry->fts_path);
        places->at[places->count - 1].headless = headless;
    }
    if (walk)
        fts_close(walk);
}

bool place_is_live(const char *path)
{
    return !strncmp(path, "net://", 6) || !strncmp(path, "net4://", 7) || !strncmp(path, "net6://", 7);
}

int places_find(struct trace_places *places, const char *path, char **trouble)
{
    struct stat status;
    size_t before = places->count;
    if (place_is_live(path)) {
        add_place(places, path);
        places->at[places->count - 1].live = true;
        return 0;
    }
    if (stat(path, &status)) {
        int error = errno;
        *trouble = memory_format("%s: %s; give the directory that 'thrum record' or 'lttng' wrote", path, strerror(error));
        return -error;
    }
    if (!S_ISDIR(status.st_mode)) {
        *trouble = memory_format("%s: a file, not a trace; give the directory that 'thrum record' or 'lttng' wrote", path);
        return -ENOTDIR;
    }
    find_below(places, path);
    if (places->count > before)
        return 0;
    *trouble = memory_format("%s: no trace in it (no file 'metadata', here or below); give the directory that "
                             "'thrum record' or 'lttng' wrote", path);
    return -ENOENT;
}

void places_free(struct trace_places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        scratch_remove(places->at[i].scratch);
        free(places->at[i].path);
    }
    free(places->at);
    *places = (struct trace_places){0};
}

/* --- metadata --- */

#define METADATA_MAGIC 0x75d11d57u
enum { METADATA_HEADER = 37, METADATA_MAX = 256 << 20 };

static uint32_t number_at(const unsigned char *at, bool big)
{
    uint32_t number;
    memcpy(&number, at, sizeof number);
    return big ? be32toh(number) : le32toh(number);
}

/* Puts the text of whole packets together in place; its length. *whole: the packets fill the file. */
static size_t unpack(unsigned char *bytes, size_t size, bool *whole)
{
    bool big = number_at(bytes, true) == METADATA_MAGIC;
    size_t from = 0, to = 0;
    while (size - from >= METADATA_HEADER && number_at(bytes + from, big) == METADATA_MAGIC) {
        size_t content = number_at(bytes + from + 24, big) / 8, packet = number_at(bytes + from + 28, big) / 8;
        if (content < METADATA_HEADER || packet < content)
            break;
        if (content > size - from)
            content = size - from;
        memmove(bytes + to, bytes + from + METADATA_HEADER, content - METADATA_HEADER);
        to += content - METADATA_HEADER;
        if (packet > size - from)
            break;
        from += packet;
    }
    *whole = from == size;
    return to;
}

/* Length of the text up to the end of its last declaration that is whole. */
static size_t whole_declarations(const char *text, size_t length)
{
    size_t end = 0;
    int depth = 0;
    for (size_t i = 0; i < length; i++) {
        const char *close = text[i] == '"' ? "\"" : !strncmp(text + i, "/*", 2) ? "*/" : !strncmp(text + i, "//", 2) ? "\n" : NULL;
        if (close) {
            const char *found = strstr(text + i + strlen(close), close);
            if (!found)
                break;
            i = (size_t)(found - text) + strlen(close) - 1;
        } else if (text[i] == '{')
            depth++;
        else if (text[i] == '}')
            depth--;
        else if (text[i] == ';' && depth == 0)
            end = i + 1;
    }
    return end;
}

static bool ends_well(const char *text, size_t length)
{
    size_t end = whole_declarations(text, length);
    return end && !text[end + strspn(text + end, " \t\r\n")];
}

static unsigned char *read_all(const char *path, size_t *size)
{
    FILE *file = fopen(path, "re");
    struct stat status;
    if (!file || fstat(fileno(file), &status) || status.st_size > METADATA_MAX) {
        if (file)
            fclose(file);
        return NULL;
    }
    unsigned char *bytes = memory_new((size_t)status.st_size + 1, 1);
    *size = fread(bytes, 1, (size_t)status.st_size, file);
    fclose(file);
    return bytes;
}

/* Scratch copy with the part of the metadata that is whole. */
static int cut_metadata(struct trace_place *place, const char *text, size_t length, struct reader_losses *losses)
{
    static const char head[] = "/* CTF 1.8 */\n";
    size_t skip = strncmp(text, "/* CTF", 6) ? 0 : strcspn(text, "\n");
    size_t end = whole_declarations(text, length);
    if (!end) {
        losses_say(losses, "%s/metadata: cut short, nothing of it can be read", place->path);
        return -EBADMSG;
    }
    char *part = memory_format("%s%.*s\n", head, (int)(end - skip), text + skip);
    int result = scratch_begin(place) ?: scratch_text(place->scratch, "metadata", part);
    if (!result)
        result = scratch_link_streams(place);
    losses->truncated = true;
    losses_say(losses, "%s/metadata: cut short; events that it doesn't describe any more are lost", place->path);
    free(part);
    return result;
}

/* Whether `text`, but for white space, holds `part`, which has none. */
static bool holds(const char *text, const char *part)
{
    for (; *text; text++) {
        const char *t = text, *p = part;
        while (*p && *t && (*t == *p || strchr(" \t\r\n", *t)))
            p += *t++ == *p;
        if (!*p)
            return true;
    }
    return false;
}

static bool has_known_packets(const char *text)
{
    return holds(text, "packet.header:=struct{uint32_tmagic;uint8_tuuid[16];uint32_tstream_id;uint64_tstream_instance_id;}") &&
           holds(text, "{uint64_clock_monotonic_ttimestamp_begin;uint64_clock_monotonic_ttimestamp_end;"
                       "uint64_tcontent_size;uint64_tpacket_size;");
}

/* CTF 2's metadata is a sequence of JSON texts, each behind this character. */
enum { CTF2_BEGINS = 0x1e };

static int decline_ctf2(const char *path, struct reader_losses *losses)
{
    losses_say(losses, "%s: a trace in CTF 2, as LTTng writes from 2.15 on; thrum reads CTF 1.8: record with 'lttng create "
                       "--trace-format=ctf-1.8', or with 'thrum record'", path);
    return -ENOTSUP;
}

int place_check_metadata(struct trace_place *place, struct reader_losses *losses)
{
    char *path = memory_format("%s/metadata", place->path);
    size_t size = 0;
    unsigned char *bytes = read_all(path, &size);
    bool whole = true, packets = bytes && size >= 4 &&
        (number_at(bytes, false) == METADATA_MAGIC || number_at(bytes, true) == METADATA_MAGIC);
    int result = 0;
    if (!bytes) {
        result = -errno;
        losses_say(losses, "%s: %s", path, strerror(-result));
    } else if (bytes[0] == CTF2_BEGINS || (packets && size > METADATA_HEADER && bytes[METADATA_HEADER] == CTF2_BEGINS)) {
        result = decline_ctf2(path, losses);
    } else if (!packets && strncmp((char *)bytes, "/* CTF", 6)) {
        result = -EBADMSG;
        losses_say(losses, "%s: not CTF metadata; is this the directory of a trace?", path);
    } else {
        size_t length = packets ? unpack(bytes, size, &whole) : size;
        bytes[length] = '\0';
        place->known = has_known_packets((char *)bytes);
        place->own = holds((char *)bytes, "tracer_name=\"thrum\";");
        if (!whole || !ends_well((char *)bytes, length))
            result = cut_metadata(place, (char *)bytes, length, losses);
    }
    free(bytes);
    free(path);
    return result;
}
