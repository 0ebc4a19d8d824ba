/* SPDX-License-Identifier: MIT */
/*
 * A finding: one problem that an analysis reports, with its certainty. The one result type of every analysis,
 * and all that a renderer of findings sees: it is plain text and numbers, already symbolised.
 */
#ifndef THRUM_ANALYZE_FINDING_H
#define THRUM_ANALYZE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "findings.h"

#define FINDING_KIND_ENUM(name, word, level, meaning, message, advice) FINDING_##name,
enum finding_kind { THRUM_FINDINGS(FINDING_KIND_ENUM) FINDING_KIND_COUNT };
#undef FINDING_KIND_ENUM

/* How certain it is: it happened; a schedule that leads there exists; it may be possible; it can't be. */
enum finding_certainty { CERTAINTY_happened, CERTAINTY_feasible, CERTAINTY_potential, CERTAINTY_infeasible };

/* A place in the program. The text is owned by the finding; what it says in parts lives as long as the symbols it is from. */
struct finding_frame {
    uint64_t address;
    char *text; /* "function (file.c:12)" or "function+0x1f (libfoo.so)" */
    const char *function, *file; /* NULL where not known; the file with its directory */
    int line;                    /* 0 where not known */
    const char *module;          /* path of the executable or shared object, NULL where not known */
};

/* An object as it takes part in a step. One whose kind is "" isn't there: a step may have one object only. */
struct finding_object {
    uint64_t address;
    char *object; /* short label, the same in every report of one trace: "mutex 7" */
    char *kind;   /* "mutex", "semaphore", "thread" ... */
    char *name;   /* given name, or the static variable's; "" where it has none */
    char *birth;  /* place of birth, or ""; as finding_frame's text */
    char *verb;   /* what the thread does or did with it: "unlocks"; NULL: it holds the one and wants the other */
    const char *mode; /* how an rwlock is held or wanted: "read" or "write"; NULL for other kinds. Not owned */
    struct finding_frame *stack; /* where it was taken or is wanted, innermost first; at least the site */
    size_t stack_count;
    int64_t since_ns; /* held or waited for since, on the trace's clock; -1 unknown */
};

/* One thread of the finding: holds one object, wants the next, or does with them what their verbs say. */
struct finding_step {
    int32_t pid;
    int32_t tid;
    char *thread; /* its name, or how else to tell it: "thread 7 (worker)" */
    struct finding_object holds;
    struct finding_object wants;
};

/* One move of a schedule: a thread runs, alone, until it is there. */
struct finding_move {
    int32_t pid;
    int32_t tid;
    char *thread;    /* as in the steps */
    char *text;      /* "runs to eat (dining.c:49), holding forks[1]": follows the thread's name */
    char *place;     /* where it stops, as finding_frame's text; "" where not known */
    uint64_t site;   /* the same as an address, 0 where not known */
    int64_t time_ns; /* when it did that in the trace */
    bool stands;     /* at the end of the schedule it stands there for ever */
};

struct finding {
    char *id; /* the same for the same problem in every recording of the same program */
    enum finding_kind kind;
    enum finding_certainty certainty;
    /* One sentence each, without capital and full stop: they follow "why", "deadlock (happened):", "help". */
    char *reason;  /* why this certainty */
    char *message; /* what was found */
    char *advice;  /* what to do about it; may be "" */
    struct finding_step *steps;
    size_t step_count;
    struct finding_move *moves; /* feasible: how the threads get there, one move after the other; else none */
    size_t move_count;
    uint64_t count;         /* how often it was seen; 0 counts as once */
    const char *suppressed; /* the rule that the user suppresses it by, NULL: none. Not owned */
};

/* A list that analyses append to and renderers read. */
struct findings {
    struct finding *at;
    size_t count;
    size_t capacity;
    char **notes; /* what a reader of the findings should know beside them, a sentence each: "not all ... were examined" */
    size_t note_count;
    size_t note_capacity;
};

/* A new finding at the end of the list, zeroed; the list owns it, and moves it when the next one is added. */
struct finding *findings_add(struct findings *);
/* Takes the last one away again. */
void findings_drop_last(struct findings *);
/* Appends a note, which the list owns from now on. */
void findings_note(struct findings *, char *note);
void findings_free(struct findings *);
/* What is in it, not itself. */
void finding_object_free(struct finding_object *);
const char *finding_kind_word(enum finding_kind);
const char *finding_kind_meaning(enum finding_kind);
/* "error", "warning" or "note". */
const char *finding_kind_level(enum finding_kind);
/* What was found, and what to do about it, where the finder has nothing more exact. */
const char *finding_kind_message(enum finding_kind);
const char *finding_kind_advice(enum finding_kind);
/* The same where all wait, and none of them with a lock held. */
const char *finding_lost_wakeup_advice(void);
/* The kind of this word; FINDING_KIND_COUNT where there is none. */
enum finding_kind finding_kind_of(const char *word);
const char *finding_certainty_word(enum finding_certainty);

#endif
