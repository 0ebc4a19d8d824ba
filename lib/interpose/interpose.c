/* SPDX-License-Identifier: MIT */
/* What interposers share: timeouts, and ends that are recorded whichever way a call is left. */
#include "interpose/interpose.h"

int64_t timeout_until(clockid_t clock, const struct timespec *absolute)
{
    struct timespec now;
    int64_t left;

    if (!absolute)
        return -1;
    clock_gettime(clock, &now);
    if (__builtin_mul_overflow((int64_t)absolute->tv_sec - now.tv_sec, 1000000000, &left))
        return absolute->tv_sec > now.tv_sec ? INT64_MAX : 0;
    left += absolute->tv_nsec - now.tv_nsec;
    return left > 0 ? left : 0;
}

int begun_begin(struct begun *begun, int64_t timeout)
{
    int refused = begun->is_wait ? probe_wait_begin(begun->object, begun->kind, begun->mutex, timeout, begun->site)
                                 : probe_acquire_begin(begun->object, begun->kind, begun->mode, begun->how, timeout, begun->site);

    return refused ? begun_end(begun, refused) : 0;
}

int begun_end(struct begun *begun, int result)
{
    begun->ended = true;
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
    begun->ended = true;
    if (result == 0)
        probe_acquire(begun->object, begun->kind, begun->mode, begun->how, begun->site);
    else
        probe_acquire_fail(begun->object, begun->kind, begun->mode, begun->how, result, begun->site);
    return false;
}

void begun_unwound(struct begun *begun)
{
    if (!begun->ended)
        begun_end(begun, THRUM_result_cancelled);
}
