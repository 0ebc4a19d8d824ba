/* SPDX-License-Identifier: MIT */
/* longjmp() and its kin: ends the calls in progress that the jump leaves, as a signal handler may. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "interpose/handler.h"
#include "interpose/interpose.h"
#include "interpose/jump.h"

__thread struct scope *scope_innermost;

/* The stack pointer that the jump will set; glibc keeps it mangled. 0 where that isn't known for the machine. */
static uintptr_t jump_target(const struct __jmp_buf_tag *to)
{
#if defined(__x86_64__) && defined(__LP64__)
    enum { STACK_POINTER = 6 };
    uintptr_t target = (uintptr_t)to->__jmpbuf[STACK_POINTER];

    __asm__("ror $0x11, %0\n\txor %%fs:0x30, %0" : "+r"(target));
    return target;
#elif defined(__aarch64__)
    /* Mangled by exclusive or with a word of the process: what setjmp does to a stack pointer that we know tells it. */
    enum { STACK_POINTER = 13 };
    jmp_buf here;
    uintptr_t now;

    __asm__ volatile("mov %0, sp" : "=r"(now));
    if (_setjmp(here) != 0)
        return 0;
    return (uintptr_t)to->__jmpbuf[STACK_POINTER] ^ (uintptr_t)here->__jmpbuf[STACK_POINTER] ^ now;
#else
    (void)to;
    return 0;
#endif
}

/* Whether an address lies on the alternate signal stack that this code runs on, if it does. */
static bool on_signal_stack(const stack_t *stack, uintptr_t address)
{
    uintptr_t begin = (uintptr_t)stack->ss_sp;

    return (stack->ss_flags & SS_ONSTACK) && address >= begin && address < begin + stack->ss_size;
}

/* Stacks grow downwards: what lies below the target is left, on the stack of the target; and all of a signal stack. */
static bool leaves(uintptr_t scope, uintptr_t target, const stack_t *stack)
{
    bool on_stack = on_signal_stack(stack, scope);

    return on_stack != on_signal_stack(stack, target) ? on_stack : scope < target;
}

/* A jump, or an exit of the thread or process where there is nothing to jump to, that is made once thrum has finished. */
struct jump {
    void (*jump)(struct __jmp_buf_tag *, int);
    struct __jmp_buf_tag *to;
    int value;
    void (*thread_exit)(void *);
    void *thread_value;
    sigset_t mask; /* as the handler had it when it jumped */
};
#define JUMP_TLS __thread __attribute__((tls_model("initial-exec")))
static JUMP_TLS struct jump jump_begun, jump_later;

/* Thrum has finished: the jump goes on from here. */
static void jump_now(void)
{
    struct jump jump = jump_later;

    thrum_self.pending = false;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&jump.mask, 0, _NSIG / 8, 0, 0);
    if (jump.jump)
        jump.jump(jump.to, jump.value);
    if (jump.thread_exit)
        jump.thread_exit(jump.thread_value);
    exit(jump.value);
}

void jump_leaves_handler(struct handling *handling)
{
    if (!handling->back)
        return;
    jump_later = jump_begun;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, 0, (long)&jump_later.mask, _NSIG / 8, 0, 0);
    self_pending = jump_now;
    thrum_self.pending = true;
    REAL(_longjmp)(handling->back, 1);
}

/* Ends what the jump leaves; doesn't return where it can't be made yet. */
static void jump_begin(void (*jump)(struct __jmp_buf_tag *, int), struct __jmp_buf_tag *to, int value)
{
    stack_t stack = {.ss_flags = SS_DISABLE};

    if (scope_innermost) {
        uintptr_t target = jump_target(to);
        syscall(SYS_sigaltstack, 0, (long)&stack, 0, 0, 0, 0);
        jump_begun = (struct jump){.jump = jump, .to = to, .value = value};
        while (scope_innermost && leaves((uintptr_t)scope_innermost, target, &stack))
            scope_innermost->left(scope_innermost);
    }
    /* Whoever jumps is the program; a handler that thrum doesn't know of may have interrupted thrum. */
    thrum_self.guard &= SELF_LASTING;
}

static void leave_all(const struct jump *how)
{
    if (!handler_amid)
        return;
    jump_begun = *how;
    while (scope_innermost)
        scope_innermost->left(scope_innermost);
}

void jump_thread_exit(void *value)
{
    leave_all(&(struct jump){.thread_exit = pthread_exit, .thread_value = value});
}

void jump_process_exit(int status)
{
    leave_all(&(struct jump){.value = status});
}

/* What longjmp() is called, with _FORTIFY_SOURCE too. */
#define JUMP(name)                                           \
    INTERPOSE void name(struct __jmp_buf_tag to[1], int value) \
    {                                                        \
        jump_begin(name, to, value);                         \
        REAL(name)(to, value);                               \
        __builtin_unreachable();                             \
    }
JUMP(longjmp)
JUMP(_longjmp)
JUMP(siglongjmp)
JUMP(__longjmp_chk)
