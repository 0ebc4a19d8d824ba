/* SPDX-License-Identifier: MIT */
/*
 * Two things are asked. What the threads published: that each waits, and that nobody woke it since. And the kernel: that each
 * sleeps in a private futex without a timeout, and that there are no threads but these. A thread that says that it waits and
 * isn't asleep yet is given a moment: it may be on its way, and the last to look is the only one who can tell.
 */
#include "check/standstill.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check/births.h"
#include "check/handlers.h"
#include "check/holders.h"
#include "check/report.h"
#include "check/thread.h"
#include "check/waitfor.h"

enum { PARTS = 8, TRIES = 20, NAP = 500000, PATIENCE = 50, FUTEX_PRIVATE = 128 };

static _Atomic int waiting, living;
static _Atomic int in_vain; /* how often a moment was given and nothing came of it */

void standstill_waits(int change)
{
    atomic_fetch_add_explicit(&waiting, change, memory_order_seq_cst);
}

void standstill_lives(int change)
{
    atomic_fetch_add_explicit(&living, change, memory_order_seq_cst);
}

void standstill_forked(void)
{
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

/* One that is held by a thread that has ended was told of before. */
static bool is_held_by_someone(uint64_t object)
{
    struct held how;

    return holders_other(NULL, object, &how);
}

static bool is_alive(uint64_t handle)
{
    const struct check_thread *thread = thread_by_handle(handle);

    return thread && !thread->ended;
}

/* Whether a wait, published by a thread and not ended, is for what nobody has given yet. Under the lock. */
static bool is_ungiven(const struct wait *wait)
{
    struct birth birth;

    if (wait->timed || (births_find(wait->object, &birth) && birth.shared))
        return false;
    switch (wait->kind) {
    case THRUM_kind_mutex:
    case THRUM_kind_rwlock:
    case THRUM_kind_spinlock:
    case THRUM_kind_rlock: return is_held_by_someone(wait->object);
    case THRUM_kind_barrier: return is_barrier_closed(wait->object) && !holders_woken(wait);
    case THRUM_kind_thread: return is_alive(wait->handle);
    case THRUM_kind_condition:
    case THRUM_kind_semaphore:
    case THRUM_kind_lock:
    case THRUM_kind_event:
    case THRUM_kind_queue:
    case THRUM_kind_future: return !holders_woken(wait);
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
    int count = 0;

    for (const struct check_thread *thread = check_state.threads; thread; thread = thread->next) {
        if (thread->ended)
            continue;
        if (thread->wait.sequence % 2 == 0 || !is_ungiven(&thread->wait) || is_given_up(thread, self))
            return 0;
        count++;
    }
    return count;
}

/* --- what the kernel says --- */

static size_t read_file(const char *path, char *text, size_t size)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    long got = fd < 0 ? -1 : syscall(SYS_read, fd, text, size - 1);

    if (fd >= 0)
        syscall(SYS_close, fd);
    text[got > 0 ? got : 0] = 0;
    return got > 0 ? (size_t)got : 0;
}

/* "202 0x7f... 0x189 ..." : the number that begins there, and where the next one does. */
static uint64_t next_number(const char **at)
{
    uint64_t number = 0;
    bool hex;

    while (**at == ' ')
        (*at)++;
    hex = (*at)[0] == '0' && (*at)[1] == 'x';
    for (*at += hex ? 2 : 0; **at && **at != ' ' && **at != '\n'; (*at)++)
        number = number * (hex ? 16 : 10) + (uint64_t)(**at <= '9' ? **at - '0' : **at - 'a' + 10);
    return number;
}

/* Whether the thread sleeps for as long as nobody in this process wakes it. */
static bool is_asleep(const struct check_thread *thread)
{
    char path[64] = "/proc/self/task/", text[128], digits[12];
    const char *at = text;
    size_t used = 16, count = 0;

    for (int32_t tid = thread->tid; tid > 0; tid /= 10)
        digits[count++] = (char)('0' + tid % 10);
    while (count > 0)
        path[used++] = digits[--count];
    for (const char *rest = "/syscall"; *rest; rest++)
        path[used++] = *rest;
    path[used] = 0;
    if (read_file(path, text, sizeof(text)) == 0 || text[0] < '0' || text[0] > '9' || next_number(&at) != SYS_futex)
        return thread->wait.kind == THRUM_kind_spinlock && text[0] == 'r';
    uint64_t word = next_number(&at), operation = next_number(&at), timeout = (next_number(&at), next_number(&at));
    return word != check_lock_word() && timeout == 0 && (operation & FUTEX_PRIVATE || thread->wait.kind == THRUM_kind_thread);
}

static int count_tasks(void)
{
    struct linux_entry {
        uint64_t inode;
        int64_t offset;
        uint16_t length;
        uint8_t type;
        char name[];
    };
    static char buffer[4096] __attribute__((aligned(8)));
    int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
    long got;

    while (fd >= 0 && (got = syscall(SYS_getdents64, fd, buffer, sizeof(buffer))) > 0)
        for (long at = 0; at < got; at += ((struct linux_entry *)(void *)(buffer + at))->length)
            count += ((struct linux_entry *)(void *)(buffer + at))->name[0] != '.';
    if (fd >= 0)
        syscall(SYS_close, fd);
    return count;
}

enum verdict { RUNS, ON_ITS_WAY, STANDS_STILL };

/* Under the lock. */
static enum verdict ask(const struct check_thread *self)
{
    int count = all_say_so(self);

    if (count < 1 || count_tasks() != count)
        return RUNS;
    for (const struct check_thread *thread = check_state.threads; thread; thread = thread->next)
        if (!thread->ended && thread != self && !is_asleep(thread))
            return ON_ITS_WAY;
    return all_say_so(self) == count ? STANDS_STILL : RUNS;
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
    report_misuse(THRUM_FINDING_communication, false, "all threads of the process wait, and none is left that could wake one", parts, count);
}

bool standstill_look(const struct check_thread *self)
{
    enum verdict verdict = ON_ITS_WAY;
    int saved = errno;
    sigset_t signals;
    bool found = false;

    if (atomic_load_explicit(&waiting, memory_order_seq_cst) < atomic_load_explicit(&living, memory_order_seq_cst))
        return false;
    for (int tries = atomic_load(&in_vain) < PATIENCE ? TRIES : 1; verdict == ON_ITS_WAY && tries > 0; tries--) {
        check_lock(&signals);
        verdict = ask(self);
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
