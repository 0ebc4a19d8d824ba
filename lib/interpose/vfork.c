/* SPDX-License-Identifier: MIT */
/*
 * vfork: the child runs on its parent's stack until it execs or exits, so it can't return through a function that its
 * parent returns through later. As libc does, the return address is kept in a register.
 *
 * The child is in its parent's memory, thread-local state included: it is silent. Handlers of signals that it sets are its
 * own, since nothing is kept for a signal (handler.h).
 */
#include "interpose/interpose.h"

/* How many calls of this thread are in progress: a child may call vfork itself. */
static __thread unsigned depth __attribute__((tls_model("initial-exec")));

__attribute__((visibility("hidden"), used)) void vfork_begin(void);
__attribute__((visibility("hidden"), used)) long vfork_parent(long child, const void *site);

void vfork_begin(void)
{
    depth++;
    thrum_self.guard |= SELF_VFORK;
}

/* In the parent, once the child is gone from its memory: what vfork returns. */
long vfork_parent(long child, const void *site)
{
    if (--depth == 0)
        thrum_self.guard &= ~SELF_VFORK;
    if (child < 0) {
        errno = (int)-child;
        return -1;
    }
    if (probe_on())
        probe_fork_seen((int32_t)child, site);
    return child;
}

#if defined(__x86_64__)
__asm__(".pushsection .text\n"
        ".globl vfork, __vfork\n"
        ".type vfork, %function\n"
        ".type __vfork, %function\n"
        "vfork:\n"
        "__vfork:\n"
        ".cfi_startproc\n"
        "endbr64\n"
        "subq $8, %rsp\n"
        ".cfi_adjust_cfa_offset 8\n"
        "call vfork_begin\n"
        "addq $8, %rsp\n"
        ".cfi_adjust_cfa_offset -8\n"
        "popq %rdi\n"
        ".cfi_adjust_cfa_offset -8\n"
        ".cfi_register %rip, %rdi\n"
        "movl $58, %eax\n" /* SYS_vfork */
        "syscall\n"
        "pushq %rdi\n"
        ".cfi_adjust_cfa_offset 8\n"
        ".cfi_rel_offset %rip, 0\n"
        "testq %rax, %rax\n"
        "jz 1f\n"
        "movq %rdi, %rsi\n"
        "movq %rax, %rdi\n"
        "jmp vfork_parent\n"
        "1: ret\n"
        ".cfi_endproc\n"
        ".size vfork, . - vfork\n"
        ".size __vfork, . - __vfork\n"
        ".popsection");
#elif defined(__aarch64__)
__asm__(".pushsection .text\n"
        ".globl vfork, __vfork\n"
        ".type vfork, %function\n"
        ".type __vfork, %function\n"
        "vfork:\n"
        "__vfork:\n"
        ".cfi_startproc\n"
        "stp x29, x30, [sp, -16]!\n"
        ".cfi_adjust_cfa_offset 16\n"
        ".cfi_rel_offset x29, 0\n"
        ".cfi_rel_offset x30, 8\n"
        "bl vfork_begin\n"
        "ldp x29, x30, [sp], 16\n"
        ".cfi_restore x30\n"
        ".cfi_restore x29\n"
        ".cfi_adjust_cfa_offset -16\n"
        "mov x0, #0x4111\n" /* CLONE_VM | CLONE_VFORK | SIGCHLD */
        "mov x1, #0\n"
        "mov x8, #220\n" /* SYS_clone */
        "svc 0\n"
        "cbz x0, 1f\n"
        "mov x1, x30\n"
        "b vfork_parent\n"
        "1: ret\n"
        ".cfi_endproc\n"
        ".size vfork, . - vfork\n"
        ".size __vfork, . - __vfork\n"
        ".popsection");
#endif
