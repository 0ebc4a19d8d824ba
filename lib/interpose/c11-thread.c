/* SPDX-License-Identifier: MIT */
/* C11's thrd_*: glibc implements them without passing through the pthread functions that others see. */
#include "interpose/c11.h"
#include "interpose/last.h"
#include "interpose/start.h"

_Static_assert(__builtin_types_compatible_p(thrd_t, pthread_t), "a C11 thread is a POSIX thread");

INTERPOSE int thrd_create(thrd_t *thread, thrd_start_t routine, void *argument)
{
    bool foreign = thrum_self.guard & (SELF_BUSY | SELF_SILENT);
    struct start *start = foreign || probe_on() ? start_new(argument, NULL) : NULL;
    uint64_t serial;
    int result;

    if (!start) {
        last_thread_unknown();
        return REAL(thrd_create)(thread, routine, argument);
    }
    start->routine.c11 = routine;
    start->serial = serial = foreign ? 0 : probe_spawn((const void *)routine, SITE);
    last_thread_created(foreign);
    if (foreign)
        probe_foreign_created(true);
    result = REAL(thrd_create)(thread, start_c11, start);
    if (result != thrd_success)
        last_thread_failed(foreign);
    if (result != thrd_success && foreign)
        probe_foreign_created(false);
    pthread_t handle = start_created(start, thread, c11_errno(result));
    if (!foreign)
        probe_spawn_end(serial, (uint64_t)handle, c11_errno(result));
    return result;
}

INTERPOSE int thrd_join(thrd_t thread, int *value)
{
    if (!probe_on())
        return REAL(thrd_join)(thread, value);
    BEGUN(begun, ((struct begun){.object = (const void *)thread, .kind = THRUM_kind_thread, .is_wait = true, .site = SITE}));
    return C11_BLOCK(&begun, -1, REAL(thrd_join)(thread, value));
}

INTERPOSE int thrd_detach(thrd_t thread)
{
    if (probe_on())
        probe_thread_detach((uint64_t)thread, SITE);
    return REAL(thrd_detach)(thread);
}

INTERPOSE void thrd_exit(int value)
{
    start_exits((void *)(uintptr_t)value);
    REAL(thrd_exit)(value);
    __builtin_unreachable();
}
