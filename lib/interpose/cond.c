/* SPDX-License-Identifier: MIT */
/* pthread_cond_*: a wait drops the mutex and takes it again; the events of the wait say so. */
#include "interpose/interpose.h"

/* The clock of pthread_condattr_setclock, where glibc keeps it: bit 1 of __wrefs. */
static clockid_t cond_clock(const pthread_cond_t *cond)
{
    return cond->__data.__wrefs & 2 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

static struct begun cond_begun(pthread_cond_t *cond, pthread_mutex_t *mutex, const void *site)
{
    return (struct begun){.object = cond, .mutex = mutex, .kind = THRUM_kind_condition, .is_wait = true, .site = site};
}

INTERPOSE int pthread_cond_wait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex)
{
    if (!probe_on())
        return REAL(pthread_cond_wait)(cond, mutex);
    BEGUN(begun, cond_begun(cond, mutex, SITE));
    int refused = begun_begin(&begun, -1);
    return refused ? refused : begun_end(&begun, REPORTED(pthread_cond_wait, cond, THRUM_kind_condition, (cond, mutex)));
}

INTERPOSE int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                                     const struct timespec *restrict until)
{
    if (!probe_on())
        return REAL(pthread_cond_timedwait)(cond, mutex, until);
    BEGUN(begun, cond_begun(cond, mutex, SITE));
    int refused = begun_begin(&begun, timeout_until(cond_clock(cond), until));
    return refused ? refused : begun_end(&begun, REPORTED(pthread_cond_timedwait, cond, THRUM_kind_condition, (cond, mutex, until)));
}

INTERPOSE int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex, clockid_t clock,
                                     const struct timespec *restrict until)
{
    if (!probe_on() || !clock_is_supported(clock))
        return REAL(pthread_cond_clockwait)(cond, mutex, clock, until);
    BEGUN(begun, cond_begun(cond, mutex, SITE));
    int refused = begun_begin(&begun, timeout_until(clock, until));
    return refused ? refused : begun_end(&begun, REAL(pthread_cond_clockwait)(cond, mutex, clock, until));
}

INTERPOSE int pthread_cond_signal(pthread_cond_t *cond)
{
    if (probe_on())
        probe_wake(cond, THRUM_kind_condition, THRUM_scope_one, SITE);
    return REAL(pthread_cond_signal)(cond);
}

INTERPOSE int pthread_cond_broadcast(pthread_cond_t *cond)
{
    if (probe_on())
        probe_wake(cond, THRUM_kind_condition, THRUM_scope_all, SITE);
    return REAL(pthread_cond_broadcast)(cond);
}

INTERPOSE int pthread_cond_init(pthread_cond_t *restrict cond, const pthread_condattr_t *restrict attributes)
{
    int result = REPORTED(pthread_cond_init, cond, THRUM_kind_condition, (cond, attributes));

    if (result == 0 && probe_on()) {
        int shared = PTHREAD_PROCESS_PRIVATE;
        if (attributes)
            pthread_condattr_getpshared(attributes, &shared);
        probe_init(cond, THRUM_kind_condition, &(struct probe_attributes){.shared = shared == PTHREAD_PROCESS_SHARED}, SITE);
    }
    return result;
}

INTERPOSE int pthread_cond_destroy(pthread_cond_t *cond)
{
    if (probe_on())
        probe_destroy(cond, THRUM_kind_condition, SITE);
    return REPORTED(pthread_cond_destroy, cond, THRUM_kind_condition, (cond));
}
