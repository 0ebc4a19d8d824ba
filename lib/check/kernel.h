/* SPDX-License-Identifier: MIT */
/* What the kernel says that a thread of this process does. No allocation, no lock; errno may change. */
#ifndef THRUM_CHECK_KERNEL_H
#define THRUM_CHECK_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

/* The system call that a thread sleeps in, with its first arguments. */
struct kernel_call {
    bool runs; /* it is in none, or isn't asleep there */
    uint64_t number;
    uint64_t arguments[4];
};

/* False where that can't be known: the thread is gone, or the kernel doesn't tell. */
bool kernel_ask(int32_t tid, struct kernel_call *call);

/* Calls a function with the id of each thread that this process has; how many those are, 0 where that can't be known. */
int kernel_each_thread(void (*meet)(int32_t tid, void *argument), void *argument);

/* Whether the address lies in memory that no other process shares. Under the checker's lock. */
bool kernel_is_private(uint64_t address);

#endif
