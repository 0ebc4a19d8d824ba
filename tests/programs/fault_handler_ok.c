/* SPDX-License-Identifier: MIT */
/*
 * A handler of SIGSEGV takes a lock that is taken elsewhere, too: it runs only where the program writes to a page that it
 * protected itself, and holds nothing there. Virtual machines do so.
 *
 *     main
 *     lock, unlock
 *     write to the page       handler: lock, unlock, make the page writable
 */
#include <signal.h>
#include <sys/mman.h>
#include "play.h"

enum { PAGE = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile char *page;

static void on_fault(int signal)
{
    (void)signal;
    MUST(pthread_mutex_lock(&lock));
    MUST(pthread_mutex_unlock(&lock));
    MUST_SEM(mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE));
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_fault};

    page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST_SEM(sigaction(SIGSEGV, &action, NULL));
    MUST(pthread_mutex_lock(&lock));
    MUST(pthread_mutex_unlock(&lock));
    *page = 1;
    return 0;
}
