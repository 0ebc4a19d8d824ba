/* SPDX-License-Identifier: MIT */
/* For the test of symbols: what its small programs are made of. */
#ifndef THRUM_TESTS_FIXTURE_H
#define THRUM_TESTS_FIXTURE_H

/* Prints the addresses of calls and variables, each with its name and line. */
void fixture_run(void);

/* Prints what is mapped where, as module_load events tell it. */
void fixture_modules(void);

#endif
