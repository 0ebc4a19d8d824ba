/* SPDX-License-Identifier: MIT */
/* Cuts off what the recorder's files have beyond their events. */
#ifndef THRUM_RECORD_TRIM_H
#define THRUM_RECORD_TRIM_H

/*
 * Trims the streams of a recording, and removes files that were never shown; those that a process still maps are left
 * as they are: a write beyond the end of a file would end that process. Readers see the same before and after.
 */
void trim_recording(const char *directory);

#endif
