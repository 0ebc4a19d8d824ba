/* SPDX-License-Identifier: MIT */
/* Readers: the fast one first, libbabeltrace2 for what it declines. */
#include "config.h"
#include "trace/reader.h"

#include <errno.h>
#include <stdlib.h>
#include "base/memory.h"
#include "trace/reader-babeltrace.h"
#include "trace/reader-fast.h"
#include "trace/reader-find.h"
#include "trace/reader-std.h"

/* One of the three. */
struct reader {
    struct reader_batch batch; /* of the fast one; the others give one event at a time */
    struct fast_reader *fast;
    struct std_reader *std;
    struct babeltrace_reader *babeltrace;
};

static enum reader_choice reader_choice;

void reader_choose(enum reader_choice choice)
{
    reader_choice = choice;
}

bool reader_has_data(void)
{
    return reader_choice == READER_std;
}

/* 0, and the fast reader has all of them; -ENOTSUP and *why, a line to be freed; -ENOMEM. */
static int open_fast(struct reader *reader, const struct trace_places *places, char **why)
{
    int err = 0;
    reader->fast = fast_reader_new();
    for (size_t i = 0; i < places->count && !err; i++) {
        char *reason = places->at[i].live ? memory_text("it isn't a file: a session is read as it goes on") : NULL;
        if (places->at[i].headless) {
            fast_reader_add_headless(reader->fast, places->at[i].path);
            continue;
        }
        err = reason ? -ENOTSUP : fast_reader_add(reader->fast, places->at[i].path, &reason);
        if (err)
            *why = memory_format("%s: %s", places->at[i].path, reason);
        free(reason);
    }
    if (err) {
        fast_reader_close(reader->fast);
        reader->fast = NULL;
    }
    return err;
}

static int find_and_open_fast(struct reader *reader, const char *const *paths, size_t count, char **why, char **trouble)
{
    struct trace_places places = {0};
    int err = 0;
    for (size_t i = 0; i < count && !err; i++)
        err = places_find(&places, paths[i], trouble);
    if (!err)
        err = open_fast(reader, &places, why);
    places_free(&places);
    return err;
}

bool reader_goes_by(const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (place_is_live(paths[i]))
            return true;
    return false;
}

int reader_open(struct reader **to, const char *const *paths, size_t count, char **trouble)
{
    struct reader *reader = memory_new(1, sizeof *reader);
    char *why = NULL;
    int err = -ENOTSUP;
    *trouble = NULL;
    if (reader_choice == READER_std)
        err = std_reader_open(&reader->std, paths[0], trouble);
    else if (reader_choice != READER_babeltrace2)
        err = find_and_open_fast(reader, paths, count, &why, trouble);
    if (err && !*trouble && reader_choice == READER_fast)
        *trouble = memory_format("the fast reader can't read %s; leave out --reader=fast", why);
    else if (err && !*trouble)
        err = babeltrace_reader_open(&reader->babeltrace, paths, count, trouble);
    free(why);
    if (err)
        free(reader);
    else
        *to = reader;
    return err;
}

const struct trace_event *reader_refill(struct reader *reader)
{
    if (reader->std)
        return std_reader_next(reader->std);
    if (!reader->fast)
        return babeltrace_reader_next(reader->babeltrace);
    fast_reader_refill(reader->fast, &reader->batch);
    return reader->batch.next != reader->batch.end ? *reader->batch.next++ : NULL;
}

const struct reader_losses *reader_losses(const struct reader *reader)
{
    if (reader->std)
        return std_reader_losses(reader->std);
    return reader->fast ? fast_reader_losses(reader->fast) : babeltrace_reader_losses(reader->babeltrace);
}

int64_t reader_stopped_ns(const struct reader *reader)
{
    if (reader->std)
        return 0;
    return reader->fast ? fast_reader_stopped_ns(reader->fast) : babeltrace_reader_stopped_ns(reader->babeltrace);
}

double reader_part(const struct reader *reader)
{
    return reader->fast ? fast_reader_part(reader->fast) : -1;
}

void reader_close(struct reader *reader)
{
    if (!reader)
        return;
    fast_reader_close(reader->fast);
    std_reader_close(reader->std);
    if (reader->babeltrace)
        babeltrace_reader_close(reader->babeltrace);
    free(reader);
}
