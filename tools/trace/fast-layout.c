/* SPDX-License-Identifier: MIT */
/* Compiles packet headers, packet contexts and event headers. */
#include "config.h"
#include "trace/fast-layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/hosts.h"
#include "base/memory.h"
#include "trace/wrapper.h"

int64_t layout_get(const uint8_t *bytes, uint64_t at, struct layout_int field)
{
    uint64_t value = 0, bit = at + field.bit;
    if (field.size == 0)
        return 0;
    for (unsigned done = 0; done < field.size;) {
        unsigned shift = (bit + done) % 8, part = 8 - shift;
        if (part > field.size - done)
            part = field.size - done;
        uint64_t byte = bytes[(bit + done) / 8] >> shift & ((1u << part) - 1);
        value |= byte << done;
        done += part;
    }
    if (field.is_signed && field.size < 64 && value >> (field.size - 1))
        value |= ~(uint64_t)0 << field.size;
    return (int64_t)value;
}

struct layout_int layout_find(struct tsdl_type *structure, const char *name)
{
    uint64_t bit = 0;
    for (size_t i = 0; structure && i < structure->field_count; i++) {
        struct tsdl_type *type = structure->fields[i].type;
        bit = (bit + type->align - 1) / type->align * type->align;
        if (type->kind == TSDL_INTEGER && strcmp(tsdl_shown_name(structure->fields[i].name), name) == 0)
            return (struct layout_int){(uint32_t)bit, (uint8_t)type->size, type->is_signed};
        uint64_t bits = tsdl_fixed_bits(type);
        if (bits == UINT64_MAX)
            break;
        bit += bits;
    }
    return (struct layout_int){0};
}

/* Whether every integer in it is little endian. */
static bool little(const struct tsdl *tsdl, const struct tsdl_type *type)
{
    if (!type)
        return true;
    if (type->kind == TSDL_INTEGER)
        return type->size <= 8 || type->order == TSDL_LITTLE || (type->order == TSDL_NATIVE && tsdl->order == TSDL_LITTLE);
    for (size_t i = 0; i < type->field_count; i++)
        if (!little(tsdl, type->fields[i].type))
            return false;
    return little(tsdl, type->element);
}

/* --- an event's header --- */

/* struct { first; time; }, or struct { enum first; variant <first> { struct { [id;] time; } ... } }. */
static const char *compile_option(struct layout_head *head, const struct tsdl_range *range, struct tsdl_type *option,
                                  uint64_t bit)
{
    uint64_t bits = option->kind == TSDL_STRUCT ? tsdl_fixed_bits(option) : UINT64_MAX;
    if (bits == UINT64_MAX || head->count == HEAD_OPTIONS)
        return "an event header that isn't LTTng's";
    bit = (bit + option->align - 1) / option->align * option->align;
    struct layout_option *to = &head->options[head->count++];
    *to = (struct layout_option){.low = (uint64_t)range->low, .high = (uint64_t)range->high, .id = layout_find(option, "id"),
                                 .time = layout_find(option, "timestamp"), .size = (uint32_t)((bit + bits + 7) / 8)};
    to->id.bit += (uint32_t)bit;
    to->time.bit += (uint32_t)bit;
    const struct tsdl_field *time = tsdl_field(option, "timestamp");
    return time && to->time.size && time->type->is_clock ? NULL : "an event header without a time";
}

static const char *compile_options(struct layout_head *head, const struct tsdl_type *first, const struct tsdl_type *variant,
                                   uint64_t bit)
{
    for (size_t i = 0; i < first->range_count; i++) {
        const struct tsdl_field *option = NULL;
        for (size_t f = 0; f < variant->field_count && !option; f++)
            if (strcmp(variant->fields[f].name, first->ranges[i].label) == 0)
                option = &variant->fields[f];
        if (!option)
            return "an event header with a choice that isn't there";
        const char *why = compile_option(head, &first->ranges[i], option->type, bit);
        if (why)
            return why;
    }
    return head->count ? NULL : "an event header without a choice";
}

