/* SPDX-License-Identifier: MIT */
/* Cuts off what the recorder's files have beyond their events. */
#ifndef THRUM_RECORD_TRIM_H
#define THRUM_RECORD_TRIM_H

#include <stdint.h>

/*
 * Trims the streams of a recording, and removes files that were never shown; those that a process still maps are left
 * as they are: a write beyond the end of a file would end that process. Readers see the same events before and after; and
 * that the last packet of each stream goes on until the recording was ended, by CLOCK_MONOTONIC.
 */
void trim_recording(const char *directory, uint64_t ended_ns);

#endif
