/* SPDX-License-Identifier: MIT */
/*
 * Main joins threads that haven't begun yet, amid many that wait. Each of them begins when main sleeps in the join:
 *
 *     main                                  each thread
 *     pthread_create() returns
 *     pthread_join() ...
 *       looks whether all stand still
 *       sleeps
 *                                           begins, ends
 *       ... returns
 *
 * Prints how often all threads were looked at meanwhile, a number that lies LOOKS bytes into libthrum, where that is given. Never is
 * right, for a thread that was created may wake others; at each join would cost as much as there are threads. Then how often
 * they were as main, the only one that is known, waited for a thread that isn't: for that they must be.
 */
#include "play.h"
#include <dlfcn.h>
#include <link.h>
#include <stdarg.h>
#include <sys/syscall.h>

enum { WAITERS = 100, JOINS = 20 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t end = PTHREAD_COND_INITIALIZER;
static bool ended;
static sem_t came;
static atomic_int late, main_tid;
static __thread bool begun;

static int is_libthrum(struct dl_phdr_info *info, size_t size, void *base)
{
    (void)size;
    if (strstr(info->dlpi_name, "/libthrum.so"))
        *(char **)base = (char *)info->dlpi_addr;
    return 0;
}

/* 0 where nobody counts. */
static unsigned looks(void)
{
    const char *offset = getenv("LOOKS");
    char *base = NULL;

    dl_iterate_phdr(is_libthrum, &base);
    return base && offset ? *(volatile unsigned *)(void *)(base + strtoul(offset, NULL, 16)) : 0;
}

/* The first thing that is seen of a new thread is that it asks for its id: it is kept there until main sleeps. */
long syscall(long number, ...)
{
    static __typeof__(&syscall) next;
    long arguments[6];
    va_list rest;

    va_start(rest, number);
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(rest, long);
    va_end(rest);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "syscall");
    if (number == SYS_gettid && atomic_load(&late) && !begun) {
        begun = true;
        await_futex(&main_tid);
    }
    return next(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

static void *waiter(void *unused)
{
    MUST(pthread_mutex_lock(&lock));
    luck_pass();
    while (!ended)
        MUST(pthread_cond_wait(&end, &lock));
    MUST(pthread_mutex_unlock(&lock));
    return unused;
}

static void *unknown(void *unused)
{
    await_futex(&main_tid);
    MUST_SEM(sem_post(&came));
    return unused;
}

/* Made by libc's own function, which nobody sees. */
static void wait_for_unknown(void)
{
    __typeof__(&pthread_create) create;
    pthread_t thread;

    *(void **)&create = dlsym(dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD), "pthread_create");
    MUST_SEM(sem_init(&came, 0, 0));
    MUST(create(&thread, NULL, unknown, NULL));
    MUST_SEM(sem_wait(&came));
}

static void *nothing(void *unused)
{
    return unused;
}

int main(void)
{
    pthread_t waiters[WAITERS], thread;

    main_tid = gettid();
    begun = true;
    for (int i = 0; i < WAITERS; i++)
        MUST(pthread_create(&waiters[i], NULL, waiter, NULL));
    luck_await(WAITERS);
    /* The last of them has let go of it, and so waits. */
    MUST(pthread_mutex_lock(&lock));
    MUST(pthread_mutex_unlock(&lock));
    late = 1;
    unsigned before = looks();
    for (int i = 0; i < JOINS; i++) {
        MUST(pthread_create(&thread, NULL, nothing, NULL));
        join(thread);
    }
    printf("%u", looks() - before);
    late = 0;
    MUST(pthread_mutex_lock(&lock));
    ended = true;
    MUST(pthread_cond_broadcast(&end));
    MUST(pthread_mutex_unlock(&lock));
    for (int i = 0; i < WAITERS; i++)
        join(waiters[i]);
    before = looks();
    wait_for_unknown();
    printf(" %s\n", looks() > before ? "some" : "none");
}