static void quicken_head(struct layout_head *head)
{
    const struct layout_option *option = &head->options[0];
    if (head->first.bit || head->first.size > 32 || option->id.size || option->time.bit + option->time.size > 64 ||
        option->time.size > 63)
        return;
    head->quick = (struct layout_quick_head){
        .size = option->size, .id_mask = ((uint64_t)1 << head->first.size) - 1, .low = option->low, .high = option->high,
        .time_mask = ((uint64_t)1 << option->time.size) - 1, .time_shift = (uint8_t)option->time.bit};
}

static const char *compile_head(struct layout_stream *stream, struct tsdl_type *type)
{
    struct layout_head *head = &stream->head;
    const char *why = NULL;
    if (!type || type->kind != TSDL_STRUCT || type->field_count != 2 || type->fields[0].type->kind != TSDL_INTEGER ||
        type->fields[0].type->is_signed || type->align % 8)
        return "an event header that isn't LTTng's";
    stream->head_align = type->align;
    head->first = layout_find(type, tsdl_shown_name(type->fields[0].name));
    if (strcmp(tsdl_shown_name(type->fields[0].name), "id") != 0 || head->first.size > 32)
        return "an event header without an id";
    if (type->fields[1].type->kind == TSDL_VARIANT) {
        if (strcmp(type->fields[1].type->tag, type->fields[0].name) != 0)
            return "an event header whose choice isn't by id";
        why = compile_options(head, type->fields[0].type, type->fields[1].type, head->first.bit + head->first.size);
    } else {
        const struct tsdl_range all = {.low = 0, .high = INT64_MAX};
        why = compile_option(head, &all, type, 0);
        head->options[0].id = (struct layout_int){0};
    }
    head->shortest = UINT32_MAX;
    for (unsigned i = 0; i < head->count; i++)
        if (head->options[i].size < head->shortest)
            head->shortest = head->options[i].size;
    if (!why)
        quicken_head(head);
    return why ? why : head->shortest == 0 || head->shortest > 64 ? "an event header of no size" : NULL;
}

/* --- a packet --- */

static const char *compile_packet(struct layout *layout, struct layout_stream *stream, const struct tsdl_stream *class)
{
    struct tsdl_type *context = class->packet_context;
    if (class->packet_context && tsdl_fixed_bits(context) == UINT64_MAX)
        return "a packet context without a fixed size";
    if (!little(&layout->tsdl, context) || !little(&layout->tsdl, class->event_header) || !little(&layout->tsdl, class->event_context))
        return "it isn't little endian";
    stream->id = class->id;
    stream->context_bits = context ? tsdl_fixed_bits(context) : 0;
    stream->context_align = context ? context->align : 1;
    stream->packet_size = layout_find(context, "packet_size");
    stream->content_size = layout_find(context, "content_size");
    stream->begin = layout_find(context, "timestamp_begin");
    stream->end = layout_find(context, "timestamp_end");
    stream->discarded = layout_find(context, "events_discarded");
    stream->sequence = layout_find(context, "packet_seq_num");
    stream->pid = layout_find(context, "vpid");
    stream->tid = layout_find(context, "vtid");
    if (!stream->pid.size)
        stream->pid = layout_find(context, "pid");
    if (!stream->tid.size)
        stream->tid = layout_find(context, "tid");
    return compile_head(stream, class->event_header);
}

static const char *compile_header(struct layout *layout)
{
    struct tsdl_type *header = layout->tsdl.packet_header;
    if (!header)
        return NULL;
    layout->header_bits = tsdl_fixed_bits(header);
    if (header->kind != TSDL_STRUCT || layout->header_bits == UINT64_MAX)
        return "a packet header without a fixed size";
    if (!little(&layout->tsdl, header))
        return "it isn't little endian";
    layout->magic = layout_find(header, "magic");
    layout->stream_id = layout_find(header, "stream_id");
    layout->instance = layout_find(header, "stream_instance_id");
    return NULL;
}

/* --- all of it --- */

static const char *compile_clock(struct layout *layout)
{
    const struct tsdl *tsdl = &layout->tsdl;
    if (tsdl->clock_count != 1)
        return "it hasn't got one clock";
    if (tsdl->clocks[0].frequency != 1000000000)
        return "its clock doesn't count nanoseconds";
    layout->offset_ns = (int64_t)((uint64_t)tsdl->clocks[0].offset_s * 1000000000 + (uint64_t)tsdl->clocks[0].offset);
    return NULL;
}

