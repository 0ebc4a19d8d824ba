/* SPDX-License-Identifier: MIT */
/*
 * CPython 3.13 parks a thread in a semaphore on its own stack, next to what it waits for. Where that is the end of a thread,
 * it is known whose: of struct wait_entry { park_arg, address, semaphore } the address is that of the last but one member of
 *
 *     struct { ..., pthread_t ident, handle; int has_handle, state; PyMutex mutex; PyEvent thread_is_exiting; ... }
 */
#include "core/python.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { RUNNING = 3 /* THREAD_HANDLE_RUNNING */ };

/* What lies before thread_is_exiting. */
struct thread_handle {
    uint64_t ident, handle;
    int32_t has_handle, state;
    uint8_t mutex;
} __attribute__((packed));

static bool look(const void *from, void *to, size_t size)
{
    struct iovec here = {to, size}, there = {(void *)(uintptr_t)from, size};

    return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* Where a thread's handle leads to itself, as it does on x86, it must. */
static bool is_thread(uint64_t handle)
{
#if defined(__x86_64__)
    uint64_t self;

    return look((const void *)handle, &self, sizeof(self)) && self == handle;
#else
    return handle != 0;
#endif
}

static uint64_t joined(const char *semaphore)
{
    struct thread_handle thread;
    const char *address;

    memcpy(&address, semaphore - sizeof(address), sizeof(address));
    if ((uintptr_t)address < sizeof(thread) || !look(address - sizeof(thread), &thread, sizeof(thread)))
        return 0;
    return thread.ident == thread.handle && thread.has_handle == 1 && thread.state == RUNNING && is_thread(thread.handle) ? thread.handle : 0;
}

uint64_t python_joins(const void *semaphore)
{
    int saved = errno;
    uint64_t thread = joined(semaphore);

    errno = saved;
    return thread;
}
