/* SPDX-License-Identifier: MIT */
/* All of libthrum: the primitives of CPython's _thread, and what people build on them, for C and C++. */
#ifndef THRUM_THRUM_H
#define THRUM_THRUM_H

#include <thrum/barrier.h>
#include <thrum/base.h>
#include <thrum/check.h>
#include <thrum/condition.h>
#include <thrum/error.h>
#include <thrum/event.h>
#include <thrum/future.h>
#include <thrum/group.h>
#include <thrum/interrupt.h>
#include <thrum/io.h>
#include <thrum/local.h>
#include <thrum/lock.h>
#include <thrum/pool.h>
#include <thrum/print.h>
#include <thrum/queue.h>
#include <thrum/rlock.h>
#include <thrum/rwlock.h>
#include <thrum/semaphore.h>
#include <thrum/signals.h>
#include <thrum/spinlock.h>
#include <thrum/thread.h>
#include <thrum/watchdog.h>

#endif
