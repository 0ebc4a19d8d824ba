/* SPDX-License-Identifier: MIT */
/* pthread_create and the life of threads. */
#include "interpose/interpose.h"

#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/prctl.h>

#include "interpose/last.h"
#include "interpose/start.h"

INTERPOSE int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                             void *(*routine)(void *), void *restrict argument)
{
    bool foreign = thrum_self.guard & (SELF_BUSY | SELF_SILENT);
    struct start *start = foreign || probe_on() ? start_new(argument, attributes) : NULL;
    uint64_t serial;
    int result;

    /* Without memory it runs all the same, unknown. */
    if (!start) {
        last_thread_unknown();
        return REAL(pthread_create)(thread, attributes, routine, argument);
    }
    start->routine.posix = routine;
    start->serial = serial = foreign ? 0 : probe_spawn((const void *)routine, python_owns(SITE) ? probe_line(NULL, SITE) : SITE);
    last_thread_created(foreign);
    if (foreign)
        probe_foreign_created(true);
    result = REAL(pthread_create)(thread, attributes, start_posix, start);
    if (result != 0)
        last_thread_failed(foreign);
    if (result != 0 && foreign)
        probe_foreign_created(false);
    if (result != 0 && probe_on())
        probe_failed("pthread_create", NULL, THRUM_kind_thread, result, SITE);
    pthread_t handle = start_created(start, thread, result);
    if (!foreign)
        probe_spawn_end(serial, (uint64_t)handle, result);
    return result;
}

static struct begun join_begun(pthread_t thread, const void *site)
{
    return (struct begun){.object = (const void *)thread, .kind = THRUM_kind_thread, .is_wait = true, .site = site};
}

INTERPOSE int pthread_join(pthread_t thread, void **value)
{
    if (!probe_on())
        return REAL(pthread_join)(thread, value);
    BEGUN(begun, join_begun(thread, SITE));
    int refused = begun_begin(&begun, -1);
    return refused ? refused : begun_end(&begun, REPORTED(pthread_join, (const void *)thread, THRUM_kind_thread, (thread, value)));
}

INTERPOSE int pthread_tryjoin_np(pthread_t thread, void **value)
{
    struct begun begun = join_begun(thread, SITE);
    int result = REAL(pthread_tryjoin_np)(thread, value);

    if (!probe_on())
        return result;
    if (result != 0) {
        probe_acquire_fail(begun.object, THRUM_kind_thread, THRUM_mode_exclusive, THRUM_how_try, result, SITE);
        return result;
    }
    begun_begin(&begun, 0);
    return begun_end(&begun, 0);
}

INTERPOSE int pthread_timedjoin_np(pthread_t thread, void **value, const struct timespec *until)
{
    if (!probe_on())
        return REAL(pthread_timedjoin_np)(thread, value, until);
    BEGUN(begun, join_begun(thread, SITE));
    int refused = begun_begin(&begun, timeout_until(CLOCK_REALTIME, until));
    return refused ? refused : begun_end(&begun, REAL(pthread_timedjoin_np)(thread, value, until));
}

INTERPOSE int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock, const struct timespec *until)
{
    if (!probe_on() || !clock_is_supported(clock))
        return REAL(pthread_clockjoin_np)(thread, value, clock, until);
    BEGUN(begun, join_begun(thread, SITE));
    int refused = begun_begin(&begun, timeout_until(clock, until));
    return refused ? refused : begun_end(&begun, REAL(pthread_clockjoin_np)(thread, value, clock, until));
}

INTERPOSE int pthread_detach(pthread_t thread)
{
    if (probe_on())
        probe_thread_detach((uint64_t)thread, SITE);
    return REPORTED(pthread_detach, (const void *)thread, THRUM_kind_thread, (thread));
}

INTERPOSE void pthread_exit(void *value)
{
    start_exits(value);
    REAL(pthread_exit)(value);
    __builtin_unreachable();
}

static int confine(unsigned long mode, const unsigned long *arguments)
{
    bool strict = mode == SECCOMP_MODE_STRICT, silent = false, confined = probe_confines(true);
    int result;

    if (strict)
        silent = probe_strict_begin();
    result = REAL(prctl)(PR_SET_SECCOMP, mode, arguments[1], arguments[2], arguments[3]);
    if (result == 0)
        return 0;
    if (strict)
        probe_strict_failed(silent);
    probe_confines(confined);
    return result;
}

/* As libc does, all arguments that there can be are passed on. */
INTERPOSE int prctl(int option, ...)
{
    unsigned long arguments[4];
    va_list rest;
    int result;

    va_start(rest, option);
    for (int i = 0; i < 4; i++)
        arguments[i] = va_arg(rest, unsigned long);
    va_end(rest);
    if (option == PR_SET_TSC && arguments[0] == PR_TSC_SIGSEGV)
        probe_ticks_forbidden();
    if (option == PR_SET_SECCOMP)
        return confine(arguments[0], arguments);
    result = REAL(prctl)(option, arguments[0], arguments[1], arguments[2], arguments[3]);
    if (option == PR_SET_TSC && (arguments[0] == PR_TSC_SIGSEGV) == (result != 0))
        thrum_self.tickless = false;
    if (result == 0 && option == PR_SET_NAME && probe_on())
        probe_thread_name((uint64_t)pthread_self(), (const char *)arguments[0]);
    return result;
}

INTERPOSE int pthread_setname_np(pthread_t thread, const char *name)
{
    int result = REAL(pthread_setname_np)(thread, name);

    if (result == 0 && probe_on())
        probe_thread_name((uint64_t)thread, name);
    return result;
}
