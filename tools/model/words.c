/* SPDX-License-Identifier: MIT */
/* Words by number, from the lists in enums.h. */
#include "config.h"
#include "model/words.h"

#include <stddef.h>

#define WORD(enumeration, word, number) [number] = #word,
static const char *const kinds[] = {THRUM_KINDS(WORD)};
static const char *const modes[] = {THRUM_MODES(WORD)};
static const char *const results[] = {THRUM_RESULTS(WORD)};

#define LOOK_UP(words, number, otherwise) \
    ((number) < sizeof(words) / sizeof((words)[0]) && (words)[number] ? (words)[number] : (otherwise))

const char *kind_word(unsigned kind)
{
    return LOOK_UP(kinds, kind, "unknown");
}

const char *mode_word(unsigned mode)
{
    return LOOK_UP(modes, mode, "unknown");
}

const char *result_word(unsigned result)
{
    return LOOK_UP(results, result, "other");
}
