/* SPDX-License-Identifier: MIT */
/* Lock and recursive lock: results, timeouts, owners, and what they tell the probes. */
#include <errno.h>
#include "other.h"
#include "probes.h"
#include "suite.h"
#include "thrum/lock.h"
#include "thrum/rlock.h"

OTHER_CALL(acquire, thrum_lock_acquire, struct thrum_lock)
OTHER_CALL(try_acquire, thrum_lock_try_acquire, struct thrum_lock)
OTHER_CALL(release, thrum_lock_release, struct thrum_lock)
OTHER_CALL(racquire, thrum_rlock_acquire, struct thrum_rlock)
OTHER_CALL(rtry, thrum_rlock_try_acquire, struct thrum_rlock)
OTHER_CALL(rrelease, thrum_rlock_release, struct thrum_rlock)

static int acquire_briefly(void *lock)
{
    return thrum_lock_acquire_for(lock, THRUM_MILLISECONDS(5));
}

static const struct timespec past = { 1, 0 };

START_TEST(static_created_and_zeroed_locks_are_free)
{
    static struct thrum_lock fixed = THRUM_LOCK_INIT, zeroed;
    struct thrum_lock local, *heap;
    ck_assert_int_eq(thrum_lock_init(&local, NULL), 0);
    ck_assert_int_eq(thrum_lock_create(&heap, NULL), 0);
    struct thrum_lock *all[] = { &fixed, &zeroed, &local, heap };
    for (int i = 0; i < 4; i++) {
        ck_assert(!thrum_lock_locked(all[i]));
        ck_assert_int_eq(thrum_lock_acquire(all[i]), 0);
        ck_assert(thrum_lock_locked(all[i]));
        ck_assert_int_eq(thrum_lock_destroy(all[i]), EBUSY);
        ck_assert_int_eq(thrum_lock_release(all[i]), 0);
        ck_assert_int_eq(thrum_lock_destroy(all[i]), 0);
    }
}
END_TEST

START_TEST(a_held_lock_is_busy_for_its_own_thread_too)
{
    struct thrum_lock lock = THRUM_LOCK_INIT;
    ck_assert_int_eq(thrum_lock_acquire(&lock), 0);
    ck_assert_int_eq(thrum_lock_try_acquire(&lock), EBUSY);
    ck_assert_int_eq(elsewhere(try_acquire, &lock), EBUSY);
    ck_assert_int_eq(thrum_lock_acquire_for(&lock, 0), ETIMEDOUT);
    ck_assert_int_eq(thrum_lock_acquire_for(&lock, THRUM_MICROSECONDS(100)), ETIMEDOUT);
    ck_assert_int_eq(thrum_lock_acquire_until(&lock, &past), ETIMEDOUT);
    ck_assert_int_eq(elsewhere(acquire_briefly, &lock), ETIMEDOUT);
}
END_TEST

START_TEST(timeouts_are_checked)
{
    struct thrum_lock lock = THRUM_LOCK_INIT;
    struct timespec bad = { 0, 1000000000 }, before = { -1, 0 };
    ck_assert_int_eq(thrum_lock_acquire_for(&lock, -2), EINVAL);
    ck_assert_int_eq(thrum_lock_acquire_until(&lock, &bad), EINVAL);
    ck_assert(!thrum_lock_locked(&lock));
    ck_assert_int_eq(thrum_lock_acquire_for(&lock, THRUM_FOREVER), 0);
    ck_assert_int_eq(thrum_lock_acquire_until(&lock, &before), ETIMEDOUT);
    ck_assert_int_eq(thrum_lock_release(&lock), 0);
    ck_assert_int_eq(thrum_lock_acquire_until(&lock, NULL), 0);
    ck_assert_int_eq(thrum_lock_release(&lock), 0);
    ck_assert_int_eq(thrum_lock_acquire_for(&lock, THRUM_TIMEOUT_MAX), 0);
}
END_TEST

static int acquire_for_ages(void *lock)
{
    return thrum_lock_acquire_for(lock, THRUM_TIMEOUT_MAX);
}

START_TEST(the_longest_timeout_waits)
{
    struct thrum_lock lock = THRUM_LOCK_INIT;
    struct other other;
    probes_start();
    ck_assert_int_eq(thrum_lock_acquire(&lock), 0);
    other_start(&other, acquire_for_ages, &lock);
    probes_await("acquire_begin", &lock, 1);
    ck_assert_int_eq(thrum_lock_release(&lock), 0);
    ck_assert_int_eq(other_end(&other), 0);
    ck_assert(thrum_lock_locked(&lock));
    ck_assert_int_eq(probes_get(&lock, 2)->timeout, THRUM_TIMEOUT_MAX);
}
END_TEST

