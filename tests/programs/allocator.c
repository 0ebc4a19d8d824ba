/* SPDX-License-Identifier: MIT */
/*
 * An allocator with a lock that it holds across fork, as jemalloc does, in a program that forks:
 *
 *   fork: prepare   takes the lock            (second handler)
 *   child:          uses another mutex        (first handler: the first event in the child)
 *                   makes the lock anew       (second handler)
 *
 * Whoever allocates or frees in the child as its first event is seen waits for a lock that nobody gives back.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "play.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static _Alignas(64) char memory[64 << 20];
static size_t used;

/* Never gives memory back; the size stands before each piece. */
void *malloc(size_t size)
{
    MUST(pthread_mutex_lock(&lock));
    size_t at = used + 16;
    used = (at + size + 15) / 16 * 16;
    MUST(pthread_mutex_unlock(&lock));
    if (used > sizeof(memory))
        _exit(3);
    memcpy(memory + at - 16, &size, sizeof(size));
    return memory + at;
}

void free(void *piece)
{
    (void)piece;
    MUST(pthread_mutex_lock(&lock));
    MUST(pthread_mutex_unlock(&lock));
}

void *calloc(size_t count, size_t size)
{
    return malloc(count * size);
}

void *realloc(void *piece, size_t size)
{
    size_t old = 0;
    if (piece)
        memcpy(&old, (char *)piece - 16, sizeof(old));
    return piece ? memcpy(malloc(size), piece, old < size ? old : size) : malloc(size);
}

static void use_other(void)
{
    MUST(pthread_mutex_lock(&other));
    MUST(pthread_mutex_unlock(&other));
}

static void take(void)
{
    MUST(pthread_mutex_lock(&lock));
}

static void give(void)
{
    MUST(pthread_mutex_unlock(&lock));
}

static void make_anew(void)
{
    MUST(pthread_mutex_init(&lock, NULL));
}

int main(void)
{
    int status = 1;
    MUST(pthread_atfork(NULL, NULL, use_other));
    MUST(pthread_atfork(take, give, make_anew));
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) {
            free(malloc(100));
            use_other();
            _exit(7);
        }
        if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 7)
            return 1;
    }
    return 0;
}
