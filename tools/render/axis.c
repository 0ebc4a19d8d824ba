/* SPDX-License-Identifier: MIT */
/* Round times. */
#include "config.h"
#include "render/axis.h"

#include <stdio.h>

int64_t axis_step(int64_t length_ns, unsigned most)
{
    static const int64_t factors[] = {1, 2, 5};
    for (int64_t power = 1; power <= INT64_MAX / 10; power *= 10)
        for (int i = 0; i < 3; i++)
            if (length_ns / (factors[i] * power) <= (int64_t)most)
                return factors[i] * power;
    return INT64_MAX;
}

const char *axis_label(char buffer[32], int64_t ns, int64_t step_ns)
{
    static const struct { int64_t ns; const char *name; } units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}, {1, "ns"}};
    int unit = 0, digits = 0;
    if (ns == 0)
        return "0";
    while (units[unit].ns > ns) /* what it is best told in */
        unit++;
    for (int64_t part = units[unit].ns; part > step_ns && digits < 9; part /= 10)
        digits++;
    snprintf(buffer, 32, "%.*f %s", digits, (double)ns / (double)units[unit].ns, units[unit].name);
    return buffer;
}
