/* SPDX-License-Identifier: MIT */
/* Reading traces, whole and damaged: what both readers give of whole ones, and what the one on libbabeltrace2 mends. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ctf.h"
#include "suite.h"
#include "trace/reader.h"

static struct ctf *ctf;
static char scratch[] = "/tmp/thrum-test-XXXXXX";

/* Two streams whose events take turns: 1000 and 3000 by thread 7, 2000 and 4000 by thread 8. */
static void set_up(void)
{
    ck_assert_ptr_nonnull(mkdtemp(scratch));
    setenv("TMPDIR", scratch, 1);
    ctf = ctf_new();
    ctf_begin(ctf, "stream_0");
    ctf_acquire(ctf, 1000, 7, 0xa);
    ctf_end(ctf, 0);
    ctf_begin(ctf, "stream_0");
    ctf_acquire(ctf, 3000, 7, 0xc);
    ctf_end(ctf, 0);
    ctf_begin(ctf, "stream_1");
    ctf_acquire(ctf, 2000, 8, 0xb);
    ctf_acquire(ctf, 4000, 8, 0xd);
    ctf_end(ctf, 0);
}

static void tear_down(void)
{
    ctf_free(ctf);
    ck_assert_msg(rmdir(scratch) == 0, "a scratch copy was left in %s", scratch);
}

/* What reading gave: "7:a 8:b ...", the losses, and what was said of them. */
struct reading {
    int result;
    char events[200];
    struct reader_losses losses;
    char trouble[400];
};

static struct reading read_paths(const char *const *paths, size_t count, enum reader_choice choice)
{
    struct reading reading = {0};
    struct reader *reader;
    char *trouble = NULL;
    reader_choose(choice);
    reading.result = reader_open(&reader, paths, count, &trouble);
    if (reading.result) {
        snprintf(reading.trouble, sizeof reading.trouble, "%s", trouble);
        free(trouble);
        return reading;
    }
    int64_t last = 0;
    for (const struct trace_event *event; (event = reader_next(reader));) {
        char one[40];
        ck_assert_int_ge(event->time_ns, last);
        ck_assert_int_eq(event->record.common.pid, CTF_PID);
        last = event->time_ns;
        snprintf(one, sizeof one, "%d:%llx ", event->record.common.tid, (unsigned long long)event->record.acquire.object);
        strcat(reading.events, one);
    }
    reading.losses = *reader_losses(reader);
    if (reading.losses.trouble)
        snprintf(reading.trouble, sizeof reading.trouble, "%s", reading.losses.trouble);
    reading.losses.trouble = reading.losses.trouble ? reading.trouble : NULL;
    reader_close(reader);
    return reading;
}

static struct reading read_it(enum reader_choice choice)
{
    const char *const paths[] = {ctf->path};
    return read_paths(paths, 1, choice);
}

static const enum reader_choice choices[] = {READER_fast, READER_babeltrace2};

static bool says(const struct reading *reading, const char *part)
{
    return strstr(reading->trouble, part) != NULL;
}

/* --- whole traces --- */

START_TEST(streams_are_merged_by_time)
{
    struct reading reading = read_it(choices[_i]);
    ck_assert_int_eq(reading.result, 0);
    ck_assert_str_eq(reading.events, "7:a 8:b 7:c 8:d ");
    ck_assert(!reading.losses.truncated && !reading.losses.trouble && !reading.losses.lost_events);
}
END_TEST

START_TEST(traces_are_merged_by_time)
{
    struct ctf *second = ctf_new();
    ctf_begin(second, "stream_0");
    ctf_acquire(second, 1500, 9, 0x1);
    ctf_acquire(second, 3500, 9, 0x2);
    ctf_end(second, 0);
    const char *const paths[] = {ctf->path, second->path};
    struct reading reading = read_paths(paths, 2, choices[_i]);
    ck_assert_str_eq(reading.events, "7:a 9:1 8:b 7:c 9:2 8:d ");
    ctf_free(second);
}
END_TEST

