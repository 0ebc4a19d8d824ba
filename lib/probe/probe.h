/* SPDX-License-Identifier: MIT */
/*
 * Probes: the semantic steps of threads and objects. Interposers and primitives call them; they feed the sinks.
 *
 *     if (!probe_on())
 *         return real.pthread_mutex_unlock(mutex);
 *     probe_release(mutex, THRUM_kind_mutex, THRUM_mode_exclusive, SITE);
 *     return real.pthread_mutex_unlock(mutex);
 *
 * Every probe is async-signal-safe, takes no lock of the program's, allocates nothing with malloc, keeps errno.
 * `object` is the object's address, `site` the address of the call in the program (SITE, in the function that the
 * program called). `result` is 0 or an errno value. Timeouts are nanoseconds from now, -1 for ever.
 */
#ifndef THRUM_PROBE_H
#define THRUM_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/visibility.h"
#include "core/self.h"
#include "records.h"

/* The call in the program that led into this function; use it only in functions that the program calls. */
#define SITE __builtin_return_address(0)

/* Which sinks want events: a bit each; 0 means that probes are off. */
enum probe_sink_bit {
    PROBE_CHECK = 1,
    PROBE_RECORD = 2,
    PROBE_LTTNG = 4,
    PROBE_WATCH = 8, /* no sink: the checker wants every event, and nobody may take a short way */
};
extern THRUM_PRIVATE volatile unsigned probe_sinks;

/* Whether to probe: a sink listens, and this thread isn't inside thrum or a sink. */
static inline bool probe_on(void)
{
    return __builtin_expect(__atomic_load_n(&probe_sinks, __ATOMIC_RELAXED) != 0, 0) && thrum_self.guard == 0;
}

/* Whether a call at this site is the program's, not LTTng-UST's. */
THRUM_PRIVATE bool probe_is_programs(const void *site);

/* From now on reading the tick counter is a SIGSEGV in this thread, which so is recorded no longer; a line says so. */
THRUM_PRIVATE void probe_ticks_forbidden(void);

/* Told before the process confines itself by seccomp, and where that failed with the result of the first: see self_confined. */
THRUM_PRIVATE bool probe_confines(bool confines);

/* Told before the calling thread may do no more than read, write and end (SECCOMP_MODE_STRICT): it is seen no longer. The first tells what the second needs. */
THRUM_PRIVATE bool probe_strict_begin(void);
THRUM_PRIVATE void probe_strict_failed(bool was);

/* --- acquire and release --- */

/* Words of an event in one register: calls are on every lock's way. */
#define PROBE_WORDS(first, second, third) ((uint32_t)(first) | (uint32_t)(second) << 8 | (uint32_t)(third) << 16)
enum { PROBE_WORD = 0xff };

/* Kind, mode, how; 0. */
THRUM_PRIVATE int probe_acquire_words(const void *object, uint32_t words, const void *site);
static inline void probe_acquire(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how,
                                 const void *site)
{
    probe_acquire_words(object, PROBE_WORDS(kind, mode, how), site);
}
/* The same; `frame` is any address that is always as far from the frame of the program's call. */
THRUM_PRIVATE int probe_acquire_at(const void *object, enum thrum_kind, enum thrum_mode, enum thrum_how, const void *site,
                                   const void *frame);
/* 0, or an errno value that the caller returns instead of blocking (the checker breaks a deadlock). */
THRUM_PRIVATE int probe_acquire_begin(const void *object, enum thrum_kind, enum thrum_mode, enum thrum_how,
                                      int64_t timeout, const void *site);
THRUM_PRIVATE void probe_acquire_end(const void *object, enum thrum_kind, enum thrum_mode, enum thrum_how, int result,
                                     const void *site);
THRUM_PRIVATE void probe_acquire_fail(const void *object, enum thrum_kind, enum thrum_mode, enum thrum_how, int result,
                                      const void *site);
/* Kind, mode. */
THRUM_PRIVATE void probe_release_words(const void *object, uint32_t words, const void *site);
static inline void probe_release(const void *object, enum thrum_kind kind, enum thrum_mode mode, const void *site)
{
    probe_release_words(object, PROBE_WORDS(kind, mode, 0), site);
}

/* Before it blocks for what other processes may have, as the object itself says. */
THRUM_PRIVATE void probe_shares(void);

/* --- wait and wake --- */

THRUM_PRIVATE int probe_wait_begin(const void *object, enum thrum_kind, const void *mutex, int64_t timeout, const void *site);
/* One that has told that it waits is about to sleep on a word with this value, until it is woken: EDEADLK where it mustn't, else 0. */
THRUM_PRIVATE int probe_sleeps(const _Atomic uint32_t *word, uint32_t expected);
THRUM_PRIVATE void probe_wait_end(const void *object, enum thrum_kind, const void *mutex, int result, const void *site);
THRUM_PRIVATE void probe_wake(const void *object, enum thrum_kind, enum thrum_scope, const void *site);

