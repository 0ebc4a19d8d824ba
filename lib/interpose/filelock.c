/* SPDX-License-Identifier: MIT */
/* flock(), lockf() and the locks of fcntl(), and close(), which gives them back. */
#include <fcntl.h>
#include <stdarg.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <sys/file.h>

#include "interpose/descriptor.h"
#include "interpose/filelock-object.h"
#include "interpose/interpose.h"

static const void *object_of(uint64_t id)
{
    return (const void *)(uintptr_t)id;
}

/* --- holds --- */

static struct filelock_hold held_by(int fd, enum filelock which)
{
    struct filelock_hold *hold = filelock_hold(fd, which, false);

    return hold && hold->id != 0 && hold->pid == self_pid() ? *hold : (struct filelock_hold){.id = 0};
}

static void released(int fd, enum filelock which, const void *site)
{
    struct filelock_hold hold = held_by(fd, which);

    if (hold.id == 0)
        return;
    probe_release(object_of(hold.id), THRUM_kind_file_lock, THRUM_mode_unknown, site);
    filelock_hold(fd, which, false)->id = 0;
}

static void release_at_close(int fd, const void *site)
{
    int saved = errno;

    if (filelock_hold(fd, 0, false) && probe_on())
        for (enum filelock which = 0; which < FILELOCKS; which++)
            released(fd, which, site);
    errno = saved;
}

/* --- locks: a request, of flock() or fcntl() --- */

struct request {
    int fd;
    enum filelock which;
    int64_t first; /* byte */
    enum thrum_mode mode;
    enum thrum_how how; /* block or try */
    const void *site;
};

/* Got: held from now on. What the descriptor held already it goes on holding, once. */
static void got(const struct request *request, uint64_t id, bool had)
{
    struct filelock_hold *hold = filelock_hold(request->fd, request->which, true);

    filelock_tell_name(request->fd, id);
    if (had)
        probe_release(object_of(id), THRUM_kind_file_lock, THRUM_mode_unknown, request->site);
    else if (hold)
        *hold = (struct filelock_hold){.id = id, .first = request->first, .pid = self_pid()};
}

static struct begun filelock_begun(const struct request *request, uint64_t id)
{
    return (struct begun){.object = object_of(id), .kind = THRUM_kind_file_lock, .mode = request->mode, .how = request->how,
                          .site = request->site};
}

/* Tells of a request that was tried, by its result and errno; true where the caller must block. */
static bool tried(const struct request *request, uint64_t id, int result)
{
    struct begun begun = filelock_begun(request, id);
    int error = result < 0 ? errno == EAGAIN || errno == EACCES ? EBUSY : errno : 0;
    bool had;

    if (error == EBUSY && request->how == THRUM_how_block)
        return true;
    had = held_by(request->fd, request->which).id == id;
    if (had && error == 0)
        return false;
    begun_tried(&begun, error == EBUSY ? EAGAIN : error);
    if (error == 0)
        got(request, id, false);
    return false;
}

/* The locking call: tried first, since only what blocks is told as blocking. */
#define REQUEST(request, trial, blocking)                                             \
    (__extension__({                                                                  \
        uint64_t id_ = filelock_id((request)->fd, (request)->which);                  \
        int saved_ = errno, result_ = id_ != 0 ? trial : blocking;                                          \
        if (id_ != 0 && tried(request, id_, result_)) {                               \
            BEGUN(begun_, filelock_begun(request, id_));                              \
            errno = begun_begin(&begun_, -1);                                         \
            if (errno == 0) {                                                         \
                errno = saved_;                                                       \
                result_ = blocking;                                                   \
                begun_end(&begun_, result_ < 0 ? errno : 0);                          \
                if (result_ == 0)                                                     \
                    got(request, id_, held_by((request)->fd, (request)->which).id == id_); \
            }                                                                         \
        }                                                                             \
        result_;                                                                      \
    }))

INTERPOSE int flock(int fd, int operation)
{
    int what = operation & ~LOCK_NB;
    struct request request = {.fd = fd, .which = FILELOCK_FLOCK, .site = SITE,
                              .mode = what == LOCK_SH ? THRUM_mode_shared : THRUM_mode_exclusive,
                              .how = operation & LOCK_NB ? THRUM_how_try : THRUM_how_block};

    if (!probe_on() || (what != LOCK_SH && what != LOCK_EX && what != LOCK_UN))
        return REAL(flock)(fd, operation);
    if (what == LOCK_UN) {
        released(fd, FILELOCK_FLOCK, SITE);
        return REAL(flock)(fd, operation);
    }
    return REQUEST(&request, REAL(flock)(fd, operation | LOCK_NB), REAL(flock)(fd, operation));
}

/* --- records --- */

/* The first byte of a range; relative to the file's end it isn't looked for. */
static int64_t first_byte(int fd, const struct flock *range)
{
    int64_t first = range->l_start;

    if (range->l_whence == SEEK_CUR)
        first += lseek(fd, 0, SEEK_CUR);
    return range->l_len < 0 ? first + range->l_len : first;
}

/* Whether unlocking a range gives back what was taken first. */
static bool covers(int fd, const struct flock *range, int64_t byte)
{
    int64_t first = first_byte(fd, range), length = range->l_len < 0 ? -range->l_len : range->l_len;

    return first <= byte && (length == 0 || byte - first < length);
}

