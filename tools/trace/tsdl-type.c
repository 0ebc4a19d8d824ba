/* SPDX-License-Identifier: MIT */
/* Parses the types of TSDL. */
#include "config.h"
#include "trace/tsdl-inner.h"

#include <string.h>
#include "base/memory.h"

enum { DEPTH_MOST = 40, ALIGN_MOST = 1 << 16 };

static struct tsdl_type *type_new(struct parser *parser, enum tsdl_kind kind, uint32_t align)
{
    struct tsdl_type *type = arena_take(parser->lexer.arena, sizeof *type);
    type->kind = kind;
    type->align = align;
    return type;
}

static struct tsdl_type *find_alias(struct parser *parser, const char *name)
{
    for (const struct alias *alias = parser->aliases; alias; alias = alias->next)
        if (strcmp(alias->name, name) == 0)
            return alias->type;
    parser_fail(parser, "there is no type '%s'", name);
    return NULL;
}

static void add_alias(struct parser *parser, const char *name, struct tsdl_type *type)
{
    struct alias *alias = arena_take(parser->lexer.arena, sizeof *alias);
    if (parser->trouble)
        return;
    *alias = (struct alias){parser->aliases, name, type};
    parser->aliases = alias;
}

static const char *join(struct parser *parser, const char *one, const char *other)
{
    size_t length = strlen(one);
    char *both = arena_take(parser->lexer.arena, length + strlen(other) + 2);
    memcpy(both, one, length);
    both[length] = ' ';
    strcpy(both + length + 1, other);
    return both;
}

/* A type that holds others is deeper than they are. Whoever walks through types may do so by recursion. */
static void hold(struct parser *parser, struct tsdl_type *type, const struct tsdl_type *held)
{
    if (held->depth + 1 > type->depth)
        type->depth = held->depth + 1;
    if (type->depth > DEPTH_MOST)
        parser_fail(parser, "types lie too deep in one another");
}

/* --- integers, floats, strings --- */

static uint32_t check_align(struct parser *parser, int64_t align)
{
    if (align >= 1 && align <= ALIGN_MOST && (align & (align - 1)) == 0)
        return (uint32_t)align;
    parser_fail(parser, "an alignment is a power of 2");
    return 1;
}

static enum tsdl_order order_of(struct parser *parser, const char *text)
{
    if (strcmp(text, "native") == 0)
        return TSDL_NATIVE;
    if (strcmp(text, "le") == 0)
        return TSDL_LITTLE;
    if (strcmp(text, "be") != 0 && strcmp(text, "network") != 0)
        parser_fail(parser, "'%s' is no byte order", text);
    return TSDL_BIG;
}

/* One attribute of an integer or a float; others than these tell how it is shown. */
static void integer_attribute(struct parser *parser, struct tsdl_type *type, const char *name, struct value value)
{
    if (strcmp(name, "size") == 0 || strcmp(name, "exp_dig") == 0 || strcmp(name, "mant_dig") == 0) {
        if (value.number < 1 || value.number > 64)
            parser_fail(parser, "integers have 1 to 64 bits");
        type->size += (uint32_t)value.number;
    } else if (strcmp(name, "align") == 0) {
        type->align = check_align(parser, value.number);
    } else if (strcmp(name, "signed") == 0) {
        type->is_signed = value.is_number ? value.number != 0 : strcmp(value.text, "true") == 0 || strcmp(value.text, "TRUE") == 0;
    } else if (strcmp(name, "byte_order") == 0) {
        type->order = order_of(parser, value.text);
    } else if (strcmp(name, "map") == 0) {
        type->is_clock = true;
    }
}

static struct tsdl_type *parse_integer(struct parser *parser, bool is_float)
{
    struct tsdl_type *type = type_new(parser, TSDL_INTEGER, 0);
    type->is_float = is_float;
    parser_next(parser);
    parser_need(parser, '{');
    while (parser->lexer.token == TOKEN_WORD) {
        const char *name = parser_path(parser);
        parser_need(parser, '=');
        integer_attribute(parser, type, name, parser_value(parser));
        parser_need(parser, ';');
    }
    parser_need(parser, '}');
    if (type->size < 1 || type->size > 64)
        parser_fail(parser, "integers have 1 to 64 bits");
    if (!type->align)
        type->align = type->size % 8 ? 1 : 8;
    return type;
}

static struct tsdl_type *parse_string(struct parser *parser)
{
    parser_next(parser);
    if (parser_take(parser, '{')) {
        while (parser->lexer.token == TOKEN_WORD) {
            parser_path(parser);
            parser_need(parser, '=');
            parser_value(parser);
            parser_need(parser, ';');
        }
        parser_need(parser, '}');
    }
    return type_new(parser, TSDL_STRING, 8);
}