START_TEST(times_count_from_the_epoch)
{
    struct reader *reader;
    char *trouble;
    const char *const paths[] = {ctf->path};
    reader_choose(choices[_i]);
    ck_assert_int_eq(reader_open(&reader, paths, 1, &trouble), 0);
    const struct trace_event *event = reader_next(reader);
    ck_assert_int_eq(event->time_ns, 5000000000 + 1000);
    ck_assert_int_eq(event->id, THRUM_EVENT_acquire);
    ck_assert_int_eq(event->record.acquire.kind, THRUM_kind_mutex);
    ck_assert_int_eq(event->record.acquire.mode, THRUM_mode_exclusive);
    ck_assert_uint_eq(event->record.acquire.site, 0x5173);
    reader_close(reader);
}
END_TEST

START_TEST(fields_are_found_by_name_and_ids_in_contexts)
{
    ctf_begin(ctf, "stream_2");
    ctf_release(ctf, 5000, 11, 0xe);
    ctf_end(ctf, 0);
    struct reading reading = read_it(READER_babeltrace2);
    ck_assert_str_eq(reading.events, "7:a 8:b 7:c 8:d 11:e ");
}
END_TEST

START_TEST(sequences_and_texts_are_read)
{
    const uint64_t stack[] = {0x111, 0x222, 0x333};
    const char *const paths[] = {ctf->path};
    struct reader *reader;
    char *trouble;
    ctf_begin(ctf, "stream_2");
    ctf_spawn(ctf, 10, 11, stack, 3);
    ctf_spawn(ctf, 11, 11, NULL, 0);
    ctf_name(ctf, 12, 11, "alice");
    ctf_end(ctf, 0);
    reader_choose(choices[_i]);
    ck_assert_int_eq(reader_open(&reader, paths, 1, &trouble), 0);
    const struct trace_event *event = reader_next(reader);
    ck_assert_int_eq(event->id, THRUM_EVENT_spawn);
    ck_assert_uint_eq(event->record.spawn.stack.count, 3);
    ck_assert_mem_eq(event->record.spawn.stack.at, stack, sizeof stack);
    ck_assert_uint_eq(reader_next(reader)->record.spawn.stack.count, 0);
    ck_assert_str_eq(reader_next(reader)->record.thread_name.name, "alice");
    reader_close(reader);
}
END_TEST

START_TEST(events_of_others_are_counted)
{
    ctf_begin(ctf, "stream_2");
    ctf_other(ctf, 10);
    ctf_other(ctf, 2500);
    ctf_end(ctf, 0);
    struct reading reading = read_it(choices[_i]);
    ck_assert_str_eq(reading.events, "7:a 8:b 7:c 8:d ");
    ck_assert_uint_eq(reading.losses.foreign_events, 2);
}
END_TEST

START_TEST(lost_events_are_counted)
{
    ctf_begin(ctf, "stream_1");
    ctf_acquire(ctf, 6000, 8, 0xf);
    ctf_end(ctf, 17);
    struct reading reading = read_it(choices[_i]);
    ck_assert_str_eq(reading.events, "7:a 8:b 7:c 8:d 8:f ");
    ck_assert_uint_eq(reading.losses.lost_events, 17);
}
END_TEST

START_TEST(metadata_may_be_in_packets)
{
    ctf_pack_metadata(ctf);
    struct reading reading = read_it(choices[_i]);
    ck_assert_str_eq(reading.events, "7:a 8:b 7:c 8:d ");
}
END_TEST

START_TEST(traces_are_found_below_a_directory)
{
    char above[] = "/tmp/thrum-test-XXXXXX", below[100];
    ck_assert_ptr_nonnull(mkdtemp(above));
    snprintf(below, sizeof below, "%s/deep", above);
    ck_assert_int_eq(rename(ctf->path, below), 0);
    const char *const paths[] = {above};
    struct reading reading = read_paths(paths, 1, choices[_i]);
    ck_assert_str_eq(reading.events, "7:a 8:b 7:c 8:d ");
    ck_assert_int_eq(rename(below, ctf->path), 0);
    rmdir(above);
}
END_TEST

/* --- damage --- */

