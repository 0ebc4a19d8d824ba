/* SPDX-License-Identifier: MIT */
/* The recorder: what it writes is what babeltrace2 reads; bounds, rings, streams, the clock. */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "recorder-fast.h"
#include "recorder-help.h"
#include "suite.h"

/* --- every event of the table, with its fields --- */

static const uint64_t addrs[] = {0x401000, 0x7fffffffe000, 0x1};
static const uint64_t wide_addrs[] = {0x401000, 0xfedcba9876543210};
static uint64_t number; /* another value for each field */

static const char *word_text(const char *enumeration, uint8_t value)
{
    static char text[80];
    const char *word = "";
#define WORD(enumeration_, word_, number_)                                \
    if (strcmp(enumeration, #enumeration_) == 0 && value == (number_))    \
        word = #word_;
#define WORDS(name, list) list(WORD)
    THRUM_ENUMS(WORDS)
    snprintf(text, sizeof(text), "( \"%s\" : container = %u )", word, value);
    return text;
}

static void addrs_text(FILE *to, const char *name, struct thrum_addrs at)
{
    fprintf(to, ", _%s_length = %u, %s = [ ", name, at.count, name);
    for (uint32_t i = 0; i < at.count; i++)
        fprintf(to, "%s[%u] = 0x%lX", i ? ", " : "", i, at.at[i]);
    fprintf(to, " ]");
}

/* An event of each kind, and behind it the fields as babeltrace2 prints them. */
#define THRUM_ADDR(name, meaning) r.name = wide ? 0xfedcba9800000000 + number++ : 0x7fff00000000 + number++;
#define THRUM_U32(name, meaning) r.name = (uint32_t)(0xfffffff0 - number++);
#define THRUM_U64(name, meaning) r.name = 0xfffffffffffffff0 - number++;
#define THRUM_I32(name, meaning) r.name = (int32_t)(-100 - number++);
#define THRUM_I64(name, meaning) r.name = -10000000000 - (int64_t)number++;
#define THRUM_WORD(name, words, meaning) r.name = (uint8_t)(1 - wide);
#define THRUM_STRING(name, meaning) r.name = wide ? "" : "a name of \xc3\xa4 thread";
#define THRUM_ADDRS(name, meaning) r.name = wide ? (struct thrum_addrs){wide_addrs, 2} : (struct thrum_addrs){addrs, 3};
#define THRUM_EVENT(name, meaning, fields)                \
    static struct thrum_event_##name fill_##name(bool wide)   \
    {                                                     \
        struct thrum_event_##name r = {0};                \
        (void)wide;                                       \
        fields return r;                                  \
    }
#include "events.h"
#include "events-end.h"

#define THRUM_ADDR(name, meaning) fprintf(to, ", " #name " = 0x%lX", r.name);
#define THRUM_U32(name, meaning) fprintf(to, ", " #name " = %u", r.name);
#define THRUM_U64(name, meaning) fprintf(to, ", " #name " = %lu", r.name);
#define THRUM_I32(name, meaning) fprintf(to, ", " #name " = %d", r.name);
#define THRUM_I64(name, meaning) fprintf(to, ", " #name " = %ld", r.name);
#define THRUM_WORD(name, words, meaning) fprintf(to, ", " #name " = %s", word_text(#words, r.name));
#define THRUM_STRING(name, meaning) fprintf(to, ", " #name " = \"%s\"", r.name);
#define THRUM_ADDRS(name, meaning) addrs_text(to, #name, r.name);
#define THRUM_EVENT(name, meaning, fields)                                \
    static void text_##name(FILE *to, struct thrum_event_##name r)        \
    {                                                                     \
        fprintf(to, "thrum:" #name ": ");                                 \
        fields fputc('\n', to);                                           \
    }
#include "events.h"
#include "events-end.h"

#define THRUM_ADDR(name, meaning)
#define THRUM_U32(name, meaning)
#define THRUM_U64(name, meaning)
#define THRUM_I32(name, meaning)
#define THRUM_I64(name, meaning)
#define THRUM_WORD(name, words, meaning)
#define THRUM_STRING(name, meaning)
#define THRUM_ADDRS(name, meaning)

static char *record_all(bool wide)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);

#define THRUM_EVENT(name, meaning, fields)                      \
    {                                                           \
        struct thrum_event_##name r = fill_##name(wide);        \
        recorder_sink.emit(THRUM_EVENT_##name, &r);             \
        text_##name(to, r);                                     \
    }
#include "events.h"
#include "events-end.h"
    fclose(to);
    return text;
}

/* "... thrum:NAME: { pid = P, tid = T }, { FIELDS }" as "thrum:NAME: , FIELDS". */
static void strip(const char *line, char *out)
{
    const char *name = strstr(line, "thrum:"), *fields = strstr(line, " }, { ");

    ck_assert_ptr_nonnull(name);
    ck_assert_ptr_nonnull(fields);
    sprintf(out, "%.*s, %s", (int)(strstr(name, "{ pid") - name), name, fields + 6);
    *strrchr(out, '}') = 0;
    out[strlen(out) - 1] = 0;
}

static void check_all(bool wide)
{
    char *expected, *line, *rest, got[8192];

    if (!recording_can_read())
        return;
    recording_start(0, 0);
    expected = record_all(wide);
    struct recording_text text = recording_read(recording_path());
    ck_assert_uint_eq(text.count, THRUM_EVENT_COUNT + 1); /* and the announcement */
    line = strtok_r(expected, "\n", &rest);
    for (size_t i = 1; i < text.count; i++, line = strtok_r(NULL, "\n", &rest)) {
        strip(text.lines[i], got);
        ck_assert_str_eq(got, line);
    }
    recording_text_free(&text);
    free(expected);
    recording_remove();
}

START_TEST(each_event_is_read_with_its_fields)
{
    check_all(false);
}
END_TEST

START_TEST(addresses_of_more_than_48_bits_are_kept)
{
    check_all(true);
}
END_TEST

/* --- streams --- */

/* Files of the recording whose names begin with "stream_", and all their bytes on the disk. */
static size_t count_files(uint64_t *bytes)
{
    char command[200];
    size_t count = 0;
    unsigned long blocks, sum = 0;

    snprintf(command, sizeof(command), "find '%s' -name 'stream_*' -printf '%%b\\n'", recording_path());
    FILE *pipe = popen(command, "r");
    for (; fscanf(pipe, "%lu", &blocks) == 1; count++)
        sum += blocks * 512;
    pclose(pipe);
    if (bytes)
        *bytes = sum;
    return count;
}

static void *take_and_give(void *object)
{
    recording_acquire((uint64_t)(uintptr_t)object);
    recording_release((uint64_t)(uintptr_t)object);
    return NULL;
}

START_TEST(streams_of_ended_threads_are_handed_on)
{
    enum { THREADS = 5000 };

    recording_start(0, 0);
    for (uintptr_t i = 1; i <= THREADS; i++) {
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, take_and_give, (void *)i), 0);
        pthread_join(thread, NULL);
    }
    ck_assert_uint_le(count_files(NULL), 10);
    if (recording_can_read()) {
        struct recording_text text = recording_read(recording_path());
        ck_assert_uint_eq(recording_count(&text, "thrum:acquire:"), THREADS);
        ck_assert_uint_eq(recording_count(&text, "thrum:release:"), THREADS);
        recording_text_free(&text);
    }
    recording_remove();
}
END_TEST

