/* SPDX-License-Identifier: MIT */
/*
 * Two locks, nested one way or the other, each way by locks or in a run of its own: so no run shows an inversion of the
 * same two locks. `two_ways forwards`, `backwards`: one way. `instances`: both ways, by other locks born at the same places.
 * `gated`: the same under a common lock. `one_after_the_other`: both ways by the same locks, in threads that a join keeps apart.
 */
#include "play.h"
#include <stdlib.h>
#include <string.h>

struct pair {
    pthread_mutex_t *outer, *inner;
};

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static bool gated;

static pthread_mutex_t *make_outer(void)
{
    pthread_mutex_t *mutex = malloc(sizeof(*mutex));

    MUST(pthread_mutex_init(mutex, NULL));
    return mutex;
}

/* Not the same code: compilers make one function of two that are. */
static pthread_mutex_t *make_inner(void)
{
    pthread_mutex_t *mutex = calloc(2, sizeof(*mutex));

    MUST(pthread_mutex_init(mutex, NULL));
    return mutex;
}

static void nest(pthread_mutex_t *first, pthread_mutex_t *second)
{
    if (gated)
        MUST(pthread_mutex_lock(&gate));
    MUST(pthread_mutex_lock(first));
    MUST(pthread_mutex_lock(second));
    MUST(pthread_mutex_unlock(second));
    MUST(pthread_mutex_unlock(first));
    if (gated)
        MUST(pthread_mutex_unlock(&gate));
}

static void *forwards(void *pair)
{
    nest(((struct pair *)pair)->outer, ((struct pair *)pair)->inner);
    return NULL;
}

static void *backwards(void *pair)
{
    nest(((struct pair *)pair)->inner, ((struct pair *)pair)->outer);
    return NULL;
}

static pthread_t begin(void *(*routine)(void *), struct pair *pair)
{
    pthread_t thread;

    MUST(pthread_create(&thread, NULL, routine, pair));
    return thread;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "instances";
    struct pair one = {make_outer(), make_inner()}, other = {make_outer(), make_inner()};
    bool same = strcmp(what, "one_after_the_other") == 0;
    pthread_t first = 0, second;

    gated = strcmp(what, "gated") == 0;
    if (strcmp(what, "backwards") != 0) {
        first = begin(forwards, &one);
        if (strcmp(what, "forwards") == 0 || same)
            MUST(pthread_join(first, NULL));
        if (strcmp(what, "forwards") == 0)
            return 0;
    }
    second = begin(backwards, same ? &one : &other);
    MUST(pthread_join(second, NULL));
    if (strcmp(what, "backwards") != 0 && !same)
        MUST(pthread_join(first, NULL));
    return 0;
}
