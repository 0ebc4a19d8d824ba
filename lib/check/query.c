/* SPDX-License-Identifier: MIT */
/* What threads hold and wait for. Others run on while they are looked at: what is said of them is of that moment. */
#include "check/query.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "check/symbol.h"
#include "check/text.h"
#include "check/thread.h"
#include "core/log.h"
#include "core/visibility.h"
#include "thrum/check.h"

static const char *const kinds[] = {
#define KIND(enumeration, word, number) [number] = #word,
    THRUM_KINDS(KIND)
#undef KIND
};

static void add_object(struct text *text, uint8_t kind, uint64_t object)
{
    text_add(text, kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind] : "object");
    text_add(text, " ");
    if (kind == THRUM_kind_thread || !symbol_data(text, object))
        text_hex(text, object);
}

static void add_stack(struct text *text, const struct check_stack *stack)
{
    for (uint32_t i = 0; stack && i < stack->count && !symbol_is_own(stack->at[i]); i++) {
        text_add(text, "\n      ");
        symbol_code(text, stack->at[i]);
    }
    text_add(text, "\n");
}

static void add_thread_name(struct text *text, const struct check_thread *thread)
{
    text_add(text, "thread ");
    text_number(text, (uint64_t)thread->tid);
    if (*thread->name || thread->main) {
        text_add(text, " (");
        text_add(text, *thread->name ? thread->name : "main");
        text_add(text, ")");
    }
}

/* Who holds what a thread waits for, as far as that can be told. */
static void add_holders(struct text *text, const struct check_thread *waiter)
{
    const char *separator = ", held by ";

    for (const struct check_thread *thread = check_state.threads; thread; thread = thread->next)
        for (const struct held *held = thread->held; thread != waiter && held < thread->top; held++) {
            if (held->object != waiter->wait.object || held->depth == 0)
                continue;
            text_add(text, separator);
            add_thread_name(text, thread);
            separator = ", ";
        }
}

static void add_thread(struct text *text, const struct check_thread *thread)
{
    add_thread_name(text, thread);
    text_add(text, "\n");
    for (const struct held *held = thread->held; held < thread->top; held++) {
        if (held->depth == 0)
            continue;
        text_add(text, "    holds ");
        add_object(text, held->kind, held->object);
        text_add(text, held->mode == THRUM_mode_shared ? " as a reader, taken at" : ", taken at");
        add_stack(text, held->stack);
    }
    if (atomic_load_explicit(&thread->wait.sequence, memory_order_seq_cst) % 2 == 0)
        return;
    text_add(text, "    waits for ");
    add_object(text, thread->wait.kind, thread->wait.object);
    add_holders(text, thread);
    text_add(text, thread->wait.timed ? ", until a timeout, at" : ", at");
    add_stack(text, thread->wait.stack);
}

static void print(int descriptor)
{
    static struct text text;
    uint32_t count = 0;
    sigset_t signals;

    check_lock(&signals);
    for (const struct check_thread *thread = check_state.threads; thread; thread = thread->next)
        count += !thread->ended || held_count(thread) > 0;
    text.fd = descriptor;
    text_add(&text, "thrum: ");
    text_number(&text, count);
    text_add(&text, count == 1 ? " thread that used a lock\n" : " threads that used locks\n");
    for (const struct check_thread *thread = check_state.threads; thread; thread = thread->next) {
        if (thread->ended && held_count(thread) == 0)
            continue;
        text_add(&text, "  ");
        add_thread(&text, thread);
    }
    text_flush(&text);
    check_unlock(&signals);
}

THRUM_EXPORT void thrum_check_print(int descriptor)
{
    int saved = errno;

    self_enter();
    print(descriptor);
    errno = saved;
    self_leave();
}

THRUM_EXPORT size_t thrum_check_holds(struct thrum_holding *holdings, size_t room)
{
    const struct check_thread *self = thrum_self.check;
    size_t count = 0;

    for (const struct held *held = self ? self->held : NULL; self && held < self->top; held++) {
        if (held->depth == 0)
            continue;
        if (count < room)
            holdings[count] = (struct thrum_holding){.object = (const void *)(uintptr_t)held->object, .kind = kinds[held->kind],
                                                     .shared = held->mode == THRUM_mode_shared, .count = held->depth,
                                                     .site = held->stack->count ? (const void *)(uintptr_t)held->stack->at[0] : NULL};
        count++;
    }
    return count;
}

static void on_signal(int signal)
{
    (void)signal;
    thrum_check_print(STDERR_FILENO);
}

void query_on_signal(int signal)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    sigfillset(&action.sa_mask);
    self_inner_enter();
    if (sigaction(signal, &action, NULL) < 0)
        log_line("THRUM_DUMP_SIGNAL: no handler can be set for that signal", NULL);
    self_inner_leave();
}
