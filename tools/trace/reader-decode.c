/* SPDX-License-Identifier: MIT */
/*
 * The decoder is made from the event table: for each event the names of its fields, and a function that takes them in
 * that order. Where a field lies in an event class is looked up once, by name; a field that isn't there is 0 or "".
 */
#include "config.h"
#include "trace/reader-decode.h"

#include <stdlib.h>
#include <string.h>
#include "base/map.h"
#include "base/memory.h"

/* Where a field is, and how to read it. */
enum scope { SCOPE_none, SCOPE_payload, SCOPE_specific, SCOPE_common, SCOPE_packet };
enum type { TYPE_other, TYPE_unsigned, TYPE_signed, TYPE_string, TYPE_array };
struct place {
    uint8_t scope;
    uint8_t type;
    uint64_t index;
};

struct event_decoder {
    const bt_event_class *class;
    enum decode_result result;
    enum thrum_event_id id;
    enum wrapper_what what; /* of DECODE_wrapper */
    struct place places[]; /* of pid, tid and then the fields in the table's order, or in that of wrapper_fields */
};

enum { SEQUENCES = 4 }; /* that an event may have; asserted below */

struct decode {
    struct map by_class; /* event_decoder */
    const struct event_decoder *last;
    uint64_t *numbers; /* of the sequences of the current event */
    size_t number_count;
    size_t number_capacity;

    /* while an event is taken apart */
    const bt_event *event;
    const bt_field *payload;
    const struct place *next;
    size_t sequences_at[SEQUENCES]; /* where in `numbers` each sequence begins: they may move while they grow */
    struct thrum_addrs *sequences[SEQUENCES];
    int sequence_count;
};

/* --- what the table says --- */

#define THRUM_ADDR(name, meaning) #name,
#define THRUM_U32(name, meaning) #name,
#define THRUM_U64(name, meaning) #name,
#define THRUM_I32(name, meaning) #name,
#define THRUM_I64(name, meaning) #name,
#define THRUM_WORD(name, words, meaning) #name,
#define THRUM_STRING(name, meaning) #name,
#define THRUM_ADDRS(name, meaning) #name,
#define THRUM_EVENT(name, meaning, fields) static const char *const fields_of_##name[] = {"pid", "tid", fields};
#include "events.h"
#include "events-end.h"

#define THRUM_ADDR(name, meaning)
#define THRUM_U32(name, meaning)
#define THRUM_U64(name, meaning)
#define THRUM_I32(name, meaning)
#define THRUM_I64(name, meaning)
#define THRUM_WORD(name, words, meaning)
#define THRUM_STRING(name, meaning)
#define THRUM_ADDRS(name, meaning) +1
#define THRUM_EVENT(name, meaning, fields) _Static_assert(0 fields <= SEQUENCES, "raise SEQUENCES for " #name);
#include "events.h"
#include "events-end.h"

