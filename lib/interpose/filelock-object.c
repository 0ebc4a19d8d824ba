/* SPDX-License-Identifier: MIT */
/* Ids and names of file locks, and what descriptors hold. */
#include "interpose/filelock-object.h"

#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "core/memory.h"
#include "interpose/interpose.h"

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

uint64_t filelock_id(int fd, enum filelock which)
{
    int saved = errno;
    struct stat file;
    uint64_t id = 0;

    if (fstat(fd, &file) == 0)
        id = mix(mix((uint64_t)file.st_dev) + 2 * (uint64_t)file.st_ino + which) | (uint64_t)1 << 63;
    errno = saved;
    return id;
}

/* --- holds: a table of two levels that grows with the descriptors in use --- */

enum { LEAF = 256, LEAVES = 4096 };
typedef struct filelock_hold leaf_holds[LEAF][FILELOCKS];
static _Atomic(leaf_holds *) leaves[LEAVES];

static leaf_holds *leaf_make(_Atomic(leaf_holds *) *slot)
{
    leaf_holds *there = NULL, *fresh = memory_keep(sizeof(*fresh));

    return !fresh || atomic_compare_exchange_strong(slot, &there, fresh) ? fresh : there;
}

struct filelock_hold *filelock_hold(int fd, enum filelock which, bool make)
{
    leaf_holds *leaf;

    if (fd < 0 || fd >= LEAF * LEAVES)
        return NULL;
    leaf = atomic_load_explicit(&leaves[fd / LEAF], memory_order_acquire);
    if (!leaf && make)
        leaf = leaf_make(&leaves[fd / LEAF]);
    return leaf ? &(*leaf)[fd % LEAF][which] : NULL;
}

int filelock_next(unsigned from)
{
    for (unsigned fd = from; fd < LEAF * LEAVES; fd++) {
        leaf_holds *leaf = atomic_load_explicit(&leaves[fd / LEAF], memory_order_acquire);

        if (!leaf)
            fd |= LEAF - 1; /* none of these */
        else if ((*leaf)[fd % LEAF][FILELOCK_FLOCK].id != 0 || (*leaf)[fd % LEAF][FILELOCK_RECORD].id != 0)
            return (int)fd;
    }
    return -1;
}

/* --- names --- */

enum { NAMED = 256, PATH_LENGTH = 1024 };
static _Atomic uint64_t named[NAMED];

static char *add_number(char *at, unsigned number)
{
    if (number >= 10)
        at = add_number(at, number / 10);
    *at = (char)('0' + number % 10);
    return at + 1;
}

void filelock_tell_name(int fd, uint64_t id)
{
    static const char directory[] = "/proc/self/fd/";
    char link[sizeof(directory) + 12], path[PATH_LENGTH];
    int saved = errno;
    ssize_t length;

    if (atomic_exchange_explicit(&named[id % NAMED], id, memory_order_relaxed) == id)
        return;
    __builtin_memcpy(link, directory, sizeof(directory));
    *add_number(link + sizeof(directory) - 1, (unsigned)fd) = 0;
    length = readlink(link, path, sizeof(path) - 1);
    errno = saved;
    if (length <= 0)
        return;
    path[length] = 0;
    probe_name((const void *)(uintptr_t)id, THRUM_kind_file_lock, path);
}
