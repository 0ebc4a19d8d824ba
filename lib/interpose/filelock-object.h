/* SPDX-License-Identifier: MIT */
/*
 * File locks as objects. flock() and fcntl() know nothing of each other's locks, so a file has two: one by flock(), and
 * one for all of its records (byte ranges), which a descriptor holds from its first range on until that is given back.
 */
#ifndef THRUM_INTERPOSE_FILELOCK_OBJECT_H
#define THRUM_INTERPOSE_FILELOCK_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

enum filelock { FILELOCK_FLOCK, FILELOCK_RECORD, FILELOCKS };

/* The object's id as events carry it (events.h says how it is made); 0 where the descriptor is none. Keeps errno. */
uint64_t filelock_id(int fd, enum filelock which);

/*
 * What descriptors hold. A descriptor is closed behind our back at times (exec, a system call): then what it held is
 * released when it is used again. All are async-signal-safe and approximate where threads race on one descriptor.
 */
struct filelock_hold {
    uint64_t id;   /* 0: nothing */
    int64_t first; /* byte that it was taken for first */
    int32_t pid;   /* record locks aren't inherited; of flock's the parent's descriptor tells */
};

/* NULL: there is no memory to keep it in. `make` it where it isn't there. */
struct filelock_hold *filelock_hold(int fd, enum filelock which, bool make);

/* The first descriptor from this one on that holds something, -1 where there is none. */
int filelock_next(unsigned from);

/* Tells the name of a file's lock, if that wasn't done lately. Keeps errno. */
void filelock_tell_name(int fd, uint64_t id);

#endif
