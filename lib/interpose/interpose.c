/* SPDX-License-Identifier: MIT */
/* What interposers share: timeouts, and ends that are recorded whichever way a call is left. */
#include <sys/syscall.h>

#include "interpose/interpose.h"

int64_t timeout_until(clockid_t clock, const struct timespec *absolute)
{
    struct timespec now;
    int64_t left;

    if (!absolute)
        return -1;
    if (thrum_self.tickless)
        REAL(syscall)(SYS_clock_gettime, clock, &now);
    else
        clock_gettime(clock, &now);
    if (__builtin_sub_overflow((int64_t)absolute->tv_sec, now.tv_sec, &left) || __builtin_mul_overflow(left, 1000000000, &left) ||
        __builtin_add_overflow(left, absolute->tv_nsec - now.tv_nsec, &left))
        return absolute->tv_sec > now.tv_sec ? INT64_MAX : 0;
    return left > 0 ? left : 0;
}

static void begun_jumped(struct scope *scope)
{
    begun_end((struct begun *)scope, THRUM_result_cancelled);
}

int begun_begin(struct begun *begun, int64_t timeout)
{
    /* First: where a signal handler jumps out of the probe, an end without a begin is the lesser evil. */
    scope_enter(&begun->scope, begun_jumped);
    begun->open = true;
    int refused = begun->is_wait ? probe_wait_begin(begun->object, begun->kind, begun->mutex, timeout, begun->site)
                                 : probe_acquire_begin(begun->object, begun->kind, begun->mode, begun->how, timeout, begun->site);

    return refused ? begun_end(begun, refused) : 0;
}

int begun_end(struct begun *begun, int result)
{
    begun->open = false;
    scope_leave(&begun->scope);
    if (begun->is_wait)
        probe_wait_end(begun->object, begun->kind, begun->mutex, result, begun->site);
    else
        probe_acquire_end(begun->object, begun->kind, begun->mode, begun->how, result, begun->site);
    return result;
}

bool begun_tried(struct begun *begun, int result)
{
    if (result == EBUSY && begun->how != THRUM_how_try)
        return true;
    if (result == 0)
        probe_acquire(begun->object, begun->kind, begun->mode, begun->how, begun->site);
    else
        probe_acquire_fail(begun->object, begun->kind, begun->mode, begun->how, result, begun->site);
    return false;
}

void begun_unwound(struct begun *begun)
{
    if (begun->open)
        begun_end(begun, THRUM_result_cancelled);
}
