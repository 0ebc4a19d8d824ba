/* SPDX-License-Identifier: MIT */
/* A stream whose bytes go gzipped to another. */
#ifndef THRUM_CMD_GZIP_H
#define THRUM_CMD_GZIP_H

#include <stdio.h>

/* fclose() writes what is left and leaves `below` open; errors of writing stay with `below`. */
FILE *gzip_open(FILE *below);

#endif
