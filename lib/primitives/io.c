/* SPDX-License-Identifier: MIT */
/* The background I/O worker: a pool of one. */
#include "thrum/io.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "error.h"
#include "pool.h"

struct thrum_io {
    struct thrum_object object;
    struct thrum_pool *pool;
    struct thrum_guard guard;
    struct thrum_error first; /* of requests that nobody has the future of; the guard */
};

struct request {
    struct thrum_io *io;
    ssize_t (*move)(struct request *request, size_t done); /* moves some bytes; as read(2) */
    const char *what;
    int fd;
    off_t offset;
    size_t size;
    char *bytes;
    bool kept; /* the error goes to `first` */
    thrum_function *function;
    void *argument;
    char copy[];
};

int thrum_io_create(struct thrum_io **made, size_t limit, const char *name)
{
    struct thrum_io *io = calloc(1, sizeof *io);
    if (!io)
        return ENOMEM;
    object_begin(&io->object, OBJECT_IO, OBJECT_ON_HEAP);
    guard_begin(&io->guard);
    int result = pool_create(&io->pool, 1, limit, name ? name : "io", SITE);
    if (result != 0)
        free(io);
    else
        *made = io;
    return result;
}

int thrum_io_destroy(struct thrum_io *io)
{
    object_check(&io->object, OBJECT_IO);
    int result = thrum_pool_destroy(io->pool);
    if (result != 0)
        return result;
    if (io->first.code != 0)
        thrum_error_print(&io->first);
    io->object.magic = OBJECT_DESTROYED;
    object_free(io);
    return 0;
}

/* --- in the worker --- */

static ssize_t move_out(struct request *request, size_t done)
{
    const char *bytes = request->bytes + done;
    size_t size = request->size - done;
    return request->offset < 0 ? write(request->fd, bytes, size)
                               : pwrite(request->fd, bytes, size, request->offset + (off_t)done);
}

static ssize_t move_in(struct request *request, size_t done)
{
    char *bytes = request->bytes + done;
    size_t size = request->size - done;
    return request->offset < 0 ? read(request->fd, bytes, size)
                               : pread(request->fd, bytes, size, request->offset + (off_t)done);
}

static ssize_t sync_out(struct request *request, size_t done)
{
    (void)done;
    return fsync(request->fd);
}

static void *move_all(struct request *request)
{
    size_t done = 0;
    ssize_t moved;
    do {
        moved = request->move(request, done);
        if (moved > 0)
            done += (size_t)moved;
        else if (moved < 0 && errno != EINTR)
            return THRUM_FAIL(errno, "cannot %s descriptor %d", request->what, request->fd);
    } while (moved != 0 && done < request->size);
    return (void *)done;
}

/* An error that no future tells of: the first stays with the worker. */
static void keep_error(struct thrum_io *io)
{
    struct thrum_error error;
    if (!error_slot_get(&error))
        return;
    guard_acquire(&io->guard);
    if (io->first.code == 0)
        io->first = error;
    guard_release(&io->guard);
    thrum_error_clear();
}

static void *serve(void *argument)
{
    struct request *request = argument;
    void *result;
    pthread_cleanup_push(free, request);
    result = request->move ? move_all(request) : request->function(request->argument);
    if (request->kept)
        keep_error(request->io);
    pthread_cleanup_pop(1);
    return result;
}

/* --- requests --- */

static int submit(const struct request *plan, const void *copied, struct thrum_future **future, const void *site)
{
    object_check(&plan->io->object, OBJECT_IO);
    struct request *request = malloc(sizeof *request + (copied ? plan->size : 0));
    int result;
    if (!request)
        return ENOMEM;
    *request = *plan;
    request->kept = !future;
    if (copied)
        request->bytes = memcpy(request->copy, copied, plan->size);
    pthread_cleanup_push(free, request);
    result = pool_submit(plan->io->pool, serve, request, future, NULL, site);
    pthread_cleanup_pop(result != 0);
    return result;
}

int thrum_io_write(struct thrum_io *io, int fd, const void *bytes, size_t size, off_t offset,
                   struct thrum_future **future)
{
    struct request plan = { .io = io, .move = move_out, .what = "write to", .fd = fd, .offset = offset, .size = size };
    return submit(&plan, bytes, future, SITE);
}

int thrum_io_read(struct thrum_io *io, int fd, void *bytes, size_t size, off_t offset, struct thrum_future **future)
{
    struct request plan = { .io = io, .move = move_in, .what = "read from", .fd = fd, .offset = offset, .size = size,
                            .bytes = bytes };
    return submit(&plan, NULL, future, SITE);
}

int thrum_io_sync(struct thrum_io *io, int fd, struct thrum_future **future)
{
    struct request plan = { .io = io, .move = sync_out, .what = "sync", .fd = fd };
    return submit(&plan, NULL, future, SITE);
}

int thrum_io_call(struct thrum_io *io, thrum_function *function, void *argument, struct thrum_future **future)
{
    struct request plan = { .io = io, .function = function, .argument = argument };
    return submit(&plan, NULL, future, SITE);
}

static void *nothing(void *unused)
{
    return unused;
}

static void let_go(void *future)
{
    thrum_future_destroy(future);
}

int thrum_io_flush(struct thrum_io *io, int64_t nanoseconds)
{
    object_check(&io->object, OBJECT_IO);
    struct wait_limit space, *limit;
    struct thrum_future *future;
    int result = -wait_limit_for(&space, nanoseconds, &limit);
    if (result == 0) {
        wait_limit_deadline(limit);
        result = pool_submit(io->pool, nothing, NULL, &future, limit, SITE);
    }
    if (result != 0)
        return result;
    pthread_cleanup_push(let_go, future);
    result = future_take(future, NULL, limit, SITE);
    pthread_cleanup_pop(1);
    return result;
}

int thrum_io_error(struct thrum_io *io, struct thrum_error *error)
{
    object_check(&io->object, OBJECT_IO);
    guard_acquire(&io->guard);
    bool failed = io->first.code != 0;
    if (failed && error)
        *error = io->first;
    io->first.code = 0;
    guard_release(&io->guard);
    return failed ? 0 : ENOENT;
}
