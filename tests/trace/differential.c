/* SPDX-License-Identifier: MIT */
/*
 * Reads traces with both readers and compares what they give: differential TRACE... Status 0: the same events with the
 * same fields in the same order, events of the same time in any; 1: not; 2: one of them can't read it.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "trace/reader.h"

/* --- an event as text --- */

static void put_addrs(FILE *to, const char *name, struct thrum_addrs addrs)
{
    fprintf(to, " %s", name);
    for (uint32_t i = 0; i < addrs.count; i++)
        fprintf(to, " %" PRIx64, addrs.at[i]);
}

#define THRUM_ADDR(name, meaning) fprintf(to, " " #name " %" PRIx64, r->name);
#define THRUM_U32(name, meaning) fprintf(to, " " #name " %" PRIu32, r->name);
#define THRUM_U64(name, meaning) fprintf(to, " " #name " %" PRIu64, r->name);
#define THRUM_I32(name, meaning) fprintf(to, " " #name " %" PRId32, r->name);
#define THRUM_I64(name, meaning) fprintf(to, " " #name " %" PRId64, r->name);
#define THRUM_WORD(name, words, meaning) fprintf(to, " " #name " %u", r->name);
#define THRUM_STRING(name, meaning) fprintf(to, " " #name " '%s'", r->name);
#define THRUM_ADDRS(name, meaning) put_addrs(to, #name, r->name);
#define THRUM_EVENT(name, meaning, fields)                                      \
    static void put_##name(FILE *to, const struct thrum_event_##name *r)        \
    {                                                                           \
        fprintf(to, #name " %d %d", r->common.pid, r->common.tid);              \
        fields                                                                  \
    }
#include "events.h"
#include "events-end.h"

static char *text_of(const struct trace_event *event)
{
    char *text;
    size_t size;
    FILE *to = memory_stream(&text, &size);
    fprintf(to, "%" PRId64 " ", event->time_ns);
    switch (event->id) {
#define THRUM_EVENT(name, meaning, fields)           \
    case THRUM_EVENT_##name:                         \
        put_##name(to, &event->record.name);         \
        break;
#include "events.h"
#undef THRUM_EVENT
    default:
        break;
    }
    fclose(to);
    return text;
}

/* --- events of one time, sorted --- */

struct side {
    struct reader *reader;
    const struct trace_event *next;
    char **texts;
    size_t count, capacity;
    uint64_t events;
};

static int by_text(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static void take_group(struct side *side)
{
    for (size_t i = 0; i < side->count; i++)
        free(side->texts[i]);
    side->count = 0;
    if (!side->next)
        return;
    int64_t time_ns = side->next->time_ns;
    for (; side->next && side->next->time_ns == time_ns; side->next = reader_next(side->reader)) {
        side->texts = memory_grow(side->texts, side->count + 1, &side->capacity, sizeof *side->texts);
        side->texts[side->count++] = text_of(side->next);
        side->events++;
    }
    qsort(side->texts, side->count, sizeof *side->texts, by_text);
}

static void open_side(struct side *side, enum reader_choice choice, const char *const *paths, size_t count)
{
    char *trouble = NULL;
    reader_choose(choice);
    if (reader_open(&side->reader, paths, count, &trouble)) {
        fprintf(stderr, "%s\n", trouble);
        exit(2);
    }
    side->next = reader_next(side->reader);
}

static int differ(const struct side *fast, const struct side *babeltrace, size_t at)
{
    fprintf(stderr, "after %" PRIu64 " events:\nfast         %s\nbabeltrace2  %s\n", fast->events,
            at < fast->count ? fast->texts[at] : "(no event)", at < babeltrace->count ? babeltrace->texts[at] : "(no event)");
    return 1;
}

static int compare_losses(const struct side *fast, const struct side *babeltrace)
{
    const struct reader_losses *one = reader_losses(fast->reader), *other = reader_losses(babeltrace->reader);
    if (one->foreign_events == other->foreign_events && one->unreadable == other->unreadable && one->truncated == other->truncated)
        return 0;
    fprintf(stderr, "fast: foreign %" PRIu64 ", unreadable %" PRIu64 ", truncated %d; babeltrace2: %" PRIu64 ", %" PRIu64 ", %d\n",
            one->foreign_events, one->unreadable, one->truncated, other->foreign_events, other->unreadable, other->truncated);
    return 1;
}

int main(int argc, char **argv)
{
    struct side fast = {0}, babeltrace = {0};
    open_side(&fast, READER_fast, (const char *const *)argv + 1, (size_t)argc - 1);
    open_side(&babeltrace, READER_babeltrace2, (const char *const *)argv + 1, (size_t)argc - 1);
    do {
        take_group(&fast);
        take_group(&babeltrace);
        for (size_t i = 0; i < fast.count || i < babeltrace.count; i++)
            if (i >= fast.count || i >= babeltrace.count || strcmp(fast.texts[i], babeltrace.texts[i]) != 0)
                return differ(&fast, &babeltrace, i);
    } while (fast.count);
    printf("%" PRIu64 " events\n", fast.events);
    return compare_losses(&fast, &babeltrace);
}