static const struct {
    const char *name;
    const char *const *fields;
    size_t field_count;
} table[] = {
#define THRUM_EVENT(name, meaning, fields) \
    {#name, fields_of_##name, sizeof fields_of_##name / sizeof fields_of_##name[0]},
#include "events.h"
#include "events-end.h"
};

/* --- taking fields, one after the other --- */

static const bt_field *scope_of(const struct decode *d, enum scope scope)
{
    switch (scope) {
    case SCOPE_payload:
        return d->payload;
    case SCOPE_specific:
        return bt_event_borrow_specific_context_field_const(d->event);
    case SCOPE_common:
        return bt_event_borrow_common_context_field_const(d->event);
    case SCOPE_packet: {
        const bt_packet *packet = bt_event_borrow_packet_const(d->event);
        return packet ? bt_packet_borrow_context_field_const(packet) : NULL;
    }
    default:
        return NULL;
    }
}

static const bt_field *take(struct decode *d, enum type *type)
{
    const struct place *place = d->next++;
    const bt_field *scope = scope_of(d, place->scope);
    *type = place->type;
    return scope ? bt_field_structure_borrow_member_field_by_index_const(scope, place->index) : NULL;
}

static uint64_t take_number(struct decode *d)
{
    enum type type;
    const bt_field *field = take(d, &type);
    if (!field)
        return 0;
    if (type == TYPE_unsigned)
        return bt_field_integer_unsigned_get_value(field);
    return type == TYPE_signed ? (uint64_t)bt_field_integer_signed_get_value(field) : 0;
}

static const char *take_text(struct decode *d)
{
    enum type type;
    const bt_field *field = take(d, &type);
    return field && type == TYPE_string ? bt_field_string_get_value(field) : "";
}

static bool is_unsigned(const bt_field *field)
{
    return bt_field_class_type_is(bt_field_get_class_type(field), BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER);
}

static void take_sequence(struct decode *d, struct thrum_addrs *to)
{
    enum type type;
    const bt_field *field = take(d, &type);
    uint64_t count = field && type == TYPE_array ? bt_field_array_get_length(field) : 0;
    *to = (struct thrum_addrs){.count = (uint32_t)count};
    d->sequences_at[d->sequence_count] = d->number_count;
    d->sequences[d->sequence_count++] = to;
    d->numbers = memory_grow(d->numbers, d->number_count + count, &d->number_capacity, sizeof *d->numbers);
    for (uint64_t i = 0; i < count; i++) {
        const bt_field *element = bt_field_array_borrow_element_field_by_index_const(field, i);
        d->numbers[d->number_count++] = is_unsigned(element) ? bt_field_integer_unsigned_get_value(element) : 0;
    }
}

#define THRUM_ADDR(name, meaning) record->name = take_number(d);
#define THRUM_U32(name, meaning) record->name = (uint32_t)take_number(d);
#define THRUM_U64(name, meaning) record->name = take_number(d);
#define THRUM_I32(name, meaning) record->name = (int32_t)take_number(d);
#define THRUM_I64(name, meaning) record->name = (int64_t)take_number(d);
#define THRUM_WORD(name, words, meaning) record->name = (uint8_t)take_number(d);
#define THRUM_STRING(name, meaning) record->name = take_text(d);
#define THRUM_ADDRS(name, meaning) take_sequence(d, &record->name);
#define THRUM_EVENT(name, meaning, fields)                                          \
    static void take_##name(struct decode *d, struct thrum_event_##name *record)    \
    {                                                                               \
        record->common.pid = (int32_t)take_number(d);                               \
        record->common.tid = (int32_t)take_number(d);                               \
        fields                                                                      \
    }
#include "events.h"
#include "events-end.h"

static void take_event(struct decode *d, enum thrum_event_id id, union thrum_event_record *record)
{
    switch (id) {
#define THRUM_EVENT(name, meaning, fields) \
    case THRUM_EVENT_##name:               \
        take_##name(d, &record->name);     \
        break;
#include "events.h"
#include "events-end.h"
    default:
        break;
    }
}

/* --- event classes --- */

static enum type type_of(const bt_field_class *class)
{
    bt_field_class_type type = bt_field_class_get_type(class);
    if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER))
        return TYPE_unsigned;
    if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_SIGNED_INTEGER))
        return TYPE_signed;
    if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_STRING))
        return TYPE_string;
    return bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_ARRAY) ? TYPE_array : TYPE_other;
}

static bool find_in(const bt_field_class *scope, enum scope which, const char *name, struct place *place)
{
    if (!scope || !bt_field_class_type_is(bt_field_class_get_type(scope), BT_FIELD_CLASS_TYPE_STRUCTURE))
        return false;
    uint64_t count = bt_field_class_structure_get_member_count(scope);
    for (uint64_t i = 0; i < count; i++) {
        const bt_field_class_structure_member *member =
            bt_field_class_structure_borrow_member_by_index_const(scope, i);
        if (strcmp(bt_field_class_structure_member_get_name(member), name))
            continue;
        const bt_field_class *class = bt_field_class_structure_member_borrow_field_class_const(member);
        *place = (struct place){.scope = which, .type = type_of(class), .index = i};
        return true;
    }
    return false;
}

/* In the contexts that a tracer adds to events, as `name`, or as seen from the process's own namespace. */
static bool find_in_contexts(const bt_event_class *class, const char *name, struct place *place)
{
    const bt_stream_class *stream = bt_event_class_borrow_stream_class_const(class);
    char *inner = memory_format("v%s", name);
    const char *const names[] = {inner, name};
    bool found = false;
    for (int i = 0; i < 2 && !found; i++)
        found = find_in(bt_event_class_borrow_specific_context_field_class_const(class), SCOPE_specific, names[i], place) ||
                find_in(bt_stream_class_borrow_event_common_context_field_class_const(stream), SCOPE_common, names[i],
                        place) ||
                (bt_stream_class_supports_packets(stream) &&
                 find_in(bt_stream_class_borrow_packet_context_field_class_const(stream), SCOPE_packet, names[i], place));
    free(inner);
    return found;
}

static void find_places(struct event_decoder *decoder, const char *const *fields, size_t count)
{
    const bt_event_class *class = decoder->class;
    const bt_field_class *payload = bt_event_class_borrow_payload_field_class_const(class);
    for (size_t i = 0; i < count; i++) {
        const char *name = fields[i];
        bool found = find_in(payload, SCOPE_payload, name, &decoder->places[i]);
        bool ids = i < 2;
        if (ids && !found && !find_in_contexts(class, name, &decoder->places[i]))
            decoder->result = DECODE_unreadable;
    }
}

