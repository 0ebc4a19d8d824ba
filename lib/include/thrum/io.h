/* SPDX-License-Identifier: MIT */
/*
 * A background I/O worker: a thread that reads and writes in the order of submission, so that others needn't wait for
 * the disk or the peer.
 *
 * Where a handle to the future isn't taken (NULL), the first error is kept for thrum_io_error() instead. A read or
 * write goes on until all bytes are through, the end of the file, or an error. At exit what was submitted is done,
 * unless an interrupt ends that.
 */
#ifndef THRUM_IO_H
#define THRUM_IO_H

#include <sys/types.h>
#include <thrum/base.h>
#include <thrum/future.h>
#include <thrum/thread.h>

THRUM_BEGIN_DECLARATIONS

struct thrum_io;

/* Offset: where the descriptor stands. */
#define THRUM_IO_HERE ((off_t)-1)

/* Makes a worker; at most `limit` requests wait, 0: any number. `name` may be NULL. 0; EAGAIN; ENOMEM. */
THRUM_API int thrum_io_create(struct thrum_io **io, size_t limit, const char *name);

/* Waits for all requests and ends the worker. 0; EDEADLK: the caller is the worker. */
THRUM_API int thrum_io_destroy(struct thrum_io *io);

/*
 * Has bytes written, from a copy of them. The result of the future is their number, as a pointer. It waits
 * while as many requests as may wait do, and is a cancellation point then. 0; ENOMEM; EINTR.
 */
THRUM_API int thrum_io_write(struct thrum_io *io, int fd, const void *bytes, size_t size, off_t offset,
                             struct thrum_future **future);

/* Has bytes read into memory that lives until then. The result is their number, less than `size` at the end of the
 * file. As above. */
THRUM_API int thrum_io_read(struct thrum_io *io, int fd, void *bytes, size_t size, off_t offset,
                            struct thrum_future **future);

/* Has a descriptor's data brought to the disk (fsync). As above. */
THRUM_API int thrum_io_sync(struct thrum_io *io, int fd, struct thrum_future **future);

/* Has function(argument) run in its turn. As above. */
THRUM_API int thrum_io_call(struct thrum_io *io, thrum_function *function, void *argument,
                            struct thrum_future **future);

/* Waits until all that was submitted before is done. 0; ETIMEDOUT; EINTR; ENOMEM; EINVAL: bad timeout. */
THRUM_API int thrum_io_flush(struct thrum_io *io, int64_t nanoseconds);

/* The first error of requests without a future, and forgets it. 0 and *error (may be NULL); ENOENT: none. */
THRUM_API int thrum_io_error(struct thrum_io *io, struct thrum_error *error);

THRUM_END_DECLARATIONS

#endif
