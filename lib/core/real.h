/* SPDX-License-Identifier: MIT */
/* The real functions: THE list of what is interposed, each with a pointer to the next definition of it. */
#ifndef THRUM_CORE_REAL_H
#define THRUM_CORE_REAL_H

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

/* The mutex and thread calls come first: they are what a call made while this list is being resolved asks for. */
#define REAL_FUNCTIONS(REAL)            \
    REAL(pthread_mutex_lock)            \
    REAL(pthread_mutex_unlock)          \
    REAL(pthread_mutex_trylock)         \
    REAL(pthread_mutex_timedlock)       \
    REAL(pthread_mutex_clocklock)       \
    REAL(pthread_mutex_init)            \
    REAL(pthread_mutex_destroy)         \
    REAL(pthread_create)                \
    REAL(pthread_join)                  \
    REAL(pthread_tryjoin_np)            \
    REAL(pthread_timedjoin_np)          \
    REAL(pthread_clockjoin_np)          \
    REAL(pthread_detach)                \
    REAL(pthread_exit)                  \
    REAL(pthread_cancel)                \
    REAL(pthread_kill)                  \
    REAL(pthread_setname_np)            \
    REAL(pthread_cond_init)             \
    REAL(pthread_cond_destroy)          \
    REAL(pthread_cond_wait)             \
    REAL(pthread_cond_timedwait)        \
    REAL(pthread_cond_clockwait)        \
    REAL(pthread_cond_signal)           \
    REAL(pthread_cond_broadcast)        \
    REAL(sem_init)                      \
    REAL(sem_destroy)                   \
    REAL(sem_open)                      \
    REAL(sem_wait)                      \
    REAL(sem_trywait)                   \
    REAL(sem_timedwait)                 \
    REAL(sem_clockwait)                 \
    REAL(sem_post)                      \
    REAL(fork)

#define REAL_POINTER(name) __typeof__(&name) name;
struct real {
    REAL_FUNCTIONS(REAL_POINTER)
};
#undef REAL_POINTER

extern struct real real;

/*
 * Resolves every function of the list; the first interposed call of a process does it, and since creating a thread is
 * one, it is done while the process has one thread: no thread's first lock meets the loader's lock.
 */
void real_resolve(void);

/* REAL(pthread_mutex_lock)(mutex): the real function. */
#define REAL(name) \
    (__extension__({ if (__builtin_expect(!real.name, 0)) real_resolve(); real.name; }))

#endif
