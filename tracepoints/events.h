/* SPDX-License-Identifier: MIT */
/*
 * THE table of events: every event, its fields and its one-line meaning. Nothing else lists events.
 *
 * This file is included many times, each time with other definitions of
 *
 *   THRUM_EVENT(name, meaning, fields)
 *
 * and of the fields inside it:
 *
 *   THRUM_ADDR(name, meaning)        an address of the traced process, shown in hexadecimal
 *   THRUM_U32 THRUM_U64              unsigned numbers
 *   THRUM_I32 THRUM_I64              signed numbers
 *   THRUM_WORD(name, words, meaning) one byte, shown as a word of the enumeration `words` (enums.h)
 *   THRUM_STRING(name, meaning)      text, UTF-8, never NULL
 *   THRUM_ADDRS(name, meaning)       a sequence of addresses, innermost call first
 *
 * Every event also carries, before its own fields, `pid` and `tid` as the process itself sees them.
 * To add an event, add an entry here; records.h makes a struct and an id of it, the LTTng provider a
 * tracepoint, the reader a decoder. Entries are only ever appended to: ids are written to traces.
 *
 * Time order: release, wake, destroy, spawn and every *_begin are recorded before the call they tell of,
 * acquire and every *_end after it. So on one object the release that let an acquire through always has
 * the earlier timestamp.
 */

/* --- processes and what is loaded into them --- */

THRUM_EVENT(process_begin, "a process starts being traced: after exec, or in a child after fork",
    THRUM_I32(ppid, "its parent")
    THRUM_STRING(executable, "path of the running program"))

THRUM_EVENT(process_fork, "a process forked; recorded in the parent, after the call",
    THRUM_I32(child, "process id of the child")
    THRUM_ADDR(site, "who called"))

THRUM_EVENT(module_load, "an executable or shared object is mapped: how to turn a site into a line",
    THRUM_ADDR(base, "difference between its addresses in memory and in its file")
    THRUM_ADDR(begin, "first address of its mapping")
    THRUM_ADDR(end, "first address after its mapping")
    THRUM_STRING(path, "its file")
    THRUM_STRING(build_id, "its GNU build id in hexadecimal, empty where it has none"))

/* --- threads --- */

THRUM_EVENT(spawn, "a thread is about to be created",
    THRUM_U64(serial, "number of the new thread, unique in its process")
    THRUM_ADDR(routine, "the function it will run")
    THRUM_ADDR(site, "who called")
    THRUM_ADDRS(stack, "calls that led here"))

THRUM_EVENT(spawn_end, "the creation of a thread returned",
    THRUM_U64(serial, "as in spawn")
    THRUM_ADDR(handle, "its pthread_t, 0 where it was not created")
    THRUM_WORD(result, result, "0 or why it was not created"))

THRUM_EVENT(thread_begin, "a thread runs; the first event of a created thread",
    THRUM_U64(serial, "as in spawn, 0 for a main thread")
    THRUM_ADDR(handle, "its pthread_t")
    THRUM_ADDR(routine, "the function it runs, 0 for a main thread"))

THRUM_EVENT(thread_end, "a thread's function returned, or was left by exit or cancellation; destructors may still run",
    THRUM_ADDR(handle, "its pthread_t"))

THRUM_EVENT(thread_name, "a thread was given a name, or is one of Python's, which are named after their function",
    THRUM_ADDR(handle, "pthread_t of the named thread")
    THRUM_STRING(name, "its name"))

THRUM_EVENT(thread_detach, "a thread will not be joined",
    THRUM_ADDR(handle, "its pthread_t")
    THRUM_ADDR(site, "who called"))

/*
 * --- objects: what a thread can acquire or wait on ---
 * The id of an object is its address; that of a thread its pthread_t; that of a signal 0. A file's lock has a number with
 * bit 63 set, so that it is no address, and below that a mix of the file's device and inode and of whether it is
 * flock()'s lock (0) or that of the file's records, fcntl()'s and lockf()'s (1): the same in all processes that lock it.
 */

