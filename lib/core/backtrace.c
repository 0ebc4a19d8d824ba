/* SPDX-License-Identifier: MIT */
/* Walks the stack with libgcc's unwinder, which libthrum links so that it is loaded early (a later cancel needs it too). */
#include "core/backtrace.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unwind.h>

#include "core/python.h"
#include "core/self.h"
#include "core/stacks-known.h"

struct walk {
    uint64_t *at;
    uint32_t count;
    uint32_t max;
    uint32_t skipped;
    uint64_t site;
    bool found;
    bool knowable; /* each return address is where it is expected */
    struct stack_known *known;
};

/* Frames of thrum's own between the walk and the program's call; more means that `site` isn't on the stack. */
enum { OWN_FRAMES_MAX = 14 };

/*
 * A return address was pushed last before the frame that it leads out of: so it is on x86. The frames of the walk itself
 * aren't there the next time.
 */
static void know_frame(struct walk *walk, struct _Unwind_Context *context, uint64_t address)
{
#if defined(__x86_64__)
    uint64_t place = (uint64_t)_Unwind_GetCFA(context) - 8;

    if (walk->knowable && place >= walk->known->key.frame)
        walk->knowable = stack_known_add(walk->known, address, place);
#else
    (void)context, (void)address;
    walk->knowable = false;
#endif
}

static _Unwind_Reason_Code walk_frame(struct _Unwind_Context *context, void *data)
{
    struct walk *walk = data;
    uint64_t address = (uint64_t)_Unwind_GetIP(context);

    if (!walk->found && address != walk->site) {
        know_frame(walk, context, address);
        return ++walk->skipped > OWN_FRAMES_MAX ? _URC_END_OF_STACK : _URC_NO_REASON;
    }
    if (!walk->found)
        walk->known->own = walk->known->count;
    walk->found = true;
    if (address == 0 || walk->count == walk->max || (thrum_self.leaves && _Unwind_GetCFA(context) >= thrum_self.leaves))
        return _URC_END_OF_STACK;
    know_frame(walk, context, address);
    walk->at[walk->count++] = address;
    return _URC_NO_REASON;
}

/* Puts Python's frames where the interpreter's own are, which say nothing: the result is the new count. */
static uint32_t put_python(uint64_t *at, uint32_t count, uint32_t max, const void *site)
{
    uint64_t lines[BACKTRACE_MAX];
    uint32_t begin = 0, end = count, found;

    while (begin < count && !python_owns((const void *)(uintptr_t)at[begin]))
        begin++;
    if (begin == count || (found = python_stack(lines, max - begin, site)) == 0)
        return count;
    while (end > begin && !python_owns((const void *)(uintptr_t)at[end - 1]))
        end--;
    uint32_t rest = count - end < max - begin - found ? count - end : max - begin - found;
    memmove(&at[begin + found], &at[end], rest * sizeof(*at));
    memcpy(&at[begin], lines, found * sizeof(*at));
    return begin + found + rest;
}

static __attribute__((noinline)) uint32_t walk_stack(uint64_t *at, struct stack_known *known)
{
    struct walk walk = {.at = at, .max = (uint32_t)known->key.max, .site = known->key.site, .knowable = true, .known = known};

    _Unwind_Backtrace(walk_frame, &walk);
    if (!walk.found)
        known->count = 0;
    if (walk.found && walk.knowable)
        stack_known_keep(known);
    return walk.count;
}

/* Copies what of a known stack is the program's. */
static uint32_t take_known(uint64_t *at, const struct stack_known *known)
{
    uint32_t count = 0;

    for (uint64_t i = known->own; i < known->count; i++)
        at[count++] = known->frame[i].address;
    return count;
}

static void take_places(struct backtrace_places *places, const struct stack_known *known)
{
    for (uint64_t i = known->own; i < known->count && places->count < BACKTRACE_PLACES; i++, places->count++) {
        places->at[places->count].place = known->key.frame + known->frame[i].place;
        places->at[places->count].address = known->frame[i].address;
    }
}

/* --- the unwinder's own lock, which a walk takes where frames were registered --- */

static _Atomic uintptr_t unwinder_begin = UINTPTR_MAX, unwinder_size;
static _Atomic(const pthread_mutex_t *) unwinder_lock;

/* Not where the unwinder is part of the program itself, all of whose calls would be taken for the unwinder's. */
static uintptr_t find_unwinder(void)
{
    uintptr_t size = 1;
#ifdef DLFO_STRUCT_HAS_EH_DBASE
    struct dl_find_object found;

    if (_dl_find_object((void *)_Unwind_Backtrace, &found) == 0 && *found.dlfo_link_map->l_name) {
        atomic_store_explicit(&unwinder_begin, (uintptr_t)found.dlfo_map_start, memory_order_relaxed);
        size = (uintptr_t)found.dlfo_map_end - (uintptr_t)found.dlfo_map_start;
    }
#endif
    atomic_store_explicit(&unwinder_size, size, memory_order_release);
    return size;
}

static inline bool is_unwinders(const void *address)
{
    uintptr_t size = atomic_load_explicit(&unwinder_size, memory_order_acquire);

    if (__builtin_expect(size == 0, 0))
        size = find_unwinder();
    return (uintptr_t)address - atomic_load_explicit(&unwinder_begin, memory_order_relaxed) < size;
}

void backtrace_meet(const void *mutex, const void *site)
{
    /* In its own data: it may be looked at as long as the unwinder is there. */
    if (__builtin_expect(is_unwinders(site), 0) && is_unwinders(mutex))
        atomic_store_explicit(&unwinder_lock, (const pthread_mutex_t *)mutex, memory_order_relaxed);
}

/* Whether the unwinder called, or runs further out and holds its lock, as when it allocates under it. */
static bool is_unwinding(const void *call)
{
    const pthread_mutex_t *lock = atomic_load_explicit(&unwinder_lock, memory_order_relaxed);

    return is_unwinders(call) || (lock && __atomic_load_n(&lock->__data.__owner, __ATOMIC_RELAXED) == self_tid());
}

__attribute__((noinline)) uint32_t backtrace_capture_places(uint64_t *at, uint32_t max, const void *site, struct backtrace_places *places)
{
    struct stack_known known;
    const struct stack_key key = {
        .thread = &errno, .frame = (uintptr_t)__builtin_frame_address(0), .site = (uintptr_t)python_call(site), .max = max};
    uint32_t count = 0;

    places->count = 0;
    if (__builtin_expect(is_unwinding((const void *)key.site), 0))
        max = max > 0;
    if (max > 1 && stack_known_find(&known, &key)) {
        count = take_known(at, &known);
    } else if (max > 1) {
        known.key = key;
        known.own = known.count = 0;
        count = walk_stack(at, &known);
    }
    if (count > 0)
        take_places(places, &known);
    if (count > 0 && python_size > 0 && max <= BACKTRACE_MAX)
        count = put_python(at, count, max, site);
    if (max > 0 && (count == 0 || python_is_site((uint64_t)(uintptr_t)site)))
        at[0] = (uint64_t)(uintptr_t)site;
    return count == 0 && max > 0 ? 1 : count;
}

uint32_t backtrace_capture(uint64_t *at, uint32_t max, const void *site)
{
    struct backtrace_places places;

    return backtrace_capture_places(at, max, site, &places);
}
