/* SPDX-License-Identifier: MIT */
/* Reads which recording the process belongs to. */
#include "lttng-session.h"

#include <stdlib.h>

uint64_t lttng_session;

__attribute__((constructor)) static void lttng_read_session(void)
{
    const char *number = getenv("THRUM_SESSION");

    if (number)
        lttng_session = strtoull(number, NULL, 10);
}
