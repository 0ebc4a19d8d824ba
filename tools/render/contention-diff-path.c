/* SPDX-License-Identifier: MIT */
/* Parts of critical paths, gains and convoys of two recordings, side by side. */
#include "config.h"
#include "render/contention-diff-path.h"

#include <stdlib.h>
#include <string.h>
#include "base/map.h"
#include "base/memory.h"

int64_t contention_path_ns(const struct contention_view *view)
{
    const struct contention_path *path = contention_path(view->contention);
    return path->end_ns - path->begin_ns;
}

/* --- in words --- */

static const char *key_or(const struct contention_row *row, const char *other)
{
    return row ? row->key : other;
}

/* "main runs", "forks[3] is held, taken in eat (dining.c:37)", "waking up after waiting for forks[3]". */
static char *share_words(const struct contention_step *like)
{
    const char *thread = key_or(like->thread, "threads");
    switch (like->kind) {
    case STEP_run:
        return memory_format("%s run%s", thread, like->thread && like->thread->members == 1 ? "s" : "");
    case STEP_section:
        return memory_format("%s is held%s%s", key_or(like->object, "a lock"), like->site ? ", taken in " : "", like->site ? like->site->name : "");
    case STEP_woken:
        return like->object ? memory_format("waking up after waiting for %s", like->object->key) : memory_text("a thread is being created");
    default:
        return memory_format("%s waiting for %s, which no thread of the trace ended", thread, key_or(like->object, "something"));
    }
}

/* --- both --- */

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

/* Takes the words. */
static void add(struct time_changes *changes, struct map *places, int when, char *what, int64_t ns, uint64_t count)
{
    uintptr_t place = (uintptr_t)map_get(places, hash_of(what)); /* less one */
    if (place) {
        free(what);
    } else {
        changes->at = memory_grow(changes->at, changes->count + 1, &changes->capacity, sizeof *changes->at);
        changes->at[changes->count++] = (struct time_change){.what = what};
        place = changes->count;
        map_put(places, hash_of(what), (void *)place);
    }
    changes->at[place - 1].ns[when] += ns;
    changes->at[place - 1].count[when] += count;
}

static void add_shares(struct time_changes *changes, struct map *places, int when, const struct contention_path *path)
{
    for (size_t i = 0; i < path->share_count; i++)
        add(changes, places, when, share_words(&path->shares[i].like), path->shares[i].time_ns, path->shares[i].count);
}

static void add_gains(struct time_changes *changes, struct map *places, int when, const struct contention_path *path)
{
    for (size_t i = 0; i < path->gain_count; i++)
        add(changes, places, when, memory_text(path->gains[i].object->key), path->gains[i].gain_ns, path->gains[i].handovers);
}

static void add_convoys(struct time_changes *changes, struct map *places, int when, const struct contention_view *view)
{
    size_t count;
    const struct contention_row **rows = contention_convoyed(view->contention, &count);
    for (size_t i = 0; i < count; i++)
        add(changes, places, when, memory_text(rows[i]->key), rows[i]->convoys.time_ns, rows[i]->convoys.handovers);
    free(rows);
}

static int largest_change_first(const void *one, const void *other)
{
    const struct time_change *a = one, *b = other;
    int64_t first = llabs(a->ns[AFTER] - a->ns[BEFORE]), second = llabs(b->ns[AFTER] - b->ns[BEFORE]);
    return first < second ? 1 : first > second ? -1 : strcmp(a->what, b->what);
}

void time_changes_make(struct time_changes *changes, const struct contention_view *before, const struct contention_view *after, enum time_sort sort)
{
    const struct contention_view *const views[TIMES] = {before, after};
    struct map places = {0};
    *changes = (struct time_changes){0};
    for (int when = 0; when < TIMES; when++) {
        const struct contention_path *path = contention_path(views[when]->contention);
        if (sort == TIMES_path)
            add_shares(changes, &places, when, path);
        else if (sort == TIMES_gain)
            add_gains(changes, &places, when, path);
        else
            add_convoys(changes, &places, when, views[when]);
    }
    map_free(&places);
    if (changes->count)
        qsort(changes->at, changes->count, sizeof *changes->at, largest_change_first);
}

void time_changes_free(struct time_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        free(changes->at[i].what);
    free(changes->at);
}
