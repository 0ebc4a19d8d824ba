/* SPDX-License-Identifier: MIT */
/* Packets of a Perfetto trace. */
#include "config.h"
#include "render/perfetto-packets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "render/render.h"
#include "base/memory.h"

/* BATCH: bytes deflated together. Perfetto's numbers of clocks: 64 and more belong to a sequence. */
enum { SEQUENCE = 1, BATCH = 1 << 20, CLOCK_realtime = 1, CLOCK_boottime = 6, CLOCK_since_last = 64 };
enum { TRACE_PACKET = 1 << 3 | 2, LONGEST_HEAD = 11 };

static size_t put_head(unsigned char *at, uint64_t size)
{
    size_t count = 0;
    at[count++] = TRACE_PACKET;
    for (; size >= 0x80; size >>= 7)
        at[count++] = (unsigned char)(size | 0x80);
    at[count++] = (unsigned char)size;
    return count;
}

/* A packet as an element of Trace.packet, at the batch's end. */
static void add_packet(struct perfetto_packets *packets, const Perfetto__Protos__TracePacket *packet)
{
    size_t size = perfetto__protos__trace_packet__get_packed_size(packet);
    packets->batch = memory_grow(packets->batch, packets->size + LONGEST_HEAD + size, &packets->capacity, 1);
    packets->size += put_head(packets->batch + packets->size, size);
    packets->size += perfetto__protos__trace_packet__pack(packet, packets->batch + packets->size);
}

static void write_packet(struct perfetto_packets *packets, const Perfetto__Protos__TracePacket *packet)
{
    unsigned char head[LONGEST_HEAD], *bytes = memory_new(perfetto__protos__trace_packet__get_packed_size(packet), 1);
    size_t size = perfetto__protos__trace_packet__pack(packet, bytes);
    fwrite(head, 1, put_head(head, size), packets->out);
    fwrite(bytes, 1, size, packets->out);
    free(bytes);
}

static void flush(struct perfetto_packets *packets)
{
    Perfetto__Protos__TracePacket packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;
    uLongf size = compressBound(packets->size);
    unsigned char *bytes = memory_new(size, 1);
    if (compress(bytes, &size, packets->batch, packets->size) != Z_OK)
        packets->status = -ENOMEM;
    packet.data_case = PERFETTO__PROTOS__TRACE_PACKET__DATA_COMPRESSED_PACKETS;
    packet.compressed_packets = (ProtobufCBinaryData){.data = bytes, .len = size};
    write_packet(packets, &packet);
    free(bytes);
    packets->size = 0;
}

/* `flags`: whether what was told before still holds. */
static void put_packet(struct perfetto_packets *packets, Perfetto__Protos__TracePacket *packet, uint32_t flags)
{
    packet->has_trusted_packet_sequence_id = packet->has_sequence_flags = true;
    packet->trusted_packet_sequence_id = SEQUENCE;
    packet->sequence_flags = flags;
    add_packet(packets, packet);
    if (packets->size >= BATCH)
        flush(packets);
}

/* Times of a recording are since the Epoch: its clock is that of the day. */
void perfetto_begin(struct perfetto_packets *packets, FILE *out, int64_t begin_ns)
{
    static const uint32_t ids[] = {CLOCK_realtime, CLOCK_boottime, CLOCK_since_last};
    Perfetto__Protos__TracePacket packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;
    Perfetto__Protos__TracePacketDefaults defaults = PERFETTO__PROTOS__TRACE_PACKET_DEFAULTS__INIT;
    Perfetto__Protos__ClockSnapshot snapshot = PERFETTO__PROTOS__CLOCK_SNAPSHOT__INIT;
    Perfetto__Protos__ClockSnapshot__Clock clocks[3], *list[] = {&clocks[0], &clocks[1], &clocks[2]};
    *packets = (struct perfetto_packets){.out = out, .last_ns = begin_ns};
    for (int i = 0; i < 3; i++) {
        perfetto__protos__clock_snapshot__clock__init(&clocks[i]);
        clocks[i].has_clock_id = clocks[i].has_timestamp = true;
        clocks[i].clock_id = ids[i];
        clocks[i].timestamp = (uint64_t)begin_ns;
        clocks[i].has_is_incremental = clocks[i].is_incremental = ids[i] == CLOCK_since_last;
    }
    snapshot.n_clocks = 3;
    snapshot.clocks = list;
    defaults.has_timestamp_clock_id = true;
    defaults.timestamp_clock_id = CLOCK_since_last;
    packet.trace_packet_defaults = &defaults;
    packet.data_case = PERFETTO__PROTOS__TRACE_PACKET__DATA_CLOCK_SNAPSHOT;
    packet.clock_snapshot = &snapshot;
    for (int sort = 0; sort < PERFETTO_texts; sort++)
        packets->told[sort] = texts_number(&packets->texts[sort], "") + 1;
    put_packet(packets, &packet, PERFETTO__PROTOS__TRACE_PACKET__SEQUENCE_FLAGS__SEQ_INCREMENTAL_STATE_CLEARED);
}

