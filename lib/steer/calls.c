/* SPDX-License-Identifier: MIT */
/*
 * The calls that threads are paused at. Each goes on to the next library's by a jump, with the stack as it was: whoever
 * comes next sees the program as its caller. So nothing may be left to do after the call, and this file is always optimised.
 */
#include "steer/steer.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <sys/file.h>
#include <threads.h>

#define CALL __attribute__((visibility("default")))

/* The next library's function of that name, found out once. */
#define NEXT(name)                                                                                                 \
    (__extension__({                                                                                               \
        static __typeof__(&name) next_;                                                                            \
        __typeof__(&name) found_ = __atomic_load_n(&next_, __ATOMIC_RELAXED);                                      \
        if (!found_) {                                                                                             \
            found_ = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                                                   \
            __atomic_store_n(&next_, found_, __ATOMIC_RELAXED);                                                    \
        }                                                                                                          \
        found_;                                                                                                    \
    }))

#define PAUSED(name, parameters, ...)                                                                              \
    CALL int name parameters                                                                                       \
    {                                                                                                              \
        if (steer_plan)                                                                                            \
            steer_arrive(__builtin_return_address(0));                                                             \
        return NEXT(name)(__VA_ARGS__);                                                                            \
    }

PAUSED(pthread_mutex_lock, (pthread_mutex_t * mutex), mutex)
PAUSED(pthread_mutex_trylock, (pthread_mutex_t * mutex), mutex)
PAUSED(pthread_mutex_timedlock, (pthread_mutex_t *restrict mutex, const struct timespec *restrict until), mutex, until)
PAUSED(pthread_rwlock_tryrdlock, (pthread_rwlock_t * lock), lock)
PAUSED(pthread_rwlock_trywrlock, (pthread_rwlock_t * lock), lock)
PAUSED(pthread_rwlock_rdlock, (pthread_rwlock_t * lock), lock)
PAUSED(pthread_rwlock_wrlock, (pthread_rwlock_t * lock), lock)
PAUSED(pthread_spin_lock, (pthread_spinlock_t * lock), lock)
PAUSED(pthread_barrier_wait, (pthread_barrier_t * barrier), barrier)
PAUSED(pthread_cond_wait, (pthread_cond_t * restrict cond, pthread_mutex_t *restrict mutex), cond, mutex)
PAUSED(pthread_join, (pthread_t thread, void **value), thread, value)
PAUSED(sem_wait, (sem_t * semaphore), semaphore)
PAUSED(sem_trywait, (sem_t * semaphore), semaphore)
PAUSED(mtx_lock, (mtx_t * mutex), mutex)
PAUSED(cnd_wait, (cnd_t * cond, mtx_t *mutex), cond, mutex)
PAUSED(thrd_join, (thrd_t thread, int *result), thread, result)
PAUSED(flock, (int fd, int operation), fd, operation)
PAUSED(lockf, (int fd, int command, off_t length), fd, command, length)

/* The argument, where there is one, is passed on as the register that it is in. */
static int fcntl_next(int fd, int command, void *argument, const void *site)
{
    if (steer_plan && (command == F_SETLKW || command == F_OFD_SETLKW))
        steer_arrive(site);
    return NEXT(fcntl)(fd, command, argument);
}

CALL int fcntl(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return fcntl_next(fd, command, argument, __builtin_return_address(0));
}

CALL int fcntl64(int fd, int command, ...) __attribute__((alias("fcntl")));

CALL int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*routine)(void *),
                        void *restrict argument)
{
    uint32_t number = steer_plan ? steer_creating() : 0;
    int result = NEXT(pthread_create)(thread, attributes, routine, argument);
    if (number && result == 0)
        steer_created(number, (uint64_t)*thread);
    return result;
}

CALL int thrd_create(thrd_t *thread, thrd_start_t routine, void *argument)
{
    uint32_t number = steer_plan ? steer_creating() : 0;
    int result = NEXT(thrd_create)(thread, routine, argument);
    if (number && result == thrd_success)
        steer_created(number, (uint64_t)*thread);
    return result;
}