START_TEST(any_thread_may_release)
{
    struct thrum_lock lock = THRUM_LOCK_INIT;
    ck_assert_int_eq(thrum_lock_acquire(&lock), 0);
    ck_assert_int_eq(elsewhere(release, &lock), 0);
    ck_assert_int_eq(thrum_lock_acquire(&lock), 0);
    ck_assert_int_eq(thrum_lock_release(&lock), 0);
}
END_TEST

START_TEST(releasing_a_free_lock_is_an_error_and_changes_nothing)
{
    struct thrum_lock lock = THRUM_LOCK_INIT;
    ck_assert_int_eq(thrum_lock_release(&lock), EPERM);
    ck_assert_int_eq(thrum_lock_acquire(&lock), 0);
    ck_assert_int_eq(thrum_lock_release(&lock), 0);
    ck_assert_int_eq(elsewhere(release, &lock), EPERM);
}
END_TEST

START_TEST(a_release_lets_the_waiter_through)
{
    struct thrum_lock lock = THRUM_LOCK_INIT;
    struct other other[3];
    probes_start();
    ck_assert_int_eq(thrum_lock_acquire(&lock), 0);
    for (int i = 0; i < 3; i++)
        other_start(&other[i], acquire, &lock);
    probes_await("acquire_begin", &lock, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(thrum_lock_release(&lock), 0);
        probes_await("acquire_end", &lock, i + 1);
    }
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(other_end(&other[i]), 0);
    ck_assert(thrum_lock_locked(&lock));
}
END_TEST

START_TEST(a_lock_tells_its_story)
{
    static struct thrum_lock lock = THRUM_LOCK_INIT_NAMED("accounts");
    probes_start();
    thrum_lock_acquire(&lock);
    thrum_lock_try_acquire(&lock);
    thrum_lock_acquire_for(&lock, 7);
    thrum_lock_release(&lock);
    thrum_lock_release(&lock);
    thrum_lock_destroy(&lock);
    ck_assert_str_eq(probes_story(&lock), "init name acquire acquire_fail acquire_begin acquire_end release destroy");
    ck_assert_str_eq(probes_get(&lock, 1)->name, "accounts");
    ck_assert_int_eq(probes_get(&lock, 2)->kind, THRUM_kind_lock);
    ck_assert_int_eq(probes_get(&lock, 2)->how, THRUM_how_block);
    ck_assert_int_eq(probes_get(&lock, 3)->result, EBUSY);
    ck_assert_int_eq(probes_get(&lock, 3)->how, THRUM_how_try);
    ck_assert_int_eq(probes_get(&lock, 4)->timeout, 7);
    ck_assert_int_eq(probes_get(&lock, 5)->result, ETIMEDOUT);
}
END_TEST

START_TEST(the_site_is_the_callers)
{
    struct thrum_lock lock;
    char *here = (char *)the_site_is_the_callers_fn;
    probes_start();
    thrum_lock_init(&lock, "site");
    thrum_lock_acquire(&lock);
    thrum_lock_release(&lock);
    const char *sites[] = { probes_get(&lock, 0)->site, probes_get(&lock, 2)->site, probes_get(&lock, 3)->site };
    for (int i = 0; i < 3; i++)
        ck_assert_msg(sites[i] > here && sites[i] < here + 1000, "site %d isn't in the test", i);
}
END_TEST

START_TEST(a_probe_that_refuses_is_obeyed)
{
    struct thrum_lock lock = THRUM_LOCK_INIT;
    probes_start();
    thrum_lock_acquire(&lock);
    probes_refuse(EDEADLK);
    ck_assert_int_eq(thrum_lock_acquire(&lock), EDEADLK);
    ck_assert_int_eq(probes_get(&lock, 3)->result, EDEADLK);
}
END_TEST

/* --- recursive --- */

START_TEST(the_owner_acquires_again_and_releases_as_often)
{
    struct thrum_rlock lock = THRUM_RLOCK_INIT;
    for (uint32_t i = 1; i <= 5; i++) {
        ck_assert_int_eq(i % 2 ? thrum_rlock_acquire(&lock) : thrum_rlock_try_acquire(&lock), 0);
        ck_assert_uint_eq(thrum_rlock_depth(&lock), i);
    }
    ck_assert(thrum_rlock_owned(&lock));
    ck_assert_int_eq(elsewhere(rtry, &lock), EBUSY);
    ck_assert_int_eq(thrum_rlock_destroy(&lock), EBUSY);
    for (uint32_t i = 5; i > 0; i--) {
        ck_assert(thrum_rlock_locked(&lock));
        ck_assert_int_eq(thrum_rlock_release(&lock), 0);
    }
    ck_assert(!thrum_rlock_locked(&lock) && !thrum_rlock_owned(&lock));
    ck_assert_int_eq(thrum_rlock_release(&lock), EPERM);
    ck_assert_int_eq(elsewhere(rtry, &lock), 0);
}
END_TEST

