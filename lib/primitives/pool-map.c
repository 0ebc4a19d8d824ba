/* SPDX-License-Identifier: MIT */
/* A function run by a pool on many arguments at once. */
#include <pthread.h>
#include "pool.h"

struct mapping {
    struct thrum_future **futures;
    size_t count;
};

/* Cancels what hasn't started, waits for what has, and lets all of it go. */
static void end(void *argument)
{
    struct mapping *map = argument;
    for (size_t i = 0; i < map->count; i++)
        future_cancel(map->futures[i], SITE);
    for (size_t i = 0; i < map->count; i++) {
        future_wait_uninterrupted(map->futures[i], SITE);
        thrum_future_error(map->futures[i]); /* it was asked for: only the first is told */
        future_unref(map->futures[i]);
    }
    free(map->futures);
}

static int submit_all(struct thrum_pool *pool, struct mapping *map, thrum_function *function,
                      void *const arguments[], size_t count, struct wait_limit *limit, const void *site)
{
    int result = 0;
    while (map->count < count && result == 0) {
        result = pool_submit(pool, function, arguments[map->count], &map->futures[map->count], limit, site);
        if (result == 0)
            map->count++;
    }
    return result;
}

static int take_results(struct mapping *map, void *results[], struct wait_limit *limit, const void *site)
{
    int result = 0;
    for (size_t i = 0; i < map->count && result == 0; i++) {
        void *value = NULL;
        result = future_take(map->futures[i], &value, limit, site);
        if (result == 0 && results)
            results[i] = value;
    }
    return result;
}

int thrum_pool_map(struct thrum_pool *pool, thrum_function *function, void *const arguments[], size_t count,
                   void *results[], int64_t nanoseconds)
{
    struct wait_limit space, *limit;
    struct mapping map = { .count = 0 };
    int result = -wait_limit_for(&space, nanoseconds, &limit);
    if (result != 0 || count == 0)
        return result;
    map.futures = calloc(count, sizeof(struct thrum_future *));
    if (!map.futures)
        return ENOMEM;
    wait_limit_deadline(limit);
    pthread_cleanup_push(end, &map);
    result = submit_all(pool, &map, function, arguments, count, limit, SITE);
    if (result == 0)
        result = take_results(&map, results, limit, SITE);
    pthread_cleanup_pop(1);
    return result;
}
