/* SPDX-License-Identifier: MIT */
/* The fast reader: traces opened, their streams merged. */
#include "config.h"
#include "trace/reader-fast.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "trace/fast-files.h"
#include "trace/fast-source.h"
#include "trace/fast-tree.h"
#include "base/memory.h"
#include "trace/missing.h"
#include "trace/reader-hosts.h"

/*
 * Each source decodes some events ahead, and pointers to them are put in the order of time, a batch at once. A source's
 * events stay where they are until all of a batch are given, so a batch ends where a source has no more of them.
 */
enum { BATCH_MOST = 128, AHEAD = 64, AHEAD_OF_MANY = 16, MANY = 32, ROW = 8 };

/* What a source has made and not given. */
struct lane {
    const struct source_event *next, *end;
    uint64_t behind; /* key of the event behind the next one, before it is needed */
    bool single;     /* instead: an event that no run could make, whose header was read */
};

struct fast_reader {
    struct layout **layouts;
    size_t layout_count, layout_capacity;
    struct source **sources;
    size_t source_count, source_capacity;
    struct lane *lanes; /* of each source */
    struct tree tree;   /* of the sources by their next event; without leaves: reading hasn't begun */
    struct source_event single; /* the first source's event; its strings must live until the next is asked for */
    const struct trace_event *batch[BATCH_MOST];
    unsigned count;
    struct source_numbers numbers;
    struct reader_losses losses;
};

/* --- sources and their order --- */

static inline bool has_made(const struct lane *lane)
{
    return lane->next != lane->end;
}

/* The source has given all that it made: makes more, and puts it where it belongs, or at the end. */
static void advance(struct fast_reader *reader, size_t leaf)
{
    struct source *source = reader->sources[leaf];
    struct lane *lane = &reader->lanes[leaf];
    const unsigned most = reader->source_count > MANY ? AHEAD_OF_MANY : AHEAD;
    if (!source->event && !source_find_head(source, &reader->losses)) {
        free(source->made);
        source->made = NULL;
        *lane = (struct lane){0};
        tree_move(&reader->tree, tree_ended(&reader->tree, leaf));
        return;
    }
    const int64_t time_ns = source->time_ns;
    if (!source->made)
        source->made = memory_new(most + 1, sizeof *source->made); /* the time behind the last one is looked at */
    unsigned count = source_run(source, source->made, most);
    for (unsigned i = 0; source->layout->host && i < count; i++)
        reader_move(&source->made[i].event, source->layout->host);
    *lane = (struct lane){source->made, source->made + count, tree_key(&reader->tree, leaf, source->made[1].event.time_ns), count == 0};
    tree_move(&reader->tree, tree_key(&reader->tree, leaf, time_ns));
}

/* When the source's next event is, at the earliest. */
static int64_t next_ns(const struct fast_reader *reader, size_t leaf)
{
    const struct lane *lane = &reader->lanes[leaf];
    return has_made(lane) ? lane->next->event.time_ns : reader->sources[leaf]->time_ns;
}

static bool has_ended(const struct fast_reader *reader, size_t leaf)
{
    const struct tree *tree = &reader->tree;
    return tree_is_ended(tree, tree->winners[tree->leaves + leaf]);
}

/* The keys count from the earliest event on: without it, all of them are too late to be told apart. */
static void rebase(struct fast_reader *reader)
{
    struct tree *const tree = &reader->tree;
    bool *ended = memory_new(reader->source_count, sizeof *ended);
    int64_t base_ns = INT64_MAX;
    for (size_t i = 0; i < reader->source_count; i++) {
        ended[i] = has_ended(reader, i);
        base_ns = !ended[i] && next_ns(reader, i) < base_ns ? next_ns(reader, i) : base_ns;
    }
    tree_rebase(tree, base_ns);
    for (size_t i = 0; i < reader->source_count; i++)
        if (!ended[i]) {
            tree->winners[tree->leaves + i] = tree_key(tree, i, next_ns(reader, i));
            if (has_made(&reader->lanes[i]))
                reader->lanes[i].behind = tree_key(tree, i, reader->lanes[i].next[1].event.time_ns);
        }
    tree_play(tree);
    free(ended);
}

