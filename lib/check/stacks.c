/* SPDX-License-Identifier: MIT */
/* Stacks: interned, and found again by site and depth of the stack. */
#include "check/stacks.h"

#include <string.h>

#include "core/backtrace.h"
#include "core/memory.h"
#include "core/python.h"

enum { CONTEXTS = 1 << 14, CHAINS = 1 << 12 };

/* By hash of the context; one that hashes alike takes the slot over, and each then costs a walk when it comes. */
static struct {
    _Atomic uint64_t context;
    const struct check_stack *_Atomic stack;
} contexts[CONTEXTS];

static struct check_stack *chains[CHAINS];

static const struct check_stack *intern(const uint64_t *at, uint32_t count)
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
    if (!stack)
        return &check_nowhere;
    stack->hash = hash;
    stack->count = count;
    memcpy(stack->at, at, count * sizeof(*at));
    stack->next = *chain;
    *chain = stack;
    return stack;
}

/* Walks the stack, and remembers it for its context. */
static const struct check_stack *walk(uint64_t site, uint64_t context)
{
    uint64_t at[BACKTRACE_DEFAULT];
    uint32_t count = backtrace_capture(at, BACKTRACE_DEFAULT, (const void *)site);
    const struct check_stack *stack;
    sigset_t signals;

    check_lock(&signals);
    stack = intern(at, count);
    atomic_store_explicit(&contexts[context % CONTEXTS].context, 0, memory_order_release);
    atomic_store_explicit(&contexts[context % CONTEXTS].stack, stack, memory_order_release);
    atomic_store_explicit(&contexts[context % CONTEXTS].context, context, memory_order_release);
    check_unlock(&signals);
    return stack;
}

/* What tells stacks apart. Calls of Python functions don't deepen the machine's stack: their lines are looked at. */
static uint64_t context_of(const struct check_thread *self, uint64_t site, uintptr_t frame)
{
    uint64_t context = check_mix(site, self->frame - frame), lines[8];

    if (__builtin_expect(!python_is_site(site), 1))
        return context;
    for (uint32_t i = python_stack(lines, sizeof(lines) / sizeof(lines[0]), (const void *)(uintptr_t)site); i > 0; i--)
        context = check_mix(context, lines[i - 1]);
    return context;
}

const struct check_stack *stacks_known(const struct check_thread *self, uint64_t site, uintptr_t frame)
{
    uint64_t context = context_of(self, site, frame);
    const struct check_stack *stack;

    if (atomic_load_explicit(&contexts[context % CONTEXTS].context, memory_order_acquire) != context)
        return NULL;
    /* The stack is read before the context is compared again: a slot that is being taken over isn't believed. */
    stack = atomic_load_explicit(&contexts[context % CONTEXTS].stack, memory_order_acquire);
    return atomic_load_explicit(&contexts[context % CONTEXTS].context, memory_order_relaxed) == context ? stack : NULL;
}

const struct check_stack *stacks_here(const struct check_thread *self, uint64_t site, uintptr_t frame)
{
    uint64_t context = context_of(self, site, frame);
    const struct check_stack *stack = stacks_known(self, site, frame);

    return stack ? stack : walk(site, context);
}
