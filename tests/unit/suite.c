/* SPDX-License-Identifier: MIT */
/* The main of every unit test: runs its suite, prints TAP on standard output. */
#include <stdlib.h>
#include "suite.h"

int main(void)
{
    setenv("CK_DEFAULT_TIMEOUT", SUITE_TIME_LIMIT, 0); /* Check reads it as each case is created; its own 4 s are short on a busy machine */
    SRunner *runner = srunner_create(suite_create_all());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    srunner_free(runner);
    return EXIT_SUCCESS; /* the TAP lines say what failed; a second verdict would be counted as an error */
}
