/* SPDX-License-Identifier: MIT */
/*
 * The reader of the STD text format of the research tools on prediction (RAPID and its kin): a line for each event,
 *
 *     THREAD|OPERATION(OPERAND)|LOCATION
 *
 * acq rel req (locks), r w (variables), fork join begin end (threads), wait notify notifyAll (conditions, named as the lock
 * that is dropped). A variable's value reaches a reader as a wake does a waiter: the write must come first. Times are line
 * numbers, in microseconds; places are the locations, with the line of the file.
 */
#ifndef THRUM_TRACE_READER_STD_H
#define THRUM_TRACE_READER_STD_H

#include "trace/reader.h"

struct std_reader;

/* Functions as those of reader.h. 0, or -errno and *trouble, a line to be freed. */
int std_reader_open(struct std_reader **, const char *path, char **trouble);
const struct trace_event *std_reader_next(struct std_reader *);
const struct reader_losses *std_reader_losses(const struct std_reader *);
void std_reader_close(struct std_reader *);

#endif