/* Whether the trace has events of ours, which tell of the same locks. */
static bool has_ours(const bt_event_class *class)
{
    const bt_stream_class *stream = bt_event_class_borrow_stream_class_const(class);
    for (uint64_t i = 0; i < bt_stream_class_get_event_class_count(stream); i++) {
        const char *name = bt_event_class_get_name(bt_stream_class_borrow_event_class_by_index_const(stream, i));
        if (name && !strncmp(name, "thrum:", 6))
            return true;
    }
    return false;
}

static const char *const wrapper_fields[] = {"pid", "tid", "mutex", "status", "ip"};
enum { WRAPPER_FIELDS = sizeof wrapper_fields / sizeof wrapper_fields[0] };

static const struct event_decoder *wrapper_decoder_new(const bt_event_class *class, enum wrapper_what what)
{
    struct event_decoder *decoder = memory_new(1, sizeof *decoder + WRAPPER_FIELDS * sizeof(struct place));
    bt_event_class_get_ref(class);
    decoder->class = class;
    decoder->what = what;
    decoder->result = DECODE_wrapper;
    find_places(decoder, wrapper_fields, WRAPPER_FIELDS);
    find_in_contexts(class, "ip", &decoder->places[WRAPPER_FIELDS - 1]);
    if (decoder->result == DECODE_unreadable)
        decoder->result = DECODE_nobodys;
    return decoder;
}

static const struct event_decoder *decoder_new(const bt_event_class *class)
{
    static const char provider[] = "thrum:";
    const char *name = bt_event_class_get_name(class);
    bool ours = name && !strncmp(name, provider, sizeof provider - 1);
    if (name && wrapper_what(name) && !has_ours(class))
        return wrapper_decoder_new(class, wrapper_what(name));
    size_t id = 0;
    while (ours && id < THRUM_EVENT_COUNT && strcmp(table[id].name, name + sizeof provider - 1))
        id++;
    bool known = ours && id < THRUM_EVENT_COUNT;
    size_t places = known ? table[id].field_count : 0;
    struct event_decoder *decoder = memory_new(1, sizeof *decoder + places * sizeof(struct place));
    bt_event_class_get_ref(class); /* so that no other class comes to its address */
    decoder->class = class;
    decoder->id = (enum thrum_event_id)id;
    decoder->result = known ? DECODE_ok : ours ? DECODE_unreadable : DECODE_foreign;
    if (known)
        find_places(decoder, table[id].fields, places);
    return decoder;
}

static const struct event_decoder *decoder_of(struct decode *d, const bt_event_class *class)
{
    if (d->last && d->last->class == class)
        return d->last;
    d->last = map_get(&d->by_class, (uintptr_t)class);
    if (!d->last) {
        d->last = decoder_new(class);
        map_put(&d->by_class, (uintptr_t)class, (void *)d->last);
    }
    return d->last;
}

static void take_told(struct decode *d, enum wrapper_what what, struct wrapper_told *told)
{
    *told = (struct wrapper_told){.what = what};
    told->who.pid = (int32_t)take_number(d);
    told->who.tid = (int32_t)take_number(d);
    told->mutex = take_number(d);
    told->status = (int)take_number(d);
    told->site = take_number(d);
}

enum decode_result decode_event(struct decode *d, const bt_event *event, struct trace_event *to, struct wrapper_told *told)
{
    const struct event_decoder *decoder = decoder_of(d, bt_event_borrow_class_const(event));
    if (decoder->result != DECODE_ok && decoder->result != DECODE_wrapper)
        return decoder->result;
    d->event = event;
    d->payload = bt_event_borrow_payload_field_const(event);
    d->next = decoder->places;
    if (decoder->result == DECODE_wrapper) {
        take_told(d, decoder->what, told);
        return DECODE_wrapper;
    }
    d->number_count = 0;
    d->sequence_count = 0;
    to->id = decoder->id;
    take_event(d, decoder->id, &to->record);
    for (int i = 0; i < d->sequence_count; i++)
        d->sequences[i]->at = d->numbers + d->sequences_at[i];
    return DECODE_ok;
}

struct decode *decode_new(void)
{
    return memory_new(1, sizeof(struct decode));
}

void decode_free(struct decode *d)
{
    size_t place = 0;
    for (const struct map_entry *entry; (entry = map_next(&d->by_class, &place));) {
        struct event_decoder *decoder = entry->value;
        bt_event_class_put_ref(decoder->class);
        free(decoder);
    }
    map_free(&d->by_class);
    free(d->numbers);
    free(d);
}
