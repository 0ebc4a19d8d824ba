/* SPDX-License-Identifier: MIT */
/* Reads traces with the fast reader, doing nothing with their events: decode TRACE... prints events and seconds. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include "trace/reader.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct reader *reader;
    char *trouble = NULL;
    uint64_t events = 0;
    double begin = seconds();
    reader_choose(READER_fast);
    if (reader_open(&reader, (const char *const *)argv + 1, (size_t)argc - 1, &trouble)) {
        fprintf(stderr, "%s\n", trouble);
        return 2;
    }
    while (reader_next(reader))
        events++;
    reader_close(reader);
    printf("%" PRIu64 " %.4f\n", events, seconds() - begin);
    return 0;
}
