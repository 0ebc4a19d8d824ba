/* SPDX-License-Identifier: MIT */
/*
 * What the model tells its observers, as lines of text, to compare with what a script should have told:
 *
 *     transcript_expect(t, "T1 lock A; T2 want A", "T1 got A\nT2 blocks for A\n");
 */
#ifndef THRUM_TESTS_TRANSCRIPT_H
#define THRUM_TESTS_TRANSCRIPT_H

#include "script.h"
#include "model/model.h"

struct transcript {
    struct model *model;
    struct script *script;
    char *text;
    size_t length;
    uint64_t objects_alive, threads_alive; /* not freed yet */
};

struct transcript *transcript_new(void);
void transcript_free(struct transcript *);

/* Plays and holds the lines told by that against `lines`, each ended by '\n'; births of objects aren't among them. */
void transcript_expect(struct transcript *, const char *play, const char *lines);

struct thread *transcript_thread(struct transcript *, const char *name);

#endif
