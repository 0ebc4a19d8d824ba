/* SPDX-License-Identifier: MIT */
/* Calls that failed, and whose caller doesn't know: the code behind the call overwrites the result and never reads it. */
#ifndef THRUM_CHECK_FAILED_H
#define THRUM_CHECK_FAILED_H

#include "core/visibility.h"
#include "records.h"

/* A call returned an error, in the calling thread; `object` is what it was about. Keeps errno. */
THRUM_PRIVATE void check_failed(const char *function, uint64_t object, uint8_t kind, int error, uint64_t site, uintptr_t frame);

/* A call was made in a signal handler that isn't async-signal-safe; nothing where no handler runs. Keeps errno. */
THRUM_PRIVATE void check_unsafe(const char *function, uint64_t site, uintptr_t frame);

#endif
