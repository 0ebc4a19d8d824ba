/* SPDX-License-Identifier: MIT */
/*
 * Calls that a sink makes while it takes an event, and that libc makes points of cancellation: LTTng-UST wakes its reader by
 * write(). There the thread is in the midst of, say, pthread_mutex_lock(), which is none; to unwind from it would cancel
 * where the program may not be cancelled, and leave the event half written for ever.
 */
#include <sys/syscall.h>

#include "interpose/interpose.h"

/* libthrum sees by this that we are here. */
extern const char thrum_preloaded[] THRUM_EXPORT;
const char thrum_preloaded[] = "";

INTERPOSE ssize_t write(int fd, const void *buffer, size_t size)
{
    if (__builtin_expect((thrum_self.guard & SELF_BUSY) != 0, 0))
        return REAL(syscall)(SYS_write, fd, buffer, size);
    return REAL(write)(fd, buffer, size);
}
