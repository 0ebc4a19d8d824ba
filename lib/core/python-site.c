/* SPDX-License-Identifier: MIT */
/* Lines of Python, numbered: found again by the instruction, named when they are met first. */
#include "core/python-site.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "core/memory.h"
#include "core/python.h"

enum { CHAINS = 1 << 12, TEXT_MAX = 480, LINES_MAX = 1 << 20 };

/*
 * A code object's memory may come to be another's, of the same names where a file is read again. `made` tells them apart:
 * where it begins, and the number that it has since 3.12, or what is said of its lines, in short.
 */
struct key {
    const char *code, *instruction, *name, *file, *lines;
    uint64_t made;
};

struct python_site {
    struct python_place place; /* first: others find it by that */
    struct key key;
    uint64_t number;
    struct python_site *next;
    enum python_role role;
    _Atomic uint32_t count;
    _Atomic bool told;
};

_Static_assert(offsetof(struct python_site, place) == 0, "python-site.h says so");

static struct python_site *_Atomic chains[CHAINS];
struct python_site *_Atomic python_sites[PYTHON_SITES];
static _Atomic uint32_t site_count;

static const char *pointer_at(const char *object, unsigned offset)
{
    const char *value;

    memcpy(&value, object + offset, sizeof(value));
    return value;
}

static uint32_t number_at(const char *object, unsigned offset)
{
    uint32_t number;

    memcpy(&number, object + offset, sizeof(number));
    return number;
}

static int64_t size_of(const char *object)
{
    int64_t size;

    memcpy(&size, object + PYTHON_SIZE, sizeof(size));
    return size;
}

/* --- text --- */

