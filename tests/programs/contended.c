/* SPDX-License-Identifier: MIT */
/*
 * A wait for a mutex, and one for a reader, in every run:
 *
 *     main     holds `table` until `worker` sleeps for it      reads `book` until `worker` sleeps to write
 *     worker   wants `table`                                   wants to write `book`
 *
 * Whether it sleeps is read from /proc: what a thread waits for in the kernel.
 */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "play.h"

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t book = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t next;
static int worker_tid;

/* Until the worker is inside the system call by which it sleeps for a lock; status 77 where the kernel doesn't tell. */
static void await_sleep(const void *lock, size_t size)
{
    char path[64], line[128];
    unsigned long address = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", worker_tid);
    for (int number = -1; number != SYS_futex || address - (unsigned long)lock >= size;) {
        FILE *file = fopen(path, "r");
        if (!file)
            exit(77);
        if (!fgets(line, sizeof line, file) || sscanf(line, "%d 0x%lx", &number, &address) != 2)
            number = -1;
        fclose(file);
    }
}

static void *worker(void *unused)
{
    (void)unused;
    worker_tid = (int)syscall(SYS_gettid);
    pthread_barrier_wait(&next);
    MUST(pthread_mutex_lock(&table));
    MUST(pthread_mutex_unlock(&table));
    pthread_barrier_wait(&next);
    MUST(pthread_rwlock_wrlock(&book));
    MUST(pthread_rwlock_unlock(&book));
    return NULL;
}

int main(void)
{
    pthread_t thread;
    MUST(pthread_barrier_init(&next, NULL, 2));
    MUST(pthread_mutex_lock(&table));
    MUST(pthread_create(&thread, NULL, worker, NULL));
    pthread_barrier_wait(&next);
    await_sleep(&table, sizeof table);
    MUST(pthread_mutex_unlock(&table));
    MUST(pthread_rwlock_rdlock(&book));
    pthread_barrier_wait(&next);
    await_sleep(&book, sizeof book);
    MUST(pthread_rwlock_unlock(&book));
    MUST(pthread_join(thread, NULL));
    return 0;
}
