/* SPDX-License-Identifier: MIT */
/* Compiles event classes: from the types of their fields to a program that fills in a record of the event table. */
#include "config.h"
#include "trace/fast-layout.h"

#include <stddef.h>
#include <string.h>
#include "base/memory.h"

/* --- what the table wants --- */

enum want { WANT_nothing, WANT_8, WANT_32, WANT_64, WANT_string, WANT_addrs };

struct row {
    const char *name;
    enum want want;
    uint16_t to;
};

#define AT(field) (uint16_t)(offsetof(struct trace_event, record) + offsetof(EVENT, field))
#define THRUM_ADDR(name, meaning) {#name, WANT_64, AT(name)},
#define THRUM_U32(name, meaning) {#name, WANT_32, AT(name)},
#define THRUM_U64(name, meaning) {#name, WANT_64, AT(name)},
#define THRUM_I32(name, meaning) {#name, WANT_32, AT(name)},
#define THRUM_I64(name, meaning) {#name, WANT_64, AT(name)},
#define THRUM_WORD(name, words, meaning) {#name, WANT_8, AT(name)},
#define THRUM_STRING(name, meaning) {#name, WANT_string, AT(name)},
#define THRUM_ADDRS(name, meaning) {#name, WANT_addrs, AT(name)},
#define EVENT EVENT_OF
#define THRUM_EVENT(name, meaning, fields)                           \
    static size_t rows_of_##name(struct row *rows)                   \
    {                                                                \
        typedef struct thrum_event_##name EVENT_OF;                  \
        const struct row all[] = {fields};                           \
        memcpy(rows, all, sizeof all);                               \
        return sizeof all / sizeof all[0];                           \
    }
#include "events.h"
#include "events-end.h"

enum { ROWS_MOST = 32 };

static const struct {
    const char *name;
    size_t (*rows)(struct row *rows);
} table[] = {
#define THRUM_EVENT(name, meaning, fields) {"thrum:" #name, rows_of_##name},
#include "events.h"
#undef THRUM_EVENT
};

/* --- the program while it grows --- */

struct compiler {
    struct layout_event *event;
    struct row rows[ROWS_MOST];
    bool found[ROWS_MOST];
    size_t row_count;
    size_t room;      /* where OP_ROOM of the current run is, SIZE_MAX: no run has begun */
    uint32_t bit;     /* from the run's first byte */
    unsigned sequences;
    const char *why;  /* it is declined; NULL: it isn't */
};

static struct layout_op *add(struct compiler *c, struct layout_op op)
{
    struct layout_event *event = c->event;
    event->ops = memory_grow(event->ops, event->count + 1, &event->capacity, sizeof *event->ops);
    event->ops[event->count] = op;
    return &event->ops[event->count++];
}

/* Integers go into a run, whose room is checked once. */
static void run(struct compiler *c)
{
    if (c->room != SIZE_MAX)
        return;
    c->room = c->event->count;
    c->bit = 0;
    add(c, (struct layout_op){.code = OP_ROOM});
}

static void end_run(struct compiler *c)
{
    if (c->room == SIZE_MAX)
        return;
    uint32_t bytes = (c->bit + 7) / 8;
    c->event->ops[c->room].size = bytes;
    c->room = SIZE_MAX;
    add(c, (struct layout_op){.code = OP_NEXT, .size = bytes});
}

static void align(struct compiler *c, uint32_t bits)
{
    if (bits > 8)
        c->why = "fields that are aligned by more than a byte";
    else
        c->bit = (c->bit + bits - 1) / bits * bits;
}

/* --- fields --- */

static struct row *row_of(struct compiler *c, const char *name)
{
    for (size_t i = 0; i < c->row_count; i++)
        if (!c->found[i] && strcmp(c->rows[i].name, name) == 0) {
            c->found[i] = true;
            return &c->rows[i];
        }
    return NULL;
}

static void add_integer(struct compiler *c, const struct tsdl_type *type, enum layout_code code, uint16_t to)
{
    uint32_t shift = c->bit % 8;
    if (shift + type->size > 64) {
        c->why = "an integer over more than 8 bytes";
        return;
    }
    add(c, (struct layout_op){.code = code, .to = to, .byte = c->bit / 8, .left = (uint8_t)(64 - shift - type->size),
                              .right = (uint8_t)(64 - type->size)});
}

