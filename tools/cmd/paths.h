/* SPDX-License-Identifier: MIT */
/* Where thrum's own files are: in the build tree that the tool runs from, or where they were installed. */
#ifndef THRUM_CMD_PATHS_H
#define THRUM_CMD_PATHS_H

/*
 * Full path of a library of ours ("libthrum-preload.so"), to be freed; NULL where there is none. Searched in
 * ../lib/.libs beside the tool (the build tree), the configured libdir, and ../lib beside the tool (a moved install).
 */
char *paths_library(const char *name);

#endif