START_TEST(a_cut_stream_gives_what_is_left_and_the_others_all)
{
    ctf_cut(ctf, "stream_1", ctf_size(ctf, "stream_1") - 10);
    struct reading reading = read_it(READER_babeltrace2);
    ck_assert_str_eq(reading.events, "7:a 8:b 7:c ");
    ck_assert(reading.losses.truncated);
    ck_assert(says(&reading, "stream_1: cut short"));
}
END_TEST

/* Whatever is left of a stream: a beginning of its events, the other stream's all, and a word that it was cut. */
START_TEST(a_stream_cut_at_any_byte_gives_what_is_left)
{
    const size_t size = ctf_size(ctf, "stream_0");
    ck_assert_uint_gt(size, 100);
    for (size_t left = size - 1; left > 0; left--) {
        ctf_cut(ctf, "stream_0", left);
        struct reading reading = read_it(choices[_i]);
        const bool first = strncmp(reading.events, "7:a 8:b 8:d ", 13) == 0, none = strcmp(reading.events, "8:b 8:d ") == 0;
        const bool both = strcmp(reading.events, "7:a 8:b 7:c 8:d ") == 0;
        ck_assert_msg(!reading.result && (first || none || both), "%zu bytes: %d %s %s", left, reading.result, reading.events, reading.trouble);
        ck_assert_msg(left == size / 2 || says(&reading, "stream_0"), "%zu bytes: '%s'", left, reading.trouble);
        ck_assert_msg(left > size / 2 || !both, "%zu bytes: %s", left, reading.events);
    }
}
END_TEST

START_TEST(a_packet_cut_at_its_head_is_left_out)
{
    ctf_cut(ctf, "stream_0", ctf_size(ctf, "stream_0") / 2 + 20);
    struct reading reading = read_it(READER_babeltrace2);
    ck_assert_str_eq(reading.events, "7:a 8:b 8:d ");
    ck_assert(reading.losses.truncated && says(&reading, "stream_0: cut short"));
}
END_TEST

START_TEST(a_stream_that_makes_no_sense_ends_there)
{
    const uint32_t no_such_event = 77;
    ctf_poke(ctf, "stream_1", 84, &no_such_event, sizeof no_such_event);
    struct reading reading = read_it(READER_babeltrace2);
    ck_assert_str_eq(reading.events, "7:a 7:c ");
    ck_assert(reading.losses.truncated && says(&reading, "stream_1: damaged"));
}
END_TEST

START_TEST(a_packet_with_impossible_sizes_is_as_long_as_it_can_be)
{
    const uint64_t sizes[] = {UINT64_MAX - 7, UINT64_MAX - 7};
    ctf_poke(ctf, "stream_0", ctf_size(ctf, "stream_0") / 2 + 48, sizes, sizeof sizes);
    struct reading reading = read_it(READER_babeltrace2);
    ck_assert_str_eq(reading.events, "7:a 8:b 7:c 8:d ");
    ck_assert(reading.losses.truncated);
}
END_TEST

START_TEST(a_file_that_is_no_stream_is_left_out)
{
    ctf_append(ctf, "README", "Dear reader,\n", 13);
    struct reading reading = read_it(READER_babeltrace2);
    ck_assert_str_eq(reading.events, "7:a 8:b 7:c 8:d ");
    ck_assert(!reading.losses.truncated && says(&reading, "README: not a stream"));
}
END_TEST

START_TEST(cut_metadata_describes_what_it_still_does)
{
    /* The event classes go missing from the last on; libbabeltrace2 alone refuses this, or never ends. */
    ctf_cut(ctf, "metadata", ctf_size(ctf, "metadata") - 300);
    struct reading reading = read_it(READER_babeltrace2);
    ck_assert_str_eq(reading.events, "7:a 8:b 7:c 8:d ");
    ck_assert(reading.losses.truncated && says(&reading, "metadata: cut short"));
}
END_TEST

START_TEST(cut_metadata_packets_too)
{
    ctf_pack_metadata(ctf);
    ctf_cut(ctf, "metadata", ctf_size(ctf, "metadata") - 300);
    struct reading reading = read_it(READER_babeltrace2);
    ck_assert_str_eq(reading.events, "7:a 8:b 7:c 8:d ");
    ck_assert(says(&reading, "metadata: cut short"));
}
END_TEST

