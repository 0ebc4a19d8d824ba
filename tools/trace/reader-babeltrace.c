/* SPDX-License-Identifier: MIT */
/*
 * The reader that uses libbabeltrace2: a source.ctf.fs component for each trace, and a sink of our own that merges all
 * their streams by time. Merging here, and not in utils.muxer, is what lets one stream fail and the others go on.
 */
#include "config.h"
#include "trace/reader-babeltrace.h"

#include <babeltrace2/babeltrace.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/hosts.h"
#include "base/memory.h"
#include "trace/babeltrace-source.h"
#include "trace/reader-decode.h"
#include "trace/reader-find.h"
#include "trace/reader-hosts.h"

enum { AGAIN_NS = 20000000 };

/* One stream: its messages come in batches. */
struct input {
    bt_self_component_port_input *port;
    bt_message_iterator *iterator;
    bt_message_array_const messages;
    uint64_t message_count, message_next;
    const bt_message *event; /* the stream's next event; NULL at its end */
    int64_t time_ns;
    unsigned host; /* see base/hosts.h */
    uint64_t events;
    bool finished; /* its end was announced */
    const struct trace_place *place;
    char *name; /* of its file */
};

struct babeltrace_reader {
    struct trace_places places;
    bt_graph *graph;
    const bt_component_source **sources; /* a place's; NULL where it could not be opened */
    struct input *inputs;
    size_t input_count;
    struct input **heap; /* inputs that have an event, the earliest first */
    size_t heap_count;
    struct decode *decode;
    struct wrapper *wrapper;
    const bt_message *current; /* the event given last */
    struct trace_event event;
    bool given; /* there is an event to give */
    bool ended;
    struct reader_losses losses;
    int64_t stopped_ns; /* the latest end of a packet; 0: none seen */
};

/* --- the heap --- */

static bool before(const struct input *one, const struct input *other)
{
    return one->time_ns != other->time_ns ? one->time_ns < other->time_ns : one < other;
}

/* Puts the input in the place of the first, down to where it belongs. */
static void heap_sink(struct babeltrace_reader *reader, struct input *input)
{
    size_t at = 0;
    for (size_t child; (child = at * 2 + 1) < reader->heap_count; at = child) {
        if (child + 1 < reader->heap_count && before(reader->heap[child + 1], reader->heap[child]))
            child++;
        if (!before(reader->heap[child], input))
            break;
        reader->heap[at] = reader->heap[child];
    }
    reader->heap[at] = input;
}

static void heap_add(struct babeltrace_reader *reader, struct input *input)
{
    size_t at = reader->heap_count++;
    for (; at && before(input, reader->heap[(at - 1) / 2]); at = (at - 1) / 2)
        reader->heap[at] = reader->heap[(at - 1) / 2];
    reader->heap[at] = input;
}

static void heap_drop_first(struct babeltrace_reader *reader)
{
    if (--reader->heap_count)
        heap_sink(reader, reader->heap[reader->heap_count]);
}

/* --- one stream --- */

static void count_lost_events(struct babeltrace_reader *reader, const bt_message *message)
{
    uint64_t count = 1;
    bt_message_discarded_events_get_count(message, &count);
    reader->losses.lost_events += count;
}

static void count_lost_packets(struct babeltrace_reader *reader, const bt_message *message)
{
    uint64_t count = 1;
    bt_message_discarded_packets_get_count(message, &count);
    reader->losses.lost_packets += count;
}

static int64_t time_of(const bt_message *message)
{
    int64_t ns = 0;
    const bt_stream_class *stream =
        bt_event_class_borrow_stream_class_const(bt_event_borrow_class_const(bt_message_event_borrow_event_const(message)));
    if (bt_stream_class_borrow_default_clock_class_const(stream))
        if (bt_clock_snapshot_get_ns_from_origin(bt_message_event_borrow_default_clock_snapshot_const(message), &ns))
            bt_current_thread_clear_error();
    return ns;
}

