/* SPDX-License-Identifier: MIT */
/* What a thread has looked at: it may be forgotten, never made up; an object's next life is another; it grows with what lives. */
#include <check.h>
#include <stdlib.h>

#include "check/fast.h"
#include "check/heap.h"
#include "suite.h"

enum { OBJECTS = 100000, SIZE = 40 };

/* What known.c calls of the checker's. */
struct check_state check_state = {.graph = GRAPH_INIT};
_Atomic uint64_t check_epoch;

void check_lock(sigset_t *signals)
{
    (void)signals;
}

void check_unlock(const sigset_t *signals)
{
    (void)signals;
}

static struct check_thread thread;

static void setup(void)
{
    thread.known = thread.known_outside = known_new();
}

static uint64_t object_at(unsigned i)
{
    return 0x7f0000000000u + i * SIZE;
}

static uint64_t key_of(uint64_t below, uint64_t object)
{
    return known_key(check_path(below, object, THRUM_kind_mutex, THRUM_mode_exclusive), THRUM_how_block);
}

static void look_at(uint64_t below, uint64_t object)
{
    known_add(&thread, below, object, key_of(below, object));
}

static bool is_known(uint64_t below, uint64_t object)
{
    return known_has(thread.known, below, object, key_of(below, object), true);
}

START_TEST(what_was_not_looked_at_is_not_known)
{
    for (unsigned i = 0; i < OBJECTS; i++) {
        objects_note(object_at(i));
        suite_assert(!is_known(0, object_at(i)));
        look_at(0, object_at(i));
        suite_assert(is_known(0, object_at(i)));
        suite_assert(!is_known(1, object_at(i)));
    }
}
END_TEST

START_TEST(the_next_life_of_an_object_is_not_known)
{
    for (unsigned life = 0; life < 1000; life++) {
        suite_assert(!is_known(0, object_at(7)));
        look_at(0, object_at(7));
        objects_anew(object_at(7));
    }
}
END_TEST

/* Once the table has grown for them, nine of ten are known at least. */
START_TEST(it_grows_with_what_lives)
{
    unsigned known = 0;

    for (unsigned i = 0; i < OBJECTS; i++)
        objects_note(object_at(i));
    for (int round = 0; round < 8; round++)
        for (unsigned i = 0; i < OBJECTS; i++)
            look_at(object_at(OBJECTS), object_at(i));
    for (unsigned i = 0; i < OBJECTS; i++)
        known += is_known(object_at(OBJECTS), object_at(i));
    ck_assert_uint_ge(known, OBJECTS / 10 * 9);
}
END_TEST

/* As where objects come and go: many ways, but few of them live. */
START_TEST(it_does_not_grow_with_what_is_gone)
{
    for (unsigned i = 0; i < 10 * OBJECTS; i++) {
        look_at(0, object_at(i % 100));
        objects_anew(object_at(i % 100));
    }
    ck_assert_uint_lt(thread.known->mask, 1 << 15);
    for (unsigned i = 0; i < 10 * OBJECTS; i++)
        look_at(i * 0x9e3779b97f4a7c15u, object_at(0));
    ck_assert_uint_lt(thread.known->mask, 1 << 15);
}
END_TEST

START_TEST(another_thread_begins_with_nothing_known)
{
    for (int round = 0; round < 50; round++) {
        for (unsigned i = 0; i < OBJECTS; i++) {
            objects_note(object_at(i));
            look_at(0, object_at(i));
        }
        ck_assert_uint_gt(thread.known->mask, 1 << 12);
        thread.known = thread.known_outside = known_reuse(thread.known);
        for (unsigned i = 0; i < OBJECTS; i++)
            suite_assert(!is_known(0, object_at(i)));
    }
}
END_TEST

START_TEST(in_a_handler_nothing_is_remembered)
{
    thread.known = known_nothing;
    look_at(0, object_at(1));
    ck_assert(!is_known(0, object_at(1)));
    thread.known = thread.known_outside;
    ck_assert(!is_known(0, object_at(1)));
}
END_TEST

/* Side by side, and a power of two apart: they have three fifths as many places in a table at least. */
START_TEST(objects_in_a_row_have_places_apart)
{
    enum { COUNT = 1 << 12, PLACES = 2 * COUNT };
    static const unsigned steps[] = {32, 40, 48, 64, 128, 256, 1024, 4096, 65536};

    for (unsigned step = 0; step < sizeof(steps) / sizeof(steps[0]); step++) {
        bool taken[PLACES] = {false};
        unsigned count = 0;

        for (uint64_t i = 0; i < COUNT; i++)
            taken[objects_place(0x7f1234560000u + i * steps[step]) % PLACES] = true;
        for (unsigned i = 0; i < PLACES; i++)
            count += taken[i];
        ck_assert_msg(count >= COUNT / 5 * 3, "%u bytes apart: %u places of %u objects", steps[step], count, (unsigned)COUNT);
    }
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("known");
    TCase *tables = tcase_create("tables");

    tcase_add_checked_fixture(tables, setup, NULL);
    tcase_add_test(tables, what_was_not_looked_at_is_not_known);
    tcase_add_test(tables, the_next_life_of_an_object_is_not_known);
    tcase_add_test(tables, it_grows_with_what_lives);
    tcase_add_test(tables, it_does_not_grow_with_what_is_gone);
    tcase_add_test(tables, another_thread_begins_with_nothing_known);
    tcase_add_test(tables, in_a_handler_nothing_is_remembered);
    tcase_add_test(tables, objects_in_a_row_have_places_apart);
    suite_add_tcase(suite, tables);
    return suite;
}