enum { MANY = 200000, TOGETHER = 4 };

static void *take_and_give_many(void *thread)
{
    for (uint64_t i = 0; i < MANY; i++)
        take_and_give((void *)((uintptr_t)thread << 32 | i));
    return NULL;
}

/* Each thread's acquires are all there, in order, over the ends of chunks. */
START_TEST(nothing_is_lost_between_chunks)
{
    pthread_t threads[TOGETHER];
    uint64_t next[TOGETHER] = {0};

    if (!recording_can_read())
        return;
    recording_start(0, 0);
    for (uintptr_t i = 0; i < TOGETHER; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_and_give_many, (void *)i), 0);
    for (int i = 0; i < TOGETHER; i++)
        pthread_join(threads[i], NULL);
    struct recording_text text = recording_read(recording_path());
    ck_assert_uint_eq(text.count, 2 * TOGETHER * MANY + 1);
    for (size_t i = 0; i < text.count; i++) {
        const char *object = strstr(text.lines[i], "object = ");
        if (!object || !strstr(text.lines[i], "thrum:acquire:"))
            continue;
        uint64_t value = strtoull(object + 9, NULL, 16);
        suite_assert((value & 0xffffffff) == next[value >> 32]++);
    }
    recording_text_free(&text);
    recording_remove();
}
END_TEST

