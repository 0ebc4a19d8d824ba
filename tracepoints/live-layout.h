/* SPDX-License-Identifier: MIT */
/*
 * Where a debugger or deadlock-report --pid finds what the checker knows of a running process: libthrum exports one
 * `struct thrum_live` under the name check_live, which says where the list of threads begins and how its records are laid
 * out. All numbers are in bytes; addresses are the process's.
 */
#ifndef THRUM_TRACEPOINTS_LIVE_LAYOUT_H
#define THRUM_TRACEPOINTS_LIVE_LAYOUT_H

#include <stdint.h>

#define THRUM_LIVE_SYMBOL "check_live"
#define THRUM_LIVE_MAGIC 0x6576696c6d757268u /* "hrumlive" */
enum { THRUM_LIVE_VERSION = 4, THRUM_LIVE_STACK_MAX = 64, THRUM_LIVE_INHERITED = 255 };

struct thrum_live {
    uint64_t magic;
    uint32_t version, size; /* of this struct */
    uint64_t on;            /* address of a word that isn't 0 while the checker works */
    uint64_t threads;       /* address of the pointer to the first thread's record, 0 at the end of the list */
    struct {
        uint32_t size, next, tid, handle, name, name_size, ended, held, top;
        uint32_t sequence; /* odd while it blocks */
        uint32_t object, wait_handle, kind, mode, timed, stack;
    } thread;
    struct {
        uint32_t size, object, stack, depth, kind, mode;
        uint32_t how; /* THRUM_LIVE_INHERITED: the process that this one was forked from took it, and may hold it */
    } held;
    struct {
        uint32_t count, at;
    } stack;
    struct {
        uint64_t table; /* address of the pointers to what sites from `first` on stand for, 0 where there is none */
        uint64_t first;
        uint32_t count, function, file, line; /* how many there may be; in each: two pointers to text, a number */
    } lines;
    struct {
        /* Records of objects, by no order: where one was made. At `tables` the addresses of so many tables, 0 where there is none; the first
           has so many records, each of the others `growth` powers of two more than the one before. */
        uint64_t tables;
        uint32_t levels, count, growth, size, object, site;
    } births;
};

#endif
