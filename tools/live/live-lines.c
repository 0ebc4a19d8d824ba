/* SPDX-License-Identifier: MIT */
/* Tables of a running process that say what sites are, and where objects were made. */
#include "config.h"
#include "live/live-lines.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include "base/memory.h"

/* More than there are: it was read while it changed, or is something else. */
enum { RECORD_MAX = 1 << 10, RECORDS_MAX = 1 << 20 };

static bool fetch(const struct live_process *process, uint64_t address, void *to, size_t size)
{
    struct iovec here = {to, size}, there = {(void *)(uintptr_t)address, size};
    return process_vm_readv(process->pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* Text of the process's that a pointer at `address` leads to; up to what there is room for. */
static bool fetch_text(const struct live_process *process, uint64_t address, char *to, size_t size)
{
    uint64_t text = 0;
    size_t count = 0;
    if (!fetch(process, address, &text, sizeof(text)) || !text)
        return false;
    while (count + 1 < size && fetch(process, text + count, &to[count], 1) && to[count])
        count++;
    to[count] = '\0';
    return count > 0;
}

bool live_line_read(const struct live_process *process, uint64_t site, struct live_line *line)
{
    const struct thrum_live *layout = &process->layout;
    uint64_t place = site - layout->lines.first, at = 0;
    uint32_t number = 0;
    if (place >= layout->lines.count || !fetch(process, layout->lines.table + place * sizeof(at), &at, sizeof(at)) || !at)
        return false;
    if (!fetch_text(process, at + layout->lines.function, line->function, sizeof(line->function)) ||
        !fetch_text(process, at + layout->lines.file, line->file, sizeof(line->file)) ||
        !fetch(process, at + layout->lines.line, &number, sizeof(number)))
        return false;
    line->event = (struct thrum_event_source_line){.site = site, .function = line->function, .file = line->file, .line = number};
    return true;
}

static uint64_t word_at(const char *record, uint32_t offset)
{
    uint64_t word;
    memcpy(&word, record + offset, sizeof(word));
    return word;
}

/* From the table of so many records at that address. */
static void births_read(const struct live_process *process, uint64_t table, size_t count, struct map *births)
{
    const struct thrum_live *layout = &process->layout;
    size_t size = layout->births.size;
    char *records = memory_new(count + 1, size);
    if (fetch(process, table, records, count * size))
        for (size_t i = 0; i < count; i++) {
            uint64_t object = word_at(records + i * size, layout->births.object), site = word_at(records + i * size, layout->births.site);
            if (object && site)
                map_put(births, object, (void *)(uintptr_t)site);
        }
    free(records);
}

void live_births_read(const struct live_process *process, struct map *births)
{
    const struct thrum_live *layout = &process->layout;
    size_t count = layout->births.count, size = layout->births.size;
    uint64_t table;
    if (size > RECORD_MAX || layout->births.object + sizeof(uint64_t) > size || layout->births.site + sizeof(uint64_t) > size || layout->births.growth > 8)
        return;
    for (uint32_t level = 0; level < layout->births.levels && count <= RECORDS_MAX; level++, count <<= layout->births.growth)
        if (fetch(process, layout->births.tables + level * sizeof(table), &table, sizeof(table)) && table)
            births_read(process, table, count, births);
}
