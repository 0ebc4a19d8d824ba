/* SPDX-License-Identifier: MIT */
/* pthread_barrier_*: each arrival is a wait, that of the last thread too. */
#include "interpose/interpose.h"

INTERPOSE int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    if (!probe_on())
        return REAL(pthread_barrier_wait)(barrier);
    BEGUN(begun, ((struct begun){.object = barrier, .kind = THRUM_kind_barrier, .is_wait = true, .site = SITE}));
    int result = begun_begin(&begun, -1);
    if (result != 0)
        return result;
    result = REAL(pthread_barrier_wait)(barrier);
    begun_end(&begun, result == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : result);
    return result;
}

INTERPOSE int pthread_barrier_init(pthread_barrier_t *restrict barrier, const pthread_barrierattr_t *restrict attributes,
                                   unsigned count)
{
    int result = REPORTED(pthread_barrier_init, barrier, THRUM_kind_barrier, (barrier, attributes, count));

    if (result == 0 && probe_on()) {
        int shared = PTHREAD_PROCESS_PRIVATE;
        if (attributes)
            pthread_barrierattr_getpshared(attributes, &shared);
        struct probe_attributes known = {.shared = shared == PTHREAD_PROCESS_SHARED, .value = count};
        probe_init(barrier, THRUM_kind_barrier, &known, SITE);
    }
    return result;
}

INTERPOSE int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    if (probe_on())
        probe_destroy(barrier, THRUM_kind_barrier, SITE);
    return REPORTED(pthread_barrier_destroy, barrier, THRUM_kind_barrier, (barrier));
}
