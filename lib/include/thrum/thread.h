/* SPDX-License-Identifier: MIT */
/*
 * Threads: those of CPython's _thread, and those with a handle of its threading.
 *
 *     thrum_thread_create(&thread, grind, mill, NULL);
 *     ...
 *     thrum_thread_join(thread, &result);
 *     thrum_thread_destroy(thread);
 *
 * A thread ends when its function returns, and by thrum_exit(), pthread_exit() or cancellation: each unwinds the
 * stack, so clean-ups of pthread_cleanup_push(), of -fexceptions and C++ destructors run. As main returns or exit()
 * is called, threads with a handle that aren't daemons are waited for, unless an interrupt ends that; the others end
 * with the process. What was done before a thread was started happens before what it does, and that before the return
 * of its joins.
 */
#ifndef THRUM_THREAD_H
#define THRUM_THREAD_H

#include <thrum/base.h>
#include <thrum/error.h>

THRUM_BEGIN_DECLARATIONS

/* What a thread runs. The result goes to whoever joins it, an error (THRUM_FAIL) too. */
typedef void *thrum_function(void *argument);

/* --- as in _thread --- */

/* Starts a thread that nobody joins (start_new_thread), daemon, its identifier in *ident (may be NULL). Its error is
 * printed. 0; EAGAIN: too many threads; ENOMEM. */
THRUM_API int thrum_thread_start(thrum_function *function, void *argument, uint64_t *ident);

/* The caller's identifier, unique among living threads (get_ident), and the kernel's (get_native_id). */
THRUM_API uint64_t thrum_thread_ident(void);
THRUM_API int32_t thrum_thread_native_id(void);

/* Ends the calling thread, running its clean-ups (exit). Its result is NULL. In the main thread it does what
 * pthread_exit() does: the process ends with its last thread. */
#ifdef __cplusplus
[[noreturn]]
#else
__extension__ _Noreturn
#endif
THRUM_API void thrum_exit(void);

/* Size of the stacks of threads to come, in bytes; 0: the system's default (stack_size). */
THRUM_API size_t thrum_thread_stack_size(void);

/* Sets it. 0; EINVAL, and nothing changes: not 0 and below 32 KiB or the system's least, or no multiple of a page. */
THRUM_API int thrum_thread_set_stack_size(size_t size);

/* Number of threads started by this library, in any way, whose functions still run (_count). */
THRUM_API size_t thrum_thread_count(void);

/* --- with a handle --- */

struct thrum_thread;

/* All of it may be 0. */
struct thrum_thread_options {
    const char *name;  /* NULL: thread-N; the kernel sees 15 bytes of it */
    size_t stack_size; /* 0: as set for all */
    bool daemon;       /* not waited for at exit */
};

/* Starts a thread (start_joinable_thread). `options` may be NULL. 0 and a handle that must be destroyed; EAGAIN;
 * ENOMEM; EINVAL: bad stack size. */
THRUM_API int thrum_thread_create(struct thrum_thread **thread, thrum_function *function, void *argument,
                                  const struct thrum_thread_options *options);

/*
 * Waits until the thread is gone. 0 and its result in *result (may be NULL; PTHREAD_CANCELED where it was cancelled);
 * EDEADLK: it is the caller; ESRCH: it was left behind by fork; EINTR. Any number of threads may join, any number of
 * times. A cancellation point. Timed and interruptible is the wait for its function: destructors of its thread-local
 * values, which run after that, are waited for in any case.
 */
THRUM_API int thrum_thread_join(struct thrum_thread *thread, void **result);

/* The same for at most that long. Also ETIMEDOUT; EINVAL: bad timeout. */
THRUM_API int thrum_thread_join_for(struct thrum_thread *thread, void **result, int64_t nanoseconds);
THRUM_API int thrum_thread_join_until(struct thrum_thread *thread, void **result, const struct timespec *deadline);

/* The error of a thread that has ended; NULL: none, or it still runs. It lives as long as the handle. */
THRUM_API const struct thrum_error *thrum_thread_error(struct thrum_thread *thread);

/* Gives the handle up; a thread that still runs goes on, and isn't waited for at exit any less. An error that nobody
 * asked for is printed. 0. */
THRUM_API int thrum_thread_destroy(struct thrum_thread *thread);

/* Whether its function still runs; whether it has ended. */
THRUM_API bool thrum_thread_is_alive(const struct thrum_thread *thread);
THRUM_API bool thrum_thread_is_done(const struct thrum_thread *thread);

/* Its identifiers, name and flag. The name lives as long as the handle. */
THRUM_API uint64_t thrum_thread_ident_of(const struct thrum_thread *thread);
THRUM_API int32_t thrum_thread_native_id_of(const struct thrum_thread *thread);
THRUM_API const char *thrum_thread_name(const struct thrum_thread *thread);
THRUM_API bool thrum_thread_is_daemon(const struct thrum_thread *thread);

/* The handle of the calling thread; NULL where this library didn't start it. To be used while it runs only. */
THRUM_API struct thrum_thread *thrum_thread_self(void);

THRUM_END_DECLARATIONS

#endif
