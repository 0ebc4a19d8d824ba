/* SPDX-License-Identifier: MIT */
/* Hand-made event sequences as timelines: a fixture, and tables as text. Times are in statements of the script, from 0. */
#ifndef THRUM_TESTS_TIMELINE_PLAY_H
#define THRUM_TESTS_TIMELINE_PLAY_H

#include "render/timeline-data.h"
#include "script.h"

/* Of the test that runs. */
extern struct model *model;
extern struct timeline *timeline;
extern struct script *script;
extern struct findings findings;
extern int64_t stopped_ns;                 /* when recording stopped; 0: not known */
extern uint64_t python_begin, python_end; /* addresses that are said to be inside _PyRuntime */
extern char text[1 << 16];                 /* what was said */

/* Model, timeline and script are there; `all`: with what a runtime uses for itself. */
void play_start(bool all);
void play_set_up(void);
void play_tear_down(void);

/* Ends the trace. */
void play_finish(void);

/* In which statement. */
int play_step(int64_t time_ns);

/* Adds a line to the text: "T1 blocked for mutex 1 3-5 at s2". */
void play_say_span(const struct timeline_span *);

/* Plays a whole trace and holds its spans, its arrows against lines. */
void play_expect_spans(const char *play, const char *lines);
void play_expect_arrows(const char *lines);

#endif
