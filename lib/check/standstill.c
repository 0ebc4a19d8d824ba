/* SPDX-License-Identifier: MIT */
/*
 * Two things are asked. What the threads published: that each waits, and that nobody woke it since. And the kernel: that each
 * sleeps in a private futex without a timeout, and that there are no threads but these. A thread that says that it waits and
 * isn't asleep yet is given a moment: it may be on its way, and the last to look is the only one who can tell.
 *
 * Threads that aren't the program's (LTTng-UST's, the checker's own) know nothing of its locks and wake nobody in them. But a
 * thread that has published its wait may yet sleep for a lock of LTTng-UST's as the event goes there: beside such threads
 * each must sleep in the very thing that it said.
 */
#include "check/standstill.h"

#include <errno.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check/births.h"
#include "check/handlers.h"
#include "check/holders.h"
#include "check/kernel.h"
#include "check/report.h"
#include "check/thread.h"
#include "check/waitfor.h"
#include "probe/foreign.h"

enum { PARTS = 8, TRIES = 20, NAP = 500000, PATIENCE = 50, FUTEX_PRIVATE = 128 };

static _Atomic int waiting, living;
static _Atomic int unborn; /* were created, and didn't come to anything that was seen of them */
static _Atomic int in_vain; /* how often a moment was given and nothing came of it */
static _Atomic unsigned standstill_looks; /* how often all threads were looked at; for tests, who find it by its name */

void standstill_waits(int change)
{
    atomic_fetch_add_explicit(&waiting, change, memory_order_seq_cst);
}

void standstill_lives(int change)
{
    atomic_fetch_add_explicit(&living, change, memory_order_seq_cst);
}

void standstill_creates(int change)
{
    atomic_fetch_add_explicit(&unborn, change, memory_order_seq_cst);
}

void standstill_forked(void)
{
    atomic_store(&unborn, 0);
    atomic_store(&waiting, 0);
    atomic_store(&living, 1);
}

/* --- what the threads say --- */

/* Not enough have come to it. */
static bool is_barrier_closed(uint64_t barrier)
{
    struct birth birth;

    return births_find(barrier, &birth) && (birth.value == 0 || birth.arrived % birth.value != 0);
}

/* One that is held by a thread that has ended was told of before. Many may wait for one: *last is what was found to be held last. */
static bool is_held_by_someone(uint64_t object, uint64_t *last)
{
    struct held how;

    if (object == *last)
        return true;
    if (!holders_other(NULL, object, &how))
        return false;
    *last = object;
    return true;
}

static bool is_alive(uint64_t handle)
{
    const struct check_thread *thread = thread_by_handle(handle);

    return thread && !thread->ended;
}

/* Whether a wait, published by a thread and not ended, is for what nobody has given yet. Under the lock. */
static bool is_ungiven(const struct wait *wait, uint64_t *held)
{
    struct birth birth;

    if (wait->timed || (births_find(wait->object, &birth) && birth.shared))
        return false;
    switch (wait->kind) {
    case THRUM_kind_mutex:
    case THRUM_kind_rwlock:
    case THRUM_kind_spinlock:
    case THRUM_kind_once:
    case THRUM_kind_rlock: return is_held_by_someone(wait->object, held);
    case THRUM_kind_barrier: return is_barrier_closed(wait->object) && !holders_woken(wait);
    case THRUM_kind_thread: return is_alive(wait->handle);
    case THRUM_kind_condition:
    case THRUM_kind_semaphore:
    case THRUM_kind_lock:
    case THRUM_kind_event:
    case THRUM_kind_queue:
    case THRUM_kind_future: return !holders_woken(wait);
    case THRUM_kind_futex: return true; /* the kernel says whether it sleeps */
    default: return false;
    }
}

static bool is_given_up(const struct check_thread *thread, const struct check_thread *by)
{
    return by->wait.mutex && thread->wait.object == by->wait.mutex;
}

/* All that live say so; how many they are, 0 where one doesn't. Under the lock. */
static int all_say_so(const struct check_thread *self)
{
    uint64_t held = 0;
    int count = 0;

    atomic_fetch_add_explicit(&standstill_looks, 1, memory_order_relaxed);
    for (const struct check_thread *thread = check_state.threads; thread; thread = thread->next) {
        if (thread->ended)
            continue;
        /* One that was cancelled is about to leave its wait, and may sleep on its way. */
        if (thread->cancelled || thread->wait.sequence % 2 == 0 || !is_ungiven(&thread->wait, &held) || is_given_up(thread, self))
            return 0;
        count++;
    }
    return count;
}

/* --- what the kernel says --- */

/* The threads that the kernel knows. */
struct population {
    int own, foreign;
    bool busy; /* one of the foreign is at work */
};

static void meet(int32_t tid, void *argument)
{
    struct population *population = argument;
    struct kernel_call call;

    if (!foreign_is(tid)) {
        population->own++;
        return;
    }
    population->foreign++;
    population->busy |= !kernel_ask(tid, &call) || call.runs;
}

