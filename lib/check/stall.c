/* SPDX-License-Identifier: MIT */
/* Long waits, and locks that were held for long. */
#include "check/stall.h"

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check/holders.h"
#include "check/kernel.h"
#include "check/report.h"
#include "check/stacks.h"
#include "check/thread.h"
#include "probe/probe.h"

enum { CHAIN = 4, PARTS = 2 * CHAIN, VERB = 64 };
#define SECOND 1000000000

static int64_t stall_ns, held_ns; /* 0: not wanted */

void stall_configure(const struct env *env)
{
    stall_ns = env->stall;
    held_ns = env->held;
}

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * SECOND + time.tv_nsec;
}

int64_t stall_now(void)
{
    return stall_ns ? now() : 0;
}

/* --- words --- */

static char *add(char *at, const char *end, const char *text)
{
    while (*text && at < end - 1)
        *at++ = *text++;
    *at = 0;
    return at;
}

static char *add_number(char *at, const char *end, uint64_t number)
{
    char digits[24];
    size_t used = sizeof(digits);

    digits[--used] = 0;
    do {
        digits[--used] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return add(at, end, digits + used);
}

/* "held, for 1.5 s,": seconds with a tenth. */
static const char *with_time(char *text, const char *before, int64_t ns, const char *after)
{
    char *end = text + VERB, *at = add(text, end, before);
    uint64_t tenths = (uint64_t)ns / (SECOND / 10);

    at = add_number(at, end, tenths / 10);
    at = add(at, end, ".");
    at = add_number(at, end, tenths % 10);
    at = add(at, end, " s");
    add(at, end, after);
    return text;
}

static const char *call_name(uint64_t number)
{
    switch (number) {
    case SYS_read: return "read";
    case SYS_write: return "write";
    case SYS_nanosleep: return "nanosleep";
    case SYS_clock_nanosleep: return "clock_nanosleep";
    case SYS_ppoll: return "ppoll";
    case SYS_epoll_pwait: return "epoll_pwait";
    case SYS_recvfrom: return "recvfrom";
    case SYS_recvmsg: return "recvmsg";
    case SYS_sendto: return "sendto";
    case SYS_sendmsg: return "sendmsg";
    case SYS_accept: return "accept";
    case SYS_accept4: return "accept4";
    case SYS_wait4: return "wait4";
    case SYS_waitid: return "waitid";
    case SYS_fsync: return "fsync";
    case SYS_fdatasync: return "fdatasync";
    case SYS_futex: return "futex";
#ifdef SYS_poll
    case SYS_poll: return "poll";
    case SYS_epoll_wait: return "epoll_wait";
    case SYS_select: return "select";
    case SYS_pause: return "pause";
#endif
    default: return NULL;
    }
}

/* "meanwhile sleeps in read:", of a thread that waits for nothing that thrum knows. */
static const char *doing(char *text, int32_t tid)
{
    struct kernel_call call;
    char *end = text + VERB, *at;

    if (!kernel_ask(tid, &call))
        return "does not tell what it does:";
    if (call.runs)
        return "meanwhile runs:";
    at = add(text, end, "meanwhile sleeps in ");
    if (call_name(call.number))
        at = add(at, end, call_name(call.number));
    else
        at = add_number(add(at, end, "system call "), end, call.number);
    add(at, end, ":");
    return text;
}

/* --- who waits for whom; under the lock --- */

static const struct check_thread *holder_of(const struct check_thread *waiter, struct held *how)
{
    if (waiter->wait.kind == THRUM_kind_thread)
        return thread_by_handle(waiter->wait.handle);
    return holders_other(waiter, waiter->wait.object, how);
}

static bool is_blocked(const struct check_thread *thread)
{
    return !thread->ended && thread->wait.sequence % 2;
}

static struct report_part wait_part(const struct check_thread *thread, const char *verb)
{
    return (struct report_part){
        .thread = thread, .verb = verb, .object = {thread->wait.object, thread->wait.stack, thread->wait.kind, thread->wait.mode}};
}

static void tell_chain(const struct check_thread *thread, int64_t time)
{
    static char first[VERB], last[VERB];
    struct report_part parts[PARTS];
    uint32_t count = 0;

    parts[count++] = wait_part(thread, with_time(first, "has waited for ", time - thread->wait.since, " for"));
    for (unsigned i = 0; i + 1 < CHAIN; i++) {
        struct held how = {0};
        const struct check_thread *holder = holder_of(thread, &how);

        if (!holder)
            break;
        if (thread->wait.kind != THRUM_kind_thread)
            parts[count++] = (struct report_part){.thread = holder, .verb = "holds", .object = {how.object, how.stack, how.kind, how.mode}};
        if (!is_blocked(holder)) {
            parts[count++] = (struct report_part){
                .thread = holder, .verb = doing(last, holder->tid), .object = {holder->handle, &check_nowhere, THRUM_kind_thread, THRUM_mode_exclusive}};
            break;
        }
        parts[count++] = wait_part(holder, "waits for");
        thread = holder;
    }
    report_misuse(THRUM_FINDING_stall, false, NULL, parts, count);
}

/* Waits for what somebody has; to wait for work isn't a stall. */
static bool has_stalled(const struct check_thread *thread, int64_t time)
{
    struct held how;

    return is_blocked(thread) && thread->wait.kind != THRUM_kind_thread && thread->wait.since > 0 &&
           time - thread->wait.since >= stall_ns && thread->stalled != thread->wait.sequence && holder_of(thread, &how);
}

static void look(void)
{
    int64_t time = now();
    sigset_t signals;

    check_lock(&signals);
    for (struct check_thread *thread = check_state.threads; thread; thread = thread->next) {
        if (!has_stalled(thread, time))
            continue;
        thread->stalled = thread->wait.sequence;
        tell_chain(thread, time);
    }
    check_unlock(&signals);
}

static void *watch(void *unused)
{
    int64_t nap = stall_ns / 4 > SECOND ? SECOND : stall_ns / 4 + 1000000;
    struct timespec time = {nap / SECOND, nap % SECOND};

    if (!thrum_preloaded)
        probe_foreign_begins();
    for (;;) {
        syscall(SYS_nanosleep, &time, NULL);
        look();
    }
    return unused;
}

void stall_start(void)
{
    if (check_torn)
        return;
    enum { STACK = 128 * 1024 };
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_t thread;

    if (!stall_ns || pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    /* It takes no signal of the program's. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    /* Under the preload this is the interposers' business. */
    if (!thrum_preloaded)
        probe_foreign_created(true);
    if (pthread_create(&thread, &attributes, watch, NULL) != 0 && !thrum_preloaded)
        probe_foreign_created(false);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
}

/* --- held for long --- */

void stall_taken(struct check_thread *self, uint64_t object)
{
    if (!held_ns)
        return;
    for (unsigned i = 0; i < TAKEN_SINCE; i++)
        if (!self->since[i].object) {
            self->since[i].object = object;
            self->since[i].ns = now();
            return;
        }
}

void stall_given_back(struct check_thread *self, const struct held *held, uint64_t site, uintptr_t frame)
{
    static char verb[VERB];
    unsigned i = 0;
    sigset_t signals;

    if (!held_ns)
        return;
    while (i < TAKEN_SINCE && self->since[i].object != held->object)
        i++;
    if (i == TAKEN_SINCE)
        return;
    int64_t length = now() - self->since[i].ns;
    self->since[i].object = 0;
    if (length < held_ns)
        return;
    const struct check_stack *stack = stacks_here(self, site, frame);
    check_lock(&signals);
    struct report_part parts[] = {
        {.thread = self, .verb = with_time(verb, "held, for ", length, ","), .object = {held->object, held->stack, held->kind, held->mode}},
        {.thread = self, .verb = "gives back", .object = {held->object, stack, held->kind, held->mode}}};
    report_misuse(THRUM_FINDING_held_too_long, false, NULL, parts, 2);
    check_unlock(&signals);
}