static void compile_integer(struct compiler *c, const struct tsdl_type *type, struct row *row, bool is_length)
{
    static const enum layout_code codes[][2] = {
        [WANT_8] = {OP_INT8, OP_INT8}, [WANT_32] = {OP_INT32, OP_SIGNED32}, [WANT_64] = {OP_INT64, OP_SIGNED64}};
    run(c);
    align(c, type->align);
    if (is_length)
        add_integer(c, type, OP_LENGTH, 0);
    if (row && row->want <= WANT_64 && !type->is_float)
        add_integer(c, type, codes[row->want][type->is_signed], row->to);
    else if (row)
        c->why = "a field of another type than the event table's";
    c->bit += type->size;
}

static void compile_string(struct compiler *c, const struct row *row)
{
    end_run(c);
    if (!row)
        add(c, (struct layout_op){.code = OP_OVER});
    else if (row->want == WANT_string)
        add(c, (struct layout_op){.code = OP_STRING, .to = row->to});
    else
        c->why = "a field of another type than the event table's";
}

static void compile_sequence(struct compiler *c, struct tsdl_type *type, const struct row *row)
{
    struct tsdl_type *element = type->element;
    uint64_t bits = tsdl_fixed_bits(element), step = (bits + element->align - 1) / element->align * element->align;
    if (bits == UINT64_MAX || element->align > 8 || step % 8 || (c->room != SIZE_MAX && c->bit % 8 && element->align < 8)) {
        c->why = "a sequence whose elements aren't whole bytes";
        return;
    }
    end_run(c);
    bool numbers = element->kind == TSDL_INTEGER && !element->is_signed && !element->is_float && element->size == step;
    if (row && (row->want != WANT_addrs || !numbers))
        c->why = "a field of another type than the event table's";
    else if (row && ++c->sequences > SEQUENCES_MOST)
        c->why = "an event with many sequences";
    else if (row)
        add(c, (struct layout_op){.code = OP_ADDRS, .to = row->to, .size = (uint32_t)step / 8});
    else
        add(c, (struct layout_op){.code = OP_SKIP, .size = (uint32_t)step / 8});
}

/* Whether a field counts the elements of the next sequence behind it; other sequences than that come first nowhere. */
static bool is_length(const struct tsdl_type *structure, size_t at)
{
    for (size_t i = at + 1; i < structure->field_count; i++)
        if (structure->fields[i].type->kind == TSDL_SEQUENCE)
            return strcmp(structure->fields[i].type->length_name, structure->fields[at].name) == 0;
    return false;
}

/* Whether the sequence's length is the newest that was kept: its field lies behind the last sequence before. */
static bool has_length(const struct tsdl_type *structure, size_t at)
{
    for (size_t i = at; i-- > 0 && structure->fields[i].type->kind != TSDL_SEQUENCE;)
        if (strcmp(structure->fields[at].type->length_name, structure->fields[i].name) == 0)
            return structure->fields[i].type->kind == TSDL_INTEGER && !structure->fields[i].type->is_signed &&
                   !structure->fields[i].type->is_float;
    return false;
}

static void compile_structure(struct compiler *c, struct tsdl_type *structure, bool wanted);

static void compile_field(struct compiler *c, struct tsdl_type *structure, size_t i, bool wanted)
{
    struct tsdl_type *type = structure->fields[i].type;
    struct row *row = wanted ? row_of(c, tsdl_shown_name(structure->fields[i].name)) : NULL;
    uint64_t bits = tsdl_fixed_bits(type);
    if (type->kind == TSDL_INTEGER) {
        compile_integer(c, type, row, is_length(structure, i));
    } else if (type->kind == TSDL_STRING) {
        compile_string(c, row);
    } else if (type->kind == TSDL_SEQUENCE && has_length(structure, i)) {
        compile_sequence(c, type, row);
    } else if (row) {
        c->why = "a field of another type than the event table's";
    } else if (bits != UINT64_MAX) {
        run(c);
        align(c, type->align);
        c->bit += (uint32_t)bits;
    } else if (type->kind == TSDL_STRUCT) {
        compile_structure(c, type, false);
    } else {
        c->why = "a field of a type that is rare";
    }
}

