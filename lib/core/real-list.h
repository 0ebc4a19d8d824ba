/* SPDX-License-Identifier: MIT */
/*
 * THE list of what is interposed: REAL(function, "kind of object", "events that it gives"). `|` stands between events of
 * which a call gives one or the other; `;` begins another line, as for those of another thread or process; "" is none.
 * Each family has a heading line that says what its calls show. The table of what is covered in thrum-preload(7) is made
 * of all that by man/coverage.awk.
 */
#ifndef THRUM_CORE_REAL_LIST_H
#define THRUM_CORE_REAL_LIST_H

/* Memory, mutexes and threads come first: they are what a call made while this list is being resolved asks for. */

/* --- Memory: its end destroys the objects in it that nobody destroyed (those of C++, statically initialised ones) --- */
#define REAL_MEMORY(REAL) \
    REAL(free, "any", "object_destroy") \
    REAL(malloc_usable_size, "", "") \
    REAL(realloc, "any", "object_destroy") \
    REAL(reallocarray, "any", "object_destroy") \
    REAL(munmap, "any", "object_destroy") \
    REAL(mremap, "any", "object_destroy")

/* --- Mutexes: one that is free is acquired at once, for another the caller blocks or is refused --- */
#define REAL_MUTEX(REAL) \
    REAL(pthread_mutex_lock, "mutex", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(pthread_mutex_unlock, "mutex", "release") \
    REAL(pthread_mutex_trylock, "mutex", "acquire | acquire_fail | acquire_begin acquire_end") \
    REAL(pthread_mutex_timedlock, "mutex", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(pthread_mutex_clocklock, "mutex", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(pthread_mutex_init, "mutex", "object_init") \
    REAL(pthread_mutex_destroy, "mutex", "object_destroy") \
    REAL(pthread_mutex_consistent, "mutex", "object_consistent")

/* --- Threads: joins are waits, and a cancellation is an interrupt; names are those of PR_SET_NAME, too --- */
#define REAL_THREAD(REAL) \
    REAL(pthread_create, "thread", "spawn spawn_end; thread_begin thread_end") \
    REAL(pthread_join, "thread", "wait_begin wait_end") \
    REAL(pthread_tryjoin_np, "thread", "wait_begin wait_end | acquire_fail") \
    REAL(pthread_timedjoin_np, "thread", "wait_begin wait_end") \
    REAL(pthread_clockjoin_np, "thread", "wait_begin wait_end") \
    REAL(pthread_detach, "thread", "thread_detach") \
    REAL(pthread_exit, "thread", "thread_end") \
    REAL(pthread_cancel, "thread", "interrupt_send") \
    REAL(pthread_setcanceltype, "thread", "") \
    REAL(pthread_setname_np, "thread", "thread_name") \
    REAL(prctl, "thread", "thread_name")

/* --- Conditions: a wait drops the mutex, and takes it again --- */
#define REAL_CONDITION(REAL) \
    REAL(pthread_cond_init, "condition", "object_init") \
    REAL(pthread_cond_destroy, "condition", "object_destroy") \
    REAL(pthread_cond_wait, "condition", "wait_begin wait_end") \
    REAL(pthread_cond_timedwait, "condition", "wait_begin wait_end") \
    REAL(pthread_cond_clockwait, "condition", "wait_begin wait_end") \
    REAL(pthread_cond_signal, "condition", "wake") \
    REAL(pthread_cond_broadcast, "condition", "wake")

/* --- Semaphores: a wait acquires, a post releases; sem_open names one --- */
#define REAL_SEMAPHORE(REAL) \
    REAL(sem_init, "semaphore", "object_init") \
    REAL(sem_destroy, "semaphore", "object_destroy") \
    REAL(sem_open, "semaphore", "object_name") \
    REAL(sem_close, "semaphore", "object_destroy") \
    REAL(sem_wait, "semaphore", "acquire | acquire_begin acquire_end") \
    REAL(sem_trywait, "semaphore", "acquire | acquire_fail") \
    REAL(sem_timedwait, "semaphore", "acquire | acquire_begin acquire_end") \
    REAL(sem_clockwait, "semaphore", "acquire | acquire_begin acquire_end") \
    REAL(sem_post, "semaphore", "release")

/* --- Read-write locks: acquired exclusive or shared --- */
#define REAL_RWLOCK(REAL) \
    REAL(pthread_rwlock_init, "rwlock", "object_init") \
    REAL(pthread_rwlock_destroy, "rwlock", "object_destroy") \
    REAL(pthread_rwlock_rdlock, "rwlock", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(pthread_rwlock_tryrdlock, "rwlock", "acquire | acquire_fail") \
    REAL(pthread_rwlock_timedrdlock, "rwlock", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(pthread_rwlock_clockrdlock, "rwlock", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(pthread_rwlock_wrlock, "rwlock", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(pthread_rwlock_trywrlock, "rwlock", "acquire | acquire_fail") \
    REAL(pthread_rwlock_timedwrlock, "rwlock", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(pthread_rwlock_clockwrlock, "rwlock", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(pthread_rwlock_unlock, "rwlock", "release")

/* --- Spinlocks: one that is spun for is acquired as any other --- */
#define REAL_SPIN(REAL) \
    REAL(pthread_spin_init, "spinlock", "object_init") \
    REAL(pthread_spin_destroy, "spinlock", "object_destroy") \
    REAL(pthread_spin_lock, "spinlock", "acquire | acquire_begin acquire_end") \
    REAL(pthread_spin_trylock, "spinlock", "acquire | acquire_fail") \
    REAL(pthread_spin_unlock, "spinlock", "release")

/* --- Barriers: each arrival is a wait, that of the last thread too --- */
#define REAL_BARRIER(REAL) \
    REAL(pthread_barrier_init, "barrier", "object_init") \
    REAL(pthread_barrier_destroy, "barrier", "object_destroy") \
    REAL(pthread_barrier_wait, "barrier", "wait_begin wait_end")

/* --- Once: acquired for as long as its routine runs, or for a moment by who had to wait for that; nothing once it is done --- */
#define REAL_ONCE(REAL) \
    REAL(pthread_once, "once", "acquire_begin acquire_end; release")

/* --- C11: threads, mutexes, conditions and once, as those of POSIX --- */
#define REAL_C11(REAL) \
    REAL(thrd_create, "thread", "spawn spawn_end; thread_begin thread_end") \
    REAL(thrd_join, "thread", "wait_begin wait_end") \
    REAL(thrd_detach, "thread", "thread_detach") \
    REAL(thrd_exit, "thread", "thread_end") \
    REAL(mtx_init, "mutex", "object_init") \
    REAL(mtx_destroy, "mutex", "object_destroy") \
    REAL(mtx_lock, "mutex", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(mtx_trylock, "mutex", "acquire | acquire_fail") \
    REAL(mtx_timedlock, "mutex", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(mtx_unlock, "mutex", "release") \
    REAL(cnd_init, "condition", "object_init") \
    REAL(cnd_destroy, "condition", "object_destroy") \
    REAL(cnd_wait, "condition", "wait_begin wait_end") \
    REAL(cnd_timedwait, "condition", "wait_begin wait_end") \
    REAL(cnd_signal, "condition", "wake") \
    REAL(cnd_broadcast, "condition", "wake") \
    REAL(call_once, "once", "acquire_begin acquire_end; release")

/* --- Signals sent: to a thread, to a process or to several; told before they are sent --- */
#define REAL_KILL(REAL) \
    REAL(raise, "thread", "interrupt_send") \
    REAL(gsignal, "thread", "interrupt_send") \
    REAL(kill, "process", "interrupt_send") \
    REAL(killpg, "process", "interrupt_send") \
    REAL(sigqueue, "process", "interrupt_send") \
    REAL(tgkill, "thread", "interrupt_send") \
    REAL(pthread_kill, "thread", "interrupt_send") \
    REAL(pthread_sigqueue, "thread", "interrupt_send")

/* --- Signal handlers: events as the handler is entered and left, by a jump too; the program reads back what it set --- */
#define REAL_SIGNAL(REAL) \
    REAL(sigaction, "signal", "interrupt_handler; interrupt_begin interrupt_end") \
    REAL(__sigaction, "signal", "interrupt_handler; interrupt_begin interrupt_end") \
    REAL(signal, "signal", "interrupt_handler; interrupt_begin interrupt_end") \
    REAL(bsd_signal, "signal", "interrupt_handler; interrupt_begin interrupt_end") \
    REAL(ssignal, "signal", "interrupt_handler; interrupt_begin interrupt_end") \
    REAL(sysv_signal, "signal", "interrupt_handler; interrupt_begin interrupt_end") \
    REAL(__sysv_signal, "signal", "interrupt_handler; interrupt_begin interrupt_end") \
    REAL(sigset, "signal", "interrupt_handler; interrupt_begin interrupt_end") \
    REAL(pthread_sigmask, "signal", "") \
    REAL(sigprocmask, "signal", "") \
    REAL(longjmp, "signal", "interrupt_end") \
    REAL(_longjmp, "signal", "interrupt_end") \
    REAL(siglongjmp, "signal", "interrupt_end") \
    REAL(__longjmp_chk, "signal", "interrupt_end")

/* --- Waiting for signals: until one is taken, or a handler has run --- */
#define REAL_SIGWAIT(REAL) \
    REAL(sigwait, "signal", "wait_begin wait_end") \
    REAL(sigwaitinfo, "signal", "wait_begin wait_end") \
    REAL(sigtimedwait, "signal", "wait_begin wait_end") \
    REAL(sigsuspend, "signal", "wait_begin wait_end") \
    REAL(__xpg_sigpause, "signal", "wait_begin wait_end") \
    REAL(pause, "signal", "wait_begin wait_end")

/* --- File locks: known by device and inode; object_name says the path --- */
#define REAL_FILELOCK(REAL) \
    REAL(flock, "file_lock", "acquire | acquire_begin acquire_end | acquire_fail | release") \
    REAL(lockf, "file_lock", "acquire | acquire_begin acquire_end | acquire_fail | release") \
    REAL(lockf64, "file_lock", "acquire | acquire_begin acquire_end | acquire_fail | release") \
    REAL(fcntl, "file_lock", "acquire | acquire_begin acquire_end | acquire_fail | release") \
    REAL(__fcntl, "file_lock", "acquire | acquire_begin acquire_end | acquire_fail | release") \
    REAL(fcntl64, "file_lock", "acquire | acquire_begin acquire_end | acquire_fail | release") \
    REAL(close, "file_lock", "release") \
    REAL(__close, "file_lock", "release") \
    REAL(fclose, "file_lock", "release") \
    REAL(dup2, "file_lock", "release") \
    REAL(dup3, "file_lock", "release") \
    REAL(close_range, "file_lock", "release") \
    REAL(closefrom, "file_lock", "release")

/* --- System calls: futexes, which Rust, GLib and C++20 wait on by syscall(), tgkill and fork; others are passed on unseen --- */
#define REAL_SYSCALL(REAL) \
    REAL(syscall, "futex", "wait_begin wait_end | wake | acquire_begin acquire_end | acquire_fail | release | interrupt_send | process_fork; process_begin")

/* --- What takers of events call: nothing is shown, but a thread that is to be cancelled isn't in there, and descriptors are moved --- */
#define REAL_SINK(REAL) \
    REAL(write, "", "") \
    REAL(socket, "", "") \
    REAL(recvmsg, "", "")

/* --- Processes: the second line is the child's; one that is started by exec begins where it has libc again --- */
#define REAL_PROCESS(REAL) \
    REAL(fork, "process", "process_fork; process_begin") \
    REAL(_Fork, "process", "process_fork; process_begin") \
    REAL(vfork, "process", "process_fork") \
    REAL(__vfork, "process", "process_fork") \
    REAL(clone, "process", "process_fork; process_begin") \
    REAL(forkpty, "process", "process_fork; process_begin") \
    REAL(daemon, "process", "process_begin") \
    REAL(posix_spawn, "process", "process_fork") \
    REAL(posix_spawnp, "process", "process_fork") \
    REAL(execl, "process", "process_exec") \
    REAL(execle, "process", "process_exec") \
    REAL(execlp, "process", "process_exec") \
    REAL(execv, "process", "process_exec") \
    REAL(execve, "process", "process_exec") \
    REAL(execveat, "process", "process_exec") \
    REAL(execvp, "process", "process_exec") \
    REAL(execvpe, "process", "process_exec") \
    REAL(fexecve, "process", "process_exec") \
    REAL(exit, "process", "process_end") \
    REAL(_exit, "process", "process_end") \
    REAL(_Exit, "process", "process_end") \
    REAL(quick_exit, "process", "process_end")

/*
 * Not in the list below, since they are there only where GLib is.
 *
 * --- GLib: where a program has it, acquire and release, waits and wakes; the calls of libc inside aren't shown --- */
#define REAL_GLIB(REAL) \
    REAL(g_mutex_init, "mutex", "object_init") \
    REAL(g_mutex_clear, "mutex", "object_destroy") \
    REAL(g_mutex_lock, "mutex", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(g_mutex_trylock, "mutex", "acquire | acquire_fail") \
    REAL(g_mutex_unlock, "mutex", "release") \
    REAL(g_rec_mutex_init, "mutex", "object_init") \
    REAL(g_rec_mutex_clear, "mutex", "object_destroy") \
    REAL(g_rec_mutex_lock, "mutex", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(g_rec_mutex_trylock, "mutex", "acquire | acquire_fail") \
    REAL(g_rec_mutex_unlock, "mutex", "release") \
    REAL(g_rw_lock_init, "rwlock", "object_init") \
    REAL(g_rw_lock_clear, "rwlock", "object_destroy") \
    REAL(g_rw_lock_writer_lock, "rwlock", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(g_rw_lock_writer_trylock, "rwlock", "acquire | acquire_fail") \
    REAL(g_rw_lock_writer_unlock, "rwlock", "release") \
    REAL(g_rw_lock_reader_lock, "rwlock", "acquire | acquire_begin acquire_end | acquire_fail") \
    REAL(g_rw_lock_reader_trylock, "rwlock", "acquire | acquire_fail") \
    REAL(g_rw_lock_reader_unlock, "rwlock", "release") \
    REAL(g_cond_init, "condition", "object_init") \
    REAL(g_cond_clear, "condition", "object_destroy") \
    REAL(g_cond_wait, "condition", "wait_begin wait_end") \
    REAL(g_cond_wait_until, "condition", "wait_begin wait_end") \
    REAL(g_cond_signal, "condition", "wake") \
    REAL(g_cond_broadcast, "condition", "wake")

#define REAL_FUNCTIONS(REAL) \
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
