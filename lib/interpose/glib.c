/* SPDX-License-Identifier: MIT */
/* GLib's locks and conditions, where a program has them; their own futexes, mutexes and rwlocks aren't shown beside them. */
#include "interpose/glib.h"

static void inner_leave(const int *unused)
{
    (void)unused;
    self_inner_leave();
}

/* Inside GLib: also where the call is unwound. */
#define INNER int inner_ __attribute__((cleanup(inner_leave), unused)) = (self_inner_enter(), 0)

/* An acquiring call that has a trying one. */
#define LOCK(lock_call, try_call, type, kind_, mode_)                                                                  \
    INTERPOSE void lock_call(type *object)                                                                             \
    {                                                                                                                  \
        if (!probe_on()) {                                                                                             \
            GLIB(lock_call)(object);                                                                                   \
            return;                                                                                                    \
        }                                                                                                              \
        BEGUN(begun, ((struct begun){.object = object, .kind = kind_, .mode = mode_, .how = THRUM_how_block, .site = SITE})); \
        INNER_CALL(gboolean got, GLIB(try_call)(object));                                                              \
        if (!begun_tried(&begun, got ? 0 : EBUSY) || begun_begin(&begun, -1) != 0)                                     \
            return;                                                                                                    \
        {                                                                                                              \
            INNER;                                                                                                     \
            GLIB(lock_call)(object);                                                                                   \
        }                                                                                                              \
        begun_end(&begun, 0);                                                                                          \
    }                                                                                                                  \
    INTERPOSE gboolean try_call(type *object)                                                                          \
    {                                                                                                                  \
        struct begun begun = {.object = object, .kind = kind_, .mode = mode_, .how = THRUM_how_try, .site = SITE};     \
        bool on = probe_on();                                                                                          \
        INNER_CALL(gboolean got, GLIB(try_call)(object));                                                              \
        if (on)                                                                                                        \
            begun_tried(&begun, got ? 0 : EBUSY);                                                                      \
        return got;                                                                                                    \
    }

/* declaration = call, inside GLib. */
#define INNER_CALL(declaration, call) \
    declaration = (__extension__({    \
        INNER;                        \
        call;                         \
    }))

#define UNLOCK(unlock_call, type, kind, mode)         \
    INTERPOSE void unlock_call(type *object)          \
    {                                                 \
        if (probe_on())                               \
            probe_release(object, kind, mode, SITE);  \
        INNER;                                        \
        GLIB(unlock_call)(object);                    \
    }

#define LIFE(init_call, clear_call, type, kind, ...)                                          \
    INTERPOSE void init_call(type *object)                                                    \
    {                                                                                         \
        bool on = probe_on();                                                                 \
        {                                                                                     \
            INNER;                                                                            \
            GLIB(init_call)(object);                                                          \
        }                                                                                     \
        if (on)                                                                               \
            probe_init(object, kind, &(struct probe_attributes){__VA_ARGS__}, SITE);          \
    }                                                                                         \
    INTERPOSE void clear_call(type *object)                                                   \
    {                                                                                         \
        if (probe_on())                                                                       \
            probe_destroy(object, kind, SITE);                                                \
        INNER;                                                                                \
        GLIB(clear_call)(object);                                                             \
    }

#define MUTEX THRUM_kind_mutex
#define RWLOCK THRUM_kind_rwlock
#define CONDITION THRUM_kind_condition
#define EXCLUSIVE THRUM_mode_exclusive
#define SHARED THRUM_mode_shared

LOCK(g_mutex_lock, g_mutex_trylock, GMutex, MUTEX, EXCLUSIVE)
UNLOCK(g_mutex_unlock, GMutex, MUTEX, EXCLUSIVE)
LIFE(g_mutex_init, g_mutex_clear, GMutex, MUTEX, .type = THRUM_type_plain)

LOCK(g_rec_mutex_lock, g_rec_mutex_trylock, GRecMutex, MUTEX, EXCLUSIVE)
UNLOCK(g_rec_mutex_unlock, GRecMutex, MUTEX, EXCLUSIVE)
LIFE(g_rec_mutex_init, g_rec_mutex_clear, GRecMutex, MUTEX, .type = THRUM_type_recursive)

LOCK(g_rw_lock_writer_lock, g_rw_lock_writer_trylock, GRWLock, RWLOCK, EXCLUSIVE)
UNLOCK(g_rw_lock_writer_unlock, GRWLock, RWLOCK, EXCLUSIVE)
LOCK(g_rw_lock_reader_lock, g_rw_lock_reader_trylock, GRWLock, RWLOCK, SHARED)
UNLOCK(g_rw_lock_reader_unlock, GRWLock, RWLOCK, SHARED)
LIFE(g_rw_lock_init, g_rw_lock_clear, GRWLock, RWLOCK, .type = THRUM_type_prefer_reader)

LIFE(g_cond_init, g_cond_clear, GCond, CONDITION, .type = THRUM_type_plain)

static struct begun cond_begun(GCond *cond, GMutex *mutex, const void *site)
{
    return (struct begun){.object = cond, .mutex = mutex, .kind = CONDITION, .is_wait = true, .site = site};
}

INTERPOSE void g_cond_wait(GCond *cond, GMutex *mutex)
{
    if (!probe_on()) {
        GLIB(g_cond_wait)(cond, mutex);
        return;
    }
    BEGUN(begun, cond_begun(cond, mutex, SITE));
    begun_begin(&begun, -1);
    {
        INNER;
        GLIB(g_cond_wait)(cond, mutex);
    }
    begun_end(&begun, 0);
}

INTERPOSE gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, int64_t end)
{
    struct timespec until = {.tv_sec = end / 1000000, .tv_nsec = end % 1000000 * 1000};

    if (!probe_on())
        return GLIB(g_cond_wait_until)(cond, mutex, end);
    BEGUN(begun, cond_begun(cond, mutex, SITE));
    begun_begin(&begun, timeout_until(CLOCK_MONOTONIC, &until));
    INNER_CALL(gboolean woken, GLIB(g_cond_wait_until)(cond, mutex, end));
    begun_end(&begun, woken ? 0 : ETIMEDOUT);
    return woken;
}

#define WAKE(call, scope)                                     \
    INTERPOSE void call(GCond *cond)                          \
    {                                                         \
        if (probe_on())                                       \
            probe_wake(cond, CONDITION, scope, SITE);         \
        INNER;                                                \
        GLIB(call)(cond);                                     \
    }
WAKE(g_cond_signal, THRUM_scope_one)
WAKE(g_cond_broadcast, THRUM_scope_all)