static void compile_structure(struct compiler *c, struct tsdl_type *structure, bool wanted)
{
    if (!structure)
        return;
    if (structure->kind != TSDL_STRUCT) {
        c->why = "fields that aren't a structure";
        return;
    }
    run(c);
    align(c, structure->align);
    for (size_t i = 0; i < structure->field_count && !c->why; i++) {
        compile_field(c, structure, i, wanted);
        if (c->bit > 1u << 30)
            c->why = "an event that is larger than any packet";
    }
}

/* --- process and thread --- */

/* Where an id is taken from: payload, then the contexts, as the process itself sees it before as others do. */
struct ids {
    const char *context_name; /* to be found in a context; NULL: it is elsewhere */
    const struct tsdl_type *context;
    bool in_packet, in_payload;
};

static bool is_integer(const struct tsdl_type *structure, const char *name)
{
    const struct tsdl_field *field = tsdl_field(structure, name);
    return field && field->type->kind == TSDL_INTEGER && !field->type->is_float;
}

static struct ids find_id(const struct tsdl_stream *stream, const struct tsdl_event *class, const char *const names[2],
                          struct layout_int packet)
{
    if (is_integer(class->payload, names[1]))
        return (struct ids){.in_payload = true};
    for (int i = 0; i < 2; i++) {
        if (is_integer(class->context, names[i]))
            return (struct ids){.context_name = names[i], .context = class->context};
        if (is_integer(stream->event_context, names[i]))
            return (struct ids){.context_name = names[i], .context = stream->event_context};
    }
    return (struct ids){.in_packet = packet.size != 0};
}

/* A context, of which only ids are wanted. */
static void compile_context(struct compiler *c, struct tsdl_type *context, const struct ids *pid, const struct ids *tid)
{
    size_t count = 0;
    c->row_count = 0;
    const struct ids *const both[] = {pid, tid};
    const uint16_t to[] = {offsetof(struct trace_event, record.common.pid), offsetof(struct trace_event, record.common.tid)};
    for (int i = 0; i < 2; i++)
        if (both[i]->context_name && both[i]->context == context) {
            c->found[count] = false;
            c->rows[count++] = (struct row){both[i]->context_name, WANT_32, to[i]};
        }
    c->row_count = count;
    compile_structure(c, context, true);
}

static void add_packet_ids(struct compiler *c, const struct ids *pid, const struct ids *tid)
{
    if (pid->in_packet)
        add(c, (struct layout_op){.code = OP_PID});
    if (tid->in_packet)
        add(c, (struct layout_op){.code = OP_TID});
}

/* --- all of it --- */

static void add_missing(struct compiler *c)
{
    static const uint32_t sizes[] = {[WANT_8] = 1, [WANT_32] = 4, [WANT_64] = 8, [WANT_addrs] = sizeof(struct thrum_addrs)};
    for (size_t i = 0; i < c->row_count; i++) {
        if (c->found[i])
            continue;
        if (c->rows[i].want == WANT_string)
            add(c, (struct layout_op){.code = OP_EMPTY, .to = c->rows[i].to});
        else
            add(c, (struct layout_op){.code = OP_ZERO, .to = c->rows[i].to, .size = sizes[c->rows[i].want]});
    }
}

static void compile_payload(struct compiler *c, const struct tsdl_event *class, const struct ids *pid, const struct ids *tid)
{
    c->row_count = 0;
    if (c->event->what == LAYOUT_event) {
        c->row_count = table[c->event->id].rows(c->rows);
        if (pid->in_payload)
            c->rows[c->row_count++] = (struct row){"pid", WANT_32, offsetof(struct trace_event, record.common.pid)};
        if (tid->in_payload)
            c->rows[c->row_count++] = (struct row){"tid", WANT_32, offsetof(struct trace_event, record.common.tid)};
    }
    memset(c->found, 0, sizeof c->found);
    compile_structure(c, class->payload, true);
    end_run(c);
    add_missing(c);
}

