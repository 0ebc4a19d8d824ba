/* SPDX-License-Identifier: MIT */
/* Memory given back: what is watched for objects in it goes on as it was. */
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "conform.h"

enum { PAGE = 4096 };

static void blocks(void)
{
    char *block = malloc(10);

    strcpy(block, "something");
    expect_number("malloc_usable_size", malloc_usable_size(block) >= 10, 1);
    block = realloc(block, 100000);
    expect_number("realloc: larger, what was in it", strcmp(block, "something"), 0);
    block = reallocarray(block, 10, 20);
    expect_number("reallocarray: smaller, what was in it", strcmp(block, "something"), 0);
    errno = 77;
    free(block);
    free(NULL);
    expect_number("free: errno untouched", errno, 77);
    volatile size_t too_many = SIZE_MAX / 2;
    expect_number("reallocarray: too large", reallocarray(NULL, too_many, 4) ? 0 : errno, ENOMEM);
}

/* Not of memory, but a call that thrum passes on all the same. */
static void writes(void)
{
    char text[8] = "";
    int ends[2];

    if (pipe(ends) != 0)
        abort();
    expect_number("write", write(ends[1], "thrum", 5), 5);
    expect_number("write: what was written", read(ends[0], text, sizeof(text)) == 5 && strcmp(text, "thrum") == 0, 1);
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    expect_errno("write: nobody reads", write(ends[1], "thrum", 5), EPIPE);
    signal(SIGPIPE, SIG_DFL);
    close(ends[1]);
    expect_errno("write: no descriptor", write(-1, "thrum", 5), EBADF);
    struct iovec part = {text, sizeof(text)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    expect_errno("socket: none such", socket(-1, SOCK_STREAM, 0), EAFNOSUPPORT);
    expect_errno("socket", ends[0] = socket(AF_UNIX, SOCK_STREAM, 0), 0);
    expect_errno("recvmsg: not connected", recvmsg(ends[0], &message, MSG_DONTWAIT), EINVAL);
    expect_errno("recvmsg: no descriptor", recvmsg(-1, &message, 0), EBADF);
    close(ends[0]);
}

static void mappings(void)
{
    char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *moved;
    char *space = mmap(NULL, 8 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    strcpy(pages, "something");
    moved = mremap(pages, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, space);
    expect_number("mremap: where it was to go", moved == space, 1);
    expect_number("mremap: what was in it", strcmp(moved, "something"), 0);
    expect_number("mremap: smaller", mremap(moved, 4 * PAGE, PAGE, 0) == moved, 1);
    expect_number("mremap: none", mremap((void *)1, PAGE, 2 * PAGE, 0) == MAP_FAILED ? errno : 0, EINVAL);
    expect_errno("munmap", munmap(moved, PAGE), 0);
    expect_errno("munmap: no page", munmap((void *)1, PAGE), EINVAL);
}

/* A lock in memory that is freed and used again is another lock; and one that is never destroyed may go. */
static void locks(void)
{
    for (int i = 0; i < 100; i++) {
        pthread_mutex_t *mutex = malloc(sizeof(*mutex));

        pthread_mutex_init(mutex, NULL);
        pthread_mutex_lock(mutex);
        free(mutex);
    }
    pthread_mutex_t *mutex = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect("pthread_mutex_lock: in a page", pthread_mutex_lock(mutex), 0);
    expect_errno("munmap: of a held lock", munmap(mutex, PAGE), 0);
}

void conform_memory(void)
{
    blocks();
    writes();
    mappings();
    locks();
}
