/* SPDX-License-Identifier: MIT */
/*
 * Findings that the user knows of and doesn't want to hear of, in the manner of the sanitizers. A file of lines:
 *
 *     # comment
 *     lock-order:refill_cache        any call, source file, module or object of a lock-order finding matches
 *     *:libfoo.so                    findings of any kind
 *     deadlock:function=^main$       the name of a function; also file=, module=, object=
 *
 * A pattern matches anywhere in a text unless ^ begins or $ ends it; * stands for any text.
 */
#ifndef THRUM_ANALYZE_SUPPRESS_H
#define THRUM_ANALYZE_SUPPRESS_H

#include "analyze/finding.h"

struct suppressions;

struct suppressions *suppressions_new(void);
void suppressions_free(struct suppressions *);

/* Adds a file's rules. False where it can't be read or a line makes no sense: *trouble, to be freed, says what. */
bool suppressions_read(struct suppressions *, const char *path, char **trouble);

/* Marks a finding that a rule matches, and counts it with the first that does; whether there was one. */
bool suppressions_apply(struct suppressions *, struct finding *);

/* Notes which rules suppressed how many findings, and which none. */
void suppressions_tell(const struct suppressions *, struct findings *);

#endif
