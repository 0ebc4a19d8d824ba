/* SPDX-License-Identifier: MIT */
/* Times along a picture: round ones. */
#ifndef THRUM_RENDER_AXIS_H
#define THRUM_RENDER_AXIS_H

#include <stdint.h>

/* The least of 1, 2, 5, 10, 20 ... nanoseconds of which `length_ns` has at most `most`. */
int64_t axis_step(int64_t length_ns, unsigned most);

/* "20 ms", as exact as the step between two of them needs, into a buffer that it returns. */
const char *axis_label(char buffer[32], int64_t ns, int64_t step_ns);

#endif
