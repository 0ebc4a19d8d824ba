/* SPDX-License-Identifier: MIT */
/*
 * Stacks that were walked before, so that a call that is made over and over is walked once.
 *
 * A walk costs microseconds, most of them to find out where each frame keeps its return address. A stack is the same as
 * one that was walked if the innermost frame lies where it lay, and each return address, from the innermost out, is still
 * where it was: the same address returned to at the same depth means the same frame around it, and so the same place of
 * the next. Nothing is read beyond a frame that differs.
 */
#ifndef THRUM_CORE_STACKS_KNOWN_H
#define THRUM_CORE_STACKS_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

enum { STACK_KNOWN_FRAMES = 40 };

/* Whose stack it is, and where it begins; two walks with the same key may be the same. */
struct stack_key {
    const void *thread; /* what lies at one place for each of the threads that live */
    uint64_t frame;     /* address of the innermost frame */
    uint64_t site;
    uint64_t max; /* how many return addresses are wanted */
};

/* A stack, innermost frame first. */
struct stack_known {
    struct stack_key key;
    uint64_t own;   /* so many return addresses lead into thrum's frames; the next is the site */
    uint64_t count; /* all of them */
    struct {
        uint64_t address; /* the return address */
        uint64_t place;   /* where it is kept, in bytes from the innermost frame */
    } frame[STACK_KNOWN_FRAMES];
};

/*
 * Whether the calling thread's stack is a known one: then *stack is that. Any thread, any time, also in handlers: of two
 * that come to one entry at once, one goes without.
 */
bool stack_known_find(struct stack_known *stack, const struct stack_key *key);

/* Remembers a stack that has just been walked. */
void stack_known_keep(const struct stack_known *stack);

/* Adds a frame with the place that should hold its return address; false where it doesn't, or where there is no room. */
bool stack_known_add(struct stack_known *stack, uint64_t address, uint64_t place);

#endif