START_TEST(only_the_owner_releases)
{
    struct thrum_rlock *lock;
    ck_assert_int_eq(thrum_rlock_create(&lock, "mine"), 0);
    ck_assert_int_eq(thrum_rlock_acquire(lock), 0);
    ck_assert_int_eq(elsewhere(rrelease, lock), EPERM);
    ck_assert_uint_eq(thrum_rlock_depth(lock), 1);
    ck_assert_int_eq(thrum_rlock_release(lock), 0);
    ck_assert_int_eq(elsewhere(racquire, lock), 0);
    ck_assert_int_eq(thrum_rlock_release(lock), EPERM);
    ck_assert_uint_eq(thrum_rlock_depth(lock), 0);
}
END_TEST

START_TEST(recursion_ends_at_the_largest_depth)
{
    struct thrum_rlock lock = THRUM_RLOCK_INIT;
    thrum_rlock_acquire(&lock);
    lock.depth = UINT32_MAX;
    ck_assert_int_eq(thrum_rlock_acquire(&lock), EAGAIN);
    ck_assert_int_eq(thrum_rlock_try_acquire(&lock), EAGAIN);
    ck_assert_uint_eq(thrum_rlock_depth(&lock), UINT32_MAX);
}
END_TEST

static int racquire_briefly(void *lock)
{
    return thrum_rlock_acquire_for(lock, THRUM_MILLISECONDS(5));
}

START_TEST(recursive_timeouts)
{
    struct thrum_rlock lock;
    thrum_rlock_init(&lock, NULL);
    ck_assert_int_eq(thrum_rlock_acquire_for(&lock, THRUM_SECONDS(1)), 0);
    ck_assert_int_eq(thrum_rlock_acquire_for(&lock, 0), 0);
    ck_assert_int_eq(thrum_rlock_acquire_until(&lock, &past), 0);
    ck_assert_int_eq(elsewhere(racquire_briefly, &lock), ETIMEDOUT);
    ck_assert_int_eq(thrum_rlock_acquire_for(&lock, -5), EINVAL);
    ck_assert_uint_eq(thrum_rlock_depth(&lock), 3);
}
END_TEST

START_TEST(a_recursive_lock_tells_its_story)
{
    struct thrum_rlock lock;
    struct other other;
    probes_start();
    thrum_rlock_init(&lock, "deep");
    thrum_rlock_acquire(&lock);
    thrum_rlock_acquire(&lock);
    other_start(&other, racquire, &lock);
    probes_await("acquire_begin", &lock, 1);
    thrum_rlock_release(&lock);
    thrum_rlock_release(&lock);
    ck_assert_int_eq(other_end(&other), 0);
    ck_assert_str_eq(probes_story(&lock), "init name acquire acquire acquire_begin release release acquire_end");
    ck_assert_int_eq(probes_get(&lock, 2)->kind, THRUM_kind_rlock);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("lock");
    TCase *lock = tcase_create("lock");
    tcase_add_test(lock, static_created_and_zeroed_locks_are_free);
    tcase_add_test(lock, a_held_lock_is_busy_for_its_own_thread_too);
    tcase_add_test(lock, timeouts_are_checked);
    tcase_add_test(lock, the_longest_timeout_waits);
    tcase_add_test(lock, any_thread_may_release);
    tcase_add_test(lock, releasing_a_free_lock_is_an_error_and_changes_nothing);
    tcase_add_test(lock, a_release_lets_the_waiter_through);
    tcase_add_test(lock, a_lock_tells_its_story);
    tcase_add_test(lock, the_site_is_the_callers);
    tcase_add_test(lock, a_probe_that_refuses_is_obeyed);
    suite_add_tcase(suite, lock);
    TCase *rlock = tcase_create("rlock");
    tcase_add_test(rlock, the_owner_acquires_again_and_releases_as_often);
    tcase_add_test(rlock, only_the_owner_releases);
    tcase_add_test(rlock, recursion_ends_at_the_largest_depth);
    tcase_add_test(rlock, recursive_timeouts);
    tcase_add_test(rlock, a_recursive_lock_tells_its_story);
    suite_add_tcase(suite, rlock);
    return suite;
}
