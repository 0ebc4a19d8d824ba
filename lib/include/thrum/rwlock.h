/* SPDX-License-Identifier: MIT */
/*
 * Read-write locks: many readers or one writer.
 *
 * First come, first served: who comes while another waits, waits behind it, so neither readers nor writers starve.
 * For that reason a reader may not acquire it to read once more: with a writer waiting in between it would wait for
 * itself. A release happens before the acquires that it lets through. The lock may be destroyed as soon as no thread
 * holds or wants it, also right after a release.
 */
#ifndef THRUM_RWLOCK_H
#define THRUM_RWLOCK_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

struct THRUM_CAPABILITY("rwlock") thrum_rwlock {
    struct thrum_object object;
    THRUM_ATOMIC(uint32_t) word; /* readers; bit 30: others wait; bit 31: a writer holds it */
    struct thrum_guard guard;
    struct thrum_waiters waiters;
};
#define THRUM_RWLOCK_INIT THRUM_RWLOCK_INIT_NAMED(NULL)
#define THRUM_RWLOCK_INIT_NAMED(name) { THRUM_OBJECT_INIT(name), 0, THRUM_GUARD_INIT, THRUM_WAITERS_INIT }

/* Makes a read-write lock in `*rwlock` or on the heap. 0; ENOMEM. */
THRUM_API int thrum_rwlock_init(struct thrum_rwlock *rwlock, const char *name);
THRUM_API int thrum_rwlock_create(struct thrum_rwlock **rwlock, const char *name);

/* Ends it. 0; EBUSY: it is held or waited for, and lives on. */
THRUM_API int thrum_rwlock_destroy(struct thrum_rwlock *rwlock);

/* Acquires it to read, beside other readers. 0; EINTR. */
THRUM_API int thrum_rwlock_acquire_read(struct thrum_rwlock *rwlock) THRUM_ACQUIRES_SHARED(*rwlock);

/* The same for at most that long. 0; ETIMEDOUT; EINTR; EINVAL: bad timeout. */
THRUM_API int thrum_rwlock_acquire_read_for(struct thrum_rwlock *rwlock, int64_t nanoseconds)
    THRUM_ACQUIRES_SHARED(*rwlock);
THRUM_API int thrum_rwlock_acquire_read_until(struct thrum_rwlock *rwlock, const struct timespec *deadline)
    THRUM_ACQUIRES_SHARED(*rwlock);

/* The same without blocking. 0; EBUSY: a writer holds it or others wait. */
THRUM_API int thrum_rwlock_try_acquire_read(struct thrum_rwlock *rwlock) THRUM_ACQUIRES_SHARED(*rwlock);

/* Acquires it to write, alone; as above. */
THRUM_API int thrum_rwlock_acquire_write(struct thrum_rwlock *rwlock) THRUM_ACQUIRES(*rwlock);
THRUM_API int thrum_rwlock_acquire_write_for(struct thrum_rwlock *rwlock, int64_t nanoseconds) THRUM_ACQUIRES(*rwlock);
THRUM_API int thrum_rwlock_acquire_write_until(struct thrum_rwlock *rwlock, const struct timespec *deadline)
    THRUM_ACQUIRES(*rwlock);
THRUM_API int thrum_rwlock_try_acquire_write(struct thrum_rwlock *rwlock) THRUM_ACQUIRES(*rwlock);

/* Releases it. 0; EPERM: no reader, or no writer, holds it. */
THRUM_API int thrum_rwlock_release_read(struct thrum_rwlock *rwlock) THRUM_RELEASES_SHARED(*rwlock);
THRUM_API int thrum_rwlock_release_write(struct thrum_rwlock *rwlock) THRUM_RELEASES(*rwlock);

/* At this instant: the number of readers; whether a writer holds it. */
THRUM_API uint32_t thrum_rwlock_readers(const struct thrum_rwlock *rwlock);
THRUM_API bool thrum_rwlock_written(const struct thrum_rwlock *rwlock);

THRUM_END_DECLARATIONS

#endif
