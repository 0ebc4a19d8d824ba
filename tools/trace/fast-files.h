/* SPDX-License-Identifier: MIT */
/* The files of a trace's directory. */
#ifndef THRUM_TRACE_FAST_FILES_H
#define THRUM_TRACE_FAST_FILES_H

#include <stddef.h>

/* The text of the metadata, out of its packets if it has any; to be freed. 0 or -errno; -EBADMSG: it is damaged. */
int files_metadata(const char *directory, char **text, size_t *length);

/* The paths of the stream files, by name; each to be freed, and the list. 0 or -errno. */
int files_streams(const char *directory, char ***paths, size_t *count);

#endif
