/* SPDX-License-Identifier: MIT */
/* What threads leave behind. */
#include "check/leaving.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check/births.h"
#include "check/holders.h"
#include "check/report.h"

enum { PARTS = 6 };
static atomic_bool some_lost; /* there are or were threads that left something held */

static bool is_owned(uint8_t kind)
{
    return kind == THRUM_kind_mutex || kind == THRUM_kind_rwlock || kind == THRUM_kind_spinlock || kind == THRUM_kind_rlock;
}

/* glibc's flag of a robust mutex, which tells the next holder; only where it doesn't lie on another page. */
static bool is_robust(const struct held *held)
{
    enum { KIND_AT = 16, ROBUST = 16, PAGE = 4096 };
    struct birth birth;

    if (held->kind != THRUM_kind_mutex || (births_find(held->object, &birth) && birth.robust))
        return held->kind == THRUM_kind_mutex;
    return held->object % PAGE + KIND_AT + sizeof(int) <= PAGE && *(const volatile int *)(uintptr_t)(held->object + KIND_AT) & ROBUST;
}

static bool stays_locked(const struct held *held)
{
    return held->depth > 0 && is_owned(held->kind) && !is_robust(held);
}

static struct report_part part_of(const struct check_thread *thread, const struct held *held)
{
    return (struct report_part){.thread = thread, .verb = "still holds", .object = {held->object, held->stack, held->kind, held->mode}};
}

static const char *ending_of(const struct check_thread *thread)
{
    return thread->cancelled ? "a thread was cancelled with a lock held: nobody will unlock it" : NULL;
}

void leaving_ends(const struct check_thread *self)
{
    if (held_count(self) > 0)
        some_lost = true;
}

void leaving_ended(struct check_thread *thread)
{
    struct report_part parts[PARTS];
    uint32_t count = 0;

    if (thread->left || thread->forked)
        return;
    thread->left = true;
    for (const struct held *held = thread->held; held < thread->top && count < PARTS; held++)
        if (stays_locked(held) && held->object != thread->stolen)
            parts[count++] = part_of(thread, held);
    if (count > 0)
        report_misuse(THRUM_FINDING_exit_holding, false, ending_of(thread), parts, count);
}

static bool is_gone(const struct check_thread *thread)
{
    int saved = errno;
    bool gone = syscall(SYS_tgkill, thrum_self.pid, thread->tid, 0) != 0;

    errno = saved;
    return gone;
}

static bool is_shared(const struct held *held)
{
    struct birth birth;

    return births_find(held->object, &birth) && birth.shared;
}

/* The thread that will never give it back, and what it holds of it. Under the lock. */
static struct check_thread *find_lost(uint64_t object, struct held *how)
{
    for (struct check_thread *thread = check_state.threads; thread; thread = thread->next)
        if (thread->ended && holders_holds(thread, object, how) && (thread->forked ? !is_shared(how) : stays_locked(how) && is_gone(thread)))
            return thread;
    return NULL;
}

void leaving_blocks(const struct check_thread *self, uint64_t object, uint8_t kind, uint8_t mode, const struct check_stack *stack)
{
    struct check_thread *lost;
    struct held how;
    sigset_t signals;

    if (!is_owned(kind) || !atomic_load_explicit(&some_lost, memory_order_relaxed))
        return;
    check_lock(&signals);
    lost = find_lost(object, &how);
    if (lost && (lost->forked || !lost->left)) {
        struct report_part parts[] = {
            {.thread = self, .verb = "waits for", .object = {object, stack, kind, mode}}, part_of(lost, &how)};

        if (lost->forked)
            parts[1].verb = "held, as the process was forked,";
        lost->left = true;
        report_misuse(lost->forked ? THRUM_FINDING_fork_holding : THRUM_FINDING_exit_holding, false, lost->forked ? NULL : ending_of(lost), parts, 2);
    }
    check_unlock(&signals);
}

void leaving_forked(struct check_thread *thread)
{
    thread->forked = thread->ended = thread->joined = true;
    if (thread->wait.sequence % 2)
        thread->wait.sequence++;
    if (held_count(thread) > 0)
        some_lost = true;
}

void leaving_forget(uint64_t object)
{
    sigset_t signals;

    if (!atomic_load_explicit(&some_lost, memory_order_relaxed))
        return;
    check_lock(&signals);
    for (struct check_thread *thread = check_state.threads; thread; thread = thread->next)
        for (struct held *held = thread->held; thread->forked && held < thread->top; held++)
            if (held->object == object)
                held->depth = 0;
    check_unlock(&signals);
}

static bool is_joined_now(const struct check_thread *thread)
{
    for (const struct check_thread *other = check_state.threads; other; other = other->next)
        if (other->wait.sequence % 2 && other->wait.kind == THRUM_kind_thread && other->wait.handle == thread->handle)
            return true;
    return false;
}

static void tell_unjoined(const struct check_thread *thread)
{
    struct report_part part = {.thread = thread, .verb = "was never joined:", .object = {thread->handle, thread->born, THRUM_kind_thread, THRUM_mode_exclusive}};

    report_misuse(THRUM_FINDING_never_joined, false, NULL, &part, 1);
}

void leaving_process_ends(void)
{
    sigset_t signals;

    check_lock(&signals);
    for (struct check_thread *thread = check_state.threads; thread; thread = thread->next) {
        if (!thread->ended || thread->forked || thread->main)
            continue;
        if (held_count(thread) > 0 && is_gone(thread))
            leaving_ended(thread);
        /* One that isn't gone may yet detach itself, by a destructor of its own: GLib's threads do. */
        if (!thread->joined && !thread->detached && !thread->kept && thread->born && !is_joined_now(thread) && is_gone(thread))
            tell_unjoined(thread);
    }
    check_unlock(&signals);
}