/* Sources are opened one after the other, each when its time has come: there may be thousands. */
static void begin(struct fast_reader *reader)
{
    reader->lanes = memory_new(reader->source_count, sizeof *reader->lanes);
    tree_make(&reader->tree, reader->source_count);
    for (size_t i = 0; i < reader->source_count; i++) {
        struct source *source = reader->sources[i];
        source->time_ns = (int64_t)(source->files[0].begin + (uint64_t)source->layout->offset_ns);
        reader->tree.winners[reader->tree.leaves + i] = tree_key(&reader->tree, i, source->time_ns);
    }
    rebase(reader);
}

/* --- batches --- */

/* A source has given events. Where it has no more of them it stays first, for the next batch begins with making more. */
static void moved(struct fast_reader *reader, size_t leaf, const struct source_event *next)
{
    struct lane *lane = &reader->lanes[leaf];
    lane->next = next;
    if (!has_made(lane))
        return;
    lane->behind = tree_key(&reader->tree, leaf, next[1].event.time_ns);
    tree_move(&reader->tree, tree_key(&reader->tree, leaf, next->event.time_ns));
}

/* The events of one source before a time. */
static void take_row(struct fast_reader *reader, size_t leaf, int64_t until_ns)
{
    const struct source_event *next = reader->lanes[leaf].next, *const end = reader->lanes[leaf].end;
    unsigned count = 0;
    do
        reader->batch[count++] = &next++->event;
    while (next != end && next->event.time_ns < until_ns);
    reader->count = count;
    moved(reader, leaf, next);
}

/* `one`, or `other` where all bits of `choose` are set: without a branch. */
static inline uint64_t either(uint64_t one, uint64_t other, uint64_t choose)
{
    return one ^ ((one ^ other) & choose);
}

static inline int64_t time_at(uint64_t event)
{
    return ((const struct source_event *)event)->event.time_ns;
}

/*
 * Those of two sources before a time, until one of them has no more; at equal times those of `one` come first. A processor
 * couldn't foresee which of them is next, so that isn't a branch; and the times behind are looked at before they are needed.
 */
static void take_both(struct fast_reader *reader, size_t one, size_t other, int64_t until_ns)
{
    const struct lane *a = &reader->lanes[one], *b = &reader->lanes[other];
    const uint64_t step = sizeof(struct source_event), a_end = (uint64_t)a->end, b_end = (uint64_t)b->end;
    uint64_t a_at = (uint64_t)a->next, b_at = (uint64_t)b->next;
    int64_t a_ns = time_at(a_at), b_ns = time_at(b_at);
    unsigned count = 0;
    while (a_at != a_end && b_at != b_end) {
        const int64_t a_behind_ns = time_at(a_at + step), b_behind_ns = time_at(b_at + step);
        const uint64_t second = -(uint64_t)(b_ns < a_ns);
        if ((a_ns < b_ns ? a_ns : b_ns) >= until_ns)
            break;
        reader->batch[count++] = &((const struct source_event *)either(a_at, b_at, second))->event;
        a_at += step & ~second;
        b_at += step & second;
        a_ns = (int64_t)either((uint64_t)a_behind_ns, (uint64_t)a_ns, second);
        b_ns = (int64_t)either((uint64_t)b_ns, (uint64_t)b_behind_ns, second);
    }
    reader->count = count;
    moved(reader, one, (const struct source_event *)a_at);
    moved(reader, other, (const struct source_event *)b_at);
}

