/* SPDX-License-Identifier: MIT */
/* Parses the blocks of TSDL: trace, env, clock, stream, event. */
#include "config.h"
#include "trace/tsdl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "trace/tsdl-inner.h"

/* --- what the parts share --- */

void parser_fail(struct parser *parser, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    if (parser->trouble)
        return;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = memory_text("out of memory");
    va_end(args);
    parser->trouble = memory_format("line %u: %s", parser->lexer.line, text);
    parser->lexer.token = TOKEN_BAD;
    free(text);
}

void parser_next(struct parser *parser)
{
    if (parser->trouble)
        return;
    lexer_next(&parser->lexer);
    if (parser->lexer.token == TOKEN_BAD)
        parser_fail(parser, "this isn't TSDL");
}

bool parser_at_word(const struct parser *parser, const char *word)
{
    return parser->lexer.token == TOKEN_WORD && strcmp(parser->lexer.text, word) == 0;
}

bool parser_take(struct parser *parser, int token)
{
    if (parser->lexer.token != token)
        return false;
    parser_next(parser);
    return true;
}

void parser_need(struct parser *parser, int token)
{
    if (parser_take(parser, token))
        return;
    if (token < TOKEN_WORD)
        parser_fail(parser, "here '%c' is expected", token);
    else
        parser_fail(parser, "here something else is expected");
}

const char *parser_path(struct parser *parser)
{
    const char *path = "";
    while (parser->lexer.token == TOKEN_WORD) {
        size_t length = strlen(path);
        char *longer = arena_take(parser->lexer.arena, length + strlen(parser->lexer.text) + 2);
        memcpy(longer, path, length);
        strcpy(longer + length, parser->lexer.text);
        path = longer;
        parser_next(parser);
        if (parser->lexer.token != '.')
            return path;
        longer[strlen(longer)] = '.';
        parser_next(parser);
    }
    parser_fail(parser, "here a name is expected");
    return "";
}

struct value parser_value(struct parser *parser)
{
    struct value value = {.text = ""};
    bool minus = parser_take(parser, '-');
    if (parser->lexer.token == TOKEN_NUMBER) {
        value.is_number = true;
        value.number = (int64_t)(minus ? -parser->lexer.number : parser->lexer.number);
        parser_next(parser);
    } else if (parser->lexer.token == TOKEN_TEXT) {
        value.text = parser->lexer.text;
        parser_next(parser);
    } else {
        value.text = parser_path(parser);
    }
    return value;
}

/* --- blocks --- */

/* One assignment of a block: `type` is NULL where it is one of a value. */
typedef void assign(struct parser *parser, void *block, const char *name, struct value value, struct tsdl_type *type);

static void parse_block(struct parser *parser, assign *to, void *block)
{
    const struct alias *outside = parser->aliases;
    parser_next(parser);
    parser_need(parser, '{');
    while (parser->lexer.token == TOKEN_WORD) {
        if (parser_declaration(parser))
            continue;
        const char *name = parser_path(parser);
        struct value value = {.text = ""};
        struct tsdl_type *type = NULL;
        if (parser_take(parser, TOKEN_ASSIGN_TYPE)) {
            type = parser_type(parser);
        } else {
            parser_need(parser, '=');
            value = parser_value(parser);
        }
        parser_need(parser, ';');
        if (!parser->trouble)
            to(parser, block, name, value, type);
    }
    parser_need(parser, '}');
    parser_need(parser, ';');
    parser->aliases = outside;
}

static void assign_trace(struct parser *parser, void *block, const char *name, struct value value, struct tsdl_type *type)
{
    struct tsdl *tsdl = block;
    if (type && strcmp(name, "packet.header") == 0)
        tsdl->packet_header = type;
    else if (strcmp(name, "byte_order") == 0)
        tsdl->order = strcmp(value.text, "le") == 0 ? TSDL_LITTLE : TSDL_BIG;
    else if (strcmp(name, "major") == 0 && value.number != 1)
        parser_fail(parser, "this is CTF %lld, not CTF 1", (long long)value.number);
}

static void assign_env(struct parser *parser, void *block, const char *name, struct value value, struct tsdl_type *type)
{
    struct tsdl *tsdl = block;
    (void)parser;
    if (!type && strcmp(name, "tracer_name") == 0)
        tsdl->tracer = value.text;
    if (!type && strcmp(name, "hostname") == 0)
        tsdl->host = value.text;
}

static void assign_clock(struct parser *parser, void *block, const char *name, struct value value, struct tsdl_type *type)
{
    struct tsdl_clock *clock = block;
    (void)parser;
    if (type)
        return;
    if (strcmp(name, "name") == 0)
        clock->name = value.text;
    else if (strcmp(name, "freq") == 0)
        clock->frequency = (uint64_t)value.number;
    else if (strcmp(name, "offset_s") == 0)
        clock->offset_s = value.number;
    else if (strcmp(name, "offset") == 0)
        clock->offset = value.number;
}

static void assign_stream(struct parser *parser, void *block, const char *name, struct value value, struct tsdl_type *type)
{
    struct tsdl_stream *stream = block;
    (void)parser;
    if (type && strcmp(name, "packet.context") == 0)
        stream->packet_context = type;
    else if (type && strcmp(name, "event.header") == 0)
        stream->event_header = type;
    else if (type && strcmp(name, "event.context") == 0)
        stream->event_context = type;
    else if (!type && strcmp(name, "id") == 0)
        stream->id = (uint64_t)value.number;
}

