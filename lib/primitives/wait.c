/* SPDX-License-Identifier: MIT */
/* Blocking and waking, and the interrupts of the main thread; wait.h says how nothing is lost. */
#include "wait.h"

#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include "core/annotate.h"

enum { NANOSECONDS = 1000000000 };

/* --- how long --- */

int wait_limit_for(struct wait_limit *space, int64_t nanoseconds, struct wait_limit **limit)
{
    *limit = NULL;
    if (nanoseconds == -1)
        return 0;
    if (nanoseconds < 0)
        return -EINVAL;
    *space = (struct wait_limit){ .timeout = nanoseconds, .relative = true };
    *limit = space;
    return 0;
}

int wait_limit_until(struct wait_limit *space, const struct timespec *deadline, struct wait_limit **limit)
{
    *limit = NULL;
    if (!deadline)
        return 0;
    if (deadline->tv_nsec < 0 || deadline->tv_nsec >= NANOSECONDS)
        return -EINVAL;
    *space = (struct wait_limit){ .absolute = true, .deadline = *deadline };
    if (deadline->tv_sec < 0) /* the kernel wants none of these; they are over all the same */
        space->deadline = (struct timespec){ 0, 0 };
    *limit = space;
    return 0;
}

const struct timespec *wait_limit_deadline(struct wait_limit *limit)
{
    if (!limit)
        return NULL;
    if (!limit->absolute) {
        clock_gettime(CLOCK_MONOTONIC, &limit->deadline);
        limit->deadline.tv_sec += limit->timeout / NANOSECONDS;
        limit->deadline.tv_nsec += limit->timeout % NANOSECONDS;
        if (limit->deadline.tv_nsec >= NANOSECONDS) {
            limit->deadline.tv_sec++;
            limit->deadline.tv_nsec -= NANOSECONDS;
        }
        limit->absolute = true;
    }
    return &limit->deadline;
}

/* Nanoseconds until a deadline, 0 where it has passed. */
static int64_t time_left(const struct timespec *deadline)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t seconds = deadline->tv_sec - now.tv_sec;
    if (seconds > INT64_MAX / NANOSECONDS - 1)
        return INT64_MAX;
    int64_t left = seconds * NANOSECONDS + (deadline->tv_nsec - now.tv_nsec);
    return left > 0 ? left : 0;
}

int64_t wait_limit_left(struct wait_limit *limit)
{
    if (!limit)
        return -1;
    return limit->relative ? limit->timeout : time_left(&limit->deadline);
}

/* --- which thread --- */

static __thread enum { UNKNOWN, MAIN, OTHER } role __attribute__((tls_model("initial-exec")));

bool wait_in_main(void)
{
    if (__builtin_expect(role == UNKNOWN, 0))
        role = gettid() == getpid() ? MAIN : OTHER;
    return role == MAIN;
}

/* --- the main thread's waits --- */

enum { WOKEN = 1, INTERRUPTED = 2 };

static struct {
    _Atomic uint32_t word;               /* what the main thread sleeps on */
    _Atomic(_Atomic uint32_t *) stands_for; /* the word that it waits for, else NULL */
    _Atomic uint64_t pending;            /* a bit for each signal, 1 << (signal - 1) */
    unsigned deferred;                   /* the main thread's alone */
    int last;                            /* likewise */
    _Atomic uint64_t handle;             /* its pthread_t, where it has been here */
} main_thread;

/* In a forked child the forking thread is the main thread, and interrupts sent to the parent aren't its own. */
static void forked(void)
{
    role = MAIN;
    atomic_store(&main_thread.word, 0);
    atomic_store(&main_thread.stands_for, NULL);
    atomic_store(&main_thread.pending, 0);
    atomic_store(&main_thread.handle, (uint64_t)pthread_self());
    main_thread.deferred = 0;
}

__attribute__((constructor)) static void start(void)
{
    annotate_atomic(&main_thread.word);
    annotate_atomic(&main_thread.stands_for);
    annotate_atomic(&main_thread.pending);
    if (wait_in_main()) /* else another thread loads the library */
        atomic_store(&main_thread.handle, (uint64_t)pthread_self());
    pthread_atfork(NULL, NULL, forked);
}

/*
 * Waits for a cancellation that is on its way. Up to glibc 2.40 pthread_cancel() marks a thread that it finds
 * asynchronous and then sends it a signal; where the thread has become deferred in between, the signal hits whatever it
 * does later, and ends it even inside a cancellation point that it calls with cancellation *disabled*:
 *
 *   consumer                                       canceller
 *   sleeps, asynchronous                           pthread_cancel(): marks it
 *   is woken, deferred; takes its item
 *   disables cancellation; write(), which glibc
 *     makes asynchronous for the system call       sends the signal
 *   is ended in write(), and with it the item
 *
 * glibc's own cancellation points don't return before such a signal has come, so one that does nothing is called.
 */
static void settle_cancellation(void)
{
#ifdef ANNOTATE_TSAN /* it loses its count of what it ignores where a cancellation unwinds its own poll() */
    msync(NULL, 0, MS_ASYNC);
#else
    poll(NULL, 0, 0);
#endif
}

