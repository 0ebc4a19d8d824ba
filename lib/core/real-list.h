/* SPDX-License-Identifier: MIT */
/*
 * THE list of what is interposed. Each family has a heading line that says what its calls show; the table of what is
 * covered in thrum-preload(7) is made of these lines and names, by man/coverage.awk.
 */
#ifndef THRUM_CORE_REAL_LIST_H
#define THRUM_CORE_REAL_LIST_H

/* Memory, mutexes and threads come first: they are what a call made while this list is being resolved asks for. */

/* --- Memory: its end destroys the objects in it that nobody destroyed (C++ mutexes, statically initialised ones) --- */
#define REAL_MEMORY(REAL)               \
    REAL(free)                          \
    REAL(malloc_usable_size)            \
    REAL(realloc)                       \
    REAL(reallocarray)                  \
    REAL(munmap)                        \
    REAL(mremap)

/* --- Mutexes: acquire, release; acquire_begin and acquire_end where it blocks --- */
#define REAL_MUTEX(REAL)                \
    REAL(pthread_mutex_lock)            \
    REAL(pthread_mutex_unlock)          \
    REAL(pthread_mutex_trylock)         \
    REAL(pthread_mutex_timedlock)       \
    REAL(pthread_mutex_clocklock)       \
    REAL(pthread_mutex_init)            \
    REAL(pthread_mutex_destroy)         \
    REAL(pthread_mutex_consistent)

/* --- Threads: spawn, begin and end; joins are waits; a cancellation is an interrupt sent; names, by PR_SET_NAME too --- */
#define REAL_THREAD(REAL)               \
    REAL(pthread_create)                \
    REAL(pthread_join)                  \
    REAL(pthread_tryjoin_np)            \
    REAL(pthread_timedjoin_np)          \
    REAL(pthread_clockjoin_np)          \
    REAL(pthread_detach)                \
    REAL(pthread_exit)                  \
    REAL(pthread_cancel)                \
    REAL(pthread_setcanceltype)         \
    REAL(pthread_setname_np)            \
    REAL(prctl)

/* --- Conditions: waits, which drop the mutex and take it again; wakes --- */
#define REAL_CONDITION(REAL)            \
    REAL(pthread_cond_init)             \
    REAL(pthread_cond_destroy)          \
    REAL(pthread_cond_wait)             \
    REAL(pthread_cond_timedwait)        \
    REAL(pthread_cond_clockwait)        \
    REAL(pthread_cond_signal)           \
    REAL(pthread_cond_broadcast)

/* --- Semaphores: acquire and release; sem_open names one --- */
#define REAL_SEMAPHORE(REAL)            \
    REAL(sem_init)                      \
    REAL(sem_destroy)                   \
    REAL(sem_open)                      \
    REAL(sem_close)                     \
    REAL(sem_wait)                      \
    REAL(sem_trywait)                   \
    REAL(sem_timedwait)                 \
    REAL(sem_clockwait)                 \
    REAL(sem_post)

/* --- Read-write locks: acquire and release, exclusive or shared --- */
#define REAL_RWLOCK(REAL)               \
    REAL(pthread_rwlock_init)           \
    REAL(pthread_rwlock_destroy)        \
    REAL(pthread_rwlock_rdlock)         \
    REAL(pthread_rwlock_tryrdlock)      \
    REAL(pthread_rwlock_timedrdlock)    \
    REAL(pthread_rwlock_clockrdlock)    \
    REAL(pthread_rwlock_wrlock)         \
    REAL(pthread_rwlock_trywrlock)      \
    REAL(pthread_rwlock_timedwrlock)    \
    REAL(pthread_rwlock_clockwrlock)    \
    REAL(pthread_rwlock_unlock)

/* --- Spinlocks: acquire and release --- */
#define REAL_SPIN(REAL)                 \
    REAL(pthread_spin_init)             \
    REAL(pthread_spin_destroy)          \
    REAL(pthread_spin_lock)             \
    REAL(pthread_spin_trylock)          \
    REAL(pthread_spin_unlock)

/* --- Barriers: waits --- */
#define REAL_BARRIER(REAL)              \
    REAL(pthread_barrier_init)          \
    REAL(pthread_barrier_destroy)       \
    REAL(pthread_barrier_wait)

/* --- Once: acquired for as long as its routine runs, or for a moment by who had to wait for that; nothing once it is done --- */
#define REAL_ONCE(REAL)                 \
    REAL(pthread_once)

/* --- C11 threads, mutexes, conditions and once: as POSIX's --- */
#define REAL_C11(REAL)                  \
    REAL(thrd_create)                   \
    REAL(thrd_join)                     \
    REAL(thrd_detach)                   \
    REAL(thrd_exit)                     \
    REAL(mtx_init)                      \
    REAL(mtx_destroy)                   \
    REAL(mtx_lock)                      \
    REAL(mtx_trylock)                   \
    REAL(mtx_timedlock)                 \
    REAL(mtx_unlock)                    \
    REAL(cnd_init)                      \
    REAL(cnd_destroy)                   \
    REAL(cnd_wait)                      \
    REAL(cnd_timedwait)                 \
    REAL(cnd_signal)                    \
    REAL(cnd_broadcast)                 \
    REAL(call_once)

