/* SPDX-License-Identifier: MIT */
/*
 * Hand-made event sequences, tersely: statements "THREAD VERB ARGUMENTS" ended by ';' or a new line.
 *
 *     main start T1; main start T2
 *     T1 lock A @10; T2 lock B @20; T1 want B @11; T2 want A @21
 *
 * Threads: `main` is process 100's, `q.main` and `q.T1` those of process 200, `r.` 300; tids, pthread_t and serial numbers
 * follow from the name. `T2 like T1` gives T2 the tid and pthread_t of T1.
 * Objects: the first letter says what it is: S semaphore, R rwlock, C condition, W barrier, E event, K lock, F file's lock, else a mutex.
 * Each statement is 1000 ns after the one before. @N is the call's site, SCRIPT_SITE(N); without it, one of its own.
 *
 *     main process [EXE] [PPID]             process_begin
 *     main exit                             process_end
 *     main handler SIGNAL [none]             interrupt_handler
 *     main begin | end | name TEXT | detach T1
 *     main start T1                         spawn, thread_begin and spawn_end
 *     main spawn T1 | spawned T1 [RESULT]   one by one; T1 begin is the child's own
 *     main join T1 | joining T1 | joined T1 [RESULT]
 *     main init A [type=recursive] [value=1] [shared]
 *     main destroy A | free A | label A TEXT    free: the memory that it is in
 *     T1 held A count=1 age=NS
 *     T1 lock A | trylock A | timedlock A | rdlock R      got at once
 *     T1 want A | wantrd R [timeout=NS]     blocks
 *     T1 got A | gotrd R [RESULT]           blocks no longer
 *     T1 fail A [RESULT]                    a try that failed
 *     T1 unlock A | post S
 *     T1 wait C [A] [timeout=NS] | waited C [A] [RESULT]
 *     T1 signal C | broadcast C
 *     T1 order A B                          order_edge: B is taken under A
 *     T1 told KIND CERTAINTY                finding
 */
#ifndef THRUM_TESTS_SCRIPT_H
#define THRUM_TESTS_SCRIPT_H

#include <stdint.h>
#include "trace/reader.h"

#define SCRIPT_SITE(n) (0x400000u + (n))
#define SCRIPT_STEP_NS 1000

struct script;

/* Events are given to take(). */
struct script *script_new(void (*take)(void *self, const struct trace_event *), void *self);
void script_free(struct script *);

/* Plays more of it; a statement that isn't one ends the test. */
void script_play(struct script *, const char *text);

/* What names stand for. */
int32_t script_tid(struct script *, const char *thread);
uint64_t script_address(struct script *, const char *object);

/* The name that stands for it, "?" where none does. A serial number comes first: tids are used again. */
const char *script_thread(const struct script *, int32_t tid, uint64_t serial);
const char *script_object(const struct script *, uint64_t address);

#endif
