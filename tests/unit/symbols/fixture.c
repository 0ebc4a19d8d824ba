/* SPDX-License-Identifier: MIT */
/* For the test of symbols: calls and variables whose addresses it prints, built in many ways. */
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "fixture.h"

/* Functions of the two libraries that are loaded over one another differ by name alone. */
#ifndef WORKER
#define WORKER worker
#endif

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER; enum { PLAIN_LINE = __LINE__ };
pthread_mutex_t table[2][3]; enum { TABLE_LINE = __LINE__ };
static struct { long uses; struct { pthread_cond_t ready; pthread_mutex_t lock; } slots[4]; } pool; enum { POOL_LINE = __LINE__ };
static int number = 1; enum { NUMBER_LINE = __LINE__ };

/* Prints the address that it returns to, under a name. */
__attribute__((noinline)) static void told(const char *name, int line)
{
    printf("call %s %p %d\n", name, __builtin_return_address(0), line);
}

__attribute__((noinline)) void WORKER(void)
{
    told("worker", __LINE__);
    number++; /* or the call would be a jump */
}

__attribute__((always_inline)) static inline void innermost(void)
{
    told("innermost", __LINE__);
    number++;
}

__attribute__((always_inline)) static inline void middle(void)
{
    innermost(); printf("line middle %d\n", __LINE__);
}

__attribute__((noinline)) void outermost(void)
{
    middle(); printf("line outermost %d\n", __LINE__);
}

__attribute__((noinline)) _Noreturn static void told_and_gone(int line)
{
    printf("call last %p %d\n", __builtin_return_address(0), line);
    exit(0);
}

/* Its last instruction is a call: the address that it returns to belongs to what comes next. */
__attribute__((noinline)) void last(void)
{
    told_and_gone(__LINE__);
}

static void variables(void)
{
    static pthread_mutex_t inside; enum { INSIDE_LINE = __LINE__ };
    pthread_mutex_t automatic;
    void *heap = malloc(100);
    printf("variable plain %p %d\n", (void *)&plain, PLAIN_LINE);
    printf("variable table[1][2] %p %d\n", (void *)&table[1][2], TABLE_LINE);
    printf("variable pool.slots[3].lock %p %d\n", (void *)&pool.slots[3].lock, POOL_LINE);
    printf("variable inside %p %d\n", (void *)&inside, INSIDE_LINE);
    printf("variable number %p %d\n", (void *)&number, NUMBER_LINE);
    printf("variable number+0x2 %p %d\n", (void *)((char *)&number + 2), NUMBER_LINE);
    printf("stack %p\n", (void *)&automatic);
    printf("heap %p\n", heap);
    free(heap);
}

void fixture_run(void)
{
    WORKER();
    outermost();
    variables();
}

#ifdef MAIN
int main(void)
{
    fixture_modules();
    fixture_run();
    printf("code main %p 0\n", (void *)main);
    last();
}
#endif