static void assign_event(struct parser *parser, void *block, const char *name, struct value value, struct tsdl_type *type)
{
    struct tsdl_event *event = block;
    (void)parser;
    if (type && strcmp(name, "context") == 0)
        event->context = type;
    else if (type && strcmp(name, "fields") == 0)
        event->payload = type;
    else if (!type && strcmp(name, "name") == 0)
        event->name = value.text;
    else if (!type && strcmp(name, "id") == 0)
        event->id = (uint64_t)value.number;
    else if (!type && strcmp(name, "stream_id") == 0)
        event->stream_id = (uint64_t)value.number;
}

static void assign_nothing(struct parser *parser, void *block, const char *name, struct value value, struct tsdl_type *type)
{
    (void)parser, (void)block, (void)name, (void)value, (void)type;
}

static void parse_top(struct parser *parser)
{
    struct tsdl *tsdl = parser->tsdl;
    if (parser_at_word(parser, "trace")) {
        parse_block(parser, assign_trace, tsdl);
    } else if (parser_at_word(parser, "env")) {
        parse_block(parser, assign_env, tsdl);
    } else if (parser_at_word(parser, "clock")) {
        struct tsdl_clock clock = {.name = "", .frequency = 1000000000};
        parse_block(parser, assign_clock, &clock);
        tsdl->clocks = memory_grow(tsdl->clocks, tsdl->clock_count + 1, &tsdl->clock_capacity, sizeof clock);
        tsdl->clocks[tsdl->clock_count++] = clock;
    } else if (parser_at_word(parser, "stream")) {
        struct tsdl_stream stream = {0};
        parse_block(parser, assign_stream, &stream);
        tsdl->streams = memory_grow(tsdl->streams, tsdl->stream_count + 1, &tsdl->stream_capacity, sizeof stream);
        tsdl->streams[tsdl->stream_count++] = stream;
    } else if (parser_at_word(parser, "event")) {
        struct tsdl_event event = {.name = ""};
        parse_block(parser, assign_event, &event);
        tsdl->events = memory_grow(tsdl->events, tsdl->event_count + 1, &tsdl->event_capacity, sizeof event);
        tsdl->events[tsdl->event_count++] = event;
    } else if (parser_at_word(parser, "callsite")) {
        parse_block(parser, assign_nothing, NULL);
    } else if (!parser_declaration(parser)) {
        parser_fail(parser, "here a block or a declaration is expected");
    }
}

int tsdl_parse(struct tsdl *tsdl, const char *text, size_t length, char **trouble)
{
    *tsdl = (struct tsdl){.tracer = "", .host = "", .arena = arena_new()};
    struct parser parser = {.tsdl = tsdl, .lexer = {.at = text, .end = text + length, .line = 1, .arena = tsdl->arena}};
    parser_next(&parser);
    while (parser.lexer.token != TOKEN_END && !parser.trouble)
        parse_top(&parser);
    *trouble = parser.trouble;
    return parser.trouble ? -EBADMSG : 0;
}

void tsdl_free(struct tsdl *tsdl)
{
    free(tsdl->clocks);
    free(tsdl->streams);
    free(tsdl->events);
    arena_free(tsdl->arena);
    *tsdl = (struct tsdl){0};
}

/* --- questions about types --- */

const char *tsdl_shown_name(const char *name)
{
    return name[0] == '_' ? name + 1 : name;
}

const struct tsdl_field *tsdl_field(const struct tsdl_type *structure, const char *name)
{
    for (size_t i = 0; structure && i < structure->field_count; i++)
        if (strcmp(tsdl_shown_name(structure->fields[i].name), name) == 0)
            return &structure->fields[i];
    return NULL;
}

enum { BITS_MOST = 1 << 30 }; /* more is nothing that a packet could hold */

static uint64_t sum_fields(struct tsdl_type *type)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < type->field_count; i++) {
        struct tsdl_type *field = type->fields[i].type;
        uint64_t bits = tsdl_fixed_bits(field);
        if (bits == UINT64_MAX)
            return UINT64_MAX;
        sum = (sum + field->align - 1) / field->align * field->align + bits;
        if (sum > BITS_MOST)
            return UINT64_MAX;
    }
    return sum;
}

static uint64_t multiply(struct tsdl_type *type)
{
    uint64_t bits = tsdl_fixed_bits(type->element), align = type->element->align;
    if (bits == UINT64_MAX)
        return UINT64_MAX;
    uint64_t step = (bits + align - 1) / align * align;
    if (type->length == 0 || step == 0)
        return 0;
    return type->length > BITS_MOST / step ? UINT64_MAX : (type->length - 1) * step + bits;
}

uint64_t tsdl_fixed_bits(struct tsdl_type *type)
{
    if (type->fixed_known)
        return type->fixed_bits;
    type->fixed_bits = type->kind == TSDL_INTEGER ? type->size
                       : type->kind == TSDL_STRUCT ? sum_fields(type)
                       : type->kind == TSDL_ARRAY  ? multiply(type)
                                                   : UINT64_MAX;
    type->fixed_known = true;
    return type->fixed_bits;
}
