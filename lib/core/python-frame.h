/* SPDX-License-Identifier: MIT */
/* CPython's frames, one by one; for the thread that they belong to, while it holds the GIL. */
#ifndef THRUM_CORE_PYTHON_FRAME_H
#define THRUM_CORE_PYTHON_FRAME_H

#include <stdint.h>

/* The calling thread's innermost; NULL where it doesn't hold the GIL, or is in no function. */
const char *python_frame_now(void);
const char *python_frame_caller(const char *frame);

/* The line that it is at, and the first line of its function, as sites; 0 where it is no frame of Python's. */
uint64_t python_frame_site(const char *frame);
uint64_t python_frame_function(const char *frame);

#endif
