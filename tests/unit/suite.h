/* SPDX-License-Identifier: MIT */
/* What unit tests share: a main that runs one suite of Check and prints TAP. */
#ifndef THRUM_TESTS_SUITE_H
#define THRUM_TESTS_SUITE_H

#include <check.h>

/*
 * Each test program defines it: the suite that main() runs. Every test of it runs in a process of its own and is
 * ended after SUITE_TIME_LIMIT seconds, unless tcase_set_timeout() says otherwise.
 */
Suite *suite_create_all(void);

/* As ck_assert(), for loops of thousands: Check writes into a file where each assertion is that it comes to. */
#define suite_assert(condition) \
    do { \
        if (!(condition)) \
            ck_abort_msg("Assertion '%s' failed", #condition); \
    } while (0)

#define SUITE_TIME_LIMIT "180"

#endif