/* A packet ends when it is full, or when recording stops. */
static void take_packet_end(struct babeltrace_reader *reader, const bt_message *message)
{
    int64_t ns = 0;
    const bt_stream_class *stream =
        bt_stream_borrow_class_const(bt_packet_borrow_stream_const(bt_message_packet_end_borrow_packet_const(message)));
    if (!bt_stream_class_packets_have_end_default_clock_snapshot(stream))
        return;
    if (bt_clock_snapshot_get_ns_from_origin(bt_message_packet_end_borrow_default_clock_snapshot_const(message), &ns))
        bt_current_thread_clear_error();
    else if (ns > reader->stopped_ns)
        reader->stopped_ns = ns;
}

/* A stream is named after its file, or after its first; a port often isn't. Its trace says which host it is of. */
static void take_name(struct input *input, const bt_message *message)
{
    const bt_stream *stream = bt_message_stream_beginning_borrow_stream_const(message);
    const bt_value *host = bt_trace_borrow_environment_entry_value_by_name_const(bt_stream_borrow_trace_const(stream), "hostname");
    if (host && bt_value_is_string(host))
        input->host = hosts_number(bt_value_string_get(host));
    const char *name = bt_stream_get_name(stream);
    const char *file = name ? strrchr(name, '/') : NULL;
    if (!file)
        return;
    free(input->name);
    input->name = memory_text(file + 1);
}

/* Takes the messages up to the next event; false: there is none in this batch. */
static bool next_in_batch(struct babeltrace_reader *reader, struct input *input)
{
    while (input->message_next < input->message_count) {
        const bt_message *message = input->messages[input->message_next++];
        bt_message_type type = bt_message_get_type(message);
        if (type == BT_MESSAGE_TYPE_EVENT) {
            input->event = message;
            input->time_ns = time_of(message);
            input->events++;
            return true;
        }
        if (type == BT_MESSAGE_TYPE_STREAM_BEGINNING)
            take_name(input, message);
        else if (type == BT_MESSAGE_TYPE_STREAM_END)
            input->finished = true;
        else if (type == BT_MESSAGE_TYPE_PACKET_END)
            take_packet_end(reader, message);
        else if (type == BT_MESSAGE_TYPE_DISCARDED_EVENTS)
            count_lost_events(reader, message);
        else if (type == BT_MESSAGE_TYPE_DISCARDED_PACKETS)
            count_lost_packets(reader, message);
        bt_message_put_ref(message);
    }
    return false;
}

/* A stream whose bytes make no sense from some point on: what came before them is given, the rest is left. */
static void end_broken(struct babeltrace_reader *reader, struct input *input)
{
    bt_current_thread_clear_error();
    reader->losses.truncated = true;
    if (input->place->live && !input->events)
        losses_say(&reader->losses, "%s: no such session that was traced, or no lttng-relayd there: 'babeltrace2 -i lttng-live "
                   "net://HOST' lists what there is", input->place->path);
    else if (!input->place->scratch) /* else that it was cut has been said */
        losses_say(&reader->losses, "%s/%s: damaged, its first %llu events are read", input->place->path, input->name,
                   (unsigned long long)input->events);
}

/* Moves on to the stream's next event; false at its end. */
static bool input_next(struct babeltrace_reader *reader, struct input *input)
{
    input->event = NULL;
    while (!next_in_batch(reader, input)) {
        input->message_next = input->message_count = 0;
        bt_current_thread_clear_error(); /* it may have left one when it gave the messages before it */
        bt_message_iterator_next_status status =
            bt_message_iterator_next(input->iterator, &input->messages, &input->message_count);
        if (status == BT_MESSAGE_ITERATOR_NEXT_STATUS_AGAIN) { /* a live session: nothing new so far */
            nanosleep(&(struct timespec){.tv_nsec = AGAIN_NS}, NULL);
            continue;
        }
        if (status != BT_MESSAGE_ITERATOR_NEXT_STATUS_OK) {
            input->message_count = 0;
            if (status != BT_MESSAGE_ITERATOR_NEXT_STATUS_END || !input->finished) /* some errors look like the end */
                end_broken(reader, input);
            return false;
        }
    }
    return true;
}

/* --- the sink --- */

