/* SPDX-License-Identifier: MIT */
/* The fast reader: traces opened, their streams merged. */
#include "config.h"
#include "trace/reader-fast.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "trace/fast-files.h"
#include "trace/fast-source.h"
#include "base/memory.h"
#include "trace/missing.h"

enum { RUN_MOST = 32 };

struct fast_reader {
    struct layout **layouts;
    size_t layout_count, layout_capacity;
    struct source **sources;
    size_t source_count, source_capacity;
    struct source **heap; /* sources that go on, the earliest first; NULL: reading hasn't begun */
    size_t heap_count;
    bool given; /* the first source's event was given, and its strings must live until the next is asked for */
    struct source *second; /* the earliest but for the first; NULL: there is none */
    struct source_event events[RUN_MOST]; /* made, not all of them given */
    unsigned next, count;
    struct source_numbers numbers;
    struct reader_losses losses;
};

/* --- the heap --- */

static inline bool before(const struct source *one, const struct source *other)
{
    return one->time_ns != other->time_ns ? one->time_ns < other->time_ns : one->order < other->order;
}

/* The first source has moved on: puts it where it belongs. */
static inline void heap_sink(struct fast_reader *reader)
{
    struct source *const source = reader->heap[0];
    size_t at = 0;
    for (size_t child; (child = at * 2 + 1) < reader->heap_count; at = child) {
        if (child + 1 < reader->heap_count && before(reader->heap[child + 1], reader->heap[child]))
            child++;
        if (!before(reader->heap[child], source))
            break;
        reader->heap[at] = reader->heap[child];
    }
    reader->heap[at] = source;
}

static void heap_add(struct fast_reader *reader, struct source *source)
{
    size_t at = reader->heap_count++;
    for (; at && before(source, reader->heap[(at - 1) / 2]); at = (at - 1) / 2)
        reader->heap[at] = reader->heap[(at - 1) / 2];
    reader->heap[at] = source;
}

static void find_second(struct fast_reader *reader)
{
    struct source **heap = reader->heap;
    reader->second = reader->heap_count < 2                                        ? NULL
                     : reader->heap_count == 2 || before(heap[1], heap[2]) ? heap[1]
                                                                           : heap[2];
}

/* The first source has read its next event's header, or, where it has no more, leaves. */
static inline void settle(struct fast_reader *reader, bool more)
{
    if (__builtin_expect(more, 1)) {
        if (!reader->second || before(reader->heap[0], reader->second))
            return;
    } else {
        if (--reader->heap_count == 0)
            return;
        reader->heap[0] = reader->heap[reader->heap_count];
    }
    heap_sink(reader);
    find_second(reader);
}

static void advance(struct fast_reader *reader)
{
    settle(reader, source_find_head(reader->heap[0], &reader->losses));
}

/* Sources are opened one after the other, each when its time has come: there may be thousands. */
static void begin(struct fast_reader *reader)
{
    reader->heap = memory_new(reader->source_count + 1, sizeof(struct source *));
    for (size_t i = 0; i < reader->source_count; i++) {
        struct source *source = reader->sources[i];
        source->order = i;
        source->time_ns = (int64_t)(source->files[0].begin + (uint64_t)source->layout->offset_ns);
        heap_add(reader, source);
    }
    find_second(reader);
}

/* Events of the first source up to the second's; false: its next event isn't one of those that come in many. */
static bool take_run(struct fast_reader *reader)
{
    struct source *source = reader->heap[0];
    const struct source *second = reader->second;
    int64_t until_ns = !second ? INT64_MAX : second->time_ns + (source->order < second->order);
    bool found;
    reader->count = source_run(source, reader->events, RUN_MOST, until_ns, &found);
    reader->next = 0;
    if (reader->count)
        settle(reader, found || source_find_head(source, &reader->losses));
    return reader->count > 0;
}

/* Makes more events, one at least; false at the end. */
static bool refill(struct fast_reader *reader)
{
    if (!reader->heap)
        begin(reader);
    if (reader->given)
        advance(reader);
    reader->given = false;
    while (reader->heap_count) {
        struct source *source = reader->heap[0];
        if (source->event) {
            if (take_run(reader))
                return true;
            enum layout_what what = source_decode(source, &reader->events[0].event, &reader->numbers, &reader->losses);
            reader->count = reader->given = what == LAYOUT_event;
            if (reader->given)
                return true;
            reader->losses.foreign_events += what == LAYOUT_foreign;
            reader->losses.unreadable += what == LAYOUT_unreadable;
        }
        advance(reader);
    }
    return false;
}

const struct trace_event *fast_reader_next(struct fast_reader *reader)
{
    if (__builtin_expect(reader->next == reader->count, 0) && !refill(reader))
        return NULL;
    return &reader->events[reader->next++].event;
}