uint64_t perfetto_text(struct perfetto_packets *packets, enum perfetto_text sort, const char *text)
{
    char *clean = clean_text(text);
    uint32_t number = texts_number(&packets->texts[sort], *clean ? clean : "?");
    free(clean);
    return number;
}

void perfetto_track(struct perfetto_packets *packets, Perfetto__Protos__TrackDescriptor *track)
{
    Perfetto__Protos__TracePacket packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;
    packet.data_case = PERFETTO__PROTOS__TRACE_PACKET__DATA_TRACK_DESCRIPTOR;
    packet.track_descriptor = track;
    put_packet(packets, &packet, PERFETTO__PROTOS__TRACE_PACKET__SEQUENCE_FLAGS__SEQ_NEEDS_INCREMENTAL_STATE);
}

/*
 * Fills in one sort of the texts that aren't in the file yet: a list of messages, each a number and a text, which differ in
 * type and in that of the text alone. The list is to be freed, each message too.
 */
#define TELL(packets, sort, list, number, init, set)                                                    \
    do {                                                                                                      \
        const struct texts *texts = &(packets)->texts[sort];                                                  \
        (number) = texts->count - (packets)->told[sort];                                                      \
        (list) = (number) ? memory_new((number), sizeof *(list)) : NULL;                                      \
        for (size_t i = 0; i < (number); i++) {                                                               \
            size_t iid = (packets)->told[sort] + i;                                                           \
            (list)[i] = memory_new(1, sizeof *(list)[i]);                                                     \
            init((list)[i]);                                                                                  \
            (list)[i]->has_iid = true;                                                                        \
            (list)[i]->iid = iid;                                                                             \
            set((list)[i], texts->at[iid]);                                                                   \
        }                                                                                                     \
        (packets)->told[sort] = texts->count;                                                                 \
    } while (0)

#define SET_NAME(message, text) ((message)->name = (text))
#define SET_STR(message, text) \
    ((message)->has_str = true, (message)->str = (ProtobufCBinaryData){.data = (uint8_t *)(text), .len = strlen(text)})

/* Whether there is any new text. */
static bool tell_texts(struct perfetto_packets *packets, Perfetto__Protos__InternedData *data)
{
    bool any = false;
    for (int sort = 0; sort < PERFETTO_texts; sort++)
        any |= packets->texts[sort].count > packets->told[sort];
    if (!any)
        return false;
    TELL(packets, PERFETTO_category, data->event_categories, data->n_event_categories, perfetto__protos__event_category__init, SET_NAME);
    TELL(packets, PERFETTO_name, data->event_names, data->n_event_names, perfetto__protos__event_name__init, SET_NAME);
    TELL(packets, PERFETTO_key, data->debug_annotation_names, data->n_debug_annotation_names,
         perfetto__protos__debug_annotation_name__init, SET_NAME);
    TELL(packets, PERFETTO_value, data->debug_annotation_string_values, data->n_debug_annotation_string_values,
         perfetto__protos__interned_string__init, SET_STR);
    return true;
}

#define FREE_ALL(list, number)               \
    do {                                     \
        for (size_t i = 0; i < (number); i++) \
            free((list)[i]);                 \
        free(list);                          \
    } while (0)

static void free_texts(Perfetto__Protos__InternedData *data)
{
    FREE_ALL(data->event_categories, data->n_event_categories);
    FREE_ALL(data->event_names, data->n_event_names);
    FREE_ALL(data->debug_annotation_names, data->n_debug_annotation_names);
    FREE_ALL(data->debug_annotation_string_values, data->n_debug_annotation_string_values);
}

void perfetto_event(struct perfetto_packets *packets, int64_t time_ns, Perfetto__Protos__TrackEvent *event)
{
    Perfetto__Protos__TracePacket packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;
    Perfetto__Protos__InternedData interned = PERFETTO__PROTOS__INTERNED_DATA__INIT;
    if (tell_texts(packets, &interned))
        packet.interned_data = &interned;
    packet.has_timestamp = true;
    packet.timestamp = (uint64_t)(time_ns - packets->last_ns);
    packets->last_ns = time_ns;
    packet.data_case = PERFETTO__PROTOS__TRACE_PACKET__DATA_TRACK_EVENT;
    packet.track_event = event;
    put_packet(packets, &packet, PERFETTO__PROTOS__TRACE_PACKET__SEQUENCE_FLAGS__SEQ_NEEDS_INCREMENTAL_STATE);
    free_texts(&interned);
}

int perfetto_end(struct perfetto_packets *packets)
{
    if (packets->size)
        flush(packets);
    for (int sort = 0; sort < PERFETTO_texts; sort++)
        texts_free(&packets->texts[sort]);
    free(packets->batch);
    return packets->status;
}
