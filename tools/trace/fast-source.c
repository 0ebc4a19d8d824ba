/* SPDX-License-Identifier: MIT */
/* Files and packets of a stream. */
#include "config.h"
#include "trace/fast-source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "trace/losses.h"
#include "base/memory.h"

enum { PAGE = 4096, DROP = 16 << 20, TROUBLE_MOST = 2000 };

/* Says once for a file that not all of it is read, and why. */
static void say(struct reader_losses *losses, const struct stream_file *file, const char *what)
{
    losses->truncated = true;
    if (!losses->trouble || strlen(losses->trouble) < TROUBLE_MOST)
        losses_say(losses, "%s: %s", file->path, what);
}

static void say_damaged(struct reader_losses *losses, const struct source *source, const char *what)
{
    char *text = memory_format("%s; %s%llu event%s of it %s read", what, source->events ? "the first " : "",
                               (unsigned long long)source->events, source->events == 1 ? "" : "s",
                               source->events == 1 ? "is" : "are");
    say(losses, &source->files[source->file], text);
    free(text);
}

/* --- files --- */

/* Memory for the file and a page behind it: an event is read in words that may reach beyond its end. */
static int file_map(struct stream_file *file)
{
    struct stat status;
    if (file->bytes)
        return 0;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err = fstat(fd, &status) ? -errno : 0;
    file->size = err ? 0 : (uint64_t)status.st_size;
    uint64_t room = (file->size + PAGE - 1) / PAGE * PAGE + PAGE;
    uint8_t *at = mmap(NULL, room, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) {
        err = -errno;
    } else if (!err && file->size > 0 && mmap(at, file->size, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED) {
        err = -errno;
        munmap(at, room);
    }
    close(fd);
    if (!err) {
        madvise(at, room, MADV_SEQUENTIAL);
        file->bytes = at;
    }
    return err;
}

static void file_unmap(struct stream_file *file)
{
    if (!file->bytes || file->in_memory)
        return;
    munmap((void *)(uintptr_t)file->bytes, (file->size + PAGE - 1) / PAGE * PAGE + PAGE);
    file->bytes = NULL;
}

/* --- packets --- */

struct packet_place {
    struct layout_stream *class;
    uint64_t context;  /* bits from the file's begin, as is `events` */
    uint64_t events;
    uint64_t instance;
};

static const uint64_t STREAM_MAGIC = 0xc1fc1fc1;

/* Where the parts of the packet at `offset` are; or what is wrong with it. */
static const char *place_packet(struct layout *layout, const struct stream_file *file, uint64_t offset,
                                struct packet_place *place)
{
    uint64_t left = (file->size - offset) * 8, at = offset * 8;
    if (layout->header_bits > left)
        return "cut short";
    if (layout->magic.size && (uint64_t)layout_get(file->bytes, at, layout->magic) != STREAM_MAGIC)
        return "not a stream of CTF packets";
    uint64_t id = (uint64_t)layout_get(file->bytes, at, layout->stream_id);
    place->class = layout->stream_id.size || layout->stream_count != 1 ? layout_stream(layout, id) : &layout->streams[0];
    if (!place->class)
        return "a packet of a stream that the metadata doesn't describe";
    place->instance = (uint64_t)layout_get(file->bytes, at, layout->instance);
    uint64_t align = place->class->context_align, context = (layout->header_bits + align - 1) / align * align;
    uint64_t head_align = place->class->head_align, events = context + place->class->context_bits;
    if (events > left)
        return "cut short";
    place->context = at + context;
    place->events = at + (events + head_align - 1) / head_align * head_align;
    return NULL;
}

bool source_look(struct layout *layout, struct stream_file *file, uint64_t *class_id, uint64_t *instance,
                 struct reader_losses *losses)
{
    struct packet_place place;
    int err = file_map(file);
    const char *wrong = err ? strerror(-err) : NULL;
    if (!wrong && file->size > 0)
        wrong = place_packet(layout, file, 0, &place);
    if (!wrong && file->size > 0) {
        file->begin = (uint64_t)layout_get(file->bytes, place.context, place.class->begin);
        *class_id = place.class->id;
        *instance = place.instance;
    }
    if (wrong)
        say(losses, file, wrong);
    bool any = !wrong && file->size > 0;
    file_unmap(file);
    return any;
}

/* What the packet says of what isn't in the stream. */
static void count_losses(struct source *source, const struct packet_place *place, const uint8_t *bytes,
                         struct reader_losses *losses)
{
    const struct layout_stream *class = place->class;
    uint64_t discarded = (uint64_t)layout_get(bytes, place->context, class->discarded);
    uint64_t sequence = (uint64_t)layout_get(bytes, place->context, class->sequence);
    if (source->counting || source->layout->own) {
        uint64_t expected = source->counting ? source->sequence + 1 : 0;
        if (discarded > source->discarded)
            losses->lost_events += discarded - source->discarded;
        if (class->sequence.size && sequence > expected) {
            losses->lost_packets += sequence - expected;
            losses->overwritten += source->counting ? 0 : sequence - expected; /* a ring keeps the newest ones */
        }
    }
    source->counting = true;
    source->discarded = discarded;
    source->sequence = sequence;
}

/* Bytes of the packet, and of its content from the packet's begin on. What is wrong; NULL where nothing is. */
static const char *packet_sizes(const struct packet_place *place, const struct stream_file *file, uint64_t offset,
                                uint64_t *size, uint64_t *content)
{
    const struct layout_stream *class = place->class;
    uint64_t left = (file->size - offset) * 8, least = place->events - offset * 8;
    uint64_t bits = class->packet_size.size ? (uint64_t)layout_get(file->bytes, place->context, class->packet_size) : left;
    uint64_t used = class->content_size.size ? (uint64_t)layout_get(file->bytes, place->context, class->content_size) : bits;
    /* The content of an empty packet ends before its first event would be aligned. */
    uint64_t context_end = place->context + class->context_bits - offset * 8;
    if (bits % 8 || bits < context_end || used < context_end || used > bits)
        return "a packet whose sizes can't be";
    *size = bits / 8;
    *content = (used + 7) / 8;
    if (*content * 8 < least)
        *content = least / 8;
    return NULL;
}

static const char *enter_packet(struct source *source, struct stream_file *file, struct reader_losses *losses)
{
    uint64_t offset = source->next_packet, size = 0, content = 0;
    struct packet_place place;
    const char *wrong = place_packet(source->layout, file, offset, &place);
    if (!wrong)
        wrong = packet_sizes(&place, file, offset, &size, &content);
    if (wrong)
        return wrong;
    const uint8_t *packet = file->bytes + offset;
    uint64_t left = file->size - offset;
    source->class = place.class;
    source->at = file->bytes + place.events / 8;
    source->end = packet + (content < left ? content : left);
    source->next_packet = offset + (size < left ? size : left);
    if (place.class->begin.size)
        source->clock = (uint64_t)layout_get(file->bytes, place.context, place.class->begin);
    source->ids.pid = (int32_t)layout_get(file->bytes, place.context, place.class->pid);
    source->ids.tid = (int32_t)layout_get(file->bytes, place.context, place.class->tid);
    count_losses(source, &place, file->bytes, losses);
    if (place.class->end.size) {
        int64_t end = (int64_t)((uint64_t)layout_get(file->bytes, place.context, place.class->end) + (uint64_t)source->layout->offset_ns);
        source->end_ns = end > source->end_ns ? end : source->end_ns;
    }
    source->cut = size > left;
    return NULL;
}

/* Keeps the memory in use small, however long the file is. */
static void drop_behind(struct source *source, const struct stream_file *file)
{
    if (file->in_memory || !source->at || source->at - source->dropped < DROP)
        return;
    const uint8_t *at = source->at - (uintptr_t)source->at % PAGE;
    madvise((void *)(uintptr_t)source->dropped, (size_t)(at - source->dropped), MADV_DONTNEED);
    source->dropped = at;
}

/* The next packet, in this file or the next; false where there is none. */
static bool next_packet(struct source *source, struct reader_losses *losses)
{
    while (source->file < source->file_count) {
        struct stream_file *file = &source->files[source->file];
        const char *wrong = NULL;
        if (!source->started) {
            int err = file_map(file);
            wrong = err ? strerror(-err) : NULL;
            source->started = true;
            source->next_packet = 0;
            source->dropped = file->bytes;
        }
        if (!wrong && source->next_packet < file->size) {
            drop_behind(source, file);
            wrong = enter_packet(source, file, losses);
            if (!wrong)
                return true;
        }
        if (wrong || source->cut)
            say_damaged(losses, source, wrong ? wrong : "cut short");
        file_unmap(file);
        source->events = 0;
        source->cut = false;
        source->started = false;
        source->at = source->end = NULL;
        source->file++;
    }
    return false;
}

void source_free(struct source *source)
{
    for (size_t i = 0; i < source->file_count; i++) {
        file_unmap(&source->files[i]);
        free(source->files[i].path);
    }
    free(source->files);
    free(source->made);
}

/* --- events --- */

/* The packet isn't what the metadata says: what follows in it can't be known. */
static void give_up_packet(struct source *source, struct reader_losses *losses, const char *wrong)
{
    if (!source->cut) /* else that is said at the end of the file */
        say_damaged(losses, source, wrong);
    source->at = source->end;
}

static inline uint64_t bits_at(const uint8_t *at, struct layout_int field)
{
    uint64_t word = source_load(at + field.bit / 8) >> field.bit % 8;
    return field.size < 64 ? word & (((uint64_t)1 << field.size) - 1) : word;
}

/* A time of fewer than 64 bits is the next one after the last that ends in those bits. */
static inline uint64_t next_time(uint64_t clock, uint64_t bits, unsigned size)
{
    if (size >= 64)
        return bits;
    uint64_t mask = ((uint64_t)1 << size) - 1, time = (clock & ~mask) | bits;
    return time < clock ? time + mask + 1 : time;
}

/* Reads the header at source->at; what is wrong with it. */
static inline const char *read_head(struct source *source)
{
    const struct layout_head *head = &source->class->head;
    uint64_t left = (uint64_t)(source->end - source->at);
    if (left < head->shortest)
        return "an event that is cut short";
    uint64_t id = bits_at(source->at, head->first);
    const struct layout_option *option = head->options;
    while (id < option->low || id > option->high)
        if (++option == head->options + head->count)
            return "an event that the metadata doesn't describe";
    if (left < option->size)
        return "an event that is cut short";
    if (option->id.size)
        id = bits_at(source->at, option->id);
    source->event = layout_event(source->class, id);
    if (!source->event)
        return "an event that the metadata doesn't describe";
    source->clock = next_time(source->clock, bits_at(source->at, option->time), option->time.size);
    source->time_ns = (int64_t)(source->clock + (uint64_t)source->layout->offset_ns);
    source->at += option->size;
    return NULL;
}

bool source_find_head(struct source *source, struct reader_losses *losses)
{
    for (;;) {
        while (source->at >= source->end)
            if (!next_packet(source, losses))
                return false;
        const char *wrong = read_head(source);
        if (!wrong)
            return true;
        give_up_packet(source, losses, wrong);
    }
}

/* An array of numbers, each of `size` bytes, into numbers of 64 bits. */
static void take_addrs(struct source_numbers *numbers, struct thrum_addrs *to, const uint8_t *at, uint64_t length,
                       unsigned size)
{
    uint64_t mask = size < 8 ? ((uint64_t)1 << 8 * size) - 1 : UINT64_MAX;
    numbers->at = memory_grow(numbers->at, numbers->count + length + 1, &numbers->capacity, sizeof *numbers->at);
    for (uint64_t i = 0; i < length; i++)
        numbers->at[numbers->count + i] = source_load(at + i * size) & mask;
    numbers->sequences[numbers->sequence_count].whose = to;
    numbers->sequences[numbers->sequence_count++].begin = numbers->count;
    numbers->count += length;
    *to = (struct thrum_addrs){.count = (uint32_t)length};
}

static const uint8_t *end_sequences(struct source_numbers *numbers, const uint8_t *at)
{
    for (unsigned i = 0; i < numbers->sequence_count; i++)
        numbers->sequences[i].whose->at = numbers->at + numbers->sequences[i].begin;
    numbers->sequence_count = 0;
    numbers->count = 0;
    return at;
}

/* A field that the trace hasn't got. */
static void take_nothing(uint8_t *to, const struct layout_op *op)
{
    if (op->code == OP_EMPTY)
        memcpy(to, &(const char *){""}, sizeof(char *));
    else
        memset(to, 0, op->size);
}

static void take_int(uint8_t *to, const struct layout_op *op, uint64_t number)
{
    const bool wide = op->code == OP_INT64 || op->code == OP_SIGNED64;
    memcpy(to, &number, op->code == OP_INT8 ? 1 : wide ? 8 : 4);
}

/* Runs an event's program at `at`; where the event ends, or NULL where it would end behind `end`. */
static const uint8_t *decode(const struct source *source, const uint8_t *at, const uint8_t *end, struct trace_event *event,
                             struct source_numbers *numbers)
{
    uint8_t *const record = (uint8_t *)event;
    uint64_t length = 0;
    for (const struct layout_op *op = source->event->ops;; op++) {
        const uint64_t word = source_load(at + op->byte) << op->left;
        switch (op->code) {
        case OP_ROOM:
            if ((uint64_t)(end - at) < op->size)
                return NULL;
            break;
        case OP_NEXT:
            at += op->size;
            break;
        case OP_INT8:
        case OP_INT32:
        case OP_INT64:
            take_int(record + op->to, op, word >> op->right);
            break;
        case OP_SIGNED32:
        case OP_SIGNED64:
            take_int(record + op->to, op, (uint64_t)((int64_t)word >> op->right));
            break;
        case OP_LENGTH:
            length = word >> op->right;
            break;
        case OP_STRING:
            memcpy(record + op->to, &at, sizeof at);
            __attribute__((fallthrough));
        case OP_OVER:
            at = memchr(at, 0, (size_t)(end - at));
            if (!at)
                return NULL;
            at++;
            break;
        case OP_ADDRS:
        case OP_SKIP:
            if (op->size && length > (uint64_t)(end - at) / op->size)
                return NULL;
            if (op->code == OP_ADDRS)
                take_addrs(numbers, (struct thrum_addrs *)(void *)(record + op->to), at, length, op->size);
            at += length * op->size;
            break;
        case OP_ZERO:
        case OP_EMPTY:
            take_nothing(record + op->to, op);
            break;
        case OP_PID:
            event->record.common.pid = source->ids.pid;
            break;
        case OP_TID:
            event->record.common.tid = source->ids.tid;
            break;
        case OP_END:
            return numbers->sequence_count ? end_sequences(numbers, at) : at;
        }
    }
}

enum layout_what source_decode(struct source *source, struct trace_event *event, struct source_numbers *numbers,
                               struct reader_losses *losses)
{
    const enum layout_what what = source->event->what;
    event->id = source->event->id;
    event->time_ns = source->time_ns;
    numbers->count = numbers->sequence_count = 0;
    const uint8_t *end = decode(source, source->at, source->end, event, numbers);
    if (__builtin_expect(end != NULL, 1)) {
        source->at = end;
        source->events++;
        return what;
    }
    give_up_packet(source, losses, "an event that is cut short");
    return LAYOUT_unreadable;
}