THRUM_EVENT(object_init, "an object was made",
    THRUM_ADDR(object, "its address")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_WORD(type, type, "how it treats a second acquire, or whom it prefers")
    THRUM_WORD(protocol, protocol, "what it does about priority inversion")
    THRUM_WORD(robust, flag, "whether it outlives the death of its holder")
    THRUM_WORD(shared, flag, "whether other processes may use it")
    THRUM_U32(value, "first value of a semaphore, size of a barrier or queue, else 0")
    THRUM_ADDR(site, "who called: its place of birth")
    THRUM_ADDRS(stack, "calls that led here"))

THRUM_EVENT(object_destroy, "an object is about to be destroyed, or its memory freed, unmapped or a stack that ended",
    THRUM_ADDR(object, "its address")
    THRUM_WORD(kind, kind, "what it is; unknown where its memory ends: all that lives at that address")
    THRUM_ADDR(site, "who called"))

THRUM_EVENT(object_name, "an object was given a name",
    THRUM_ADDR(object, "its address")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_STRING(name, "its name"))

/* --- acquire and release: objects with a holder or a count --- */

THRUM_EVENT(acquire, "got it without blocking",
    THRUM_ADDR(object, "its address")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_WORD(mode, mode, "alone or with other readers")
    THRUM_WORD(how, how, "whether it would have blocked, and for how long")
    THRUM_ADDR(site, "who called"))

THRUM_EVENT(acquire_begin, "about to block for it",
    THRUM_ADDR(object, "its address")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_WORD(mode, mode, "alone or with other readers")
    THRUM_WORD(how, how, "whether it blocks for ever or until a timeout")
    THRUM_I64(timeout, "nanoseconds from now, -1 for ever")
    THRUM_ADDR(site, "who called")
    THRUM_ADDRS(stack, "calls that led here"))

THRUM_EVENT(acquire_end, "no longer blocked for it",
    THRUM_ADDR(object, "its address")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_WORD(mode, mode, "alone or with other readers")
    THRUM_WORD(how, how, "whether it blocked for ever or until a timeout")
    THRUM_WORD(result, result, "ok or EOWNERDEAD: got it; else why not")
    THRUM_ADDR(site, "who called"))

THRUM_EVENT(acquire_fail, "did not get it, without blocking",
    THRUM_ADDR(object, "its address")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_WORD(mode, mode, "alone or with other readers")
    THRUM_WORD(how, how, "whether it would have blocked, and for how long")
    THRUM_WORD(result, result, "why not")
    THRUM_ADDR(site, "who called"))

THRUM_EVENT(release, "about to give it back; a holder only loses what it holds",
    THRUM_ADDR(object, "its address")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_WORD(mode, mode, "as it was acquired, unknown where the caller can't tell")
    THRUM_ADDR(site, "who called"))

/* --- wait and wake: block until another thread acts --- */

THRUM_EVENT(wait_begin, "about to wait on it; drops the mutex where there is one",
    THRUM_ADDR(object, "its address; a joined thread's pthread_t")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_ADDR(mutex, "the mutex dropped while it waits, else 0")
    THRUM_I64(timeout, "nanoseconds from now, -1 for ever")
    THRUM_ADDR(site, "who called")
    THRUM_ADDRS(stack, "calls that led here"))

THRUM_EVENT(wait_end, "no longer waits; holds the mutex again where there is one",
    THRUM_ADDR(object, "its address; a joined thread's pthread_t")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_ADDR(mutex, "the mutex taken again, else 0")
    THRUM_WORD(result, result, "how the wait ended")
    THRUM_ADDR(site, "who called"))

THRUM_EVENT(wake, "about to end the wait of one or all",
    THRUM_ADDR(object, "its address")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_WORD(scope, scope, "whether one or all waiters are meant")
    THRUM_ADDR(site, "who called"))

/* --- interrupts --- */

