/* SPDX-License-Identifier: MIT */
/* A recording in a scratch directory, and what babeltrace2 prints of it. */
#include "recorder-help.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch[64], directory[80];

static void announce(const struct thrum_sink *sink)
{
    struct thrum_event_process_begin begin = {.ppid = getppid(), .executable = "/test"};

    sink->emit(THRUM_EVENT_process_begin, &begin);
}

void recording_prepare(void)
{
    strcpy(scratch, "/tmp/thrum-recording.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(scratch));
    snprintf(directory, sizeof(directory), "%s/r", scratch);
}

const char *recording_path(void)
{
    return directory;
}

void recording_begin(uint64_t ring, uint64_t max_size)
{
    struct recorder_options options = {directory, ring, max_size};

    ck_assert_int_eq(recorder_configure(&options), 0);
    ck_assert_int_eq(recorder_sink.start(announce), 0);
}

void recording_start(uint64_t ring, uint64_t max_size)
{
    recording_prepare();
    recording_begin(ring, max_size);
}

void recording_remove(void)
{
    char command[120];

    snprintf(command, sizeof(command), "rm -rf '%s'", scratch);
    ck_assert_int_eq(system(command), 0);
}

void recording_acquire(uint64_t object)
{
    struct thrum_event_acquire event = {
        .object = object, .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive, .how = THRUM_how_block, .site = 0x401000};

    recorder_sink.emit(THRUM_EVENT_acquire, &event);
}

void recording_release(uint64_t object)
{
    struct thrum_event_release event = {
        .object = object, .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive, .site = 0x401008};

    recorder_sink.emit(THRUM_EVENT_release, &event);
}

static const char *reader(void)
{
    const char *path = getenv("BABELTRACE2");

    return path && *path ? path : "babeltrace2";
}

bool recording_can_read(void)
{
    char command[512];

    snprintf(command, sizeof(command), "'%s' --version >/dev/null 2>&1", reader());
    return system(command) == 0;
}

bool recording_holds_trace(void)
{
    char command[200];

    snprintf(command, sizeof(command), "test -n \"$(find '%s' -name metadata 2>/dev/null)\"", directory);
    return system(command) == 0;
}

static char *read_all(FILE *from)
{
    char *text = NULL;
    size_t size = 0, got;
    FILE *to = open_memstream(&text, &size);
    char part[65536];

    while ((got = fread(part, 1, sizeof(part), from)) > 0)
        fwrite(part, 1, got, to);
    fclose(to);
    return text;
}

struct recording_text recording_read(const char *path)
{
    struct recording_text text = {0};
    char command[1024], *rest;
    FILE *pipe;

    snprintf(command, sizeof(command), "'%s' --clock-cycles --no-delta '%s' 2>'%s/stderr'", reader(), path, scratch);
    pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    text.text = read_all(pipe);
    ck_assert_msg(pclose(pipe) == 0, "%s fails", command);
    for (char *line = strtok_r(text.text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (text.count % 1024 == 0)
            text.lines = realloc(text.lines, (text.count + 1024) * sizeof(*text.lines));
        text.lines[text.count++] = line;
    }
    return text;
}

void recording_text_free(struct recording_text *text)
{
    free(text->lines);
    free(text->text);
}

size_t recording_count(const struct recording_text *text, const char *part)
{
    size_t count = 0;

    for (size_t i = 0; i < text->count; i++)
        count += strstr(text->lines[i], part) != NULL;
    return count;
}
