/* SPDX-License-Identifier: MIT */
/* What the recorder's tests share: a recording in a scratch directory, and what babeltrace2 prints of it. */
#ifndef THRUM_TESTS_RECORDER_HELP_H
#define THRUM_TESTS_RECORDER_HELP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "recorder.h"

/* Makes a new scratch directory, starts the recorder there; both. */
void recording_prepare(void);
void recording_begin(uint64_t ring, uint64_t max_size);
void recording_start(uint64_t ring, uint64_t max_size);
/* Where the recording is. */
const char *recording_path(void);
void recording_remove(void);

/* Records as the library would: an event of the calling thread. */
void recording_acquire(uint64_t object);
void recording_release(uint64_t object);

/*
 * What babeltrace2 prints of a directory, a line for each event: "[CYCLES] HOST:PROGRAM:(PID) thrum:NAME: { pid = P,
 * tid = T }, { FIELDS }". The test fails where babeltrace2 does. Lines of the tracer's losses aren't among them.
 */
struct recording_text {
    char *text;
    char **lines;
    size_t count;
};
struct recording_text recording_read(const char *directory);
void recording_text_free(struct recording_text *text);

/* How many lines hold a string. */
size_t recording_count(const struct recording_text *text, const char *part);

/* Whether there is a trace at all. */
bool recording_holds_trace(void);

/* Whether babeltrace2 is there; the tests that need it end well and say so where it isn't. */
bool recording_can_read(void);

#endif
