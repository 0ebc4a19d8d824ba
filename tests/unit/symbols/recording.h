/* SPDX-License-Identifier: MIT */
/* For the test of symbols: builds a fixture, runs it, and has what it printed as a trace would. */
#ifndef THRUM_TESTS_RECORDING_H
#define THRUM_TESTS_RECORDING_H

#include <stdint.h>
#include "trace/symbols.h"

/* The process of every recording. */
enum { PID = 4711 };

/* An address that a fixture printed. */
struct sighting {
    char word[16]; /* "call", "variable" ... */
    char name[64];
    uint64_t address;
    int line;
    int64_t time_ns;
};

struct recording {
    struct symbols *symbols;
    struct sighting sightings[64];
    int count;
    int64_t time_ns; /* of the last */
};

/* Makes the directory that all recordings are in, $d for commands; and removes it. */
void recording_setup(void);
void recording_teardown(void);

/* Runs a shell command, which must succeed. $CC, $f (the fixtures' directory) and $d are there. */
void recording_shell(const char *command);

/* Runs a command that prints as fixtures do, as shell text, and gives symbols what it says of modules. */
struct recording *recording_of(const char *command);
void recording_free(struct recording *);

/* The nth address with that word and name, which must be there. */
const struct sighting *recording_find(const struct recording *, const char *word, const char *name, int nth);

/* Gives symbols a module, or a process's begin. */
void recording_module(struct recording *, int32_t pid, uint64_t base, uint64_t begin, uint64_t end, const char *path,
                      const char *build_id);
void recording_process(struct recording *, int32_t pid, int32_t parent);

#endif
