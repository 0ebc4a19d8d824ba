/* SPDX-License-Identifier: MIT */
/*
 * The words that event fields are made of: each enumeration once, as THRUM_ENUMS(ENUM) gives it.
 * ENUM(name, list) is called for each; list(V) calls V(enum, word, number) for each of its words.
 * Numbers are written to traces: a new word takes a new number.
 */
#ifndef THRUM_TRACEPOINTS_ENUMS_H
#define THRUM_TRACEPOINTS_ENUMS_H

#include <errno.h>

#define THRUM_ENUMS(ENUM)                  \
    ENUM(kind, THRUM_KINDS)                \
    ENUM(type, THRUM_TYPES)                \
    ENUM(protocol, THRUM_PROTOCOLS)        \
    ENUM(flag, THRUM_FLAGS)                \
    ENUM(mode, THRUM_MODES)                \
    ENUM(how, THRUM_HOWS)                  \
    ENUM(scope, THRUM_SCOPES)              \
    ENUM(means, THRUM_MEANS)               \
    ENUM(result, THRUM_RESULTS)

/* What an object is. */
#define THRUM_KINDS(V)                     \
    V(kind, unknown, 0)                    \
    V(kind, mutex, 1)                      \
    V(kind, rwlock, 2)                     \
    V(kind, spinlock, 3)                   \
    V(kind, semaphore, 4)                  \
    V(kind, condition, 5)                  \
    V(kind, barrier, 6)                    \
    V(kind, thread, 7)                     \
    V(kind, once, 8)                       \
    V(kind, futex, 9)                      \
    V(kind, file_lock, 10)                 \
    V(kind, signal, 11)                    \
    V(kind, lock, 12)                      \
    V(kind, rlock, 13)                     \
    V(kind, event, 14)                     \
    V(kind, queue, 15)                     \
    V(kind, future, 16)                    \
    V(kind, process, 17)

/* How a lock treats a second acquire by its holder; whom an rwlock prefers. */
#define THRUM_TYPES(V)                     \
    V(type, plain, 0)                      \
    V(type, recursive, 1)                  \
    V(type, errorcheck, 2)                 \
    V(type, adaptive, 3)                   \
    V(type, prefer_reader, 4)              \
    V(type, prefer_writer, 5)              \
    V(type, prefer_writer_nonrecursive, 6)

#define THRUM_PROTOCOLS(V)                 \
    V(protocol, none, 0)                   \
    V(protocol, inherit, 1)                \
    V(protocol, protect, 2)

#define THRUM_FLAGS(V)                     \
    V(flag, no, 0)                         \
    V(flag, yes, 1)

/* Alone, with other readers, or (a release) not known to the caller. */
#define THRUM_MODES(V)                     \
    V(mode, unknown, 0)                    \
    V(mode, exclusive, 1)                  \
    V(mode, shared, 2)

/* What the caller does when the object isn't free. */
#define THRUM_HOWS(V)                      \
    V(how, block, 0)                       \
    V(how, try, 1)                         \
    V(how, timed, 2)

#define THRUM_SCOPES(V)                    \
    V(scope, one, 0)                       \
    V(scope, all, 1)

#define THRUM_MEANS(V)                     \
    V(means, signal, 0)                    \
    V(means, cancel, 1)                    \
    V(means, interrupt_main, 2)

/* errno values that thread calls return; `cancelled` and `other` are ours. */
#define THRUM_RESULTS(V)                   \
    V(result, ok, 0)                       \
    V(result, EPERM, EPERM)                \
    V(result, ENOENT, ENOENT)              \
    V(result, ESRCH, ESRCH)                \
    V(result, EINTR, EINTR)                \
    V(result, EBADF, EBADF)                \
    V(result, EAGAIN, EAGAIN)              \
    V(result, ENOMEM, ENOMEM)              \
    V(result, EACCES, EACCES)              \
    V(result, EBUSY, EBUSY)                \
    V(result, EEXIST, EEXIST)              \
    V(result, EINVAL, EINVAL)              \
    V(result, ERANGE, ERANGE)              \
    V(result, EDEADLK, EDEADLK)            \
    V(result, ENOLCK, ENOLCK)              \
    V(result, ENOSYS, ENOSYS)              \
    V(result, EOVERFLOW, EOVERFLOW)        \
    V(result, ENOTSUP, ENOTSUP)            \
    V(result, ETIMEDOUT, ETIMEDOUT)        \
    V(result, ECANCELED, ECANCELED)        \
    V(result, EOWNERDEAD, EOWNERDEAD)      \
    V(result, ENOTRECOVERABLE, ENOTRECOVERABLE) \
    V(result, shutdown, 250)               \
    V(result, broken, 251)                 \
    V(result, cancelled, 254)              \
    V(result, other, 255)

/* enum thrum_kind { THRUM_kind_unknown, THRUM_kind_mutex ... }, and so for each. */
#define THRUM_ENUM_VALUE(enumeration, word, number) THRUM_##enumeration##_##word = (number),
#define THRUM_ENUM_DEFINE(name, list) enum thrum_##name { list(THRUM_ENUM_VALUE) };
THRUM_ENUMS(THRUM_ENUM_DEFINE)
#undef THRUM_ENUM_DEFINE
#undef THRUM_ENUM_VALUE

#endif