START_TEST(metadata_cut_at_its_beginning_is_trouble)
{
    ctf_cut(ctf, "metadata", 60);
    struct reading reading = read_it(READER_babeltrace2);
    ck_assert_int_lt(reading.result, 0);
    ck_assert(says(&reading, "metadata: cut short, nothing of it can be read"));
}
END_TEST

START_TEST(ctf_2_is_told_apart)
{
    static const char begin[] = "\x1e{\"type\": \"preamble\", \"version\": 2}\n";
    ctf_poke(ctf, "metadata", 0, begin, sizeof begin - 1);
    struct reading reading = read_it(choices[_i]);
    ck_assert_int_lt(reading.result, 0);
    ck_assert_msg(says(&reading, "CTF 2"), "%s", reading.trouble);
}
END_TEST

START_TEST(a_variant_without_a_tag_is_declined)
{
    static const char metadata[] =
        "/* CTF 1.8 */\ntypealias integer { size = 32; align = 8; } := u32;\ntrace { major = 1; minor = 8; byte_order = le; };\n"
        "clock { name = c; freq = 1000000000; };\nstream { id = 0; event.header := struct { enum : u32 { compact = 0 ... 30 } id;\n"
        "variant { struct { u32 timestamp; } compact; } v; }; };\n";
    ctf_cut(ctf, "metadata", 0);
    ctf_append(ctf, "metadata", metadata, sizeof metadata - 1);
    struct reading reading = read_it(READER_fast);
    ck_assert_int_eq(reading.result, -ENOTSUP);
    ck_assert_msg(says(&reading, "choice isn't by id"), "%s", reading.trouble);
}
END_TEST

START_TEST(a_directory_without_a_trace_is_trouble)
{
    const struct { const char *path; int error; const char *says; } known[] = {
        {"/nowhere/at/all", -ENOENT, "/nowhere/at/all: No such file"},
        {"/dev/null", -ENOTDIR, "/dev/null: a file, not a trace"},
        {"/proc/self/fdinfo", -ENOENT, "no trace in it"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct reading reading = read_paths(&known[i].path, 1, choices[_i]);
        ck_assert_int_eq(reading.result, known[i].error);
        ck_assert_msg(says(&reading, known[i].says), "%s", reading.trouble);
    }
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("reader");
    TCase *whole = tcase_create("whole"), *damage = tcase_create("damage");
    tcase_add_checked_fixture(whole, set_up, tear_down);
    tcase_add_checked_fixture(damage, set_up, tear_down);
    const TTest *const both[] = {streams_are_merged_by_time, traces_are_merged_by_time, times_count_from_the_epoch,
                                 sequences_and_texts_are_read, events_of_others_are_counted, lost_events_are_counted,
                                 metadata_may_be_in_packets, traces_are_found_below_a_directory,
                                 a_directory_without_a_trace_is_trouble, ctf_2_is_told_apart,
                                 a_stream_cut_at_any_byte_gives_what_is_left};
    for (size_t i = 0; i < sizeof both / sizeof both[0]; i++)
        tcase_add_loop_test(whole, both[i], 0, 2);
    tcase_add_test(whole, fields_are_found_by_name_and_ids_in_contexts);
    const TTest *const damaged[] = {a_cut_stream_gives_what_is_left_and_the_others_all, a_packet_cut_at_its_head_is_left_out,
                                    a_stream_that_makes_no_sense_ends_there, a_packet_with_impossible_sizes_is_as_long_as_it_can_be,
                                    a_file_that_is_no_stream_is_left_out, cut_metadata_describes_what_it_still_does,
                                    cut_metadata_packets_too, metadata_cut_at_its_beginning_is_trouble,
                                    a_variant_without_a_tag_is_declined};
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++)
        tcase_add_test(damage, damaged[i]);
    suite_add_tcase(suite, whole);
    suite_add_tcase(suite, damage);
    return suite;
}
