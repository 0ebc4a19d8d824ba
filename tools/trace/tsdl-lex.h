/* SPDX-License-Identifier: MIT */
/* The words of TSDL. */
#ifndef THRUM_TRACE_TSDL_LEX_H
#define THRUM_TRACE_TSDL_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory that is freed all at once. */
struct tsdl_arena;
struct tsdl_arena *arena_new(void);
void *arena_take(struct tsdl_arena *arena, size_t size); /* zeroed, aligned for any type */
char *arena_text(struct tsdl_arena *arena, const char *at, size_t length);
void arena_free(struct tsdl_arena *arena);

/* Single characters are their own tokens: '{', ';' and so on. */
enum { TOKEN_END = 0, TOKEN_WORD = 256, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_ASSIGN_TYPE /* := */, TOKEN_DOTS /* ... */, TOKEN_BAD };

struct tsdl_lexer {
    const char *at, *end;
    struct tsdl_arena *arena;
    unsigned line;
    /* the token */
    int token;
    const char *text; /* of a word or text */
    uint64_t number;
};

/* Goes on to the next token. */
void lexer_next(struct tsdl_lexer *lexer);

#endif
