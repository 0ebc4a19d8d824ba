/* SPDX-License-Identifier: MIT */
/* Functions of libc that its headers declare under another name, or not to everybody. */
#ifndef THRUM_CORE_UNDECLARED_H
#define THRUM_CORE_UNDECLARED_H

#include <setjmp.h>
#include <signal.h>

sighandler_t bsd_signal(int number, sighandler_t handler);
sighandler_t sysv_signal(int number, sighandler_t handler);
int __sigaction(int signal, const struct sigaction *action, struct sigaction *old);
int __xpg_sigpause(int signal);
pid_t __vfork(void);
int __close(int fd);
int __fcntl(int fd, int command, ...);
void __longjmp_chk(struct __jmp_buf_tag to[1], int value) __attribute__((noreturn));

#endif