/* --- Signals sent: interrupts sent --- */
#define REAL_KILL(REAL)                 \
    REAL(raise)                         \
    REAL(gsignal)                       \
    REAL(kill)                          \
    REAL(killpg)                        \
    REAL(sigqueue)                      \
    REAL(tgkill)                        \
    REAL(pthread_kill)                  \
    REAL(pthread_sigqueue)

/* --- Signal handlers: interrupts that begin and end; what the program set is what it reads back --- */
#define REAL_SIGNAL(REAL)               \
    REAL(sigaction)                     \
    REAL(__sigaction)                   \
    REAL(signal)                        \
    REAL(bsd_signal)                    \
    REAL(ssignal)                       \
    REAL(sysv_signal)                   \
    REAL(__sysv_signal)                 \
    REAL(sigset)                        \
    REAL(longjmp)                       \
    REAL(_longjmp)                      \
    REAL(siglongjmp)                    \
    REAL(__longjmp_chk)

/* --- Waiting for signals: waits --- */
#define REAL_SIGWAIT(REAL)              \
    REAL(sigwait)                       \
    REAL(sigwaitinfo)                   \
    REAL(sigtimedwait)                  \
    REAL(sigsuspend)                    \
    REAL(__xpg_sigpause)                \
    REAL(pause)

/* --- File locks, by device and inode: acquire and release --- */
#define REAL_FILELOCK(REAL)             \
    REAL(flock)                         \
    REAL(lockf)                         \
    REAL(lockf64)                       \
    REAL(fcntl)                         \
    REAL(__fcntl)                       \
    REAL(fcntl64)                       \
    REAL(close)                         \
    REAL(__close)                       \
    REAL(fclose)

/* --- System calls by syscall(): waits and wakes of futexes, tgkill --- */
#define REAL_SYSCALL(REAL)              \
    REAL(syscall)

/* --- What sinks call themselves: nothing is shown, but a thread that is to be cancelled isn't in there --- */
#define REAL_SINK(REAL)                 \
    REAL(write)

/* --- Processes: forks, in the child too; exec and end --- */
#define REAL_PROCESS(REAL)              \
    REAL(fork)                          \
    REAL(_Fork)                         \
    REAL(vfork)                         \
    REAL(__vfork)                       \
    REAL(clone)                         \
    REAL(forkpty)                       \
    REAL(daemon)                        \
    REAL(posix_spawn)                   \
    REAL(posix_spawnp)                  \
    REAL(execl)                         \
    REAL(execle)                        \
    REAL(execlp)                        \
    REAL(execv)                         \
    REAL(execve)                        \
    REAL(execveat)                      \
    REAL(execvp)                        \
    REAL(execvpe)                       \
    REAL(fexecve)                       \
    REAL(exit)                          \
    REAL(_exit)                         \
    REAL(_Exit)                         \
    REAL(quick_exit)

/*
 * Not in the list below, since they are there only where GLib is.
 *
 * --- GLib, where a program has it: acquire and release, waits and wakes; the calls of libc inside aren't shown --- */
#define REAL_GLIB(REAL)                 \
    REAL(g_mutex_init)                  \
    REAL(g_mutex_clear)                 \
    REAL(g_mutex_lock)                  \
    REAL(g_mutex_trylock)               \
    REAL(g_mutex_unlock)                \
    REAL(g_rec_mutex_init)              \
    REAL(g_rec_mutex_clear)             \
    REAL(g_rec_mutex_lock)              \
    REAL(g_rec_mutex_trylock)           \
    REAL(g_rec_mutex_unlock)            \
    REAL(g_rw_lock_init)                \
    REAL(g_rw_lock_clear)               \
    REAL(g_rw_lock_writer_lock)         \
    REAL(g_rw_lock_writer_trylock)      \
    REAL(g_rw_lock_writer_unlock)       \
    REAL(g_rw_lock_reader_lock)         \
    REAL(g_rw_lock_reader_trylock)      \
    REAL(g_rw_lock_reader_unlock)       \
    REAL(g_cond_init)                   \
    REAL(g_cond_clear)                  \
    REAL(g_cond_wait)                   \
    REAL(g_cond_wait_until)             \
    REAL(g_cond_signal)                 \
    REAL(g_cond_broadcast)

#define REAL_FUNCTIONS(REAL)            \
    REAL_MEMORY(REAL)                   \
    REAL_MUTEX(REAL)                    \
    REAL_THREAD(REAL)                   \
    REAL_CONDITION(REAL)                \
    REAL_SEMAPHORE(REAL)                \
    REAL_RWLOCK(REAL)                   \
    REAL_SPIN(REAL)                     \
    REAL_BARRIER(REAL)                  \
    REAL_ONCE(REAL)                     \
    REAL_C11(REAL)                      \
    REAL_KILL(REAL)                     \
    REAL_SIGNAL(REAL)                   \
    REAL_SIGWAIT(REAL)                  \
    REAL_FILELOCK(REAL)                 \
    REAL_SYSCALL(REAL)                  \
    REAL_SINK(REAL)                     \
    REAL_PROCESS(REAL)

#endif