/* Whether the address is a word of what the thread waits for: a thread's handle is where its control block lies. */
static bool is_part_of(const struct wait *wait, uint64_t address)
{
    enum { OBJECT = 64, CONTROL_BLOCK = 4096 };
    uint64_t begin = wait->kind == THRUM_kind_thread ? wait->handle : wait->object;

    return address - begin < (wait->kind == THRUM_kind_thread ? CONTROL_BLOCK : OBJECT);
}

/* Whether the thread sleeps for as long as nobody in this process wakes it; who waits for a spinlock runs. */
static bool is_asleep(const struct check_thread *thread, bool beside_others)
{
    struct kernel_call call;

    if (!kernel_ask(thread->tid, &call))
        return false;
    if (call.runs || call.number != SYS_futex)
        return call.runs && thread->wait.kind == THRUM_kind_spinlock;
    if (beside_others && !is_part_of(&thread->wait, call.arguments[0]))
        return false;
    return call.arguments[0] != check_lock_word() && call.arguments[3] == 0 &&
           (call.arguments[1] & FUTEX_PRIVATE || thread->wait.kind == THRUM_kind_thread || kernel_is_private(call.arguments[0]));
}

/*
 * The last to look isn't asleep yet. What it waits for may have been given after it saw that it must wait and before it said so.
 * Where the library's own primitives wait, that is seen as they go to sleep, on a word with this value; a futex's word isn't seen.
 */
static bool will_sleep(const struct check_thread *self, const struct standstill_sleep *sleep)
{
    const struct wait *wait = &self->wait;
    struct birth birth;
    int value;

    if (sleep)
        return atomic_load_explicit(sleep->word, memory_order_seq_cst) == sleep->expected;
    switch (wait->kind) {
    case THRUM_kind_futex:
    case THRUM_kind_lock:
    case THRUM_kind_event:
    case THRUM_kind_queue:
    case THRUM_kind_future: return false;
    /* The library's own woke others already: these aren't counted. */
    case THRUM_kind_barrier: return births_find(wait->object, &birth) && birth.value > 0;
    /* The library's own begins with a number that makes a value. */
    case THRUM_kind_semaphore: return sem_getvalue((sem_t *)(uintptr_t)wait->object, &value) == 0 && value <= 0; // NOLINT
    default: return true;
    }
}

enum verdict { RUNS, ON_ITS_WAY, STANDS_STILL };

/* Under the lock. */
static enum verdict ask(const struct check_thread *self, const struct standstill_sleep *sleep)
{
    int count = all_say_so(self);
    struct population population = {0};

    if (count < 1 || !will_sleep(self, sleep))
        return RUNS;
    if (foreign_coming())
        return ON_ITS_WAY;
    if (kernel_each_thread(meet, &population) < 1 || population.own != count)
        return RUNS;
    if (population.busy)
        return ON_ITS_WAY;
    for (const struct check_thread *thread = check_state.threads; thread; thread = thread->next)
        if (!thread->ended && thread != self && !is_asleep(thread, population.foreign > 0))
            return ON_ITS_WAY;
    /* The others sleep in private futexes; what this thread will sleep in is known by where it lies. */
    if (self->wait.kind != THRUM_kind_thread && !kernel_is_private(self->wait.object))
        return RUNS;
    /* And with all others asleep, whether it will sleep can't change any more. */
    return will_sleep(self, sleep) && all_say_so(self) == count ? STANDS_STILL : RUNS;
}

/* --- telling --- */

static void tell(void)
{
    struct report_part parts[PARTS];
    uint32_t count = 0;

    for (const struct check_thread *thread = check_state.threads; thread && count < PARTS; thread = thread->next) {
        if (thread->ended)
            continue;
        for (const struct held *held = thread->held; held < thread->top && count < PARTS; held++)
            if (held->depth > 0)
                parts[count++] = (struct report_part){
                    .thread = thread, .verb = "holds", .object = {held->object, held->stack, held->kind, held->mode}};
        if (count < PARTS)
            parts[count++] = (struct report_part){
                .thread = thread, .verb = "waits for", .object = {thread->wait.object, thread->wait.stack, thread->wait.kind, thread->wait.mode}};
    }
    report_misuse(THRUM_FINDING_communication, false, THRUM_ALL_WAIT, parts, count);
}

bool standstill_look(const struct check_thread *self, const struct standstill_sleep *sleep)
{
    enum verdict verdict = ON_ITS_WAY;
    int saved = errno;
    sigset_t signals;
    bool found = false;

    if (atomic_load_explicit(&waiting, memory_order_seq_cst) < atomic_load_explicit(&living, memory_order_seq_cst) ||
        atomic_load_explicit(&unborn, memory_order_seq_cst) > 0)
        return false;
    for (int tries = atomic_load(&in_vain) < PATIENCE ? TRIES : 1; verdict == ON_ITS_WAY && tries > 0; tries--) {
        check_lock(&signals);
        verdict = ask(self, sleep);
        if (verdict == STANDS_STILL && !(found = waitfor_any()) && !handlers_are_there())
            tell();
        check_unlock(&signals);
        if (verdict == ON_ITS_WAY && tries > 1)
            syscall(SYS_nanosleep, &(struct timespec){.tv_nsec = NAP}, NULL);
    }
    if (verdict == ON_ITS_WAY)
        atomic_fetch_add(&in_vain, 1);
    errno = saved;
    return found;
}
