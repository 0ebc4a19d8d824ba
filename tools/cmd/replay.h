/* SPDX-License-Identifier: MIT */
/*
 * Traces read from beginning to end, for a command that tells of them: reader, model, symbols and analyses at work
 * together. Whatever is wrong with the traces ends the program.
 *
 *     struct replay replay;
 *     replay_open(&replay, paths, count);
 *     ... model_subscribe(replay.model, ...) ...
 *     replay_run(&replay);
 *     ... replay.report, replay.model, replay.symbols ...
 *     replay_close(&replay);
 *
 * Proofs of findings take a second reading: replay_prove() after replay_run() where nothing else watches the model, else
 * replay_foresee() before model_subscribe().
 */
#ifndef THRUM_CMD_REPLAY_H
#define THRUM_CMD_REPLAY_H

#include <sys/types.h>
#include "analyze/analysis.h"
#include "cmd/progress.h"
#include "render/render.h"
#include "model/model.h"
#include "trace/reader.h"
#include "symbols/symbols.h"

struct replay {
    struct reader *reader;
    struct model *model;
    struct symbols *symbols;
    struct analyses *analyses; /* NULL: none */
    struct hints *hints; /* of a first reading; NULL: there was none, or it found nothing that could be proven */
    struct findings findings;
    struct progress progress; /* of its readings */
    bool foreseen; /* this reading is the first of two */
    bool told_elsewhere; /* who watches the model shows what the checker in the process told: no notes of it */
    struct report report; /* of all that; complete after replay_run(), but for `all` and `notes` */
};

/* Opens the traces at paths, which live as long as the replay. */
void replay_open(struct replay *, const char *const *paths, size_t count);

/* The same where only watchers of the model want to know: no analysis runs, and there are no findings. */
void replay_open_to_watch(struct replay *, const char *const *paths, size_t count);

/* Reads them to the end and analyses them. Traces without any event of thrum are trouble. */
void replay_run(struct replay *);

/* After replay_run(): looks for schedules that prove what was found, where it isn't proven yet, by reading them again. */
void replay_prove(struct replay *);

/* Instead, right after replay_open(): reads them to learn what to look for, and opens them anew. */
void replay_foresee(struct replay *);
void replay_close(struct replay *);

/*
 * Instead of replay_open() and replay_run(): what the checker in a running process knows at this moment. Whatever is in the
 * way ends the program.
 */
void replay_process(struct replay *, pid_t pid);

#endif
