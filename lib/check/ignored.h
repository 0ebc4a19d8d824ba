/* SPDX-License-Identifier: MIT */
/* Whether code looks at the result of a call it has made. */
#ifndef THRUM_CHECK_IGNORED_H
#define THRUM_CHECK_IGNORED_H

#include <stdbool.h>
#include <stdint.h>

/* True where the code at a return address certainly overwrites the int that was returned before it reads it. */
bool ignored_result(const uint8_t *code);

#endif
