/* SPDX-License-Identifier: MIT */
/*
 * Interrupts of the main thread (CPython's _thread.interrupt_main, and what Ctrl-C does to a Python program).
 *
 *     thrum_interrupt_install(SIGINT);              any thread, or Ctrl-C:
 *     while (thrum_queue_get(&queue, &job) == 0)        thrum_interrupt_main(SIGINT);
 *         work(job);                                    -> get returns EINTR
 *
 * An interrupt stays pending until it is taken: by a call of this library that would block in the main thread and
 * returns EINTR, at once where it was pending before, or by thrum_interrupt_poll(). No interrupt is lost, nor is what
 * the interrupted call was about to get: a call that gets it all the same returns 0 and leaves the interrupt pending.
 * Interrupts of the same signal count as one while they are pending, as signals do. In a forked child the thread that
 * forked is the main thread, and nothing is pending.
 */
#ifndef THRUM_INTERRUPT_H
#define THRUM_INTERRUPT_H

#include <thrum/base.h>

THRUM_BEGIN_DECLARATIONS

/*
 * The effect of signal `signum` arriving in the main thread. Where its action is to be ignored or the default one,
 * nothing happens. Where it has a handler, the signal is sent to the main thread, whose system calls it interrupts
 * too, and an interrupt becomes pending: by the handler where that is the library's, else as well as the handler.
 * 0; EINVAL: no such signal; ESRCH: the main thread has ended. May be called from any thread and signal handler.
 */
THRUM_API int thrum_interrupt_main(int signum);

/* Makes an interrupt pending whenever `signum` arrives, in whichever thread, as CPython does for SIGINT. 0; EINVAL. */
THRUM_API int thrum_interrupt_install(int signum);

/* The same as a handler for sigaction(), or to be called in a handler of one's own. */
THRUM_API void thrum_interrupt_handler(int signum);

/* A safe point: takes a pending interrupt. EINTR; 0: none is pending, it is deferred, or this isn't the main thread. */
THRUM_API int thrum_interrupt_poll(void);

/* The signal of the interrupt that was taken last, by EINTR or poll, in the main thread; 0: none yet. */
THRUM_API int thrum_interrupt_signal(void);

/*
 * Between these, interrupts stay pending: poll returns 0, and no call returns EINTR. They nest. 0; EPERM: not the
 * main thread, where nothing needs to be deferred; restore also EINVAL: nothing is deferred.
 */
THRUM_API int thrum_interrupt_defer(void);
THRUM_API int thrum_interrupt_restore(void);

/* A declaration that defers interrupts to the end of the enclosing block, however that is left. */
#define THRUM_INTERRUPTS_DEFERRED \
    __attribute__((cleanup(thrum_interrupt_scope_end), unused)) int thrum_interrupt_scope = thrum_interrupt_defer()
THRUM_API void thrum_interrupt_scope_end(int *scope);

THRUM_END_DECLARATIONS

#endif
