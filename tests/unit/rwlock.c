/* SPDX-License-Identifier: MIT */
/* Read-write lock and spinlock: who gets in beside whom, in which order, timeouts, and what they tell. */
#include <errno.h>
#include "other.h"
#include "probes.h"
#include "suite.h"
#include "thrum/rwlock.h"
#include "thrum/spinlock.h"

static struct thrum_rwlock rwlock;

OTHER_CALL(acquire_read, thrum_rwlock_acquire_read, struct thrum_rwlock)
OTHER_CALL(acquire_write, thrum_rwlock_acquire_write, struct thrum_rwlock)
OTHER_CALL(try_read, thrum_rwlock_try_acquire_read, struct thrum_rwlock)
OTHER_CALL(try_write, thrum_rwlock_try_acquire_write, struct thrum_rwlock)
OTHER_CALL(release_read, thrum_rwlock_release_read, struct thrum_rwlock)

static int write_briefly(void *lock)
{
    return thrum_rwlock_acquire_write_for(lock, THRUM_MILLISECONDS(20));
}

START_TEST(readers_share_and_a_writer_does_not)
{
    struct thrum_rwlock *heap;
    struct timespec past = { 1, 0 };
    ck_assert_int_eq(thrum_rwlock_create(&heap, "table"), 0);
    ck_assert_int_eq(thrum_rwlock_acquire_read(heap), 0);
    ck_assert_int_eq(elsewhere(try_read, heap), 0);
    ck_assert_uint_eq(thrum_rwlock_readers(heap), 2);
    ck_assert_int_eq(thrum_rwlock_try_acquire_write(heap), EBUSY);
    ck_assert_int_eq(thrum_rwlock_acquire_write_for(heap, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_rwlock_acquire_write_until(heap, &past), ETIMEDOUT);
    ck_assert_int_eq(thrum_rwlock_release_write(heap), EPERM);
    ck_assert_int_eq(thrum_rwlock_release_read(heap), 0);
    ck_assert_int_eq(elsewhere(release_read, heap), 0);
    ck_assert_int_eq(thrum_rwlock_release_read(heap), EPERM);
    ck_assert_int_eq(thrum_rwlock_acquire_write(heap), 0);
    ck_assert(thrum_rwlock_written(heap));
    ck_assert_int_eq(thrum_rwlock_try_acquire_read(heap), EBUSY);
    ck_assert_int_eq(elsewhere(try_write, heap), EBUSY);
    ck_assert_int_eq(thrum_rwlock_acquire_read_for(heap, THRUM_MICROSECONDS(10)), ETIMEDOUT);
    ck_assert_int_eq(thrum_rwlock_acquire_read_until(heap, &past), ETIMEDOUT);
    ck_assert_int_eq(thrum_rwlock_acquire_read_for(heap, -2), EINVAL);
    ck_assert_int_eq(thrum_rwlock_release_read(heap), EPERM);
    ck_assert_int_eq(thrum_rwlock_destroy(heap), EBUSY);
    ck_assert_int_eq(thrum_rwlock_release_write(heap), 0);
    ck_assert_int_eq(thrum_rwlock_destroy(heap), 0);
}
END_TEST

START_TEST(who_comes_later_waits_behind_a_waiting_writer)
{
    struct other writer, reader;
    probes_start();
    thrum_rwlock_init(&rwlock, NULL);
    thrum_rwlock_acquire_read(&rwlock);
    other_start(&writer, acquire_write, &rwlock);
    probes_await("acquire_begin", &rwlock, 1);
    while (elsewhere(try_read, &rwlock) == 0) /* the writer is about to be listed */
        elsewhere(release_read, &rwlock);
    other_start(&reader, acquire_read, &rwlock);
    probes_await("acquire_begin", &rwlock, 2);
    thrum_rwlock_release_read(&rwlock);
    ck_assert_int_eq(other_end(&writer), 0);
    ck_assert(thrum_rwlock_written(&rwlock));
    thrum_rwlock_release_write(&rwlock);
    ck_assert_int_eq(other_end(&reader), 0);
    ck_assert_uint_eq(thrum_rwlock_readers(&rwlock), 1);
}
END_TEST

START_TEST(all_readers_behind_a_writer_come_in_together)
{
    struct other reader[4];
    probes_start();
    thrum_rwlock_init(&rwlock, NULL);
    thrum_rwlock_acquire_write(&rwlock);
    for (int i = 0; i < 4; i++)
        other_start(&reader[i], acquire_read, &rwlock);
    probes_await("acquire_begin", &rwlock, 4);
    thrum_rwlock_release_write(&rwlock);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(other_end(&reader[i]), 0);
    ck_assert_uint_eq(thrum_rwlock_readers(&rwlock), 4);
}
END_TEST

START_TEST(a_writer_that_gives_up_lets_those_behind_it_in)
{
    struct other writer, reader;
    probes_start();
    thrum_rwlock_init(&rwlock, NULL);
    thrum_rwlock_acquire_read(&rwlock);
    other_start(&writer, write_briefly, &rwlock);
    probes_await("acquire_begin", &rwlock, 1);
    other_start(&reader, acquire_read, &rwlock);
    ck_assert_int_eq(other_end(&writer), ETIMEDOUT);
    ck_assert_int_eq(other_end(&reader), 0);
    ck_assert_uint_eq(thrum_rwlock_readers(&rwlock), 2);
    ck_assert_int_eq(thrum_rwlock_release_read(&rwlock), 0);
    ck_assert_int_eq(thrum_rwlock_release_read(&rwlock), 0);
    ck_assert_int_eq(thrum_rwlock_try_acquire_write(&rwlock), 0);
}
END_TEST

START_TEST(a_rwlock_tells_its_story)
{
    static struct thrum_rwlock table = THRUM_RWLOCK_INIT_NAMED("table");
    probes_start();
    thrum_rwlock_acquire_read(&table);
    thrum_rwlock_try_acquire_write(&table);
    thrum_rwlock_release_read(&table);
    thrum_rwlock_acquire_write_for(&table, 3);
    thrum_rwlock_acquire_read_for(&table, 4);
    thrum_rwlock_release_write(&table);
    thrum_rwlock_destroy(&table);
    ck_assert_str_eq(probes_story(&table),
                     "init name acquire acquire_fail release acquire acquire_begin acquire_end release destroy");
    ck_assert_int_eq(probes_get(&table, 2)->mode, THRUM_mode_shared);
    ck_assert_int_eq(probes_get(&table, 3)->mode, THRUM_mode_exclusive);
    ck_assert_int_eq(probes_get(&table, 4)->mode, THRUM_mode_shared);
    ck_assert_int_eq(probes_get(&table, 5)->how, THRUM_how_timed);
    ck_assert_int_eq(probes_get(&table, 7)->result, ETIMEDOUT);
    ck_assert_int_eq(probes_get(&table, 8)->mode, THRUM_mode_exclusive);
    ck_assert_int_eq(probes_get(&table, 8)->kind, THRUM_kind_rwlock);
}
END_TEST

/* --- spinlocks --- */

OTHER_CALL(spin, thrum_spinlock_acquire, struct thrum_spinlock)

START_TEST(a_spinlock_locks)
{
    struct thrum_spinlock fixed = THRUM_SPINLOCK_INIT, *heap;
    struct other other;
    probes_start();
    ck_assert_int_eq(thrum_spinlock_create(&heap, "slot"), 0);
    ck_assert_int_eq(thrum_spinlock_acquire(&fixed), 0);
    ck_assert_int_eq(thrum_spinlock_acquire(heap), 0);
    ck_assert(thrum_spinlock_locked(heap));
    ck_assert_int_eq(thrum_spinlock_try_acquire(heap), EBUSY);
    ck_assert_int_eq(thrum_spinlock_acquire_for(heap, THRUM_MICROSECONDS(50)), ETIMEDOUT);
    ck_assert_int_eq(thrum_spinlock_acquire_for(heap, -2), EINVAL);
    ck_assert_int_eq(thrum_spinlock_destroy(heap), EBUSY);
    other_start(&other, spin, heap);
    probes_await("acquire_begin", heap, 2);
    ck_assert_int_eq(thrum_spinlock_release(heap), 0);
    ck_assert_int_eq(other_end(&other), 0);
    ck_assert_int_eq(thrum_spinlock_release(heap), 0);
    ck_assert_int_eq(thrum_spinlock_release(heap), EPERM);
    ck_assert_int_eq(probes_get(heap, 0)->kind, THRUM_kind_spinlock);
    ck_assert_str_eq(probes_story(heap), "init name acquire acquire_fail acquire_begin acquire_end acquire_begin release "
                                         "acquire_end release");
    ck_assert_int_eq(thrum_spinlock_destroy(heap), 0);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("rwlock");
    TCase *tcase = tcase_create("rwlock");
    tcase_add_test(tcase, readers_share_and_a_writer_does_not);
    tcase_add_test(tcase, who_comes_later_waits_behind_a_waiting_writer);
    tcase_add_test(tcase, all_readers_behind_a_writer_come_in_together);
    tcase_add_test(tcase, a_writer_that_gives_up_lets_those_behind_it_in);
    tcase_add_test(tcase, a_rwlock_tells_its_story);
    suite_add_tcase(suite, tcase);
    TCase *spinlock = tcase_create("spinlock");
    tcase_add_test(spinlock, a_spinlock_locks);
    suite_add_tcase(suite, spinlock);
    return suite;
}
