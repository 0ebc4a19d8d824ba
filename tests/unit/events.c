/* SPDX-License-Identifier: MIT */
/* The event table and its words: what is written to traces stays unambiguous. */
#include <stdlib.h>
#include <string.h>
#include "records.h"
#include "suite.h"

struct word {
    const char *enumeration;
    const char *word;
    long number;
};

#define WORD(enumeration, word, number) { #enumeration, #word, number },
#define WORDS(name, list) list(WORD)
static const struct word words[] = { THRUM_ENUMS(WORDS) };
enum { WORD_COUNT = sizeof words / sizeof words[0] };

#define THRUM_EVENT(name, meaning, fields) #name,
static const char *const events[] = {
#include "events.h"
#include "events-end.h"
};

START_TEST(numbers_of_an_enumeration_differ)
{
    for (int i = 0; i < WORD_COUNT; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(words[i].enumeration, words[j].enumeration) == 0)
                ck_assert_msg(words[i].number != words[j].number, "%s: %s and %s are both %ld", words[i].enumeration,
                              words[i].word, words[j].word, words[i].number);
}
END_TEST

START_TEST(numbers_fit_the_byte_of_a_field)
{
    for (int i = 0; i < WORD_COUNT; i++)
        ck_assert_msg(words[i].number >= 0 && words[i].number <= UINT8_MAX, "%s %s is %ld", words[i].enumeration,
                      words[i].word, words[i].number);
}
END_TEST

START_TEST(ids_follow_the_order_of_the_table)
{
    ck_assert_int_eq(sizeof events / sizeof events[0], THRUM_EVENT_COUNT);
    ck_assert_str_eq(events[THRUM_EVENT_process_begin], "process_begin");
    ck_assert_str_eq(events[THRUM_EVENT_acquire_fail], "acquire_fail");
    ck_assert_str_eq(events[THRUM_EVENT_finding], "finding");
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("events");
    TCase *table = tcase_create("table");
    tcase_add_test(table, numbers_of_an_enumeration_differ);
    tcase_add_test(table, numbers_fit_the_byte_of_a_field);
    tcase_add_test(table, ids_follow_the_order_of_the_table);
    suite_add_tcase(suite, table);
    return suite;
}
