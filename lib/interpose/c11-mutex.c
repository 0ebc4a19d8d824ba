/* SPDX-License-Identifier: MIT */
/* C11's mtx_*, cnd_* and call_once(). */
#include "interpose/c11.h"
#include "interpose/mutex.h"
#include "interpose/once.h"

/* --- mutexes --- */

static struct begun mtx_begun(mtx_t *mutex, enum thrum_how how, const void *site)
{
    return (struct begun){.object = mutex, .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive, .how = how, .site = site};
}

INTERPOSE int mtx_lock(mtx_t *mutex)
{
    if (!probe_on())
        return REAL(mtx_lock)(mutex);
    BEGUN(begun, mtx_begun(mutex, THRUM_how_block, SITE));
    int result = REAL(mtx_trylock)(mutex);
    if (!begun_tried(&begun, c11_errno(result)))
        return result;
    return C11_BLOCK(&begun, -1, REAL(mtx_lock)(mutex));
}

INTERPOSE int mtx_trylock(mtx_t *mutex)
{
    int result = REAL(mtx_trylock)(mutex);

    if (probe_on()) {
        struct begun begun = mtx_begun(mutex, THRUM_how_try, SITE);
        begun_tried(&begun, c11_errno(result));
    }
    return result;
}

INTERPOSE int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict until)
{
    if (!probe_on())
        return REAL(mtx_timedlock)(mutex, until);
    BEGUN(begun, mtx_begun(mutex, THRUM_how_timed, SITE));
    int result = REAL(mtx_trylock)(mutex);
    if (!begun_tried(&begun, c11_errno(result)))
        return result;
    return C11_BLOCK(&begun, timeout_until(CLOCK_REALTIME, until), REAL(mtx_timedlock)(mutex, until));
}

INTERPOSE int mtx_unlock(mtx_t *mutex)
{
    if (probe_on())
        probe_release(mutex, THRUM_kind_mutex, mutex_mode((const pthread_mutex_t *)mutex), SITE);
    return REAL(mtx_unlock)(mutex);
}

INTERPOSE int mtx_init(mtx_t *mutex, int type)
{
    int result = REAL(mtx_init)(mutex, type);

    if (result == thrd_success && probe_on()) {
        struct probe_attributes known = {.type = type & mtx_recursive ? THRUM_type_recursive : THRUM_type_plain};
        probe_init(mutex, THRUM_kind_mutex, &known, SITE);
    }
    return result;
}

INTERPOSE void mtx_destroy(mtx_t *mutex)
{
    if (probe_on())
        probe_destroy(mutex, THRUM_kind_mutex, SITE);
    REAL(mtx_destroy)(mutex);
}

/* --- conditions --- */

static struct begun cnd_begun(cnd_t *cond, mtx_t *mutex, const void *site)
{
    return (struct begun){.object = cond, .mutex = mutex, .kind = THRUM_kind_condition, .is_wait = true, .site = site};
}

INTERPOSE int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
    if (!probe_on())
        return REAL(cnd_wait)(cond, mutex);
    BEGUN(begun, cnd_begun(cond, mutex, SITE));
    return C11_BLOCK(&begun, -1, REAL(cnd_wait)(cond, mutex));
}

INTERPOSE int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex, const struct timespec *restrict until)
{
    if (!probe_on())
        return REAL(cnd_timedwait)(cond, mutex, until);
    BEGUN(begun, cnd_begun(cond, mutex, SITE));
    return C11_BLOCK(&begun, timeout_until(CLOCK_REALTIME, until), REAL(cnd_timedwait)(cond, mutex, until));
}

INTERPOSE int cnd_signal(cnd_t *cond)
{
    if (probe_on())
        probe_wake(cond, THRUM_kind_condition, THRUM_scope_one, SITE);
    return REAL(cnd_signal)(cond);
}

INTERPOSE int cnd_broadcast(cnd_t *cond)
{
    if (probe_on())
        probe_wake(cond, THRUM_kind_condition, THRUM_scope_all, SITE);
    return REAL(cnd_broadcast)(cond);
}

INTERPOSE int cnd_init(cnd_t *cond)
{
    int result = REAL(cnd_init)(cond);

    if (result == thrd_success && probe_on())
        probe_init(cond, THRUM_kind_condition, &(struct probe_attributes){.shared = false}, SITE);
    return result;
}

INTERPOSE void cnd_destroy(cnd_t *cond)
{
    if (probe_on())
        probe_destroy(cond, THRUM_kind_condition, SITE);
    REAL(cnd_destroy)(cond);
}

/* --- once --- */

INTERPOSE void call_once(once_flag *flag, void (*routine)(void))
{
    if (!probe_on() || once_done(flag)) {
        REAL(call_once)(flag, routine);
        return;
    }
    ONCE_CALL(call);
    once_begin(&call, flag, routine, SITE);
    REAL(call_once)(flag, once_run);
}
