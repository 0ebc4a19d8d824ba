/* SPDX-License-Identifier: MIT */
/* Plays a script into a timeline, and its tables as text. */
#include "config.h"
#include "timeline-play.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/words.h"
#include "suite.h"

struct model *model;
struct timeline *timeline;
struct script *script;
struct findings findings;
int64_t stopped_ns; /* when recording stopped; 0: not known */
uint64_t python_begin, python_end; /* addresses that are said to be inside _PyRuntime */

static void take(void *self, const struct trace_event *event)
{
    (void)self;
    model_feed(model, event);
}

/* Names for addresses: a site is called by the number that the script gave it, or "?" where it gave none. */
static const struct symbol_place *place_of(void *self, int32_t pid, int64_t time_ns, uint64_t address)
{
    static struct symbol_frame frames[64];
    static struct symbol_place places[64];
    static char texts[64][8];
    (void)self, (void)pid, (void)time_ns;
    size_t number = address - SCRIPT_SITE(0) < 64 ? (size_t)(address - SCRIPT_SITE(0)) : 63;
    snprintf(texts[number], sizeof texts[number], number == 63 ? "?" : "s%zu", number);
    frames[number] = (struct symbol_frame){.text = texts[number]};
    places[number] = (struct symbol_place){.frames = &frames[number], .count = 1, .site = &frames[number], .module = ""};
    return &places[number];
}

static const struct symbol_variable *variable_at(void *self, int32_t pid, int64_t time_ns, uint64_t address)
{
    static const struct symbol_variable gil = {.name = "_PyRuntime+0x1b8", .place = "pylifecycle.c:98", .module = ""};
    (void)self, (void)pid, (void)time_ns;
    return address >= python_begin && address < python_end ? &gil : NULL;
}

void play_start(bool all)
{
    struct timeline_names names = {.call = place_of, .code = place_of, .variable = variable_at};
    model = model_new();
    timeline = timeline_new(model, &names, all);
    script = script_new(take, NULL);
}

void play_set_up(void)
{
    play_start(false);
}

void play_tear_down(void)
{
    findings_free(&findings);
    timeline_free(timeline);
    script_free(script);
    model_free(model);
}

/* --- tables as text --- */
char text[1 << 16];

static void say(const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, sizeof text - length, format, arguments);
    va_end(arguments);
}

int play_step(int64_t time_ns)
{
    return (int)((time_ns - timeline->begin_ns) / SCRIPT_STEP_NS);
}

static void say_thread(uint32_t place)
{
    static const char *const names[] = {"main", "T1", "T2", "T3"};
    const struct timeline_thread *thread = &timeline->threads.at[place];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (script_tid(script, names[i]) == thread->tid)
            say("%s", names[i]);
}

static void say_flags(unsigned flags)
{
    static const char *const words[] = {"before", "open", "for-ever", "timed", "unseen", "try"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (flags & 1u << i)
            say(" %s", words[i]);
}

static void say_frame(const char *word, uint32_t frame)
{
    if (frame && strcmp(timeline->frames.at[frame], "?"))
        say(" %s %s", word, timeline->frames.at[frame]);
}

void play_say_span(const struct timeline_span *span)
{
    static const char *const words[] = {"holds", "reads", "blocked for", "waits on", "handles"};
    char *label = timeline_object_label(timeline, span->object);
    say_thread(span->thread);
    say(" %s %s %d-%d", words[span->what], label, play_step(span->begin_ns), play_step(span->end_ns));
    say_frame("at", span->site);
    say_frame("until", span->end_site);
    say_flags(span->flags);
    if (span->result)
        say(" %s", result_word(span->result));
    say("\n");
    free(label);
}

static void say_arrow(const struct timeline_arrow *arrow)
{
    static const char *const words[] = {"released", "woke", "ended"};
    say("%s by ", words[arrow->how]);
    say_thread(arrow->from);
    say(" %d", play_step(arrow->time_ns));
    say_frame("at", arrow->site);
    say(": ");
    play_say_span(&timeline->spans.at[arrow->span]);
}

void play_finish(void)
{
    model_finish(model);
    timeline_finish(timeline, &findings, stopped_ns);
    text[0] = 0;
}

/* Plays a whole trace and holds its spans against lines. */
void play_expect_spans(const char *play, const char *lines)
{
    script_play(script, play);
    play_finish();
    for (size_t i = 0; i < timeline->spans.count; i++)
        play_say_span(&timeline->spans.at[i]);
    ck_assert_str_eq(text, lines);
}

void play_expect_arrows(const char *lines)
{
    text[0] = 0;
    for (size_t i = 0; i < timeline->arrows.count; i++)
        say_arrow(&timeline->arrows.at[i]);
    ck_assert_str_eq(text, lines);
}
