/* SPDX-License-Identifier: MIT */
/* What the parser's parts share. After a failure the token is TOKEN_BAD for ever, so that every loop ends. */
#ifndef THRUM_TRACE_TSDL_INNER_H
#define THRUM_TRACE_TSDL_INNER_H

#include "trace/tsdl-lex.h"
#include "trace/tsdl.h"

/* A name for a type: "unsigned long", or "struct packet_context". */
struct alias {
    const struct alias *next;
    const char *name;
    struct tsdl_type *type;
};

struct parser {
    struct tsdl_lexer lexer;
    struct tsdl *tsdl;
    const struct alias *aliases; /* newest first */
    unsigned depth;              /* of types in types */
    char *trouble;               /* the first failure, NULL: none */
};

/* A value of an assignment: a number, or the text of a word, path or string. */
struct value {
    bool is_number;
    int64_t number;
    const char *text; /* "" of a number */
};

void parser_fail(struct parser *parser, const char *format, ...) __attribute__((format(printf, 2, 3)));
void parser_next(struct parser *parser);
bool parser_at_word(const struct parser *parser, const char *word);

/* Takes the token if it is there; fails if it isn't. */
bool parser_take(struct parser *parser, int token);
void parser_need(struct parser *parser, int token);

/* Words joined by '.', ':' or ' ': "packet.header". */
const char *parser_path(struct parser *parser);

struct value parser_value(struct parser *parser);

/* A type, as on the right of ":="; NULL after a failure. */
struct tsdl_type *parser_type(struct parser *parser);

/* Whether a declaration of types stands here (typealias, typedef, struct ...;); takes it then. */
bool parser_declaration(struct parser *parser);

#endif
