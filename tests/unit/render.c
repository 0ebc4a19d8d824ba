/* SPDX-License-Identifier: MIT */
/* Reports as people and programs read them, against files of expected output; and the texts and numbers that they are made of. */
#include "config.h"
#include "render/render.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include "expect.h"
#include "fixture/report.h"
#include "suite.h"

static void expect_report(struct report *report, const struct render_ops *renderer, bool colour, const char *name)
{
    char *text = report_rendered(report, renderer, colour);
    expect_text(name, text);
    free(text);
    report_free(report);
}

/* --- findings --- */

static void add_philosophers(struct report *report)
{
    static const char *const names[] = {"Plato", "Hypatia", "Diogenes"};
    static const char *const labels[] = {"mutex 1", "mutex 2", "mutex 3"};
    static const char *const forks[] = {"forks[0]", "forks[1]", "forks[2]"};
    struct finding *finding = report_add(report, FINDING_deadlock, CERTAINTY_happened,
        "Plato, Hypatia and Diogenes wait for each other, and will for ever",
        "each was still waiting when the trace ended, without a timeout, for a lock that the next one holds",
        "take these locks in the same order everywhere, or take the second with pthread_mutex_trylock and give back the first "
        "where that fails");
    for (int i = 0; i < 3; i++)
        report_add_step(finding, 4243 + i, names[i],
            (struct piece){"mutex", labels[i], forks[i], "dining.c:25", 104.21 + i, "eat (dining.c:48)"},
            (struct piece){"mutex", labels[(i + 1) % 3], forks[(i + 1) % 3], "dining.c:25", 110.5 + i,
                           "eat (dining.c:50)\ndine (dining.c:71)\nstart_thread+0x2f5 (libc.so.6)"});
}

static void add_inversion(struct report *report, enum finding_certainty certainty, const char *reason)
{
    struct finding *finding = report_add(report, FINDING_lock_order, certainty,
        "reader and writer take two locks in opposite orders", reason, certainty == CERTAINTY_infeasible ? "" :
        "take these locks in the same order everywhere");
    struct piece cache = {"mutex", "mutex 4", "", "cache_new (cache.c:12)", 1.25, "cache_lock (cache.c:40)\nread_all (main.c:7)"};
    struct piece log = {"mutex", "mutex 5", "lock", "log.c:3", 1.3, "log_line+0x1f (liblog.so)"};
    report_add_step(finding, 4250, "reader", cache, log);
    cache.since_ms = 700.125;
    log.since_ms = 700.124;
    report_add_step(finding, 4251, "writer", log, cache);
}

START_TEST(a_deadlock_that_happened)
{
    struct report *report = report_new();
    add_philosophers(report);
    expect_report(report, &render_text, false, "deadlock");
}
END_TEST

START_TEST(colours)
{
    struct report *report = report_new();
    add_philosophers(report);
    add_inversion(report, CERTAINTY_potential, "a condition is in the way of a proof");
    expect_report(report, &render_text, true, "colours");
}
END_TEST

START_TEST(several_findings)
{
    struct report *report = report_new();
    add_inversion(report, CERTAINTY_feasible, "nothing keeps the two from running at the same time");
    add_inversion(report, CERTAINTY_potential, "a condition is in the way of a proof");
    add_inversion(report, CERTAINTY_infeasible, "both hold gate (mutex 1) meanwhile");
    expect_report(report, &render_text, false, "several");
}
END_TEST

START_TEST(infeasible_findings_where_wanted)
{
    struct report *report = report_new();
    report->all = true;
    add_inversion(report, CERTAINTY_infeasible, "both hold gate (mutex 1) meanwhile");
    expect_report(report, &render_text, false, "infeasible");
}
END_TEST

START_TEST(a_join_and_locks_of_one_name)
{
    struct report *report = report_new();
    struct finding *finding = report_add(report, FINDING_deadlock, CERTAINTY_happened, "main joins worker while it holds what worker wants",
        "both were still waiting when the trace ended", "");
    report_add_step(finding, 4242, "main",
        (struct piece){"mutex", "mutex 1", "lock", "pool.c:3", -1, "stop (pool.c:8)"},
        (struct piece){"thread", "thread T2", "worker", "", 3.5, "stop (pool.c:9)"});
    report_add_step(finding, 4243, "worker",
        (struct piece){"thread", "thread T2", "worker", "", 0.5, ""},
        (struct piece){"mutex", "mutex 9", "lock", "", 4, "work (pool.c:20)"});
    finding = report_add(report, FINDING_self_deadlock, CERTAINTY_happened, "main waits for a lock that it holds itself",
        "it was still waiting when the trace ended, and the mutex isn't recursive", "unlock it first, or make it recursive");
    struct piece lock = {"mutex", "mutex 1", "lock", "pool.c:3", 12, "stop (pool.c:8)"}, again = lock;
    again.stack = "log_line (log.c:4)\nstop (pool.c:9)";
    report_add_step(finding, 4242, "main", lock, again);
    expect_report(report, &render_text, false, "join");
}
END_TEST

START_TEST(rwlocks_are_read_or_written)
{
    struct report *report = report_new();
    struct finding *finding = report_add(report, FINDING_lock_order, CERTAINTY_potential, "table and cache are taken in opposite orders",
        "nothing seen keeps these threads from being there at the same time", "take them in the same order everywhere");
    struct piece table = {"rwlock", "rwlock 1", "table", "table.c:3", 1, "look_up (table.c:30)"};
    struct piece cache = {"rwlock", "rwlock 2", "", "cache_new (cache.c:12)", 2, "fill (cache.c:40)"};
    report_add_step(finding, 4250, "reader", table, cache);
    report_add_step(finding, 4251, "writer", cache, table);
    finding->steps[0].holds.mode = "read";
    finding->steps[0].wants.mode = finding->steps[1].holds.mode = finding->steps[1].wants.mode = "write";
    expect_report(report, &render_text, false, "rwlock");
}
END_TEST