/* --- bounds --- */

START_TEST(events_take_at_most_20_bytes)
{
    uint64_t bytes;

    recording_start(0, 0);
    take_and_give_many(NULL);
    count_files(&bytes);
    ck_assert_uint_le(bytes / (2 * MANY), 20);
    recording_remove();
}
END_TEST

START_TEST(a_ring_tells_what_is_held)
{
    enum { RING = 128 * 1024, HELD = 0xabcdef };
    uint64_t bytes;

    recording_start(RING, 0);
    recording_acquire(HELD);
    take_and_give((void *)(HELD + 1));
    take_and_give_many(NULL);
    count_files(&bytes);
    ck_assert_uint_le(bytes, 2 * RING); /* this thread's, and what is kept of the process */
    if (recording_can_read()) {
        struct recording_text text = recording_read(recording_path());
        ck_assert_uint_ge(recording_count(&text, "{ object = 0xABCDEF, "), 3);
        ck_assert_uint_eq(recording_count(&text, "{ object = 0xABCDF0, "), 0);
        ck_assert_uint_eq(recording_count(&text, "thrum:process_begin: "), 1);
        recording_text_free(&text);
    }
    recording_remove();
}
END_TEST

START_TEST(a_bounded_recording_stops_and_counts)
{
    enum { BOUND = 1000000 };
    uint64_t bytes;

    recording_start(0, BOUND);
    take_and_give_many(NULL);
    count_files(&bytes);
    ck_assert_uint_le(bytes, BOUND);
    ck_assert_uint_ge(bytes, BOUND / 2);
    if (recording_can_read()) {
        struct recording_text text = recording_read(recording_path());
        ck_assert_uint_ge(text.count, BOUND / 2 / 20);
        recording_text_free(&text);
    }
    recording_remove();
}
END_TEST

/* The program's own limit on the size of files: no SIGXFSZ, which would end it. */
START_TEST(a_full_disk_stops_the_recording_only)
{
    recording_start(0, 0);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){2000000, 2000000}), 0);
    take_and_give_many(NULL);
    if (recording_can_read()) {
        struct recording_text text = recording_read(recording_path());
        ck_assert_uint_ge(text.count, 1000000 / 20);
        recording_text_free(&text);
    }
    recording_remove();
}
END_TEST

/* --- files --- */

static void check_modes(const char *path)
{
    DIR *directory = opendir(path);
    char name[1024];
    struct stat file;

    ck_assert_ptr_nonnull(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, "..") == 0 || lstat(name, &file) < 0)
            continue;
        ck_assert_uint_eq(file.st_mode & 07777, S_ISDIR(file.st_mode) ? 0700 : 0600);
        if (S_ISDIR(file.st_mode) && strcmp(entry->d_name, ".") != 0)
            check_modes(name);
    }
    closedir(directory);
}

START_TEST(files_are_for_their_owner)
{
    umask(0);
    recording_start(0, 0);
    take_and_give(NULL);
    check_modes(recording_path());
    recording_remove();
}
END_TEST

START_TEST(a_symbolic_link_is_not_followed)
{
    struct recorder_options options = {recording_path(), 0, 0};

    recording_prepare();
    ck_assert_int_eq(symlink("/tmp", recording_path()), 0);
    ck_assert_int_eq(recorder_configure(&options), 0);
    ck_assert_int_ne(recorder_sink.start(NULL), 0);
    take_and_give(NULL);
    recording_remove();
}
END_TEST

/* --- the clock --- */

static uint64_t monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

