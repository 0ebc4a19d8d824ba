/* SPDX-License-Identifier: MIT */
/*
 * The mill of threads.py, in C with libthrum: the same threads, waits and lines.
 *
 *     thrum record -o trace -- ./threads
 *     thrum timeline trace -o threads.html
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <thrum/thrum.h>

enum { CARRIERS = 2, GRINDERS = 3, MILLSTONES = 2, BLOCKS = 24, BLOCK_SIZE = 1 << 21, ROOM = 4 };

/* --- the mill --- */

static struct thrum_event opened = THRUM_EVENT_INIT_NAMED("opened");
static struct thrum_semaphore millstones = THRUM_SEMAPHORE_INIT_NAMED(MILLSTONES, "millstones");
static struct thrum_lock tally_lock = THRUM_LOCK_INIT_NAMED("tally");
static struct thrum_queue blocks;

/* What the grinders did, whoever did it; under tally_lock. */
static struct {
    int grinding, most_at_once, blocks;
    uint32_t digest;
} tally;

static void *carry(void *argument)
{
    thrum_event_wait(&opened);
    for (int number = (int)(intptr_t)argument; number < BLOCKS; number += CARRIERS) {
        unsigned char *block = malloc(BLOCK_SIZE);
        if (!block)
            return THRUM_FAIL(ENOMEM, "no room for block %d", number);
        memset(block, number, BLOCK_SIZE);
        int result = thrum_queue_put(&blocks, block);
        if (result != 0)
            return THRUM_FAIL(result, "block %d can't be put down", number);
    }
    return NULL;
}

static void tally_begin(void)
{
    thrum_lock_acquire(&tally_lock);
    if (++tally.grinding > tally.most_at_once)
        tally.most_at_once = tally.grinding;
    thrum_lock_release(&tally_lock);
}

static void tally_end(uint32_t digest)
{
    thrum_lock_acquire(&tally_lock);
    tally.grinding--;
    tally.blocks++;
    tally.digest ^= digest; /* in whatever order they come */
    thrum_lock_release(&tally_lock);
}

static uint32_t digest_of(const unsigned char *block)
{
    uint32_t digest = 2166136261u;
    for (size_t i = 0; i < BLOCK_SIZE; i++)
        digest = (digest ^ block[i]) * 16777619u;
    return digest;
}

static void *grind(void *unused)
{
    void *block;
    thrum_event_wait(&opened);
    while (thrum_queue_get(&blocks, &block) == 0) {
        thrum_semaphore_acquire(&millstones);
        tally_begin();
        tally_end(digest_of(block));
        thrum_semaphore_release(&millstones);
        free(block);
    }
    return unused;
}

static const char *yes(bool is)
{
    return is ? "True" : "False";
}

static void spawn(struct thrum_group *group, thrum_function *work, intptr_t number, const char *name)
{
    if (thrum_group_spawn(group, work, (void *)number, name) != 0)
        abort();
}

/* Waits for the workers of a group; what failed first is printed. */
static void join(struct thrum_group *group)
{
    struct thrum_error error;
    thrum_group_wait(group);
    if (thrum_group_error(group, &error) == 0)
        thrum_print("the %s failed: %s", error.thread, error.message);
    thrum_group_destroy(group);
}

static void run_the_mill(void)
{
    struct thrum_group *carriers, *grinders;
    if (thrum_queue_init(&blocks, THRUM_QUEUE_FIFO, ROOM, "blocks") != 0 || thrum_group_create(&carriers) != 0 ||
        thrum_group_create(&grinders) != 0)
        abort();
    thrum_queue_on_drop(&blocks, free);
    for (int i = 0; i < GRINDERS; i++)
        spawn(grinders, grind, i, (const char *[]){ "grinder 0", "grinder 1", "grinder 2" }[i]);
    for (int i = 0; i < CARRIERS; i++)
        spawn(carriers, carry, i, (const char *[]){ "carrier 0", "carrier 1" }[i]);
    thrum_event_set(&opened);
    join(carriers);
    thrum_queue_shutdown(&blocks, false); /* no more blocks */
    join(grinders);
    thrum_queue_destroy(&blocks);
    thrum_print("ground %d blocks, digest %08x, never more than %d at once: %s", tally.blocks, tally.digest,
                MILLSTONES, yes(tally.most_at_once <= MILLSTONES));
}

/* --- a lock that somebody else holds: ask, ask with a timeout, wait --- */

static struct thrum_lock gate = THRUM_LOCK_INIT_NAMED("gate");
static struct thrum_event held = THRUM_EVENT_INIT_NAMED("held"), release = THRUM_EVENT_INIT_NAMED("release");

static void *hold(void *unused)
{
    thrum_lock_acquire(&gate);
    thrum_event_set(&held);
    thrum_event_wait(&release);
    thrum_lock_release(&gate);
    return unused;
}

static void lose_patience(void)
{
    struct thrum_group *holder;
    if (thrum_group_create(&holder) != 0)
        abort();
    spawn(holder, hold, 0, "holder");
    thrum_event_wait(&held);
    thrum_print("the gate is free: %s", yes(thrum_lock_try_acquire(&gate) == 0));
    thrum_print("free within 10 ms: %s", yes(thrum_lock_acquire_for(&gate, THRUM_MILLISECONDS(10)) == 0));
    thrum_event_set(&release);
    thrum_print("free in the end: %s", yes(thrum_lock_acquire(&gate) == 0));
    thrum_lock_release(&gate);
    join(holder);
}

/* --- a worker that fails --- */

static void *inspect(void *number)
{
    return THRUM_FAIL(EINVAL, "block %d is damp", (int)(intptr_t)number);
}

static void fail(void)
{
    struct thrum_group *workers;
    if (thrum_group_create(&workers) != 0)
        abort();
    spawn(workers, inspect, 13, "inspector");
    join(workers);
}

/* --- a watchdog that interrupts the main thread, and one that is cancelled before --- */

static void wait_too_long(void)
{
    struct thrum_event never = THRUM_EVENT_INIT_NAMED("never");
    struct thrum_watchdog *patient, *watchdog;
    thrum_interrupt_install(SIGINT); /* as Python does */
    if (thrum_watchdog_create(&patient, NULL, NULL, "patient") != 0 ||
        thrum_watchdog_create(&watchdog, NULL, NULL, "watchdog") != 0)
        abort();
    thrum_watchdog_start(patient, THRUM_SECONDS(60));
    thrum_watchdog_cancel(patient);
    thrum_watchdog_start(watchdog, THRUM_MILLISECONDS(50));
    if (thrum_event_wait(&never) == EINTR)
        thrum_print("the watchdog barked");
    thrum_watchdog_destroy(watchdog);
    thrum_watchdog_destroy(patient);
    thrum_event_destroy(&never);
}

int main(void)
{
    run_the_mill();
    lose_patience();
    fail();
    wait_too_long();
    return 0;
}
