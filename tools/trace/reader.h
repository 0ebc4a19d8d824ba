/* SPDX-License-Identifier: MIT */
/*
 * A reader: the thrum events of any number of traces, in time order. One interface, two implementations: reader-fast.c
 * for the layouts that LTTng-UST and our recorder write, reader-babeltrace.c for whatever libbabeltrace2 reads.
 */
#ifndef THRUM_TRACE_READER_H
#define THRUM_TRACE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "records.h"

struct trace_event {
    enum thrum_event_id id;
    int64_t time_ns; /* since the Epoch, by the trace's clock and its offset */
    union thrum_event_record record;
};

/* What was not read, and why; every view says so where it isn't zero. */
struct reader_losses {
    uint64_t lost_events;     /* discarded by the tracer */
    uint64_t lost_packets;    /* overwritten or discarded by the tracer; how many events they held isn't known */
    uint64_t overwritten;     /* of these: by newer ones of a recording that was to keep the newest */
    uint64_t foreign_events;  /* events of other providers: passed over */
    uint64_t wrapper_events;  /* of LTTng's pthread wrapper: read, but they tell of mutexes alone; see wrapper.h */
    uint64_t wrapper_unknown; /* of these, as foreign ones: passed over, since they don't say which thread they are of */
    uint64_t unreadable;      /* thrum events whose fields could not be decoded */
    bool truncated;           /* a stream ended in the middle */
    char *trouble;            /* what could not be read and why, one line; NULL where all was well */
};

struct reader;

/* Which implementation reads: the fast one, and where it declines a trace the other; or always the same. READER_std: one file
 * of text, see reader-std.h. */
enum reader_choice { READER_any, READER_fast, READER_babeltrace2, READER_std };

/* For all readers opened from here on. */
void reader_choose(enum reader_choice choice);

/* Whether what is read tells which data threads read and wrote. */
bool reader_has_data(void);

/*
 * Opens the traces at paths (files' directories, searched for traces below, or live sessions, which are read until they
 * are destroyed). 0 and *reader, or -errno and *trouble,
 * one line to be freed that says what is wrong and what to do. A path that holds no trace is an error.
 */
int reader_open(struct reader **reader, const char *const *paths, size_t count, char **trouble);

/* Whether one of them can be read only once: a live session of LTTng, net://HOST[:PORT]/host/NAME/SESSION. */
bool reader_goes_by(const char *const *paths, size_t count);

/* Events that are ready to be given; the first thing in every struct reader. */
struct reader_batch {
    const struct trace_event *const *next, *const *end;
};

/* More of them: the first one, or NULL at the end. Those given before are gone. */
const struct trace_event *reader_refill(struct reader *);

/* The next event, or NULL at the end. It and its strings live until the next call. */
static inline const struct trace_event *reader_next(struct reader *reader)
{
    struct reader_batch *batch = (struct reader_batch *)(void *)reader;
    return batch->next != batch->end ? *batch->next++ : reader_refill(reader);
}

/* What was lost up to now; complete after reader_next() gave NULL. */
const struct reader_losses *reader_losses(const struct reader *);

/*
 * When recording stopped, as far as its packets tell: a program that hangs records nothing more until then. 0: not
 * known. Complete after reader_next() gave NULL.
 */
int64_t reader_stopped_ns(const struct reader *);

/* How much of the traces was read up to now, 0 to 1; negative where that isn't known. */
double reader_part(const struct reader *);

void reader_close(struct reader *);

#endif
