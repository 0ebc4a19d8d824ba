/* SPDX-License-Identifier: MIT */
/* Stacks: interned, and found again by site, depth of the stack and callers. */
#include "check/stacks.h"

#include <string.h>

#include "check/fast.h"
#include "core/backtrace.h"
#include "core/memory.h"
#include "core/python.h"

enum { CONTEXTS = 1 << 14, WAYS = 8, CHAINS = 1 << 12, WALKED_MAX = 16 };

/*
 * By hash of the context, each in one of some slots from there on. Where all are taken a new one takes one over, and what was
 * in it costs a walk when it comes.
 */
static struct {
    _Atomic uint64_t context;
    const struct walked *_Atomic walked;
} contexts[CONTEXTS];
static unsigned taken_over;

static struct walked walked_nowhere = {.stack = &check_nowhere};
static struct check_stack nowhere = {.walked = &walked_nowhere};

static struct check_stack *chains[CHAINS];

static struct check_stack *intern(const uint64_t *at, uint32_t count)
{
    uint64_t hash = count;
    struct check_stack *stack, **chain;

    for (uint32_t i = 0; i < count; i++)
        hash = check_mix(hash, at[i]);
    chain = &chains[hash % CHAINS];
    for (stack = *chain; stack; stack = stack->next)
        if (stack->hash == hash && stack->count == count && memcmp(stack->at, at, count * sizeof(*at)) == 0)
            return stack;
    stack = memory_keep(sizeof(*stack) + count * sizeof(*at));
    if (!stack || !(stack->walked = memory_keep(sizeof(*stack->walked))))
        return &nowhere;
    stack->walked->stack = stack;
    stack->hash = hash;
    stack->count = count;
    memcpy(stack->at, at, count * sizeof(*at));
    stack->next = *chain;
    *chain = stack;
    return stack;
}

static bool find_callers(struct callers *callers, const struct backtrace_places *places, uintptr_t frame)
{
    for (uint32_t i = 0; i < CALLERS; i++) {
        uint32_t from = i + 1 < places->count ? i + 1 : 0;

        if (places->count == 0 || places->at[from].place - frame > UINT16_MAX)
            return false;
        callers->address[i] = places->at[from].address;
        callers->place[i] = (uint16_t)(places->at[from].place - frame);
    }
    return true;
}

/*
 * The first of a stack's tells nothing apart. So does that of one whose frames change their size, after it was entered at
 * many distances: it is walked each time.
 */
static struct walked *find_walked(struct check_stack *stack, const struct walked *found)
{
    struct walked **link = &stack->walked->next;
    unsigned count = 0;

    if (!found->told_apart || stack == &nowhere)
        return stack->walked;
    for (; *link; link = &(*link)->next, count++)
        if (memcmp(&(*link)->callers, &found->callers, sizeof(found->callers)) == 0)
            return *link;
    if (count >= WALKED_MAX || !(*link = memory_keep(sizeof(**link))))
        return stack->walked;
    **link = *found;
    (*link)->stack = stack;
    return *link;
}

static unsigned slot_of(uint64_t context, unsigned way)
{
    return (unsigned)((context + way) % CONTEXTS);
}

static void remember(uint64_t context, const struct walked *walked)
{
    unsigned slot = slot_of(context, taken_over % WAYS);
    bool free = false;

    for (unsigned way = 0; way < WAYS && !free; way++)
        if ((free = atomic_load_explicit(&contexts[slot_of(context, way)].context, memory_order_relaxed) == 0))
            slot = slot_of(context, way);
    taken_over += !free;
    atomic_store_explicit(&contexts[slot].context, 0, memory_order_release);
    atomic_store_explicit(&contexts[slot].walked, walked, memory_order_release);
    atomic_store_explicit(&contexts[slot].context, context, memory_order_release);
}

/* Walks the stack, and remembers it for its context. */
static const struct walked *walk(uint64_t site, uintptr_t frame, uint64_t context)
{
    uint64_t at[BACKTRACE_DEFAULT];
    struct backtrace_places places;
    uint32_t count = backtrace_capture_places(at, BACKTRACE_DEFAULT, (const void *)site, &places);
    struct walked found = {.stack = NULL};
    const struct walked *walked;
    sigset_t signals;

    found.told_apart = find_callers(&found.callers, &places, frame);
    check_lock(&signals);
    walked = find_walked(intern(at, count), &found);
    if (walked->told_apart == found.told_apart)
        remember(context, walked);
    check_unlock(&signals);
    return walked;
}

/* What tells stacks apart. Calls of Python functions don't deepen the machine's stack: their lines are looked at. */
static uint64_t context_of(const struct check_thread *self, uint64_t site, uintptr_t frame)
{
    uint64_t context = check_mix(site, self->frame - frame);

    return __builtin_expect(!python_is_site(site), 1) ? context : check_mix(context, python_context((const void *)(uintptr_t)site));
}

/* Nothing is read beyond one that differs. */
static bool callers_are(const struct callers *callers, uintptr_t frame)
{
    for (int i = 0; i < CALLERS; i++)
        if (*(const volatile uint64_t *)(frame + callers->place[i]) != callers->address[i])
            return false;
    return true;
}

static const struct walked *known(uint64_t context, uintptr_t frame)
{
    for (unsigned way = 0; way < WAYS; way++) {
        unsigned slot = slot_of(context, way);
        const struct walked *walked;

        if (atomic_load_explicit(&contexts[slot].context, memory_order_acquire) != context)
            continue;
        /* It is read before the context is compared again: a slot that is being taken over isn't believed. */
        walked = atomic_load_explicit(&contexts[slot].walked, memory_order_acquire);
        if (atomic_load_explicit(&contexts[slot].context, memory_order_relaxed) == context &&
            (!walked->told_apart || callers_are(&walked->callers, frame)))
            return walked;
    }
    return NULL;
}

const struct walked *stacks_walked(const struct check_thread *self, uint64_t site, uintptr_t frame)
{
    uint64_t context = context_of(self, site, frame);
    const struct walked *walked = known(context, frame);

    return walked ? walked : walk(site, frame, context);
}

const struct recent *recent_behind(const struct recent *first, uint64_t site, uintptr_t frame)
{
    for (const struct recent *recent = first + 1; recent < first + RECENT_WAYS; recent++)
        if (recent_is(recent, site, frame))
            return recent;
    return NULL;
}

void stacks_met(struct check_thread *self, const struct walked *walked, uint64_t site, uintptr_t frame)
{
    struct recent *first = recent_slot(self, site, frame), recent = {.frame = frame, .stack = walked->stack};

    if (recent_is(first, site, frame) || recent_behind(first, site, frame))
        return;
    memcpy(recent.place, walked->callers.place, sizeof(recent.place));
    recent.sum = callers_sum(site, frame, recent.place);
    first[1 + self->recent_next++ % (RECENT_WAYS - 1)] = *first;
    *first = recent;
}