/* --- the life of an object --- */

struct probe_attributes {
    enum thrum_type type;
    enum thrum_protocol protocol;
    bool robust;
    bool shared;
    uint32_t value;
};
THRUM_PRIVATE void probe_init(const void *object, enum thrum_kind, const struct probe_attributes *, const void *site);
THRUM_PRIVATE void probe_destroy(const void *object, enum thrum_kind, const void *site);
/* Memory is about to be given back, and ends the objects in it that were never destroyed. */
THRUM_PRIVATE void probe_memory_end(const void *begin, size_t size, const void *site);
/* The same of a mapping, which need not be readable. */
THRUM_PRIVATE void probe_mapping_end(const void *begin, size_t size, const void *site);
/* A call on an object (NULL: none) failed, and whoever made it may not know. */
THRUM_PRIVATE void probe_failed(const char *function, const void *object, enum thrum_kind, int error, const void *site);
/* A robust object whose holder died is usable again. */
THRUM_PRIVATE void probe_consistent(const void *object, enum thrum_kind, const void *site);
THRUM_PRIVATE void probe_name(const void *object, enum thrum_kind, const char *name);

/* --- the life of a thread; handles are pthread_t values --- */

/* Before the creation; the serial number goes to the child and to probe_spawn_end(). */
THRUM_PRIVATE uint64_t probe_spawn(const void *routine, const void *site);
THRUM_PRIVATE void probe_spawn_end(uint64_t serial, uint64_t handle, int result);
/* In the new thread, first and last. */
THRUM_PRIVATE void probe_thread_begin(uint64_t serial, const void *routine);
THRUM_PRIVATE void probe_thread_end(void);
THRUM_PRIVATE void probe_thread_name(uint64_t handle, const char *name);
THRUM_PRIVATE void probe_thread_detach(uint64_t handle, const void *site);
/* The line of Python behind a call of the interpreter's, as python_site() has it; the thread gets a name by the way. */
THRUM_PRIVATE const void *probe_line(const void *object, const void *site);

/*
 * Of threads that aren't the program's (see foreign.h): before one is created, or where that failed; in the new thread, first and
 * last. From the second on its calls aren't events.
 */
THRUM_PRIVATE void probe_foreign_created(bool succeeded);
THRUM_PRIVATE void probe_foreign_begins(void);
THRUM_PRIVATE void probe_foreign_ends(void);
/* Python's Thread.join() until 3.12, see core/python.h: the thread gives back what it gives back last; it has got one that may be such. */
THRUM_PRIVATE void probe_ends(const void *semaphore);
THRUM_PRIVATE void probe_awaited(const void *semaphore);

/* --- interrupts --- */

THRUM_PRIVATE void probe_interrupt_send(enum thrum_means, int signal, int32_t target_pid, uint64_t target, const void *site);
/* The same where the target is known by its thread id. */
THRUM_PRIVATE void probe_interrupt_send_tid(int signal, int32_t target_pid, int32_t target_tid, const void *site);
/* False where the handler is LTTng-UST's: then its end isn't an event either. */
THRUM_PRIVATE bool probe_interrupt_begin(enum thrum_means, int signal, const void *handler);
THRUM_PRIVATE void probe_interrupt_end(enum thrum_means, int signal);

/* The program set a handler of a signal, or none. */
THRUM_PRIVATE void probe_handler(int signal, bool set);

/* Signals that were blocked in the calling thread may come from now on. */
THRUM_PRIVATE void probe_unblocks(void);

/* A call that isn't async-signal-safe: told where it is made in a handler. */
THRUM_PRIVATE void probe_unsafe_call(const char *function, const void *site);

static inline void probe_unsafe(const char *function, const void *site)
{
    if (__builtin_expect(thrum_self.handlers > 0, 0))
        probe_unsafe_call(function, site);
}

/* --- processes --- */

/*
 * Around fork, in the forking thread: prepare, then parent (with the child's pid, or -1) or child. `bare`: by a call that
 * runs no handlers of fork.
 */
THRUM_PRIVATE void probe_fork_prepare(bool bare);
THRUM_PRIVATE void probe_fork_parent(int32_t child, const void *site);
THRUM_PRIVATE void probe_fork_child(void);
/* A child was made that needs nothing done in it: it shares its parent's memory until it becomes another program. */
THRUM_PRIVATE void probe_fork_seen(int32_t child, const void *site);

/* About to become another program; about to end. `site` may be NULL. */
THRUM_PRIVATE void probe_exec(const char *path, const void *site);
THRUM_PRIVATE void probe_process_end(int32_t status, const void *site);

/* Reads the environment and starts the sinks; the first call does it, later ones return. Keeps errno. */
THRUM_PRIVATE void probe_start(void);

#endif