START_TEST(times_are_those_of_clock_monotonic_within_a_microsecond)
{
    enum { EVENTS = 200000, NEAR = 1000 };
    static uint64_t before[EVENTS], after[EVENTS];

    if (!recording_can_read())
        return;
    recording_start(0, 0);
    for (uint64_t i = 0; i < EVENTS; i++) {
        before[i] = monotonic_ns();
        recording_acquire(i);
        after[i] = monotonic_ns();
    }
    struct recording_text text = recording_read(recording_path());
    ck_assert_uint_eq(text.count, EVENTS + 1);
    for (size_t i = 0; i < EVENTS; i++) {
        uint64_t time = strtoull(text.lines[i + 1] + 1, NULL, 10);
        suite_assert(time >= before[i] - NEAR);
        suite_assert(time <= after[i] + NEAR);
    }
    recording_text_free(&text);
    recording_remove();
}
END_TEST

/* --- order --- */

enum { LOCKS = 3, TAKES = 30000 };
static pthread_mutex_t locks[LOCKS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};

static void record_acquire(uint64_t lock)
{
    struct thrum_event_acquire record = {
        .object = lock, .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive, .how = THRUM_how_block, .site = 1};

    if (!recorder_fast_acquire(&record))
        recorder_direct(THRUM_EVENT_acquire, &record);
}

static void record_release(uint64_t lock)
{
    struct thrum_event_release record = {.object = lock, .kind = THRUM_kind_mutex, .mode = THRUM_mode_exclusive, .site = 1};

    if (!recorder_fast_release(&record))
        recorder_direct(THRUM_EVENT_release, &record);
}

/* Takes the locks now and then many times in a row, as a thread of its own would, now and then in turn with others. */
static void *contend(void *seed)
{
    unsigned random = (unsigned)(uintptr_t)seed;

    for (int i = 0; i < TAKES;) {
        int lock = rand_r(&random) % LOCKS;
        for (int row = rand_r(&random) % 8; row >= 0 && i < TAKES; row--, i++) {
            while (pthread_mutex_trylock(&locks[lock]) != 0)
                ;
            record_acquire((uint64_t)(lock + 1));
            record_release((uint64_t)(lock + 1));
            pthread_mutex_unlock(&locks[lock]);
        }
    }
    return NULL;
}

/*
 *  one     acquire release unlock
 *  other                          trylock acquire: later than the release, though the processor may read its clock early
 */
START_TEST(a_release_is_earlier_than_the_acquire_that_it_lets_through)
{
    pthread_t threads[TOGETHER];
    int holder[LOCKS + 1] = {0};

    if (!recording_can_read())
        return;
    recording_start(0, 0);
    for (uintptr_t i = 0; i < TOGETHER; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, contend, (void *)i), 0);
    for (int i = 0; i < TOGETHER; i++)
        pthread_join(threads[i], NULL);
    struct recording_text text = recording_read(recording_path());
    ck_assert_uint_eq(text.count, 2 * TOGETHER * TAKES + 1);
    for (size_t i = 0; i < text.count; i++) {
        const char *object = strstr(text.lines[i], "object = 0x"), *tid = strstr(text.lines[i], "tid = ");
        if (!object)
            continue;
        int lock = atoi(object + 11), thread = atoi(tid + 6);
        bool takes = strstr(text.lines[i], "thrum:acquire:");
        if (holder[lock] != (takes ? 0 : thread)) /* as suite_assert() */
            ck_abort_msg("%s: held by %d", text.lines[i], holder[lock]);
        holder[lock] = takes ? thread : 0;
    }
    recording_text_free(&text);
    recording_remove();
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("recorder");
    TCase *all = tcase_create("recorder");

    tcase_add_test(all, each_event_is_read_with_its_fields);
    tcase_add_test(all, addresses_of_more_than_48_bits_are_kept);
    tcase_add_test(all, streams_of_ended_threads_are_handed_on);
    tcase_add_test(all, nothing_is_lost_between_chunks);
    tcase_add_test(all, events_take_at_most_20_bytes);
    tcase_add_test(all, a_ring_tells_what_is_held);
    tcase_add_test(all, a_bounded_recording_stops_and_counts);
    tcase_add_test(all, a_full_disk_stops_the_recording_only);
    tcase_add_test(all, files_are_for_their_owner);
    tcase_add_test(all, a_symbolic_link_is_not_followed);
    tcase_add_test(all, times_are_those_of_clock_monotonic_within_a_microsecond);
    tcase_add_test(all, a_release_is_earlier_than_the_acquire_that_it_lets_through);
    suite_add_tcase(suite, all);
    return suite;
}