static bt_component_class_initialize_method_status sink_init(bt_self_component_sink *self,
                                                             bt_self_component_sink_configuration *configuration,
                                                             const bt_value *parameters, void *data)
{
    struct babeltrace_reader *reader = data;
    (void)configuration, (void)parameters;
    bt_self_component_set_data(bt_self_component_sink_as_self_component(self), reader);
    for (size_t i = 0; i < reader->input_count; i++) {
        char name[32];
        snprintf(name, sizeof name, "in%zu", i);
        if (bt_self_component_sink_add_input_port(self, name, NULL, &reader->inputs[i].port))
            return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
    }
    return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

static bt_component_class_sink_graph_is_configured_method_status sink_configured(bt_self_component_sink *self)
{
    struct babeltrace_reader *reader = bt_self_component_get_data(bt_self_component_sink_as_self_component(self));
    for (size_t i = 0; i < reader->input_count; i++) {
        struct input *input = &reader->inputs[i];
        if (bt_message_iterator_create_from_sink_component(self, input->port, &input->iterator))
            end_broken(reader, input);
    }
    return BT_COMPONENT_CLASS_SINK_GRAPH_IS_CONFIGURED_METHOD_STATUS_OK;
}

/* The first time: the first event of every stream. */
static void fill_heap(struct babeltrace_reader *reader)
{
    reader->heap = memory_new(reader->input_count, sizeof(struct input *));
    for (size_t i = 0; i < reader->input_count; i++)
        if (reader->inputs[i].iterator && input_next(reader, &reader->inputs[i]))
            heap_add(reader, &reader->inputs[i]);
}

static void give(struct babeltrace_reader *reader, struct input *input)
{
    struct wrapper_told told;
    switch (decode_event(reader->decode, bt_message_event_borrow_event_const(input->event), &reader->event, &told)) {
    case DECODE_wrapper:
        told.time_ns = input->time_ns;
        told.who.pid = hosts_put(input->host, told.who.pid);
        told.who.tid = hosts_put(input->host, told.who.tid);
        reader->losses.wrapper_events++;
        wrapper_take(reader->wrapper, &told);
        reader->given = wrapper_give(reader->wrapper, &reader->event);
        break;
    case DECODE_ok:
        reader->event.time_ns = input->time_ns;
        reader_move(&reader->event, input->host);
        reader->current = input->event;
        reader->given = true;
        return;
    case DECODE_nobodys:
        reader->losses.wrapper_unknown++;
        reader->losses.foreign_events++;
        break;
    case DECODE_foreign:
        reader->losses.foreign_events++;
        break;
    case DECODE_unreadable:
        reader->losses.unreadable++;
        break;
    }
    bt_message_put_ref(input->event);
}

/* Takes the earliest event of all. */
static bt_component_class_sink_consume_method_status sink_consume(bt_self_component_sink *self)
{
    struct babeltrace_reader *reader = bt_self_component_get_data(bt_self_component_sink_as_self_component(self));
    if (!reader->heap)
        fill_heap(reader);
    while (reader->heap_count && !reader->given) {
        struct input *input = reader->heap[0];
        give(reader, input);
        if (input_next(reader, input))
            heap_sink(reader, input);
        else
            heap_drop_first(reader);
    }
    if (!reader->given)
        reader->ended = true;
    return reader->ended ? BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_END : BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_OK;
}

/* --- opening --- */

static size_t count_streams(const struct babeltrace_reader *reader)
{
    size_t count = 0;
    for (size_t i = 0; i < reader->places.count; i++)
        if (reader->sources[i])
            count += bt_component_source_get_output_port_count(reader->sources[i]);
    return count;
}

static int connect(struct babeltrace_reader *reader, const bt_component_sink *sink)
{
    size_t n = 0;
    for (size_t i = 0; i < reader->places.count; i++) {
        const bt_component_source *source = reader->sources[i];
        uint64_t count = source ? bt_component_source_get_output_port_count(source) : 0;
        for (uint64_t j = 0; j < count; j++, n++) {
            const bt_port_output *from = bt_component_source_borrow_output_port_by_index_const(source, j);
            const bt_port_input *to = bt_component_sink_borrow_input_port_by_index_const(sink, n);
            reader->inputs[n].place = &reader->places.at[i];
            reader->inputs[n].name = memory_text(bt_port_get_name(bt_port_output_as_port_const(from)));
            if (bt_graph_connect_ports(reader->graph, from, to, NULL))
                return -ENOMEM;
        }
    }
    return 0;
}

static int add_sink(struct babeltrace_reader *reader)
{
    const bt_component_sink *sink = NULL;
    bt_component_class_sink *class = bt_component_class_sink_create("thrum", sink_consume);
    reader->input_count = count_streams(reader);
    reader->inputs = memory_new(reader->input_count, sizeof *reader->inputs);
    if (!reader->input_count) { /* a graph needs a connected sink to run */
        reader->ended = true;
        bt_component_class_sink_put_ref(class);
        return 0;
    }
    int result = -ENOMEM;
    if (class && !bt_component_class_sink_set_initialize_method(class, sink_init) &&
        !bt_component_class_sink_set_graph_is_configured_method(class, sink_configured) &&
        !bt_graph_add_sink_component_with_initialize_method_data(reader->graph, class, "thrum", NULL, reader,
                                                                 BT_LOGGING_LEVEL_NONE, &sink))
        result = connect(reader, sink);
    bt_component_class_sink_put_ref(class);
    return result;
}

/* Opens every trace that can be; -errno where none can. */
static int open_all(struct babeltrace_reader *reader)
{
    size_t opened = 0;
    reader->graph = bt_graph_create(0);
    reader->sources = memory_new(reader->places.count, sizeof reader->sources[0]);
    if (!reader->graph)
        return -ENOMEM;
    for (size_t i = 0; i < reader->places.count; i++) {
        reader->sources[i] = babeltrace_source_add(reader->graph, i, &reader->places.at[i], &reader->losses);
        opened += reader->sources[i] != NULL;
    }
    return opened ? add_sink(reader) : -EBADMSG;
}

int babeltrace_reader_open(struct babeltrace_reader **to, const char *const *paths, size_t count, char **trouble)
{
    struct babeltrace_reader *reader = memory_new(1, sizeof *reader);
    int result = 0;
    bt_logging_set_global_level(BT_LOGGING_LEVEL_NONE);
    *trouble = NULL;
    reader->decode = decode_new();
    reader->wrapper = wrapper_new();
    for (size_t i = 0; i < count && !result; i++)
        result = places_find(&reader->places, paths[i], trouble);
    if (!result)
        result = open_all(reader);
    if (!result) {
        *to = reader;
        return 0;
    }
    if (!*trouble && reader->losses.trouble)
        *trouble = memory_text(reader->losses.trouble);
    if (!*trouble)
        *trouble = memory_format("%s: libbabeltrace2 can't read it: %s", count ? paths[0] : "no path", strerror(-result));
    babeltrace_reader_close(reader);
    return result;
}

/* --- reading --- */

const struct trace_event *babeltrace_reader_next(struct babeltrace_reader *reader)
{
    bt_message_put_ref(reader->current);
    reader->current = NULL;
    reader->given = wrapper_give(reader->wrapper, &reader->event);
    while (!reader->given && !reader->ended) {
        bt_current_thread_clear_error();
        bt_graph_run_once_status status = bt_graph_run_once(reader->graph);
        if (status != BT_GRAPH_RUN_ONCE_STATUS_OK && status != BT_GRAPH_RUN_ONCE_STATUS_AGAIN)
            reader->ended = true;
        if (status < 0) { /* no stream's fault: memory, or the library */
            bt_current_thread_clear_error();
            reader->losses.truncated = true;
            losses_say(&reader->losses, "%s: libbabeltrace2 stopped reading", reader->places.at[0].path);
        }
    }
    return reader->given ? &reader->event : NULL;
}

const struct reader_losses *babeltrace_reader_losses(const struct babeltrace_reader *reader)
{
    return &reader->losses;
}

int64_t babeltrace_reader_stopped_ns(const struct babeltrace_reader *reader)
{
    return reader->stopped_ns;
}

void babeltrace_reader_close(struct babeltrace_reader *reader)
{
    if (!reader)
        return;
    bt_message_put_ref(reader->current);
    for (size_t i = 0; i < reader->input_count; i++) {
        struct input *input = &reader->inputs[i];
        bt_message_put_ref(input->event);
        while (input->message_next < input->message_count)
            bt_message_put_ref(input->messages[input->message_next++]);
        bt_message_iterator_put_ref(input->iterator);
        free(input->name);
    }
    decode_free(reader->decode);
    wrapper_free(reader->wrapper);
    bt_graph_put_ref(reader->graph);
    places_free(&reader->places);
    free(reader->sources);
    free(reader->inputs);
    free(reader->heap);
    free(reader->losses.trouble);
    free(reader);
}
