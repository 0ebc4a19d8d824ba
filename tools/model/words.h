/* SPDX-License-Identifier: MIT */
/* The words of enums.h, by their numbers. */
#ifndef THRUM_TRACE_WORDS_H
#define THRUM_TRACE_WORDS_H

#include "enums.h"

/* "mutex", "rwlock" ...; "unknown" for a number that no word has. */
const char *kind_word(unsigned kind);

/* "ok", "EBUSY" ...; "other" for a number that no word has. */
const char *result_word(unsigned result);

/* "shared", "exclusive", "unknown". */
const char *mode_word(unsigned mode);

#endif
