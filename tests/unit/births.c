/* SPDX-License-Identifier: MIT */
/* What objects are and were: what the tables know is so, and they know all that live, however many. */
#include <check.h>
#include <stdlib.h>

#include "check/births.h"
#include "suite.h"

enum { OBJECTS = 200000 };

static uint64_t object_at(unsigned i)
{
    return 0x7f0000000000u + i * 40u;
}

static struct thrum_event_object_init made(unsigned i)
{
    return (struct thrum_event_object_init){
        .object = object_at(i), .kind = (uint8_t)(THRUM_kind_mutex + i % 5), .robust = i % 2, .shared = i % 3 == 0, .site = 0x1000 + i};
}

static void check_birth(unsigned i)
{
    struct thrum_event_object_init init = made(i);
    struct birth birth;

    ck_assert_int_eq(births_find(init.object, &birth), i % 3 != 0);
    if (i % 3 == 0)
        return;
    ck_assert_uint_eq(birth.kind, init.kind);
    ck_assert_uint_eq(birth.site, init.site);
    ck_assert_int_eq(birth.robust, init.robust);
    ck_assert_int_eq(birth.shared, init.shared);
}

/* Every third ends: its grave is told of, or forgotten, but never another's. */
START_TEST(all_that_live_are_known)
{
    static const struct check_stack stack;
    struct grave grave;
    struct birth birth;

    for (unsigned i = 0; i < OBJECTS; i++) {
        struct thrum_event_object_init init = made(i);

        births_add(&init);
        ck_assert(births_find(init.object, &birth));
        if (i % 3 == 0)
            births_end(init.object, init.kind, (int32_t)i, &stack);
    }
    for (unsigned i = 0; i < OBJECTS; i++) {
        check_birth(i);
        if (!births_grave(object_at(i), &grave))
            continue;
        ck_assert_uint_eq(i % 3, 0);
        ck_assert_int_eq(grave.tid, (int32_t)i);
        ck_assert_uint_eq(grave.kind, made(i).kind);
        ck_assert_ptr_eq(grave.stack, &stack);
        ck_assert(!births_find(object_at(i), &birth));
    }
}
END_TEST

START_TEST(a_new_object_has_no_grave)
{
    static const struct check_stack stack;
    struct thrum_event_object_init init = made(1);
    struct grave grave;

    births_add(&init);
    births_end(init.object, init.kind, 7, &stack);
    ck_assert(births_grave(init.object, &grave));
    births_add(&init);
    ck_assert(!births_grave(init.object, &grave));
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("births");
    TCase *tables = tcase_create("tables");

    tcase_add_test(tables, all_that_live_are_known);
    tcase_add_test(tables, a_new_object_has_no_grave);
    suite_add_tcase(suite, tables);
    return suite;
}
