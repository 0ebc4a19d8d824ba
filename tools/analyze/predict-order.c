/* SPDX-License-Identifier: MIT */
/*
 * A closure in few moves: each thread runs as far as it can before another has to. The order of the trace is kept where it
 * matters, which is between what a thread needs and what others did for it, and between holds of one lock that exclude each
 * other.
 */
#include "config.h"

#include <stdlib.h>
#include "analyze/predict-inner.h"
#include "base/memory.h"

/* Holds of one lock that aren't taken yet, by the earliest. */
struct queue {
    uint32_t *seqs; /* of all acquires in the closure, in order */
    bool *shared;
    uint32_t count, capacity;
    uint32_t next;  /* the first that isn't done */
    uint32_t inside, readers; /* holds that are taken and not given back */
};

struct play {
    const struct closure *closure;
    uint32_t *upto; /* how far each thread has come */
    struct queue *queues;
};

struct turn {
    uint32_t seq, thread, deed;
};

static bool takes(const struct deed *deed)
{
    return deed->what == DEED_acquire || deed->what == DEED_touch;
}

static int by_seq(const void *one, const void *other)
{
    uint32_t a = ((const struct turn *)one)->seq, b = ((const struct turn *)other)->seq;
    return (a > b) - (a < b);
}

/* All acquires of the closure, in the order of the trace. */
static struct turn *turns_of(const struct closure *c, uint32_t *count)
{
    uint32_t capacity = 0;
    struct turn *turns = NULL;
    *count = 0;
    for (uint32_t i = 0; i < c->moved_count; i++) {
        uint32_t thread = c->moved[i];
        for (uint32_t d = 0; d < c->upto[thread]; d++)
            if (takes(&c->history->threads[thread].deeds[d])) {
                turns = memory_grow32(turns, *count + 1, &capacity, sizeof *turns);
                turns[(*count)++] = (struct turn){c->history->threads[thread].deeds[d].seq, thread, d};
            }
    }
    if (*count)
        qsort(turns, *count, sizeof *turns, by_seq);
    return turns;
}

static void fill_queues(struct play *play)
{
    uint32_t count;
    struct turn *turns = turns_of(play->closure, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct deed *deed = &play->closure->history->threads[turns[i].thread].deeds[turns[i].deed];
        struct queue *queue = &play->queues[deed->resource];
        uint32_t capacity = queue->capacity;
        queue->seqs = memory_grow32(queue->seqs, queue->count + 1, &queue->capacity, sizeof *queue->seqs);
        if (queue->capacity != capacity) {
            bool *shared = memory_new(queue->capacity, sizeof *shared);
            for (uint32_t j = 0; j < queue->count; j++)
                shared[j] = queue->shared[j];
            free(queue->shared);
            queue->shared = shared;
        }
        queue->seqs[queue->count] = deed->seq;
        queue->shared[queue->count++] = deed->shared;
    }
    free(turns);
}

/* Whether it is this acquire's turn: all before it that exclude it are over. */
static bool may_take(const struct queue *queue, const struct deed *deed)
{
    if (deed->shared ? queue->inside > queue->readers : queue->inside)
        return false;
    for (uint32_t i = queue->next; i < queue->count && queue->seqs[i] < deed->seq; i++)
        if (queue->seqs[i] != HISTORY_NONE && (!deed->shared || !queue->shared[i]))
            return false;
    return true;
}

static void mark_taken(struct queue *queue, const struct deed *deed)
{
    uint32_t i = queue->next;
    while (queue->seqs[i] != deed->seq)
        i++;
    queue->shared[i] = true; /* over: excludes nobody */
    if (i == queue->next)
        queue->next++;
    if (deed->what == DEED_touch)
        return;
    queue->inside++;
    queue->readers += deed->shared;
}

/* Does a thread's next deed; false: it has to wait for others. */
static bool step(struct play *play, uint32_t thread)
{
    const struct history *h = play->closure->history;
    const struct deed *deed = &h->threads[thread].deeds[play->upto[thread]];
    struct queue *queue = deed->resource == HISTORY_NONE ? NULL : &play->queues[deed->resource];
    if (deed->what == DEED_need) {
        const struct need *need = &h->needs[deed->other];
        if (play->upto[need->thread] < need->upto)
            return false;
    } else if (takes(deed)) {
        if (!may_take(queue, deed))
            return false;
        mark_taken(queue, deed);
    } else if (deed->what == DEED_release) {
        queue->inside--;
        queue->readers -= deed->shared;
    }
    play->upto[thread]++;
    return true;
}

/* Runs a thread as far as it goes; whether it did anything. */
static bool run(struct play *play, uint32_t thread)
{
    uint32_t from = play->upto[thread];
    while (play->upto[thread] < play->closure->upto[thread] && step(play, thread))
        ;
    return play->upto[thread] > from;
}

struct move *predict_moves(const struct closure *c, uint32_t *count)
{
    struct play play = {.closure = c};
    struct move *moves = NULL;
    uint32_t capacity = 0;
    play.upto = memory_new(c->history->thread_count, sizeof *play.upto);
    play.queues = memory_new(c->history->resource_count, sizeof *play.queues);
    fill_queues(&play);
    *count = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (uint32_t i = 0; i < c->moved_count; i++)
            if (run(&play, c->moved[i])) {
                moves = memory_grow32(moves, *count + 1, &capacity, sizeof *moves);
                moves[(*count)++] = (struct move){c->moved[i], play.upto[c->moved[i]]};
                moved = true;
            }
    }
    for (uint32_t i = 0; i < c->history->resource_count; i++) {
        free(play.queues[i].seqs);
        free(play.queues[i].shared);
    }
    free(play.queues);
    free(play.upto);
    return moves;
}
