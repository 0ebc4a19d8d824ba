/* SPDX-License-Identifier: MIT */
/* Texts by number. */
#include "config.h"
#include "render/texts.h"

#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

/* FNV-1a. */
static uint64_t hash(const char *text)
{
    uint64_t value = 0xcbf29ce484222325u;
    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 0x100000001b3u;
    return value;
}

static uint32_t add(struct texts *texts, const char *text)
{
    texts->at = memory_grow(texts->at, texts->count + 1, &texts->capacity, sizeof *texts->at);
    texts->at[texts->count] = memory_text(text);
    return (uint32_t)texts->count++;
}

uint32_t texts_number(struct texts *texts, const char *text)
{
    if (!texts->count)
        add(texts, "");
    if (!*text)
        return 0;
    uint64_t key = hash(text);
    void *found;
    for (; (found = map_get(&texts->numbers, key)); key++) /* another text may have the same hash */
        if (strcmp(texts->at[(uintptr_t)found - 1], text) == 0)
            return (uint32_t)((uintptr_t)found - 1);
    uint32_t number = add(texts, text);
    map_put(&texts->numbers, key, (void *)((uintptr_t)number + 1));
    return number;
}

void texts_free(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->at[i]);
    free(texts->at);
    map_free(&texts->numbers);
    *texts = (struct texts){0};
}