/* As take_any(), of 1 << bits sources. */
static inline __attribute__((always_inline)) void take_of(struct fast_reader *reader, size_t leaf, unsigned bits)
{
    struct tree tree = reader->tree;
    tree.bits = bits;
    tree.leaves = (size_t)1 << bits;
    struct lane *const lanes = reader->lanes, *lane = &lanes[leaf];
    unsigned count = 0;
    for (uint64_t key = 0; has_made(lane) && key < tree.far && count < BATCH_MOST; lane = &lanes[tree_leaf(&tree, key)]) {
        key = lane->behind;
        reader->batch[count++] = &lane->next++->event;
        if (!has_made(lane))
            break;
        lane->behind = tree_key(&tree, tree_leaf(&tree, key), lane->next[1].event.time_ns);
        key = tree_move(&tree, key);
    }
    reader->count = count;
}

/* Those of whoever comes first, until one of them has no more. For a few sources the compiler knows how many matches to play. */
static void take_any(struct fast_reader *reader, size_t leaf)
{
    switch (reader->tree.bits) {
    case 2:
        take_of(reader, leaf, 2);
        break;
    case 3:
        take_of(reader, leaf, 3);
        break;
    default:
        take_of(reader, leaf, reader->tree.bits);
    }
}

/* The first source has made events: a batch of them, and of what comes between. */
static void fill_batch(struct fast_reader *reader, size_t first)
{
    const struct lane *lane = &reader->lanes[first];
    uint64_t second_key, third_key;
    tree_next_two(&reader->tree, &second_key, &third_key);
    const size_t left = (size_t)(lane->end - lane->next), second = tree_leaf(&reader->tree, second_key);
    const int64_t row_ns = lane->next[(left < ROW ? left : ROW) - 1].event.time_ns;
    const int64_t second_ns = tree_time(&reader->tree, second_key), third_ns = tree_time(&reader->tree, third_key);
    _Static_assert(2 * AHEAD <= BATCH_MOST, "room for all that two sources have made");
    if (row_ns < second_ns)
        take_row(reader, first, second_ns);
    else if (row_ns < third_ns && !tree_is_ended(&reader->tree, second_key) && has_made(&reader->lanes[second]))
        take_both(reader, first < second ? first : second, first < second ? second : first, third_ns);
    if (!reader->count)
        take_any(reader, first);
}

/* The event of the first source that no run could make; false: it is none of thrum's. */
static bool take_single(struct fast_reader *reader, size_t leaf)
{
    struct source *source = reader->sources[leaf];
    enum layout_what what = source_decode(source, &reader->single.event, &reader->numbers, &reader->losses);
    source->event = NULL;
    reader->lanes[leaf].single = false;
    reader->losses.foreign_events += what == LAYOUT_foreign;
    reader->losses.unreadable += what == LAYOUT_unreadable;
    if (what == LAYOUT_event)
        reader_move(&reader->single.event, source->layout->host);
    reader->batch[0] = &reader->single.event;
    reader->count = what == LAYOUT_event;
    return what == LAYOUT_event;
}

/* Puts one event at least into the batch, unless there is none. */
static void make_batch(struct fast_reader *reader)
{
    for (uint64_t key; !tree_is_ended(&reader->tree, key = tree_first(&reader->tree));) {
        const size_t leaf = tree_leaf(&reader->tree, key);
        const struct lane *lane = &reader->lanes[leaf];
        if (key >= reader->tree.far) {
            rebase(reader);
        } else if (has_made(lane)) {
            fill_batch(reader, leaf);
            return;
        } else if (!lane->single) {
            advance(reader, leaf);
        } else if (take_single(reader, leaf)) {
            return;
        }
    }
}

void fast_reader_refill(struct fast_reader *reader, struct reader_batch *batch)
{
    reader->count = 0;
    if (!reader->tree.leaves && reader->source_count)
        begin(reader);
    if (reader->tree.leaves)
        make_batch(reader);
    *batch = (struct reader_batch){reader->batch, reader->batch + reader->count};
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
    int err = -ENOTSUP;
    if (length && text[0] == 0x1e) /* which each part of CTF 2's metadata begins with */
        *why = memory_text("it is in CTF 2, which thrum doesn't read");
    else
        err = layout_new(layout, text, length, why);
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
    tree_free(&reader->tree);
    free(reader->lanes);
    free(reader->numbers.at);
    free(reader->losses.trouble);
    free(reader);
}
