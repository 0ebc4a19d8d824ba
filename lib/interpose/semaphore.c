/* SPDX-License-Identifier: MIT */
/* sem_*: a wait acquires, a post releases. Failure is -1 with errno; success leaves errno alone. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>

#include "interpose/interpose.h"

/* The call, or the line of Python behind it: where a Python lock is one. */
#define LINE(semaphore) (python_owns(SITE) ? probe_line(semaphore, SITE) : SITE)

/* Of a call that LINE() was asked for: what it means for the end of a thread. */
static void end_awaited(const sem_t *semaphore, const void *site)
{
    if (python_is_site((uint64_t)(uintptr_t)site) && __builtin_expect(python_role == PYTHON_AWAITS_END, 0))
        probe_awaited(semaphore);
}

/* A thread of Python's that is parked until another ends waits for that. */
static struct begun semaphore_begun(sem_t *semaphore, enum thrum_how how, const void *site)
{
    uint64_t thread = python_is_parking(semaphore, __builtin_frame_address(0)) ? python_joins(semaphore) : 0;

    if (thread)
        return (struct begun){.object = (const void *)(uintptr_t)thread, .kind = THRUM_kind_thread, .is_wait = true, .site = site};
    return (struct begun){.object = semaphore, .kind = THRUM_kind_semaphore, .mode = THRUM_mode_exclusive, .how = how, .site = site};
}

/* Python joins the thread itself when it knows that it ended. */
static int semaphore_end(struct begun *begun, int result)
{
    begun_end(begun, result != 0 ? errno : begun->is_wait ? EAGAIN : 0);
    if (result == 0)
        end_awaited(begun->object, begun->site);
    return result;
}

static int semaphore_refuse(int error)
{
    errno = error;
    return -1;
}

/* Takes it where that needs no blocking; errno is as it was. */
static bool semaphore_taken(sem_t *semaphore, enum thrum_how how, const void *site)
{
    int saved = errno;
    bool taken = REAL(sem_trywait)(semaphore) == 0;

    errno = saved;
    if (taken) {
        probe_acquire(semaphore, THRUM_kind_semaphore, THRUM_mode_exclusive, how, site);
        end_awaited(semaphore, site);
    }
    return taken;
}

INTERPOSE int sem_wait(sem_t *semaphore)
{
    if (!probe_on())
        return REAL(sem_wait)(semaphore);
    /* A cancellation point also where it doesn't block. */
    pthread_testcancel();
    const void *site = LINE(semaphore);
    if (semaphore_taken(semaphore, THRUM_how_block, site))
        return 0;
    BEGUN(begun, semaphore_begun(semaphore, THRUM_how_block, site));
    int refused = begun_begin(&begun, -1);
    return refused ? semaphore_refuse(refused) : semaphore_end(&begun, REAL(sem_wait)(semaphore));
}

/* Python tries before it gives up the GIL to wait. */
static void semaphore_failed(sem_t *semaphore, const void *site)
{
    int error = errno;

    if (python_is_site((uint64_t)(uintptr_t)site))
        python_remember(semaphore);
    probe_acquire_fail(semaphore, THRUM_kind_semaphore, THRUM_mode_exclusive, THRUM_how_try, error, site);
    errno = error;
}

INTERPOSE int sem_trywait(sem_t *semaphore)
{
    int result = REAL(sem_trywait)(semaphore);

    if (!probe_on())
        return result;
    const void *site = LINE(semaphore);
    bool waits = python_is_site((uint64_t)(uintptr_t)site) && python_waits();
    if (result != 0) {
        semaphore_failed(semaphore, site);
        return result;
    }
    probe_acquire(semaphore, THRUM_kind_semaphore, THRUM_mode_exclusive, waits ? THRUM_how_block : THRUM_how_try, site);
    end_awaited(semaphore, site);
    return 0;
}

INTERPOSE int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    if (!probe_on() || !time_is_valid(until))
        return REAL(sem_timedwait)(semaphore, until);
    pthread_testcancel();
    const void *site = LINE(semaphore);
    if (semaphore_taken(semaphore, THRUM_how_timed, site))
        return 0;
    BEGUN(begun, semaphore_begun(semaphore, THRUM_how_timed, site));
    int refused = begun_begin(&begun, timeout_until(CLOCK_REALTIME, until));
    return refused ? semaphore_refuse(refused) : semaphore_end(&begun, REAL(sem_timedwait)(semaphore, until));
}

