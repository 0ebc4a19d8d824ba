/* SPDX-License-Identifier: MIT */
/* What a lock of Python's is called: by the assignment in the source line that made it. Python itself knows no such name. */
#include "config.h"
#include "symbols/symbols.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

enum { NAME_MAX_LENGTH = 60 };

/* The text of a line, to be freed; NULL where there is none. */
static char *read_line(const char *path, int number)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t room = 0;
    bool found = false;
    if (!file)
        return NULL;
    for (int i = 0; i < number && (found = getline(&text, &room, file) >= 0); i++)
        continue;
    fclose(file);
    if (found)
        return text;
    free(text);
    return NULL;
}

static size_t name_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_' || text[length] == '.')
        length++;
    return isdigit((unsigned char)*text) || length > NAME_MAX_LENGTH ? 0 : length;
}

static const char *after_spaces(const char *text)
{
    return text + strspn(text, " \t");
}

static bool has_word(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcasestr(text, *words))
            return true;
    return false;
}

/* What is assigned to the first name of a line, NULL where that is no assignment to one name of what may be a lock. */
static const char *assigned(const char *text, size_t length)
{
    static const char *const makers[] = {"lock", "condition", "semaphore", "event", "barrier", "queue", "sentinel", NULL};
    const char *at = after_spaces(text + length);
    if (*at == ':' && !(at = strchr(at, '='))) /* with its type */
        return NULL;
    if (at[0] != '=' || at[1] == '=')
        return NULL;
    at = after_spaces(at + 1);
    return has_word(at, makers) ? at : NULL;
}

/* "Account" of "bank.<locals>.Account.__init__": how long, and where; 0 of what is no method. */
static size_t class_of(const char *function, const char **class)
{
    const char *end = strrchr(function, '.'), *begin = end;
    while (begin && begin > function && begin[-1] != '>')
        begin--;
    if (!end)
        return 0;
    *class = *begin == '.' ? begin + 1 : begin;
    return end > *class ? (size_t)(end - *class) : 0;
}

/* "Account.lock" of "self.lock" in a method; several of them, in a list, are "forks[]". */
static char *full_name(const char *name, size_t length, const char *function, const char *value)
{
    static const char *const telling[] = {"lock", "mutex", "cond", "sem", "event", "queue", "barrier", "guard", NULL};
    const char *class = NULL, *many = *value == '[' ? "[]" : "";
    size_t own = !strncmp(name, "self.", 5) || !strncmp(name, "cls.", 4) ? class_of(function, &class) : 0;
    char *full;
    if (own) {
        const char *dot = memchr(name, '.', length);
        full = memory_format("%.*s%.*s%s", (int)own, class, (int)(length - (size_t)(dot - name)), dot, many);
    } else
        full = memory_format("%.*s%s", (int)length, name, many);
    if (has_word(full, telling))
        return full;
    char *told = memory_format("lock %s", full);
    free(full);
    return told;
}

char *symbol_given(const struct symbol_place *birth)
{
    const struct symbol_frame *frame = birth ? birth->site : NULL;
    if (!frame || !frame->file || !frame->function || frame->line <= 0 || !birth->interpreted)
        return NULL;
    if (strncmp(frame->file, "<frozen importlib", strlen("<frozen importlib")) == 0)
        return memory_text("import lock");
    if (strcmp(frame->function, "Condition.wait") == 0) /* a lock for each wait, in a local variable */
        return memory_text(frame->function);
    char *text = read_line(frame->file, frame->line), *given = NULL;
    if (!text)
        return NULL;
    const char *name = after_spaces(text);
    size_t length = name_length(name);
    const char *value = length ? assigned(name, length) : NULL;
    if (value)
        given = full_name(name, length, frame->function, value);
    free(text);
    return given;
}
