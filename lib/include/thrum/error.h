/* SPDX-License-Identifier: MIT */
/*
 * Errors of what runs in a thread, group, pool or I/O worker, for whoever asks for them.
 *
 *     static void *grind(void *path)
 *     {
 *         int fd = open(path, O_RDONLY);
 *         if (fd < 0)
 *             return THRUM_FAIL(errno, "cannot open %s", (char *)path);
 *         ...
 *     }
 *
 * A run has failed if it called THRUM_FAIL; the first such error is the run's. Where nobody can ask for it, it is
 * printed on stderr, as one line that no other line interrupts.
 */
#ifndef THRUM_ERROR_H
#define THRUM_ERROR_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

enum { THRUM_ERROR_MESSAGE = 200, THRUM_THREAD_NAME = 64 };

struct thrum_error {
    int code; /* an errno value; 0: no error */
    int line; /* where THRUM_FAIL stands */
    const char *file;
    const char *function;
    uint64_t ident; /* the thread that failed */
    int32_t native_id;
    char thread[THRUM_THREAD_NAME];
    char message[THRUM_ERROR_MESSAGE]; /* cut where it is longer */
};

/* Makes `code` (an errno value; 0 counts as EIO) the error of the running function, unless it has one. NULL, of the
 * type that such functions return. */
#define THRUM_FAIL(code, ...) thrum_error_set(code, __FILE__, __LINE__, __func__, __VA_ARGS__)
THRUM_API void *thrum_error_set(int code, const char *file, int line, const char *function, const char *format, ...)
    THRUM_PRINTF(5, 6);

/* Takes the error of the running function back. 0; ENOENT: there is none. */
THRUM_API int thrum_error_clear(void);

/* Prints an error on stderr as it is printed where nobody asks for it. 0. */
THRUM_API int thrum_error_print(const struct thrum_error *error);

THRUM_END_DECLARATIONS

#endif