INTERPOSE int sem_clockwait(sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict until)
{
    if (!probe_on() || !clock_is_supported(clock) || !time_is_valid(until))
        return REAL(sem_clockwait)(semaphore, clock, until);
    pthread_testcancel();
    const void *site = LINE(semaphore);
    if (semaphore_taken(semaphore, THRUM_how_timed, site))
        return 0;
    BEGUN(begun, semaphore_begun(semaphore, THRUM_how_timed, site));
    int refused = begun_begin(&begun, timeout_until(clock, until));
    return refused ? semaphore_refuse(refused) : semaphore_end(&begun, REAL(sem_clockwait)(semaphore, clock, until));
}

INTERPOSE int sem_post(sem_t *semaphore)
{
    if (probe_on()) {
        const void *site = LINE(semaphore);

        if (python_owns(site) && __builtin_expect(python_role == PYTHON_ENDS, 0))
            probe_ends(semaphore);
        probe_release(semaphore, THRUM_kind_semaphore, THRUM_mode_exclusive, site);
    }
    int result = REAL(sem_post)(semaphore);
    if (__builtin_expect(result != 0, 0) && probe_on())
        probe_failed("sem_post", semaphore, THRUM_kind_semaphore, errno, SITE);
    return result;
}

INTERPOSE int sem_init(sem_t *semaphore, int shared, unsigned value)
{
    int result = REAL(sem_init)(semaphore, shared, value);

    if (result != 0 && probe_on())
        probe_failed("sem_init", semaphore, THRUM_kind_semaphore, errno, SITE);
    if (result == 0 && probe_on()) {
        const void *site = LINE(semaphore);

        if (python_is_site((uint64_t)(uintptr_t)site))
            python_made(semaphore);
        probe_init(semaphore, THRUM_kind_semaphore, &(struct probe_attributes){.shared = shared != 0, .value = value}, site);
        if (python_is_parking(semaphore, __builtin_frame_address(0)) && python_is_site((uint64_t)(uintptr_t)site))
            python_remember(semaphore);
    }
    return result;
}

INTERPOSE int sem_destroy(sem_t *semaphore)
{
    if (probe_on())
        probe_destroy(semaphore, THRUM_kind_semaphore, LINE(semaphore));
    return REAL(sem_destroy)(semaphore);
}

/*
 * A second sem_open of a name gives the same address and makes no object, and only the last sem_close ends it; so opens
 * are counted here. Of semaphores that find no room the end isn't told.
 */
enum { OPEN = 256 };
static struct {
    _Atomic(sem_t *) semaphore;
    _Atomic int count;
} opened[OPEN];

static void count_open(sem_t *semaphore)
{
    for (int i = 0; i < OPEN; i++) {
        sem_t *there = NULL;

        if (atomic_compare_exchange_strong(&opened[i].semaphore, &there, semaphore) || there == semaphore) {
            atomic_fetch_add(&opened[i].count, 1);
            return;
        }
    }
}

/* Whether this close is its end. */
static bool count_close(sem_t *semaphore)
{
    for (int i = 0; i < OPEN; i++)
        if (atomic_load(&opened[i].semaphore) == semaphore && atomic_fetch_sub(&opened[i].count, 1) == 1) {
            atomic_store(&opened[i].semaphore, NULL);
            return true;
        }
    return false;
}

INTERPOSE sem_t *sem_open(const char *name, int flags, ...)
{
    mode_t mode = 0;
    unsigned value = 0;
    va_list rest;

    va_start(rest, flags);
    if (flags & O_CREAT) {
        mode = va_arg(rest, mode_t);
        value = va_arg(rest, unsigned);
    }
    va_end(rest);
    sem_t *semaphore = REAL(sem_open)(name, flags, mode, value);
    if (semaphore != SEM_FAILED && probe_on()) {
        count_open(semaphore);
        probe_name(semaphore, THRUM_kind_semaphore, name);
    }
    return semaphore;
}

INTERPOSE int sem_close(sem_t *semaphore)
{
    if (probe_on() && count_close(semaphore))
        probe_destroy(semaphore, THRUM_kind_semaphore, SITE);
    return REAL(sem_close)(semaphore);
}