/* Which events a run may hold, once all are compiled. */
static void quicken_stream(struct layout_stream *stream)
{
    const struct layout_quick_head *quick = &stream->head.quick;
    for (unsigned i = 0; i < LAYOUT_NEAR; i++) {
        const struct layout_event *event = stream->near[i];
        bool is_quick = event && event->quick_size && quick->size && i >= quick->low && i <= quick->high;
        stream->quick_sizes[i] = is_quick ? (ptrdiff_t)quick->size + event->quick_size : LAYOUT_SLOW;
    }
}

static const char *compile_event(struct layout *layout, const struct tsdl_event *class)
{
    const struct tsdl *tsdl = &layout->tsdl;
    struct layout_stream *stream = layout_stream(layout, class->stream_id);
    const char *why = NULL;
    if (!stream)
        return "an event of no stream";
    if (layout_event(stream, class->id))
        return "two events of one id";
    if (!little(tsdl, class->context) || !little(tsdl, class->payload))
        return "it isn't little endian";
    struct layout_event *event = memory_new(1, sizeof *event);
    map_put(&stream->events, class->id, event);
    if (class->id < sizeof stream->near / sizeof stream->near[0])
        stream->near[class->id] = event;
    layout_compile(event, &tsdl->streams[stream - layout->streams], class, stream, &why);
    return why;
}

/* Mutexes are told of by LTTng's own pthread wrapper alone: libbabeltrace2's reader makes events of ours of that. */
static bool is_wrapper_trace(const struct tsdl *tsdl)
{
    bool wrapper = false, ours = false;
    for (size_t i = 0; i < tsdl->event_count; i++) {
        wrapper = wrapper || wrapper_what(tsdl->events[i].name);
        ours = ours || strncmp(tsdl->events[i].name, "thrum:", 6) == 0;
    }
    return wrapper && !ours;
}

static const char *compile(struct layout *layout)
{
    const struct tsdl *tsdl = &layout->tsdl;
    const char *why = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? compile_clock(layout) : "this machine isn't little endian";
    if (!why)
        why = is_wrapper_trace(tsdl) ? "it is of LTTng's pthread wrapper" : compile_header(layout);
    layout->own = strcmp(tsdl->tracer, "thrum") == 0;
    layout->host = hosts_number(tsdl->host);
    layout->streams = memory_new(tsdl->stream_count + 1, sizeof *layout->streams);
    for (; layout->stream_count < tsdl->stream_count && !why; layout->stream_count++)
        why = compile_packet(layout, &layout->streams[layout->stream_count], &tsdl->streams[layout->stream_count]);
    for (size_t i = 0; i < tsdl->event_count && !why; i++)
        why = compile_event(layout, &tsdl->events[i]);
    for (size_t i = 0; i < layout->stream_count && !why; i++)
        quicken_stream(&layout->streams[i]);
    return why;
}

int layout_new(struct layout **made, const char *text, size_t length, char **trouble)
{
    struct layout *layout = memory_new(1, sizeof *layout);
    const char *why = NULL;
    char *syntax = NULL;
    int err = tsdl_parse(&layout->tsdl, text, length, &syntax);
    if (!err)
        why = compile(layout);
    *made = layout;
    if (!err && !why)
        return 0;
    *trouble = syntax ? syntax : memory_text(why);
    layout_free(layout);
    *made = NULL;
    return -ENOTSUP;
}

static void free_events(struct layout_stream *stream)
{
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(&stream->events, &place));) {
        struct layout_event *event = entry->value;
        free(event->ops);
        free(event);
    }
    map_free(&stream->events);
}

void layout_free(struct layout *layout)
{
    if (!layout)
        return;
    for (size_t i = 0; i < layout->stream_count; i++)
        free_events(&layout->streams[i]);
    free(layout->streams);
    tsdl_free(&layout->tsdl);
    free(layout);
}

struct layout_stream *layout_stream(struct layout *layout, uint64_t id)
{
    for (size_t i = 0; i < layout->stream_count; i++)
        if (layout->streams[i].id == id)
            return &layout->streams[i];
    return NULL;
}