/*
 * Sleeps so that a cancellation unwinds from here. The cancellation is asynchronous around the system call alone,
 * and this function has nothing to clean up; it isn't inlined, so that its callers' clean-ups hang on a call.
 */
__attribute__((noinline)) static int sleep_cancellable(_Atomic uint32_t *word, uint32_t expected,
                                                       const struct timespec *deadline)
{
    int type;
    bool asynchronous = thrum_self.asynchronous;
    thrum_self.asynchronous = true;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    int result = futex_wait(word, expected, deadline);
    pthread_setcanceltype(type, NULL);
    thrum_self.asynchronous = asynchronous;
    settle_cancellation();
    return result;
}

static int sleep_on(_Atomic uint32_t *word, uint32_t expected, struct wait_limit *limit, unsigned flags)
{
    const struct timespec *deadline = wait_limit_deadline(limit);
    int result = flags & WAIT_CANCELLABLE ? sleep_cancellable(word, expected, deadline)
                                          : futex_wait(word, expected, deadline);
    return result == -ETIMEDOUT ? result : 0; /* a signal handler that ran is no reason to stop waiting */
}

/* The same for ThreadSanitizer, which must be given a chance to call handlers. */
static int nap_on(_Atomic uint32_t *word, uint32_t expected, struct wait_limit *limit, unsigned flags)
{
    struct wait_limit space, *nap;
    wait_limit_for(&space, ANNOTATE_NAP, &nap);
    int64_t left = limit ? time_left(wait_limit_deadline(limit)) : INT64_MAX;
    int result = sleep_on(word, expected, left < ANNOTATE_NAP ? limit : nap, flags);
    annotate_signals();
    return left < ANNOTATE_NAP ? result : 0;
}

static void unpublish(void *unused)
{
    (void)unused;
    atomic_store_explicit(&main_thread.stands_for, NULL, memory_order_relaxed);
}

static int main_waits(_Atomic uint32_t *word, uint32_t expected, struct wait_limit *limit, unsigned flags)
{
    atomic_fetch_and(&main_thread.word, ~(uint32_t)WOKEN);
    atomic_store(&main_thread.stands_for, word);
    uint32_t own = atomic_load(&main_thread.word);
    int result = 0;
    if (atomic_load(word) != expected || own & WOKEN)
        ;
    else if (own & INTERRUPTED && !(flags & WAIT_UNINTERRUPTED) && wait_interrupt_take())
        result = -EINTR;
    else {
        pthread_cleanup_push(unpublish, NULL);
        result = ANNOTATE_NAP > 0 ? nap_on(&main_thread.word, own, limit, flags)
                                  : sleep_on(&main_thread.word, own, limit, flags);
        pthread_cleanup_pop(0);
    }
    unpublish(NULL);
    return result;
}

int wait_on(_Atomic uint32_t *word, uint32_t expected, struct wait_limit *limit, unsigned flags)
{
    int refused = 0;
    annotate_atomic(word);
    if (!limit && !(flags & WAIT_UNINTERRUPTED))
        refused = probe_sleeps(word, expected);
    if (refused)
        return -refused;
    if (wait_in_main())
        return main_waits(word, expected, limit, flags);
    return sleep_on(word, expected, limit, flags);
}

static void wake_main(uint32_t why)
{
    atomic_fetch_or(&main_thread.word, why);
    futex_wake(&main_thread.word, 1);
}

void wait_wake(_Atomic uint32_t *word, int count)
{
    futex_wake(word, count);
    if (atomic_load(&main_thread.stands_for) == word)
        wake_main(WOKEN);
}

/* --- interrupts --- */

void wait_interrupt(int signal)
{
    atomic_fetch_or(&main_thread.pending, UINT64_C(1) << (signal - 1));
    wake_main(INTERRUPTED);
}

int wait_interrupt_take(void)
{
    if (main_thread.deferred > 0)
        return 0;
    /* The bit first, then the signals: one that comes in between leaves the bit set and is found at the next look. */
    atomic_fetch_and(&main_thread.word, ~(uint32_t)INTERRUPTED);
    uint64_t pending = atomic_load(&main_thread.pending);
    if (!pending)
        return 0;
    uint64_t lowest = pending & -pending;
    atomic_fetch_and(&main_thread.pending, ~lowest);
    if (pending != lowest)
        atomic_fetch_or(&main_thread.word, INTERRUPTED);
    main_thread.last = __builtin_ctzll(lowest) + 1;
    return main_thread.last;
}

int wait_interrupt_last(void)
{
    return main_thread.last;
}

void wait_interrupt_defer(void)
{
    main_thread.deferred++;
}

bool wait_interrupt_undefer(void)
{
    if (main_thread.deferred == 0)
        return false;
    main_thread.deferred--;
    return true;
}

uint64_t wait_main_handle(void)
{
    return atomic_load_explicit(&main_thread.handle, memory_order_relaxed);
}
