/* SPDX-License-Identifier: MIT */
/* The plan, the numbers of threads, and raw system calls: nothing here passes through an interposed function. */
#include "steer/steer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct steer *steer_plan;

/* Of threads that this process created: their numbers by handle, the newest last. A ring; old ones are forgotten. */
enum { CREATED = 4096 };
static struct {
    _Atomic uint64_t handle;
    _Atomic uint32_t number;
} created[CREATED];
static _Atomic uint32_t created_count;
static __thread uint32_t own_number __attribute__((tls_model("initial-exec"))); /* + 1; 0: not asked yet */

__attribute__((constructor)) static void begin(void)
{
    const char *path = getauxval(AT_SECURE) ? NULL : getenv("THRUM_STEER");
    int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0)
        return;
    struct steer *plan = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    own_number = 1;
    if (plan != MAP_FAILED && plan->magic == STEER_MAGIC)
        steer_plan = plan;
}

int64_t steer_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void steer_sleep_ns(int64_t ns)
{
    struct timespec time = {ns / 1000000000, ns % 1000000000};
    syscall(SYS_nanosleep, &time, NULL);
}

void steer_wait(_Atomic uint32_t *word, uint32_t seen, int64_t ns)
{
    struct timespec time = {ns / 1000000000, ns % 1000000000};
    if (ns > 0)
        syscall(SYS_futex, word, FUTEX_WAIT, seen, &time, NULL, 0);
}

void steer_changed(void)
{
    atomic_fetch_add(&steer_plan->changes, 1);
    syscall(SYS_futex, &steer_plan->changes, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

uint32_t steer_creating(void)
{
    return atomic_fetch_add(&created_count, 1) + 1;
}

void steer_created(uint32_t number, uint64_t handle)
{
    atomic_store(&created[number % CREATED].handle, 0);
    atomic_store(&created[number % CREATED].number, number);
    atomic_store(&created[number % CREATED].handle, handle);
}

/* A new thread may be here before its creator has told its handle: that takes no longer than a call. */
uint32_t steer_number(void)
{
    uint64_t self = (uint64_t)pthread_self();
    for (int i = 0; !own_number && i < 200; i++) {
        uint32_t last = atomic_load(&created_count);
        for (uint32_t n = last; n > 0 && last - n < CREATED && !own_number; n--)
            if (atomic_load(&created[n % CREATED].handle) == self && atomic_load(&created[n % CREATED].number) == n)
                own_number = n + 1;
        if (!own_number)
            steer_sleep_ns(1000000);
    }
    if (!own_number)
        own_number = UINT32_MAX;
    return own_number == UINT32_MAX ? UINT32_MAX : own_number - 1;
}

void steer_arrive(const void *site)
{
    int saved = errno;
    if (atomic_load_explicit(&steer_plan->given_up, memory_order_relaxed))
        return;
    if (steer_plan->mode == STEER_stress)
        steer_stress();
    else
        steer_confirm((uint64_t)(uintptr_t)site);
    errno = saved;
}
