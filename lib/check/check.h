/* SPDX-License-Identifier: MIT */
/* The checker: a sink that finds problems while the program runs. */
#ifndef THRUM_CHECK_H
#define THRUM_CHECK_H

#include "core/env.h"
#include "core/visibility.h"
#include "sink.h"

extern const struct thrum_sink check_sink;

/* What THRUM_CHECK wants, before the sink is started. */
void check_configure(const struct env *env);

/*
 * An acquire and a release where no other sink listens: what the sink does with these events, without making events of them.
 * `frame` is the address of the frame that `site` returns to, or one at a constant distance from it. See fast.h.
 */
THRUM_PRIVATE void check_acquire(uint64_t object, uint8_t kind, uint8_t mode, uint8_t how, uint64_t site, uintptr_t frame);
THRUM_PRIVATE void check_release(uint64_t object, uint8_t kind, uint8_t mode, uint64_t site, uintptr_t frame);

/*
 * The calling thread gives back a lock that it gives back last, or has got one that may be such: see over.h. The
 * release and the acquire are told of as well.
 */
THRUM_PRIVATE void check_ends(uint64_t lock);
THRUM_PRIVATE void check_awaited(uint64_t lock);

/* The same of a wake. */
void check_wake(uint64_t object, uint8_t kind, uint64_t site, uintptr_t frame);

/* The calling thread is about to block for what other processes may have. */
THRUM_PRIVATE void check_shares(void);

/* A call that isn't async-signal-safe, perhaps in a handler. `frame` as above. */
THRUM_PRIVATE void check_unsafe(const char *function, uint64_t site, uintptr_t frame);

/* The calling thread lets signals come that it had blocked. */
THRUM_PRIVATE void check_unblocks(void);

/* A signal's handler was set to one of the program's, or to none. */
THRUM_PRIVATE void check_handler(int signal, bool set);

/* Memory whose objects end: whether it may be unreadable, a mapping rather than a block or a stack. */
extern THRUM_PRIVATE __thread bool check_mapping_ends __attribute__((tls_model("initial-exec")));

/* Whether the acquire that the calling thread begins closed a deadlock that is to be broken: EDEADLK, else 0. Asked once. */
int check_refusal(void);

/* A thread is about to sleep on a word with this value, until it is woken. EDEADLK where that is to be broken, else 0. */
int check_sleeps(const _Atomic uint32_t *word, uint32_t expected);

#endif
