/* SPDX-License-Identifier: MIT */
/* Stubs of signal handlers, and what happens when one is called. */
#include "interpose/handler.h"

#include <stdatomic.h>

#include "interpose/interpose.h"

enum { STUBS = 1024 };
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

/* Each stub adds its number to the arguments that the kernel gave it, of which there may be one or three. */
#if defined(__x86_64__)
#define STUB_SIZE 16
#define STUB_CODE "endbr64\n movl $stub_number, %ecx\n jmp handler_run\n"
#elif defined(__aarch64__)
#define STUB_SIZE 8
#define STUB_CODE "mov w3, #stub_number\n b handler_run\n"
#endif

#ifdef STUB_SIZE
__asm__(".pushsection .text\n"
        ".balign 64\n"
        ".hidden handler_stubs\n"
        ".globl handler_stubs\n"
        ".type handler_stubs, %function\n"
        "handler_stubs:\n"
        ".cfi_startproc\n"
        ".set stub_number, 0\n"
        ".rept 1024\n"
        ".balign " TEXT(STUB_SIZE) "\n"
        STUB_CODE
        ".set stub_number, stub_number + 1\n"
        ".endr\n"
        ".cfi_endproc\n"
        ".size handler_stubs, . - handler_stubs\n"
        ".popsection");
extern const char handler_stubs[STUBS][STUB_SIZE] __attribute__((visibility("hidden")));
#else
#define STUB_SIZE 1
static const char handler_stubs[1][STUB_SIZE];
#endif

/* The handler of each stub: set once, since a signal may be on its way to a handler that is no longer set. */
static _Atomic(void *) handlers[STUBS];

void *handler_stub(void *handler)
{
    uintptr_t address = (uintptr_t)handler;
    unsigned first = (unsigned)((address >> 4) * 0x9e3779b1u >> 16);

    if (sizeof(handler_stubs) < STUBS || handler == (void *)SIG_DFL || handler == (void *)SIG_IGN || handler == (void *)SIG_ERR ||
        handler == (void *)SIG_HOLD)
        return handler;
    for (unsigned i = 0; i < STUBS; i++) {
        unsigned number = (first + i) % STUBS;
        void *there = NULL;

        if (atomic_compare_exchange_strong(&handlers[number], &there, handler) || there == handler)
            return (void *)handler_stubs[number];
    }
    return handler;
}

void *handler_of_stub(void *stub)
{
    uintptr_t offset = (uintptr_t)stub - (uintptr_t)handler_stubs;

    return offset < sizeof(handler_stubs) ? atomic_load(&handlers[offset / STUB_SIZE]) : stub;
}

__thread struct handling *handler_amid;

static void handling_jumped(struct scope *scope);

/*
 * libc makes cancellation asynchronous while it blocks, so a handler may be cancelled in its midst. It may, but not
 * while its begin and end are told: emitting sees to that once it knows.
 */
static void know_cancel_type(struct handling *handling)
{
    int type;

    REAL(pthread_setcanceltype)(PTHREAD_CANCEL_DEFERRED, &type);
    handling->told_asynchronous = type == PTHREAD_CANCEL_ASYNCHRONOUS;
    thrum_self.asynchronous = handling->told_asynchronous;
    REAL(pthread_setcanceltype)(type, NULL);
}

static void handling_begin(struct handling *handling, const void *handler)
{
    scope_enter(&handling->scope, handling_jumped);
    handling->guard = thrum_self.guard;
    handling->asynchronous = handling->told_asynchronous = thrum_self.asynchronous;
    handling->pending = thrum_self.pending;
    thrum_self.pending = false;
    thrum_self.guard &= SELF_LASTING;
    thrum_self.handlers++;
    if (!probe_on())
        return;
    know_cancel_type(handling);
    handling->told = true;
    handling->told = probe_interrupt_begin(THRUM_means_signal, handling->signal, handler);
}

static void handling_tell_end(struct handling *handling)
{
    scope_leave(&handling->scope);
    if (handling->told)
        probe_interrupt_end(THRUM_means_signal, handling->signal);
    thrum_self.handlers--;
    handling->told = false;
    /* Unless the handler itself changed it, which lasts. */
    if (thrum_self.asynchronous == handling->told_asynchronous)
        thrum_self.asynchronous = handling->asynchronous;
}

static void handling_jumped(struct scope *scope)
{
    struct handling *handling = (struct handling *)scope;

    handling_tell_end(handling);
    jump_leaves_handler(handling);
}

static void handling_end(struct handling *handling)
{
    if (scope_innermost == &handling->scope)
        handling_tell_end(handling);
    if (handler_amid == handling)
        handler_amid = handling->outer_amid;
    /* Who unwinds leaves thrum, if that was interrupted, as well. */
    if (handling->returned && handling->pending)
        thrum_self.pending = true;
    thrum_self.guard = handling->returned ? handling->guard : handling->guard & SELF_LASTING;
}

typedef void handler_function(int, siginfo_t *, void *);

/*
 * The handler interrupted thrum, or a sink, which must finish first whatever way the handler is left: what it has half
 * done would stay so for ever. A jump comes back here and is made later; a cancellation waits.
 */
__attribute__((noinline)) static void run_amid(struct handling *handling, handler_function *handler, int signal, siginfo_t *info,
                                               void *context)
{
    jmp_buf back;
    int state;

    handling->outer_amid = handler_amid;
    handling->back = back;
    handler_amid = handling;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    if (_setjmp(back) == 0)
        handler(signal, info, context);
    handler_amid = handling->outer_amid;
    pthread_setcancelstate(state, NULL);
}

/* What the stubs jump to. */
__attribute__((visibility("hidden"), used)) void handler_run(int signal, siginfo_t *info, void *context, unsigned number);
void handler_run(int signal, siginfo_t *info, void *context, unsigned number)
{
    handler_function *handler = (handler_function *)atomic_load(&handlers[number]);
    struct handling handling __attribute__((cleanup(handling_end))) = {.signal = signal};

    handling_begin(&handling, (const void *)handler);
    if (__builtin_expect((handling.guard & SELF_BUSY) != 0, 0))
        run_amid(&handling, handler, signal, info, context);
    else
        handler(signal, info, context);
    handling.returned = true;
}
