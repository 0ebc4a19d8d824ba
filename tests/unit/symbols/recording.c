/* SPDX-License-Identifier: MIT */
/* For the test of symbols: builds fixtures, runs them, reads what they print. */
#include "config.h"
#include "symbols/recording.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"

void recording_setup(void)
{
    static char directory[] = "/tmp/thrum-symbols.XXXXXX";
    char fixtures[4096];
    const char *source = getenv("srcdir");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(fixtures, sizeof(fixtures), "%s/unit/symbols", source ? source : ".");
    setenv("d", directory, 1);
    setenv("f", fixtures, 1);
    setenv("CC", "cc", 0);
    unsetenv("DEBUGINFOD_URLS");
}

void recording_teardown(void)
{
    recording_shell("rm -rf \"$d\"");
}

void recording_shell(const char *command)
{
    ck_assert_msg(system(command) == 0, "failed: %s", command);
}

void recording_module(struct recording *recording, int32_t pid, uint64_t base, uint64_t begin, uint64_t end,
                      const char *path, const char *build_id)
{
    struct trace_event event = {.id = THRUM_EVENT_module_load, .time_ns = ++recording->time_ns};
    event.record.module_load = (struct thrum_event_module_load){
        .common = {.pid = pid, .tid = pid}, .base = base, .begin = begin, .end = end, .path = path, .build_id = build_id};
    ck_assert_int_eq(symbols_event(recording->symbols, &event), 0);
}

void recording_process(struct recording *recording, int32_t pid, int32_t parent)
{
    struct trace_event event = {.id = THRUM_EVENT_process_begin, .time_ns = ++recording->time_ns};
    event.record.process_begin =
        (struct thrum_event_process_begin){.common = {.pid = pid, .tid = pid}, .ppid = parent, .executable = ""};
    ck_assert_int_eq(symbols_event(recording->symbols, &event), 0);
}

static void read_line(struct recording *recording, const char *line)
{
    uint64_t base, begin, end;
    char path[4096], build_id[256] = "";
    struct sighting *sighting = &recording->sightings[recording->count];
    if (sscanf(line, "module %" SCNx64 " %" SCNx64 " %" SCNx64 " %4095s %255s", &base, &begin, &end, path, build_id) >= 4) {
        recording_module(recording, PID, base, begin, end, path, build_id);
        return;
    }
    if (sscanf(line, "line %63s %d", sighting->name, &sighting->line) == 2)
        strcpy(sighting->word, "line");
    else if (sscanf(line, "%15s %63s %" SCNx64 " %d", sighting->word, sighting->name, &sighting->address, &sighting->line) < 3)
        return;
    sighting->time_ns = ++recording->time_ns;
    ck_assert_int_lt(recording->count++, 60);
}

struct recording *recording_of(const char *command)
{
    struct recording *recording = calloc(1, sizeof(*recording));
    char line[8192];
    /* Of the year 2100: files without build ids are older than the recording. */
    recording->time_ns = INT64_C(4102444800) * 1000000000;
    recording->symbols = symbols_new();
    FILE *out = popen(command, "r");
    ck_assert_ptr_nonnull(out);
    while (fgets(line, sizeof(line), out))
        read_line(recording, line);
    ck_assert_msg(pclose(out) == 0, "failed: %s", command);
    return recording;
}

void recording_free(struct recording *recording)
{
    symbols_free(recording->symbols);
    free(recording);
}

const struct sighting *recording_find(const struct recording *recording, const char *word, const char *name, int nth)
{
    for (int i = 0; i < recording->count; i++)
        if (strcmp(recording->sightings[i].word, word) == 0 && strcmp(recording->sightings[i].name, name) == 0 && nth-- == 0)
            return &recording->sightings[i];
    ck_abort_msg("the fixture printed no %s %s", word, name);
}