/* --- enumerations --- */

static void add_range(struct parser *parser, struct tsdl_type *type, size_t *capacity, struct tsdl_range range)
{
    if (type->range_count == *capacity) {
        size_t more = *capacity ? *capacity * 2 : 8;
        struct tsdl_range *at = arena_take(parser->lexer.arena, more * sizeof *at);
        if (type->range_count)
            memcpy(at, type->ranges, type->range_count * sizeof *at);
        type->ranges = at;
        *capacity = more;
    }
    type->ranges[type->range_count++] = range;
}

static void parse_ranges(struct parser *parser, struct tsdl_type *type)
{
    size_t capacity = 0;
    int64_t next = 0;
    type->range_count = 0;
    while (parser->lexer.token == TOKEN_WORD || parser->lexer.token == TOKEN_TEXT) {
        struct tsdl_range range = {.label = parser->lexer.text, .low = next, .high = next};
        parser_next(parser);
        if (parser_take(parser, '=')) {
            range.low = range.high = parser_value(parser).number;
            if (parser_take(parser, TOKEN_DOTS))
                range.high = parser_value(parser).number;
        }
        next = (int64_t)((uint64_t)range.high + 1);
        add_range(parser, type, &capacity, range);
        if (!parser_take(parser, ','))
            break;
    }
}

/* enum [NAME] [: TYPE] { LABEL [= LOW [... HIGH]], ... }, or enum NAME. */
static struct tsdl_type *parse_enum(struct parser *parser)
{
    const char *name = NULL;
    struct tsdl_type *container = NULL;
    parser_next(parser);
    if (parser->lexer.token == TOKEN_WORD) {
        name = join(parser, "enum", parser->lexer.text);
        parser_next(parser);
        if (parser->lexer.token != ':' && parser->lexer.token != '{')
            return find_alias(parser, name);
    }
    container = parser_take(parser, ':') ? parser_type(parser) : find_alias(parser, "int");
    if (!container)
        return NULL;
    if (container->kind != TSDL_INTEGER || container->is_float)
        parser_fail(parser, "an enumeration is made of integers");
    struct tsdl_type *type = type_new(parser, TSDL_INTEGER, 1);
    *type = *container;
    parser_need(parser, '{');
    parse_ranges(parser, type);
    parser_need(parser, '}');
    if (name)
        add_alias(parser, name, type);
    return type;
}

/* --- structures and variants --- */

static struct tsdl_type *parse_array(struct parser *parser, struct tsdl_type *element)
{
    struct tsdl_type *type = type_new(parser, TSDL_ARRAY, element ? element->align : 1);
    if (element)
        hold(parser, type, element);
    type->element = element;
    if (parser->lexer.token == TOKEN_NUMBER) {
        type->length = parser->lexer.number;
        parser_next(parser);
    } else {
        type->kind = TSDL_SEQUENCE;
        type->length_name = parser_path(parser);
    }
    parser_need(parser, ']');
    return type;
}

/* A run of words: a type by its name, and where `name` isn't NULL the last word is the field's. */
static struct tsdl_type *parse_named(struct parser *parser, const char **name)
{
    const char *type = NULL, *last = NULL;
    while (parser->lexer.token == TOKEN_WORD) {
        if (last)
            type = type ? join(parser, type, last) : last;
        last = parser->lexer.text;
        parser_next(parser);
    }
    if (!name)
        return find_alias(parser, type ? join(parser, type, last) : last);
    *name = last;
    if (type)
        return find_alias(parser, type);
    parser_fail(parser, "a field has a type and a name");
    return NULL;
}