/* One number as a move: the same bits, unless a sign would have to be extended. */
static bool quicken_op(struct layout_event *event, const struct layout_op *op, const struct row *row)
{
    static const unsigned sizes[] = {[WANT_8] = 8, [WANT_32] = 32, [WANT_64] = 64};
    unsigned size = 64u - op->right;
    if ((op->code == OP_SIGNED32 || op->code == OP_SIGNED64) && size != sizes[row->want])
        return false;
    event->moves[event->move_count++] = (struct layout_move){
        .byte = op->byte, .to = op->to, .shift = (uint8_t)(op->right - op->left), .size = (uint8_t)(sizes[row->want] / 8),
        .mask = size < 64 ? ((uint64_t)1 << size) - 1 : UINT64_MAX};
    return true;
}

/* The op that writes there, of integers. */
static const struct layout_op *op_to(const struct layout_event *event, uint16_t to)
{
    for (size_t i = 0; i < event->count; i++)
        if (event->ops[i].to == to && event->ops[i].code >= OP_INT8 && event->ops[i].code <= OP_SIGNED64)
            return &event->ops[i];
    return NULL;
}

/* Whether there is but one run, of integers. */
static bool is_one_run(const struct layout_event *event, uint32_t *size)
{
    unsigned runs = 0;
    for (size_t i = 0; i < event->count; i++) {
        enum layout_code code = event->ops[i].code;
        if (code == OP_ROOM)
            *size = event->ops[i].size;
        runs += code == OP_ROOM;
        if (code != OP_ROOM && code != OP_NEXT && code != OP_END && code != OP_PID && code != OP_TID &&
            (code < OP_INT8 || code > OP_SIGNED64))
            return false;
    }
    return runs == 1 && *size > 0;
}

/* Fills in the program as moves, where it can be. */
static void quicken(struct layout_event *event)
{
    struct row rows[ROWS_MOST] = {{"pid", WANT_32, offsetof(struct trace_event, record.common.pid)},
                                  {"tid", WANT_32, offsetof(struct trace_event, record.common.tid)}};
    uint32_t size = 0;
    if (event->what != LAYOUT_event || !is_one_run(event, &size))
        return;
    size_t first = 0, count = 2 + table[event->id].rows(rows + 2);
    event->quick_ids = event->ops[0].code == OP_PID && event->ops[1].code == OP_TID;
    if (event->quick_ids)
        first = 2;
    for (size_t i = first; i < count; i++) {
        const struct layout_op *op = op_to(event, rows[i].to);
        bool ordered = i == first || rows[i].to > rows[i - 1].to;
        if (!op || !ordered || event->move_count == MOVES_MOST || !quicken_op(event, op, &rows[i]))
            return;
    }
    layout_find_trio(event);
    event->quick_size = size;
}

bool layout_compile(struct layout_event *event, const struct tsdl_stream *stream, const struct tsdl_event *class,
                    const struct layout_stream *packet, const char **why)
{
    static const char *const pid_names[] = {"vpid", "pid"}, *const tid_names[] = {"vtid", "tid"};
    struct compiler compiler = {.event = event, .room = SIZE_MAX}, *c = &compiler;
    struct ids pid = find_id(stream, class, pid_names, packet->pid), tid = find_id(stream, class, tid_names, packet->tid);
    size_t id = 0;
    while (id < THRUM_EVENT_COUNT && strcmp(table[id].name, class->name) != 0)
        id++;
    bool ids = (pid.in_packet || pid.in_payload || pid.context_name) && (tid.in_packet || tid.in_payload || tid.context_name);
    event->id = (enum thrum_event_id)id;
    event->what = strncmp(class->name, "thrum:", 6) != 0        ? LAYOUT_foreign
                  : id < THRUM_EVENT_COUNT && ids ? LAYOUT_event
                                                  : LAYOUT_unreadable;
    if (event->what == LAYOUT_event)
        add_packet_ids(c, &pid, &tid);
    compile_context(c, stream->event_context, &pid, &tid);
    if (!c->why)
        compile_context(c, class->context, &pid, &tid);
    if (!c->why)
        compile_payload(c, class, &pid, &tid);
    add(c, (struct layout_op){.code = OP_END});
    if (!c->why)
        quicken(event);
    *why = c->why;
    return !c->why;
}
