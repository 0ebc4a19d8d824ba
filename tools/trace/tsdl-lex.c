/* SPDX-License-Identifier: MIT */
/* Takes TSDL apart into words. */
#include "config.h"
#include "trace/tsdl-lex.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

/* --- memory --- */

struct tsdl_arena {
    struct block {
        struct block *next;
        _Alignas(max_align_t) char bytes[];
    } *blocks;
    char *at;
    size_t left;
};

enum { BLOCK = 64 * 1024 };

struct tsdl_arena *arena_new(void)
{
    return memory_new(1, sizeof(struct tsdl_arena));
}

void *arena_take(struct tsdl_arena *arena, size_t size)
{
    size = (size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
    if (size > arena->left) {
        size_t room = size > BLOCK ? size : BLOCK;
        struct block *block = memory_new(1, sizeof *block + room);
        block->next = arena->blocks;
        arena->blocks = block;
        arena->at = block->bytes;
        arena->left = room;
    }
    void *taken = arena->at;
    arena->at += size;
    arena->left -= size;
    return taken;
}

char *arena_text(struct tsdl_arena *arena, const char *at, size_t length)
{
    char *text = arena_take(arena, length + 1);
    memcpy(text, at, length);
    return text;
}

void arena_free(struct tsdl_arena *arena)
{
    if (!arena)
        return;
    for (struct block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

/* --- tokens --- */

static bool starts(const struct tsdl_lexer *lexer, const char *with)
{
    size_t length = strlen(with);
    return (size_t)(lexer->end - lexer->at) >= length && memcmp(lexer->at, with, length) == 0;
}

/* Over white space and comments; false where a comment doesn't end. */
static bool skip(struct tsdl_lexer *lexer)
{
    while (lexer->at < lexer->end) {
        if (isspace((unsigned char)*lexer->at)) {
            lexer->line += *lexer->at++ == '\n';
        } else if (starts(lexer, "//")) {
            while (lexer->at < lexer->end && *lexer->at != '\n')
                lexer->at++;
        } else if (starts(lexer, "/*")) {
            for (lexer->at += 2; !starts(lexer, "*/"); lexer->at++) {
                if (lexer->at >= lexer->end)
                    return false;
                lexer->line += *lexer->at == '\n';
            }
            lexer->at += 2;
        } else {
            break;
        }
    }
    return true;
}

static int take_text(struct tsdl_lexer *lexer)
{
    const char *end = lexer->at + 1;
    size_t length = 0;
    while (end < lexer->end && *end != '"' && *end != '\n')
        end += *end == '\\' && end + 1 < lexer->end ? 2 : 1;
    if (end >= lexer->end || *end != '"')
        return TOKEN_BAD;
    char *text = arena_take(lexer->arena, (size_t)(end - lexer->at));
    for (const char *at = lexer->at + 1; at < end; at++) {
        if (*at == '\\')
            at++;
        text[length++] = *at;
    }
    lexer->text = text;
    lexer->at = end + 1;
    return TOKEN_TEXT;
}

static int take_word(struct tsdl_lexer *lexer)
{
    const char *begin = lexer->at;
    while (lexer->at < lexer->end && (isalnum((unsigned char)*lexer->at) || *lexer->at == '_'))
        lexer->at++;
    lexer->text = arena_text(lexer->arena, begin, (size_t)(lexer->at - begin));
    return TOKEN_WORD;
}

/* Decimal, octal, hexadecimal, with C's suffixes. */
static int take_number(struct tsdl_lexer *lexer)
{
    char digits[68], *after;
    size_t length = 0;
    while (lexer->at < lexer->end && isalnum((unsigned char)*lexer->at) && length < sizeof digits - 1)
        digits[length++] = *lexer->at++;
    digits[length] = '\0';
    lexer->number = strtoull(digits, &after, 0);
    return after == digits || after[strspn(after, "uUlL")] ? TOKEN_BAD : TOKEN_NUMBER;
}

void lexer_next(struct tsdl_lexer *lexer)
{
    if (!skip(lexer)) {
        lexer->token = TOKEN_BAD;
    } else if (lexer->at >= lexer->end) {
        lexer->token = TOKEN_END;
    } else if (*lexer->at == '"') {
        lexer->token = take_text(lexer);
    } else if (isdigit((unsigned char)*lexer->at)) {
        lexer->token = take_number(lexer);
    } else if (isalpha((unsigned char)*lexer->at) || *lexer->at == '_') {
        lexer->token = take_word(lexer);
    } else if (starts(lexer, ":=")) {
        lexer->token = TOKEN_ASSIGN_TYPE;
        lexer->at += 2;
    } else if (starts(lexer, "...")) {
        lexer->token = TOKEN_DOTS;
        lexer->at += 3;
    } else {
        lexer->token = (unsigned char)*lexer->at++;
        if (lexer->token == TOKEN_END)
            lexer->token = TOKEN_BAD;
    }
}