THRUM_EVENT(interrupt_send, "about to send a signal or cancellation",
    THRUM_WORD(means, means, "signal, cancellation or interrupt of the main thread")
    THRUM_I32(signal, "signal number, 0 for a cancellation")
    THRUM_I32(target_pid, "process meant; 0, -1 or less: a process group or all, as kill(2) has it")
    THRUM_ADDR(target, "pthread_t of the thread meant, 0 where it isn't known or any of the process is")
    THRUM_I32(target_tid, "thread id of the thread meant, 0 likewise")
    THRUM_ADDR(site, "who called"))

THRUM_EVENT(interrupt_begin, "a signal handler is entered",
    THRUM_WORD(means, means, "signal, cancellation or interrupt of the main thread")
    THRUM_I32(signal, "signal number")
    THRUM_ADDR(site, "the handler"))

THRUM_EVENT(interrupt_end, "a signal handler is left",
    THRUM_WORD(means, means, "signal, cancellation or interrupt of the main thread")
    THRUM_I32(signal, "signal number"))

/* --- what the checker in the process found --- */

THRUM_EVENT(order_edge, "first time that one object is taken under another, with both call stacks",
    THRUM_ADDR(held, "the object held")
    THRUM_WORD(held_kind, kind, "what it is")
    THRUM_WORD(held_mode, mode, "how it is held")
    THRUM_ADDRS(held_stack, "where it was acquired")
    THRUM_ADDR(wanted, "the object taken under it")
    THRUM_WORD(wanted_kind, kind, "what it is")
    THRUM_WORD(wanted_mode, mode, "how it is wanted")
    THRUM_ADDRS(wanted_stack, "where it was acquired"))

THRUM_EVENT(finding, "a problem that the checker found while the program ran",
    THRUM_STRING(id, "the same in every run that finds it")
    THRUM_STRING(finding, "its kind, as in the findings of the tools")
    THRUM_STRING(certainty, "happened, feasible or potential")
    THRUM_STRING(message, "what was found, in a sentence")
    THRUM_ADDRS(stack, "calls that led here"))

/* --- flight recorder --- */

THRUM_EVENT(held, "what the thread holds as the oldest or any later part of its ring begins; not an acquire of its own",
    THRUM_ADDR(object, "its address")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_WORD(mode, mode, "alone or with other readers")
    THRUM_U32(count, "how many times it was taken and not given back")
    THRUM_U64(age, "nanoseconds since it was taken first")
    THRUM_ADDR(site, "who took it"))

/* --- the end of a program; that of a process by a signal isn't told --- */

THRUM_EVENT(process_exec, "about to become another program; where that fails the process goes on",
    THRUM_STRING(path, "the other program as the call names it, empty where it does so by a descriptor")
    THRUM_ADDR(site, "who called"))

THRUM_EVENT(process_end, "about to end, by exit, or by return from main",
    THRUM_I32(status, "exit status, -1 where it isn't known: main returned")
    THRUM_ADDR(site, "who called _exit, 0 where the handlers of exit have run"))

THRUM_EVENT(object_consistent, "a robust object was made usable again after its holder's death",
    THRUM_ADDR(object, "its address")
    THRUM_WORD(kind, kind, "what it is")
    THRUM_ADDR(site, "who called"))

/* --- sites that are no machine code --- */

THRUM_EVENT(source_line, "a site stands for a line that an interpreter runs; told before the site is used",
    THRUM_ADDR(site, "the site: no address of code")
    THRUM_STRING(function, "the function as its language names it")
    THRUM_STRING(file, "its source file")
    THRUM_U32(line, "the line, 0 where it is not known"))

THRUM_EVENT(interrupt_handler, "the program set what a signal does",
    THRUM_I32(signal, "signal number")
    THRUM_WORD(handled, flag, "whether a handler of the program's is called"))

/* --- where acquires come from that don't block: a site in a lock's wrapper says little --- */

THRUM_EVENT(acquire_stack, "the thread's next event is an acquire there as it wasn't met before, with the calls that led to it",
    THRUM_ADDR(object, "the object that it takes")
    THRUM_ADDR(site, "who called")
    THRUM_ADDRS(stack, "calls that led here"))
