/* SPDX-License-Identifier: MIT */
/* Queue against GLib's GAsyncQueue and liburcu's wfcqueue, pool against GThreadPool. */
#include <sched.h>
#include "primitives.h"
#include "thrum/pool.h"
#include "thrum/queue.h"
#ifdef HAVE_GLIB
#include <glib.h>
#endif
#ifdef HAVE_URCU
#include <urcu/wfcqueue.h>
#endif

enum { ITEMS = 1 << 20 };
static char items[ITEMS]; /* what the queues hold: pointers into this */

static void *item(long i)
{
    return &items[i & (ITEMS - 1)];
}

#define PASS(count, put, get)                                                    \
    do {                                                                         \
        double begin_ = now();                                                   \
        for (long i = 0; i < (count); i++) {                                     \
            put;                                                                 \
            get;                                                                 \
        }                                                                        \
        return (now() - begin_) / (count);                                       \
    } while (0)

#define FROM_TO(pairs, count, put, get)                                                              \
    do {                                                                                             \
        void (*work_[])(long) = { put, get, put, get };                                              \
        return in_threads(2 * (pairs), 2 * (count), work_) / (count);                                \
    } while (0)

/* --- thrum --- */

static struct thrum_queue queue;

static void queue_begin(void)
{
    static bool begun;
    if (!begun)
        begun = thrum_queue_init(&queue, THRUM_QUEUE_FIFO, 0, NULL) == 0;
}

static double queue_alone(long count)
{
    void *taken;
    queue_begin();
    PASS(count, thrum_queue_put(&queue, item(i)), thrum_queue_get(&queue, &taken));
}

static void queue_put(long count)
{
    for (long i = 0; i < count; i++)
        thrum_queue_put(&queue, item(i));
}

static void queue_get(long count)
{
    void *taken;
    for (long i = 0; i < count; i++)
        thrum_queue_get(&queue, &taken);
}

static double queue_one(long count) { queue_begin(); FROM_TO(1, count, queue_put, queue_get); }
static double queue_two(long count) { queue_begin(); FROM_TO(2, count, queue_put, queue_get); }

/* --- GAsyncQueue --- */

#ifdef HAVE_GLIB
static GAsyncQueue *async_queue;

static void async_begin(void)
{
    if (!async_queue)
        async_queue = g_async_queue_new();
}

static double async_alone(long count)
{
    async_begin();
    PASS(count, g_async_queue_push(async_queue, item(i)), g_async_queue_pop(async_queue));
}

static void async_put(long count)
{
    for (long i = 0; i < count; i++)
        g_async_queue_push(async_queue, item(i));
}

static void async_get(long count)
{
    for (long i = 0; i < count; i++)
        g_async_queue_pop(async_queue);
}

static double async_one(long count) { async_begin(); FROM_TO(1, count, async_put, async_get); }
static double async_two(long count) { async_begin(); FROM_TO(2, count, async_put, async_get); }
#define GLIB(name, run) { name, run },
#else
#define GLIB(name, run)
#endif

/* --- wfcqueue: it can't block, so who finds it empty yields; nodes are the program's, here they cost nothing --- */

#ifdef HAVE_URCU
static struct cds_wfcq_head head;
static struct cds_wfcq_tail tail;
static struct cds_wfcq_node nodes[2][ITEMS];

static double wfc_alone(long count)
{
    cds_wfcq_init(&head, &tail);
    PASS(count, (cds_wfcq_node_init(&nodes[0][i & (ITEMS - 1)]), cds_wfcq_enqueue(&head, &tail, &nodes[0][i & (ITEMS - 1)])),
         cds_wfcq_dequeue_blocking(&head, &tail));
}

static _Atomic int side;

static void wfc_put(long count)
{
    struct cds_wfcq_node *mine = nodes[side++ % 2];
    for (long i = 0; i < count; i++) {
        cds_wfcq_node_init(&mine[i & (ITEMS - 1)]);
        cds_wfcq_enqueue(&head, &tail, &mine[i & (ITEMS - 1)]);
    }
}

static void wfc_get(long count)
{
    for (long i = 0; i < count; i++)
        while (!cds_wfcq_dequeue_blocking(&head, &tail))
            sched_yield();
}

static double wfc_one(long count) { cds_wfcq_init(&head, &tail); FROM_TO(1, count, wfc_put, wfc_get); }
static double wfc_two(long count) { cds_wfcq_init(&head, &tail); FROM_TO(2, count, wfc_put, wfc_get); }
#define URCU(name, run) { name, run },
#else
#define URCU(name, run)
#endif

const struct contest queue_contests[] = {
    { "queue, uncontended put and get", 3000000,
      { { "thrum_queue", queue_alone }, GLIB("GAsyncQueue", async_alone) URCU("wfcqueue", wfc_alone) } },
    { "queue, 1 producer and 1 consumer", 1000000,
      { { "thrum_queue", queue_one }, GLIB("GAsyncQueue", async_one) URCU("wfcqueue", wfc_one) } },
    { "queue, 2 producers and 2 consumers", 1000000,
      { { "thrum_queue", queue_two }, GLIB("GAsyncQueue", async_two) URCU("wfcqueue", wfc_two) } },
    { .title = NULL },
};

/* --- pools --- */

static _Atomic long ran;

static void *task(void *argument)
{
    ran++;
    return argument;
}

static struct thrum_pool *pool;

static void pool_submit(long count)
{
    for (long i = 0; i < count; i++)
        thrum_pool_submit(pool, task, NULL, NULL);
}

static double pool_run(int threads, long count)
{
    void (*work[])(long) = { pool_submit, pool_submit };
    thrum_pool_create(&pool, 2, 0, NULL);
    double begin = now();
    in_threads(threads, count, work);
    thrum_pool_destroy(pool);
    return (now() - begin) / count;
}

static double pool_one(long count) { return pool_run(1, count); }
static double pool_two(long count) { return pool_run(2, count); }

#ifdef HAVE_GLIB
static GThreadPool *gpool;

static void gtask(gpointer data, gpointer unused)
{
    (void)data, (void)unused;
    ran++;
}

static void gpool_submit(long count)
{
    for (long i = 0; i < count; i++)
        g_thread_pool_push(gpool, item(i), NULL);
}

static double gpool_run(int threads, long count)
{
    void (*work[])(long) = { gpool_submit, gpool_submit };
    gpool = g_thread_pool_new(gtask, NULL, 2, TRUE, NULL);
    double begin = now();
    in_threads(threads, count, work);
    g_thread_pool_free(gpool, FALSE, TRUE);
    return (now() - begin) / count;
}

static double gpool_one(long count) { return gpool_run(1, count); }
static double gpool_two(long count) { return gpool_run(2, count); }
#endif

const struct contest pool_contests[] = {
    { "pool of 2, 1 thread submits", 300000, { { "thrum_pool", pool_one }, GLIB("GThreadPool", gpool_one) } },
    { "pool of 2, 2 threads submit", 300000, { { "thrum_pool", pool_two }, GLIB("GThreadPool", gpool_two) } },
    { .title = NULL },
};