static int record_lock(int fd, int command, bool own, struct flock *range, __typeof__(fcntl) *call, const void *site)
{
    int try = own ? F_OFD_SETLK : F_SETLK;
    struct request request = {.fd = fd, .which = FILELOCK_RECORD, .first = first_byte(fd, range), .site = site,
                              .mode = range->l_type == F_RDLCK ? THRUM_mode_shared : THRUM_mode_exclusive,
                              .how = command == try ? THRUM_how_try : THRUM_how_block};

    if (range->l_type == F_UNLCK) {
        if (covers(fd, range, held_by(fd, FILELOCK_RECORD).first))
            released(fd, FILELOCK_RECORD, site);
        return call(fd, command, range);
    }
    /* A cancellation point also where it doesn't block. */
    if (command != try)
        pthread_testcancel();
    return REQUEST(&request, call(fd, try, range), call(fd, command, range));
}

static int control(__typeof__(fcntl) *call, int fd, int command, void *argument, const void *site)
{
    if (!probe_on() || !argument)
        return call(fd, command, argument);
    switch (command) {
    case F_SETLK:
    case F_SETLKW:
        return record_lock(fd, command, false, argument, call, site);
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return record_lock(fd, command, true, argument, call, site);
    default:
        return call(fd, command, argument);
    }
}

/* As libc does, the argument is passed on whatever it is. */
#define FCNTL(name)                                                \
    INTERPOSE int name(int fd, int command, ...)                   \
    {                                                              \
        va_list rest;                                              \
        va_start(rest, command);                                   \
        void *argument = va_arg(rest, void *);                     \
        va_end(rest);                                              \
        return control(REAL(name), fd, command, argument, SITE);   \
    }
FCNTL(fcntl)
FCNTL(__fcntl)
FCNTL(fcntl64)

static int lock_from_here(__typeof__(lockf) *call, int fd, int command, off_t length, const void *site)
{
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_len = length};

    if (!probe_on())
        return call(fd, command, length);
    switch (command) {
    case F_ULOCK:
        range.l_type = F_UNLCK;
        return record_lock(fd, F_SETLK, false, &range, REAL(fcntl), site);
    case F_LOCK:
        return record_lock(fd, F_SETLKW, false, &range, REAL(fcntl), site);
    case F_TLOCK:
        return record_lock(fd, F_SETLK, false, &range, REAL(fcntl), site);
    default:
        return call(fd, command, length);
    }
}

INTERPOSE int lockf(int fd, int command, off_t length)
{
    return lock_from_here(REAL(lockf), fd, command, length, SITE);
}

INTERPOSE int lockf64(int fd, int command, off64_t length)
{
    return lock_from_here(REAL(lockf64), fd, command, length, SITE);
}

/* --- what gives locks back without saying so --- */

INTERPOSE int close(int fd)
{
    if (descriptor_is_hidden(fd, SITE))
        return -1;
    release_at_close(fd, SITE);
    return REAL(close)(fd);
}

INTERPOSE int __close(int fd)
{
    if (descriptor_is_hidden(fd, SITE))
        return -1;
    release_at_close(fd, SITE);
    return REAL(__close)(fd);
}

INTERPOSE int fclose(FILE *stream)
{
    int saved = errno;

    release_at_close(fileno(stream), SITE);
    errno = saved;
    return REAL(fclose)(stream);
}

/* What `from` will lie on is closed by that; but not where the call is to fail. */
static void replaced(int from, int fd, const void *site)
{
    int saved = errno;

    if (from != fd && REAL(fcntl)(from, F_GETFD) >= 0)
        release_at_close(fd, site);
    errno = saved;
}

/* The one number that a program can't have: as if it lost the race for it that dup2() may lose. */
static bool is_taken(int from, int fd, const void *site)
{
    if (from == fd || !descriptor_is_hidden(fd, site))
        return false;
    errno = EBUSY;
    return true;
}

INTERPOSE int dup2(int from, int fd)
{
    if (is_taken(from, fd, SITE))
        return -1;
    replaced(from, fd, SITE);
    return REAL(dup2)(from, fd);
}

INTERPOSE int dup3(int from, int fd, int flags)
{
    if (is_taken(from, fd, SITE))
        return -1;
    if ((flags & ~O_CLOEXEC) == 0)
        replaced(from, fd, SITE);
    return REAL(dup3)(from, fd, flags);
}

static void release_range(unsigned first, unsigned last, const void *site)
{
    for (int fd = filelock_next(first); fd >= 0 && (unsigned)fd <= last; fd = filelock_next((unsigned)fd + 1))
        release_at_close(fd, site);
}

/* In pieces, around what is hidden. */
static int close_between(unsigned first, unsigned last, int flags, const void *site)
{
    int fd, result;

    while ((fd = descriptor_next_hidden(first, site)) >= 0 && first <= last && (unsigned)fd <= last) {
        result = (unsigned)fd > first ? REAL(close_range)(first, (unsigned)fd - 1, flags) : 0;
        if (result != 0 || (unsigned)fd == last)
            return result;
        first = (unsigned)fd + 1;
    }
    return REAL(close_range)(first, last, flags);
}

INTERPOSE int close_range(unsigned first, unsigned last, int flags)
{
    if (first <= last && (flags & ~CLOSE_RANGE_UNSHARE) == 0)
        release_range(first, last, SITE);
    return close_between(first, last, flags, SITE);
}

INTERPOSE void closefrom(int first)
{
    release_range(first > 0 ? (unsigned)first : 0, UINT32_MAX, SITE);
    if (descriptor_next_hidden(first > 0 ? (unsigned)first : 0, SITE) < 0 ||
        close_between(first > 0 ? (unsigned)first : 0, UINT32_MAX, 0, SITE) != 0)
        REAL(closefrom)(first);
}
