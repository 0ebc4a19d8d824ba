/* SPDX-License-Identifier: MIT */
/* What the checker found, as events, and as calls of the program's handler. */
#include "check/tell.h"

#include <string.h>

#include "check/check.h"
#include "check/text.h"
#include "core/visibility.h"
#include "probe/emit.h"
#include "probe/probe.h"
#include "thrum/check.h"

/* --- events --- */

bool tell_others(void)
{
    return (probe_sinks & ~(unsigned)PROBE_CHECK) != 0;
}

/* The stack as an event has it; its modules are told of first. */
static struct thrum_addrs addresses(const struct check_stack *stack)
{
    for (uint32_t i = 0; i < stack->count; i++)
        emit_site((const void *)(uintptr_t)stack->at[i]);
    return (struct thrum_addrs){.count = stack->count, .at = stack->at};
}

void tell_edge(const struct record_object *held, const struct record_object *wanted)
{
    if (!tell_others())
        return;
    struct thrum_addrs held_stack = addresses(held->stack), wanted_stack = addresses(wanted->stack);
    EMIT(order_edge, .held = held->object, .held_kind = held->kind, .held_mode = held->mode, .held_stack = held_stack,
         .wanted = wanted->object, .wanted_kind = wanted->kind, .wanted_mode = wanted->mode, .wanted_stack = wanted_stack);
}

/* --- the program's handler --- */

enum { PENDING_MAX = 16, ID_SIZE = 64 };

struct told {
    char id[ID_SIZE];
    const char *kind, *certainty, *message;
    const struct check_stack *stack;
};

static thrum_finding_handler *handler;
static void *handler_argument;
static struct told pending[PENDING_MAX];
static unsigned pending_count;
_Atomic bool tell_pending;

static void make_id(char id[ID_SIZE], const char *kind, uint64_t number)
{
    size_t length = strlen(kind);

    memcpy(id, kind, length);
    id[length++] = '-';
    for (int shift = 28; shift >= 0; shift -= 4)
        id[length++] = "0123456789abcdef"[(number >> shift) & 15];
    id[length] = 0;
}

void tell_finding(uint64_t id, const char *kind, const char *certainty, const char *message, const struct check_stack *stack)
{
    char name[ID_SIZE];

    make_id(name, kind, id ^ id >> 32);
    if (tell_others()) {
        struct thrum_addrs at = addresses(stack);
        EMIT(finding, .id = name, .finding = kind, .certainty = certainty, .message = message, .stack = at);
    }
    if (!handler || pending_count == PENDING_MAX)
        return;
    pending[pending_count] = (struct told){.kind = kind, .certainty = certainty, .message = message, .stack = stack};
    memcpy(pending[pending_count++].id, name, ID_SIZE);
    atomic_store_explicit(&tell_pending, true, memory_order_relaxed);
}

static bool take_pending(struct told *told, thrum_finding_handler **call, void **argument)
{
    bool taken;
    sigset_t signals;

    check_lock(&signals);
    taken = pending_count > 0;
    if (taken) {
        *told = pending[0];
        memmove(pending, pending + 1, --pending_count * sizeof(pending[0]));
    }
    *call = handler;
    *argument = handler_argument;
    atomic_store_explicit(&tell_pending, pending_count > 0, memory_order_relaxed);
    check_unlock_quietly(&signals);
    return taken;
}

void tell_program(void)
{
    thrum_finding_handler *call;
    struct told told;
    void *argument;

    self_inner_enter();
    while (take_pending(&told, &call, &argument)) {
        struct thrum_finding finding = {.id = told.id, .kind = told.kind, .certainty = told.certainty, .message = told.message,
                                        .stack = (const void *const *)told.stack->at, .stack_size = told.stack->count};

        if (call)
            call(&finding, argument);
    }
    self_inner_leave();
}

THRUM_EXPORT void thrum_on_finding(thrum_finding_handler *wanted, void *argument)
{
    sigset_t signals;

    check_lock(&signals);
    handler = wanted;
    handler_argument = argument;
    check_unlock_quietly(&signals);
}
