/* SPDX-License-Identifier: MIT */
/* What the interposers of C11's calls share: their results. */
#ifndef THRUM_INTERPOSE_C11_H
#define THRUM_INTERPOSE_C11_H

#include <threads.h>

#include "interpose/interpose.h"

/* As events carry results: the errno value that glibc made a C11 result of, where that can be told. */
static inline int c11_errno(int result)
{
    switch (result) {
    case thrd_success: return 0;
    case thrd_nomem: return ENOMEM;
    case thrd_timedout: return ETIMEDOUT;
    case thrd_busy: return EBUSY;
    default: return THRUM_result_other;
    }
}

/* Of a call that was not made because thrum refuses it. */
static inline int c11_refused(int error)
{
    return error == EBUSY ? thrd_busy : thrd_error;
}

/* Blocks by a call with a C11 result, which is the value. */
#define C11_BLOCK(begun, timeout, call)                       \
    (__extension__({                                          \
        int result_ = begun_begin(begun, timeout);            \
        if (result_ == 0) {                                   \
            result_ = call;                                   \
            begun_end(begun, c11_errno(result_));             \
        } else {                                              \
            result_ = c11_refused(result_);                   \
        }                                                     \
        result_;                                              \
    }))

#endif