START_TEST(nothing_found)
{
    expect_report(report_new(), &render_text, false, "nothing");
}
END_TEST

START_TEST(losses_come_first)
{
    static const char *const notes[] = {"/home/me/dining changed since the recording, so its functions and lines aren't shown: record again"};
    struct report *report = report_new();
    *(struct reader_losses *)report->losses = (struct reader_losses){
        .lost_events = 1024, .lost_packets = 1, .unreadable = 3, .truncated = true, .trouble = "trace/ust/channel0_1: packet 7 is cut short"};
    report->notes = notes;
    report->note_count = 1;
    expect_report(report, &render_text, false, "losses");
}
END_TEST

/* --- JSON --- */

START_TEST(the_object_for_programs)
{
    struct report *report = report_new();
    *(struct reader_losses *)report->losses = (struct reader_losses){.lost_events = 2};
    add_philosophers(report);
    add_inversion(report, CERTAINTY_infeasible, "both hold gate (mutex 1) meanwhile");
    expect_report(report, &render_json, false, "deadlock.json");
}
END_TEST

START_TEST(json_without_findings)
{
    expect_report(report_new(), &render_json, false, "nothing.json");
}
END_TEST

/* --- what programs call their threads --- */

static void add_hostile(struct report *report)
{
    struct finding *finding = report_add(report, FINDING_self_deadlock, CERTAINTY_happened, "\033[2Jgone", "a\nb", "\xff\xfe");
    report_add_step(finding, 1, "\033]0;owned\007\"\\",
        (struct piece){"mutex", "mutex 1", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa7\xb5", "", 1, "f (\x9b.c:1)"},
        (struct piece){"mutex", "mutex 1", "\xc0\xaf\xed\xa0\x80\xc2\x9b", "", 1, "\x7f"});
}

START_TEST(names_dont_command_the_terminal)
{
    struct report *report = report_new();
    add_hostile(report);
    char *text = report_rendered(report, &render_text, false);
    for (const char *at = text; *at; at++)
        ck_assert_msg((unsigned char)*at >= 0x20 || *at == '\n', "control character %d", *at);
    ck_assert_ptr_null(strstr(text, "\xc2\x9b"));
    ck_assert_ptr_nonnull(strstr(text, "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa7\xb5"));
    free(text);
    report_free(report);
}
END_TEST

START_TEST(names_are_valid_in_json)
{
    struct report *report = report_new();
    add_hostile(report);
    char *text = report_rendered(report, &render_json, false);
    struct json_tokener *reader = json_tokener_new();
    json_tokener_set_flags(reader, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *root = json_tokener_parse_ex(reader, text, (int)strlen(text));
    ck_assert_msg(root != NULL, "%s", json_tokener_error_desc(json_tokener_get_error(reader)));
    json_object_put(root);
    json_tokener_free(reader);
    free(text);
    report_free(report);
}
END_TEST

/* --- numbers --- */

START_TEST(durations)
{
    static const struct { int64_t ns; const char *text; } cases[] = {
        {0, "0 ns"}, {999, "999 ns"}, {1000, "1.0 us"}, {104210000, "104.210 ms"}, {2314567890, "2.315 s"},
        {INT64_C(61000000000), "1 min 01 s"}, {INT64_C(7500000000000), "2 h 05 min"},
    };
    char buffer[32];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_str_eq(format_duration(buffer, cases[i].ns), cases[i].text);
}
END_TEST

START_TEST(moments)
{
    static const struct { int64_t ns; const char *text; } cases[] = {
        {999, "999 ns"}, {104210000, "104.210 ms"}, {INT64_C(59999000000), "59.999 s"}, {INT64_C(818123456789), "13:38.123"},
        {INT64_C(7500007000000), "2:05:00.007"},
    };
    char buffer[32];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_str_eq(format_moment(buffer, cases[i].ns), cases[i].text);
}
END_TEST

START_TEST(counts)
{
    char buffer[32];
    ck_assert_str_eq(format_count(buffer, 0), "0");
    ck_assert_str_eq(format_count(buffer, 999), "999");
    ck_assert_str_eq(format_count(buffer, 1000), "1,000");
    ck_assert_str_eq(format_count(buffer, 1234567), "1,234,567");
    ck_assert_str_eq(format_count(buffer, UINT64_MAX), "18,446,744,073,709,551,615");
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("render");
    setenv("TZ", "UTC", 1);
    TCase *text = tcase_create("text");
    tcase_add_test(text, a_deadlock_that_happened);
    tcase_add_test(text, colours);
    tcase_add_test(text, several_findings);
    tcase_add_test(text, infeasible_findings_where_wanted);
    tcase_add_test(text, a_join_and_locks_of_one_name);
    tcase_add_test(text, rwlocks_are_read_or_written);
    tcase_add_test(text, nothing_found);
    tcase_add_test(text, losses_come_first);
    tcase_add_test(text, names_dont_command_the_terminal);
    suite_add_tcase(suite, text);
    TCase *json = tcase_create("json");
    tcase_add_test(json, the_object_for_programs);
    tcase_add_test(json, json_without_findings);
    tcase_add_test(json, names_are_valid_in_json);
    suite_add_tcase(suite, json);
    TCase *numbers = tcase_create("numbers");
    tcase_add_test(numbers, durations);
    tcase_add_test(numbers, moments);
    tcase_add_test(numbers, counts);
    suite_add_tcase(suite, numbers);
    return suite;
}