static bool at_built_in(const struct parser *parser)
{
    static const char *const words[] = {"integer", "floating_point", "string", "struct", "variant", "enum"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (parser_at_word(parser, words[i]))
            return true;
    return false;
}

/* TYPE NAME [LENGTH]...; */
static struct tsdl_field parse_field(struct parser *parser)
{
    struct tsdl_field field = {.name = ""};
    if (at_built_in(parser)) {
        field.type = parser_type(parser);
        if (parser->lexer.token == TOKEN_WORD)
            field.name = parser->lexer.text;
        parser_need(parser, TOKEN_WORD);
    } else {
        field.type = parse_named(parser, &field.name);
    }
    while (parser_take(parser, '['))
        field.type = parse_array(parser, field.type);
    parser_need(parser, ';');
    return field;
}

static void parse_fields(struct parser *parser, struct tsdl_type *type)
{
    const struct alias *outside = parser->aliases;
    size_t capacity = 0;
    while (parser->lexer.token == TOKEN_WORD) {
        if (parser_at_word(parser, "typealias") || parser_at_word(parser, "typedef")) {
            parser_declaration(parser);
            continue;
        }
        struct tsdl_field field = parse_field(parser);
        if (!parser->trouble)
            hold(parser, type, field.type);
        if (parser->trouble)
            return;
        if (type->field_count == capacity) {
            struct tsdl_field *at = arena_take(parser->lexer.arena, (capacity ? capacity * 2 : 8) * sizeof *at);
            if (capacity)
                memcpy(at, type->fields, capacity * sizeof *at);
            type->fields = at;
            capacity = capacity ? capacity * 2 : 8;
        }
        type->fields[type->field_count++] = field;
        if (type->kind == TSDL_STRUCT && field.type->align > type->align)
            type->align = field.type->align;
    }
    parser_need(parser, '}');
    parser->aliases = outside;
}

/* struct [NAME] [{ FIELDS }] [align(BITS)], or variant [NAME] [<TAG>] [{ FIELDS }]. */
static struct tsdl_type *parse_compound(struct parser *parser, enum tsdl_kind kind)
{
    struct tsdl_type *type = type_new(parser, kind, 1);
    const char *name = NULL, *tag = "";
    parser_next(parser);
    if (parser->lexer.token == TOKEN_WORD && !parser_at_word(parser, "align")) {
        name = join(parser, kind == TSDL_STRUCT ? "struct" : "variant", parser->lexer.text);
        parser_next(parser);
    }
    if (kind == TSDL_VARIANT && parser_take(parser, '<')) {
        tag = parser_path(parser);
        parser_need(parser, '>');
    }
    if (!parser_take(parser, '{')) {
        const struct tsdl_type *known = find_alias(parser, name ? name : "");
        if (!known)
            return NULL;
        *type = *known;
        type->fixed_known = false;
    } else {
        parse_fields(parser, type);
        if (name)
            add_alias(parser, name, type);
    }
    if (*tag || !type->tag)
        type->tag = tag;
    if (kind == TSDL_STRUCT && parser_at_word(parser, "align")) {
        parser_next(parser);
        parser_need(parser, '(');
        uint32_t align = check_align(parser, parser_value(parser).number);
        type->align = align > type->align ? align : type->align;
        parser_need(parser, ')');
    }
    return type;
}

static struct tsdl_type *parse_type(struct parser *parser)
{
    if (parser_at_word(parser, "integer"))
        return parse_integer(parser, false);
    if (parser_at_word(parser, "floating_point"))
        return parse_integer(parser, true);
    if (parser_at_word(parser, "string"))
        return parse_string(parser);
    if (parser_at_word(parser, "enum"))
        return parse_enum(parser);
    if (parser_at_word(parser, "struct"))
        return parse_compound(parser, TSDL_STRUCT);
    if (parser_at_word(parser, "variant"))
        return parse_compound(parser, TSDL_VARIANT);
    if (parser->lexer.token == TOKEN_WORD)
        return parse_named(parser, NULL);
    parser_fail(parser, "here a type is expected");
    return NULL;
}

struct tsdl_type *parser_type(struct parser *parser)
{
    if (++parser->depth > DEPTH_MOST)
        parser_fail(parser, "types lie too deep in one another");
    struct tsdl_type *type = parser->trouble ? NULL : parse_type(parser);
    parser->depth--;
    return parser->trouble ? NULL : type;
}

/* --- declarations --- */

/* typealias TYPE := NAME; a name may have several words. */
static void parse_typealias(struct parser *parser)
{
    const char *name = NULL;
    parser_next(parser);
    struct tsdl_type *type = parser_type(parser);
    parser_need(parser, TOKEN_ASSIGN_TYPE);
    while (parser->lexer.token == TOKEN_WORD) {
        name = name ? join(parser, name, parser->lexer.text) : parser->lexer.text;
        parser_next(parser);
    }
    parser_need(parser, ';');
    if (!name)
        parser_fail(parser, "a typealias has a name");
    add_alias(parser, name, type);
}

bool parser_declaration(struct parser *parser)
{
    if (parser_at_word(parser, "typealias")) {
        parse_typealias(parser);
    } else if (parser_at_word(parser, "typedef")) {
        parser_next(parser);
        struct tsdl_field field = parse_field(parser);
        add_alias(parser, field.name, field.type);
    } else if (parser_at_word(parser, "struct") || parser_at_word(parser, "variant") || parser_at_word(parser, "enum")) {
        parser_type(parser);
        parser_need(parser, ';');
    } else {
        return false;
    }
    return true;
}
