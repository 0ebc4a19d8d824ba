/* SPDX-License-Identifier: MIT */
/*
 * Descriptors of a sink's own threads. LTTng-UST talks to its daemon through some, which it needs for as long as the process
 * lives; but many programs close all that isn't theirs (daemons, children about to exec), or count on getting the lowest
 * number. So these descriptors are moved up and out of the way as they are made, and are closed only by the sink: a
 * program that tries is told that they aren't open, as without thrum.
 */
#include "interpose/descriptor.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "interpose/interpose.h"

/* Where the kernel's table of descriptors hardly grows for them, and above what programs name by number. */
enum { HIDDEN = 4096, LOWEST = 900, ENOUGH = 1024, BITS = 64 };

static _Atomic uint64_t hidden[HIDDEN / BITS];

static bool is_sinks_thread(void)
{
    return __builtin_expect((thrum_self.guard & SELF_SILENT) != 0, 0);
}

/* In a vfork child descriptors are a copy, and memory isn't: there nothing is hidden, and nothing is noted. */
static bool is_program(const void *site)
{
    return (thrum_self.guard & ~SELF_INNERS) == 0 && probe_is_programs(site);
}

static bool is_noted(unsigned fd)
{
    return fd < HIDDEN && (atomic_load_explicit(&hidden[fd / BITS], memory_order_relaxed) & (uint64_t)1 << fd % BITS) != 0;
}

bool descriptor_is_hidden(int fd, const void *site)
{
    if (__builtin_expect(fd < 0 || !is_noted((unsigned)fd), 1))
        return false;
    if (is_program(site)) {
        errno = EBADF;
        return true;
    }
    if (!(thrum_self.guard & SELF_VFORK))
        atomic_fetch_and(&hidden[fd / BITS], ~((uint64_t)1 << fd % BITS));
    return false;
}

int descriptor_next_hidden(unsigned from, const void *site)
{
    for (unsigned fd = from; fd < HIDDEN; fd++)
        if (is_noted(fd))
            return is_program(site) ? (int)fd : -1;
    return -1;
}

/* The lowest number for a sink's descriptors: near the end, where the process may not have as many. */
static int lowest(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= ENOUGH)
        return LOWEST;
    return (int)limit.rlim_cur * LOWEST / ENOUGH;
}

/* Moves a new descriptor of a sink's; where that can't be, it stays. */
static int moved(int fd)
{
    int saved = errno, to = fd >= 0 && fd < LOWEST ? REAL(fcntl)(fd, F_DUPFD_CLOEXEC, lowest()) : -1;

    errno = saved;
    if (to < 0)
        return fd;
    REAL(syscall)(SYS_close, fd);
    if (to < HIDDEN)
        atomic_fetch_or(&hidden[to / BITS], (uint64_t)1 << to % BITS);
    return to;
}

INTERPOSE int socket(int domain, int type, int protocol)
{
    int fd = REAL(socket)(domain, type, protocol);

    return is_sinks_thread() ? moved(fd) : fd;
}

INTERPOSE ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    ssize_t size = REAL(recvmsg)(fd, message, flags);

    if (size < 0 || !is_sinks_thread())
        return size;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part))
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
            for (size_t at = CMSG_LEN(0); at + sizeof(int) <= part->cmsg_len; at += sizeof(int)) {
                int *received = (int *)(void *)((char *)part + at);
                *received = moved(*received);
            }
    return size;
}
