/* SPDX-License-Identifier: MIT */
/*
 * The checker's concurrent paths, for ThreadSanitizer (make check-sanitizers): threads take locks in known and new orders,
 * wait, wake, are created and joined, make and end objects, all at once; what they find is none of this test's business.
 * What the checker reads of other threads on purpose, and reads again, is listed in check-threads.supp.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "check/check.h"
#include "core/self.h"
#include "probe/emit.h"
#include "probe/probe.h"
#include "probe/process.h"
#include "records.h"
#include "sink.h"
#include "suite.h"

enum { THREADS = 6, ROUNDS = 400, LOCKS = 32 };

static pthread_mutex_t locks[LOCKS];

/* No sink: what is found is told to nobody else. */
volatile unsigned probe_sinks;
void (*emit_sinks[1])(enum thrum_event_id id, const void *record);

bool emit_module(uint64_t address)
{
    (void)address;
    return true;
}

void emit_record_apart(enum thrum_event_id id, const void *record)
{
    (void)id, (void)record;
}

const char *process_executable(void)
{
    return "check-threads";
}

static void tell(enum thrum_event_id id, const void *record)
{
    self_enter();
    check_sink.emit(id, record);
    self_leave();
}
#undef EMIT
#define EMIT(name, ...) tell(THRUM_EVENT_##name, &(struct thrum_event_##name){.common = {self_pid(), self_tid()}, __VA_ARGS__})

static uint64_t address(const void *at)
{
    return (uint64_t)(uintptr_t)at;
}

static uint64_t site(int number)
{
    return address(&locks) + 0x100000 + (uint64_t)number;
}

static void take(int lock, int from)
{
    if (pthread_mutex_trylock(&locks[lock]) != 0) {
        EMIT(acquire_begin, .object = address(&locks[lock]), .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive,
             .how = from ? THRUM_how_block : THRUM_how_timed, .timeout = from ? -1 : 1, .site = site(from));
        pthread_mutex_lock(&locks[lock]);
        EMIT(acquire_end, .object = address(&locks[lock]), .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive,
             .how = from ? THRUM_how_block : THRUM_how_timed, .site = site(from));
        return;
    }
    check_acquire(address(&locks[lock]), THRUM_kind_mutex, THRUM_mode_exclusive, THRUM_how_block, site(from), address(__builtin_frame_address(0)));
}

static void give(int lock, int from)
{
    check_release(address(&locks[lock]), THRUM_kind_mutex, THRUM_mode_exclusive, site(from), address(__builtin_frame_address(0)));
    pthread_mutex_unlock(&locks[lock]);
}

/* Locks are taken upwards, so the threads get on; the checker sees new orders all the while, and objects that end. */
static void *work(void *number)
{
    unsigned seed = (unsigned)(uintptr_t)number;

    EMIT(thread_begin, .serial = (uint64_t)(uintptr_t)number, .handle = (uint64_t)pthread_self());
    for (int round = 0; round < ROUNDS; round++) {
        int low = rand_r(&seed) % (LOCKS - 1), high = low + 1 + rand_r(&seed) % (LOCKS - 1 - low);
        uint64_t own = address(&seed) + 64 * (uint64_t)(round % 4 + 1);

        take(low, 0);
        take(high, 1);
        EMIT(object_init, .object = own, .kind = THRUM_kind_semaphore, .value = 0, .site = site(2));
        give(high, 3);
        give(low, 4);
        EMIT(wait_begin, .object = own, .kind = THRUM_kind_condition, .timeout = 1, .site = site(5));
        EMIT(wake, .object = own, .kind = THRUM_kind_condition, .site = site(6));
        EMIT(wait_end, .object = own, .kind = THRUM_kind_condition, .result = ETIMEDOUT, .site = site(5));
        EMIT(object_destroy, .object = own, .kind = THRUM_kind_semaphore, .site = site(7));
        /* What others may hold or wait for: they are looked through. */
        if (round % 16 == 0)
            EMIT(object_destroy, .object = address(&locks[high]), .kind = THRUM_kind_unknown, .site = site(10));
    }
    EMIT(thread_end, .handle = (uint64_t)pthread_self());
    return NULL;
}

START_TEST(threads_lock_wait_come_and_go)
{
    pthread_t threads[THREADS];

    check_configure(&(struct env){.check = ENV_CHECK_REPORT, .check_log = "/dev/null"});
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&locks[i], NULL);
    for (uintptr_t generation = 0; generation < 3; generation++) {
        for (uintptr_t i = 0; i < THREADS; i++) {
            EMIT(spawn, .serial = generation * THREADS + i + 1, .site = site(8));
            ck_assert_int_eq(pthread_create(&threads[i], NULL, work, (void *)(generation * THREADS + i + 1)), 0);
            EMIT(spawn_end, .serial = generation * THREADS + i + 1, .handle = (uint64_t)threads[i]);
        }
        for (uintptr_t i = 0; i < THREADS; i++) {
            EMIT(wait_begin, .object = (uint64_t)threads[i], .kind = THRUM_kind_thread, .timeout = 1, .site = site(9));
            ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
            EMIT(wait_end, .object = (uint64_t)threads[i], .kind = THRUM_kind_thread, .site = site(9));
        }
    }
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("check-threads");
    TCase *tcase = tcase_create("together");

    tcase_set_timeout(tcase, 200);
    tcase_add_test(tcase, threads_lock_wait_come_and_go);
    suite_add_tcase(suite, tcase);
    return suite;
}
