/* SPDX-License-Identifier: MIT */
/* Compares what was written with what is expected, which is in a file. */
#ifndef THRUM_TESTS_EXPECT_H
#define THRUM_TESTS_EXPECT_H

/*
 * Fails the test where `text` isn't what unit/expected/NAME.expect holds, and shows the difference. With THRUM_EXPECT=write
 * in the environment it writes that file instead: look at what git says of it then.
 */
void expect_text(const char *name, const char *text);

#endif