static char *put_utf8(char *to, uint32_t letter)
{
    if (letter < 0x80) {
        *to++ = (char)letter;
        return to;
    }
    if (letter < 0x800) {
        *to++ = (char)(0xc0 | letter >> 6);
    } else {
        if (letter < 0x10000) {
            *to++ = (char)(0xe0 | letter >> 12);
        } else {
            *to++ = (char)(0xf0 | letter >> 18);
            *to++ = (char)(0x80 | (letter >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (letter >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (letter & 0x3f));
    return to;
}

static uint32_t letter_at(const char *at, unsigned width, int64_t i)
{
    uint32_t letter = 0;

    memcpy(&letter, at + i * width, width);
    return letter;
}

/* A str as UTF-8, kept for ever; of a long one the end. */
static const char *keep_text(const struct python_layout *layout, const struct python_types *types, const char *text)
{
    uint32_t state;

    if (!text || pointer_at(text, PYTHON_TYPE) != types->text)
        return "?";
    memcpy(&state, text + PYTHON_TEXT_STATE, sizeof(state));
    unsigned width = state >> 2 & 7;
    if (!(state >> 5 & 1) || (width != 1 && width != 2 && width != 4))
        return "?";
    const char *at = text + (state >> 6 & 1 ? layout->ascii : layout->compact);
    int64_t length = size_of(text), first = length > TEXT_MAX / 4 && width > 1 ? length - TEXT_MAX / 4 : length > TEXT_MAX / 2 ? length - TEXT_MAX / 2 : 0;
    char buffer[TEXT_MAX + 8], *to = buffer;
    for (int64_t i = first; i < length; i++)
        to = put_utf8(to, letter_at(at, width, i));
    *to++ = 0;
    char *kept = memory_keep((size_t)(to - buffer));
    return kept ? memcpy(kept, buffer, (size_t)(to - buffer)) : "?";
}

/* --- lines: CPython's Objects/locations.md --- */

struct lines {
    const unsigned char *at, *end;
};

static uint32_t read_number(struct lines *lines)
{
    uint32_t number = 0;
    unsigned shift = 0;

    while (lines->at < lines->end) {
        unsigned char byte = *lines->at++;

        number |= (uint32_t)(byte & 0x3f) << shift;
        shift += 6;
        if (!(byte & 0x40) || shift > 30)
            break;
    }
    return number;
}

/* By how many lines an entry that begins so goes on. */
static int32_t read_step(struct lines *lines, unsigned form)
{
    uint32_t number;

    if (form >= 10 && form <= 12)
        return (int32_t)form - 10;
    if (form != 13 && form != 14)
        return 0;
    number = read_number(lines);
    return number & 1 ? -(int32_t)(number >> 1) : (int32_t)(number >> 1);
}

/* Of no instruction, an offset below 0, the first line. */
static uint32_t line_of(const struct python_layout *layout, const struct python_types *types, const char *code, int64_t offset)
{
    const char *table = pointer_at(code, layout->lines);
    int64_t size = table && pointer_at(table, PYTHON_TYPE) == types->bytes ? size_of(table) : 0, begin = 0;
    int32_t line = (int32_t)number_at(code, layout->first_line);

    if (offset < 0)
        return line < 0 ? 0 : (uint32_t)line;
    if (size <= 0 || size > LINES_MAX)
        return 0;
    struct lines lines = {(const unsigned char *)table + PYTHON_BYTES, (const unsigned char *)table + PYTHON_BYTES + size};
    while (lines.at < lines.end) {
        unsigned char head = *lines.at++;
        int64_t end = begin + 2 * ((head & 7) + 1);

        line += read_step(&lines, head >> 3 & 15);
        if (offset < end)
            return (head >> 3 & 15) == 15 || line < 0 ? 0 : (uint32_t)line;
        begin = end;
        while (lines.at < lines.end && !(*lines.at & 0x80))
            lines.at++;
    }
    return 0;
}

/* --- numbers --- */

static struct python_site *_Atomic *chain_of(const struct key *key)
{
    uint64_t hash = ((uint64_t)(uintptr_t)key->instruction ^ (uint64_t)(uintptr_t)key->code << 7) * 0x9e3779b97f4a7c15u;

    return &chains[hash >> 52 & (CHAINS - 1)];
}

static bool is_same(const struct key *one, const struct key *other)
{
    return one->instruction == other->instruction && one->made == other->made && one->code == other->code && one->name == other->name &&
           one->file == other->file && one->lines == other->lines;
}

static struct python_site *find(struct python_site *site, const struct key *key)
{
    while (site && !is_same(&site->key, key))
        site = site->next;
    return site;
}

/* The first and the last bytes of a table of lines, and how many there are. */
static uint32_t short_of(const char *lines)
{
    int64_t size = size_of(lines);
    uint64_t sum = (uint64_t)size, word = 0;

    if (size < 0 || size > LINES_MAX)
        return 0;
    for (int64_t i = 0; i < 4; i++) {
        int64_t rest = size - 8 * i;

        if (rest <= 0)
            break;
        memcpy(&word, lines + PYTHON_BYTES + 8 * i, rest < 8 ? (size_t)rest : 8);
        sum = (sum << 9 | sum >> 55) ^ word;
        memcpy(&word, lines + PYTHON_BYTES + (rest < 8 ? 0 : rest - 8), rest < 8 ? (size_t)rest : 8);
        sum = (sum << 9 | sum >> 55) ^ word;
    }
    return (uint32_t)(sum * 0x9e3779b97f4a7c15u >> 32);
}

static struct key key_of(const struct python_layout *layout, const char *code, const char *instruction)
{
    const char *lines = pointer_at(code, layout->lines);
    uint32_t number = layout->number ? number_at(code, layout->number) : short_of(lines);

    return (struct key){.code = code, .instruction = instruction, .name = pointer_at(code, layout->name),
                        .file = pointer_at(code, layout->file), .lines = lines,
                        .made = (uint64_t)number_at(code, layout->first_line) << 32 | number};
}

static bool is_file(const struct python_place *place, const char *name)
{
    const char *slash = strrchr(place->file, '/');

    return strcmp(slash ? slash + 1 : place->file, name) == 0;
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* Thread.join() until 3.12: a thread makes a lock, gives it back last, and who joins it waits for that. */
static enum python_role role_of(const struct python_place *place)
{
    static const char *const passing[] = {"RLock", "Condition.__init__", "Event.__init__", "Semaphore.__init__",
                                          "BoundedSemaphore.__init__", "Barrier.__init__", NULL};

    if (is_file(place, "queue.py"))
        return strcmp(place->function, "Queue.__init__") == 0 ? PYTHON_PASSES : PYTHON_NO_ROLE;
    if (!is_file(place, "threading.py"))
        return PYTHON_NO_ROLE;
    if (is_one_of(place->function, passing))
        return PYTHON_PASSES;
    if (strcmp(place->function, "Thread._set_tstate_lock") == 0)
        return PYTHON_MAKES_END;
    bool awaits = strcmp(place->function, "Thread._wait_for_tstate_lock") == 0 || strcmp(place->function, "_shutdown") == 0;
    return awaits ? PYTHON_AWAITS_END : PYTHON_NO_ROLE;
}

static uint64_t add(struct python_site *site, struct python_site *_Atomic *chain)
{
    uint32_t place = atomic_load(&site_count);

    do {
        if (place == PYTHON_SITES)
            return 0;
    } while (!atomic_compare_exchange_weak(&site_count, &place, place + 1));
    site->number = PYTHON_SITE_FIRST + place;
    atomic_store_explicit(&python_sites[place], site, memory_order_release);
    site->next = atomic_load(chain);
    while (!atomic_compare_exchange_weak(chain, &site->next, site))
        continue;
    return site->number;
}

uint64_t python_site_of(const struct python_layout *layout, const struct python_types *types, const char *code, const char *instruction)
{
    const struct key key = key_of(layout, code, instruction);
    struct python_site *_Atomic *chain = chain_of(&key);
    struct python_site *site = find(atomic_load_explicit(chain, memory_order_acquire), &key);

    if (__builtin_expect(site != NULL, 1))
        return site->number;
    if (atomic_load(&site_count) == PYTHON_SITES || !(site = memory_keep(sizeof(*site))))
        return 0;
    site->key = key;
    site->place = (struct python_place){keep_text(layout, types, key.name), keep_text(layout, types, key.file),
                                        line_of(layout, types, code, instruction ? instruction - (code + layout->bytecode) : -1)};
    site->role = role_of(&site->place);
    return add(site, chain);
}

static struct python_site *site_at(uint64_t number)
{
    uint64_t place = number - PYTHON_SITE_FIRST;

    return place < PYTHON_SITES ? atomic_load_explicit(&python_sites[place], memory_order_acquire) : NULL;
}

const struct python_place *python_place(uint64_t number)
{
    const struct python_site *site = site_at(number);

    return site ? &site->place : NULL;
}

bool python_untold(uint64_t number)
{
    struct python_site *site = site_at(number);

    return site && !atomic_load_explicit(&site->told, memory_order_relaxed) && !atomic_exchange(&site->told, true);
}

enum python_role python_site_role(uint64_t number)
{
    const struct python_site *site = site_at(number);

    return site ? site->role : PYTHON_NO_ROLE;
}

uint32_t python_site_count(uint64_t number)
{
    return atomic_fetch_add(&site_at(number)->count, 1) + 1;
}

uint64_t python_sites_end(void)
{
    return PYTHON_SITE_FIRST + atomic_load(&site_count);
}
