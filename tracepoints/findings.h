/* SPDX-License-Identifier: MIT */
/*
 * THE table of findings: every kind of problem that the checker in the process or an analysis of a trace may tell of.
 *
 *   FINDING(name, word, level, meaning, message, advice)
 *
 * `word` is what it is called everywhere; `level` is error, warning or note, as code-scanning has it; `meaning` is a line for
 * manuals; `message` says what was found where the finder has nothing more exact, `advice` what to do about it. Sentences
 * have neither capital nor full stop: they follow a colon. New kinds are appended, so that numbers keep their meaning.
 */
#ifndef THRUM_TRACEPOINTS_FINDINGS_H
#define THRUM_TRACEPOINTS_FINDINGS_H

#define THRUM_FINDINGS(FINDING)                                                                                          \
    FINDING(deadlock, "deadlock", error, "threads that wait for each other and will for ever",                           \
            "each of these threads waits for the next, and the last for the first",                                      \
            "take these locks in the same order everywhere, or let go of one before taking the next")                    \
    FINDING(self_deadlock, "self-deadlock", error, "a thread that waits for what only it could give",                    \
            "this thread waits for what only it could give",                                                             \
            "don't take again what the thread already holds, or make it a recursive lock")                               \
    FINDING(lock_order, "lock-order", warning, "locks taken in opposite orders: a deadlock when the timing is right",    \
            "these threads take locks in opposite orders: when the timing is right, they wait for each other for ever",  \
            "take these locks in the same order everywhere, or let go of one before taking the next")                    \
    FINDING(communication, "communication", error,                                                                       \
            "a wait for a wake-up, a join or a barrier by who holds what the waker needs",                               \
            "a thread waits for others and holds what they need to get there",                                           \
            "let go of the lock before the wait, or wake without it")                                                    \
    FINDING(stall, "stall", warning, "a thread blocked longer than THRUM_STALL seconds for what another holds",          \
            "a thread has been blocked for long",                                                                        \
            "look at what the last thread of the chain does while it holds the lock")                                    \
    FINDING(lock_in_handler, "lock-in-handler", warning,                                                                 \
            "a lock taken in a signal handler, and held elsewhere while that signal may come",                           \
            "a signal handler takes a lock that a thread may hold when the signal comes",                                \
            "block the signal while the lock is held, or do no more in the handler than set a flag or post a semaphore") \
    FINDING(unsafe_in_handler, "unsafe-in-handler", warning,                                                             \
            "a call that isn't async-signal-safe, made in a signal handler",                                             \
            "a signal handler makes a call that isn't async-signal-safe",                                                \
            "do no more in the handler than set a flag, write to a pipe or post a semaphore")                            \
    FINDING(unlock_not_held, "unlock-not-held", error, "an unlock of what nobody holds",                                 \
            "a thread unlocks what nobody holds",                                                                        \
            "unlock once for each lock that succeeded")                                                                  \
    FINDING(unlock_not_owner, "unlock-not-owner", error, "an unlock of what another thread holds",                       \
            "a thread unlocks what another holds",                                                                       \
            "let the thread that locked it unlock it; where one thread waits for another, use a semaphore")              \
    FINDING(relock, "relock", error, "a timed lock of what the thread itself holds: it waits in vain",                   \
            "a thread waits, until a timeout, for what only it could give",                                              \
            "don't take again what the thread already holds, or make it a recursive lock")                               \
    FINDING(destroy_held, "destroy-held", error, "what is held or waited for is destroyed",                              \
            "what is in use is destroyed",                                                                               \
            "destroy it when no thread holds it, waits for it or will use it")                                           \
    FINDING(free_held, "free-held", error, "the memory of what is held or waited for is given back",                     \
            "the memory of what is in use is freed, unmapped or part of a stack that ends",                              \
            "unlock it first, and give its memory back when no thread will use it")                                      \
    FINDING(exit_holding, "exit-holding", error, "a thread ended, or was cancelled, with a lock held",                   \
            "a thread ended with a lock held: nobody will unlock it",                                                    \
            "unlock before every end of the thread; where it may be cancelled, by pthread_cleanup_push()")               \
    FINDING(fork_holding, "fork-holding", error, "a forked child waits for a lock that another thread held at the fork", \
            "a forked child waits for a lock whose holder exists in the parent only",                                    \
            "call exec at once after fork, or hold the lock around the fork by pthread_atfork()")                        \
    FINDING(use_after_destroy, "use-after-destroy", error, "a call on what was destroyed and not made anew",             \
            "what was destroyed is used",                                                                                \
            "destroy it when no thread will use it any more")                                                            \
    FINDING(use_before_init, "use-before-init", error, "a call on what was never made",                                  \
            "what was never initialised is used",                                                                        \
            "initialise it before the first use, by its init function or its static initialiser")                        \
    FINDING(reinit, "reinit", error, "what is held or waited for is initialised again",                                  \
            "what is in use is initialised again",                                                                       \
            "initialise it once, before any thread uses it")                                                             \
    FINDING(wrong_kind, "wrong-kind", error, "a call for one kind of object, on an object of another kind",              \
            "an object of one kind is used as another",                                                                  \
            "use the functions of the object's own kind")                                                                \
    FINDING(cond_two_mutexes, "cond-two-mutexes", error, "threads wait on one condition with different mutexes",         \
            "threads wait on one condition with different mutexes",                                                      \
            "use one mutex with each condition")                                                                         \
    FINDING(cond_mutex_not_held, "cond-mutex-not-held", error,                                                           \
            "a wait on a condition by a thread that doesn't hold the mutex",                                             \
            "a thread waits on a condition without holding the mutex",                                                   \
            "lock the mutex, look at the predicate, and wait while it is false")                                         \
    FINDING(cond_recursive, "cond-recursive", error, "a wait on a condition with a mutex that is locked more than once", \
            "a thread waits on a condition with a mutex that it locked more than once: it stays locked",                 \
            "use a mutex that isn't recursive with conditions")                                                          \
    FINDING(barrier_misuse, "barrier-misuse", error, "a barrier destroyed or made anew while threads wait at it",        \
            "a barrier is destroyed or made anew while threads wait at it",                                              \
            "destroy it when all have passed")                                                                           \
    FINDING(join_detached, "join-detached", error, "a join of a thread that was detached or joined before",              \
            "a thread is joined that was detached or joined before: its handle may be another's by now",                 \
            "either join a thread, once, or detach it")                                                                  \
    FINDING(never_joined, "never-joined", note, "a thread that ended and was neither joined nor detached",               \
            "a thread ended, and was neither joined nor detached: its stack is never freed",                             \
            "join it or detach it")                                                                                      \
    FINDING(robust_inconsistent, "robust-inconsistent", error,                                                           \
            "a robust mutex unlocked after its holder's death without pthread_mutex_consistent()",                       \
            "a robust mutex whose holder died is unlocked without being made consistent: nobody can lock it again",      \
            "mend what it guards, call pthread_mutex_consistent(), then unlock")                                         \
    FINDING(call_failed, "call-failed", warning, "a call that failed, and whose result the caller doesn't look at",      \
            "a call failed, and its caller doesn't look at the result",                                                  \
            "look at what the call returns")                                                                             \
    FINDING(held_too_long, "held-too-long", note, "a lock held for longer than THRUM_HELD seconds",                      \
            "a lock was held for long",                                                                                  \
            "do less while it is held")

/* The message of a communication that no circle of two or more explains. */
#define THRUM_ALL_WAIT "all threads of the process wait, and none is left that could wake one"

#define THRUM_FINDING_ENUM(name, word, level, meaning, message, advice) THRUM_FINDING_##name,
enum thrum_finding { THRUM_FINDINGS(THRUM_FINDING_ENUM) THRUM_FINDING_COUNT };
#undef THRUM_FINDING_ENUM

#endif