const struct reader_losses *fast_reader_losses(const struct fast_reader *reader)
{
    return &reader->losses;
}

int64_t fast_reader_stopped_ns(const struct fast_reader *reader)
{
    int64_t latest = 0;
    for (size_t i = 0; i < reader->source_count; i++)
        if (reader->sources[i]->end_ns > latest)
            latest = reader->sources[i]->end_ns;
    return latest;
}

double fast_reader_part(const struct fast_reader *reader)
{
    double all = 0, read = 0;
    for (size_t i = 0; i < reader->source_count; i++) {
        const struct source *source = reader->sources[i];
        for (size_t j = 0; j < source->file_count; j++) {
            const struct stream_file *file = &source->files[j];
            bool past = source->started && j < source->file, now = source->started && j == source->file && file->bytes;
            all += (double)file->size;
            read += past ? (double)file->size : now && source->at ? (double)(source->at - file->bytes) : 0;
        }
    }
    return all > 0 ? read / all : -1;
}

/* --- opening --- */

struct fast_reader *fast_reader_new(void)
{
    return memory_new(1, sizeof(struct fast_reader));
}

static struct source *source_of(struct fast_reader *reader, struct layout *layout, uint64_t class_id, uint64_t instance)
{
    for (size_t i = reader->source_count; layout->instance.size && i-- > 0;) {
        struct source *source = reader->sources[i];
        if (source->layout == layout && source->class_id == class_id && source->instance == instance)
            return source;
    }
    struct source *source = memory_new(1, sizeof *source);
    *source = (struct source){.layout = layout, .class_id = class_id, .instance = instance};
    reader->sources = memory_grow(reader->sources, reader->source_count + 1, &reader->source_capacity, sizeof(struct source *));
    reader->sources[reader->source_count++] = source;
    return source;
}

/* Puts the file among those of its stream, by time. Takes what it owns. */
static void add_file(struct fast_reader *reader, struct layout *layout, struct stream_file file)
{
    uint64_t class_id = 0, instance = 0;
    if (!source_look(layout, &file, &class_id, &instance, &reader->losses)) {
        free(file.path);
        return;
    }
    struct source *source = source_of(reader, layout, class_id, instance);
    source->files = memory_grow(source->files, source->file_count + 1, &source->file_capacity, sizeof file);
    size_t at = source->file_count++;
    for (; at && source->files[at - 1].begin > file.begin; at--)
        source->files[at] = source->files[at - 1];
    source->files[at] = file;
}

static int add_layout(struct fast_reader *reader, const char *text, size_t length, struct layout **layout, char **why)
{
    int err = layout_new(layout, text, length, why);
    if (err)
        return err;
    reader->layouts = memory_grow(reader->layouts, reader->layout_count + 1, &reader->layout_capacity, sizeof(struct layout *));
    reader->layouts[reader->layout_count++] = *layout;
    return 0;
}

int fast_reader_add(struct fast_reader *reader, const char *directory, char **why)
{
    struct layout *layout = NULL;
    char *text = NULL, **paths = NULL;
    size_t length = 0, count = 0;
    int err = files_metadata(directory, &text, &length);
    if (!err)
        err = files_streams(directory, &paths, &count);
    if (err)
        *why = memory_text(strerror(-err));
    else
        err = add_layout(reader, text, length, &layout, why);
    if (!err)
        missing_say(directory, &reader->losses);
    for (size_t i = 0; i < count; i++)
        if (err)
            free(paths[i]);
        else
            add_file(reader, layout, (struct stream_file){.path = paths[i]});
    free(paths);
    free(text);
    return err;
}

void fast_reader_add_headless(struct fast_reader *reader, const char *directory)
{
    missing_say_metadata(directory, &reader->losses);
}

int fast_reader_add_memory(struct fast_reader *reader, const char *metadata, size_t length,
                           const struct fast_stream_bytes *streams, size_t count, char **why)
{
    struct layout *layout = NULL;
    int err = add_layout(reader, metadata, length, &layout, why);
    for (size_t i = 0; i < count && !err; i++)
        add_file(reader, layout, (struct stream_file){.path = memory_format("stream %zu", i), .bytes = streams[i].bytes,
                                                      .size = streams[i].size, .in_memory = true});
    return err;
}

void fast_reader_close(struct fast_reader *reader)
{
    if (!reader)
        return;
    for (size_t i = 0; i < reader->source_count; i++) {
        source_free(reader->sources[i]);
        free(reader->sources[i]);
    }
    for (size_t i = 0; i < reader->layout_count; i++)
        layout_free(reader->layouts[i]);
    free(reader->sources);
    free(reader->layouts);
    free(reader->heap);
    free(reader->numbers.at);
    free(reader->losses.trouble);
    free(reader);
}
