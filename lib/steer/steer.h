/* SPDX-License-Identifier: MIT */
/* libthrum-steer.so: pauses threads at calls that may block. Loaded by thrum confirm and thrum stress only. */
#ifndef THRUM_STEER_H
#define THRUM_STEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "steering.h"

/* NULL: this process isn't steered. */
extern struct steer *steer_plan __attribute__((visibility("hidden")));

/* The thread is about to make a call that may block; `site` is where it returns to. Keeps errno. */
__attribute__((visibility("hidden"))) void steer_arrive(const void *site);

/* A thread was created; the next number is its. */
__attribute__((visibility("hidden"))) uint32_t steer_creating(void);
__attribute__((visibility("hidden"))) void steer_created(uint32_t number, uint64_t handle);

/* The calling thread's number: 0 the first one's, UINT32_MAX where it isn't known. */
__attribute__((visibility("hidden"))) uint32_t steer_number(void);

/* --- the two ways --- */
__attribute__((visibility("hidden"))) void steer_confirm(uint64_t site);
__attribute__((visibility("hidden"))) void steer_stress(void);

/* --- time --- */
__attribute__((visibility("hidden"))) int64_t steer_now_ns(void);
__attribute__((visibility("hidden"))) void steer_sleep_ns(int64_t ns);

/* Waits until *word isn't `seen` any more, or so long; other processes may change it. */
__attribute__((visibility("hidden"))) void steer_wait(_Atomic uint32_t *word, uint32_t seen, int64_t ns);
__attribute__((visibility("hidden"))) void steer_changed(void);

#endif
