/* SPDX-License-Identifier: MIT */
/*
 * What a process has that it didn't make: threads, descriptors, handlers, blocked signals, thread-specific keys, children;
 * as main() begins, after calls of all sorts, in a forked child, and at exit. footprint.sh compares it bare and traced.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Names in a directory of /proc, without those of this look itself. */
static void list(const char *what, const char *path)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;
    int own = dirfd(directory), count = 0;

    printf("  %s:", what);
    while ((entry = readdir(directory)))
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != own) {
            count++;
            if (strcmp(what, "descriptors") == 0)
                printf(" %s", entry->d_name);
        }
    closedir(directory);
    printf(" (%d)\n", count);
}

/* Lines of /proc/self/status. */
static void status(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];

    while (fgets(line, sizeof(line), file))
        if (strncmp(line, "Sig", 3) == 0 || strncmp(line, "Shd", 3) == 0 || strncmp(line, "Threads", 7) == 0)
            if (strncmp(line, "SigQ", 4) != 0)
                printf("  %s", line);
    fclose(file);
}

static int free_keys(void)
{
    static pthread_key_t keys[PTHREAD_KEYS_MAX];
    int count = 0;

    while (count < PTHREAD_KEYS_MAX && pthread_key_create(&keys[count], NULL) == 0)
        count++;
    for (int i = 0; i < count; i++)
        pthread_key_delete(keys[i]);
    return count;
}

static void show(const char *when)
{
    struct rlimit limit;
    stack_t stack;
    mode_t mask = umask(0);

    umask(mask);
    sigaltstack(NULL, &stack);
    getrlimit(RLIMIT_NOFILE, &limit);
    printf("%s\n", when);
    list("threads", "/proc/self/task");
    list("descriptors", "/proc/self/fd");
    status();
    printf("  keys: %d, signal stack: %d, umask: %o, open files: %lu, children: %s\n", free_keys(), stack.ss_flags, mask,
           (unsigned long)limit.rlim_cur, waitpid(-1, NULL, WNOHANG) == -1 ? strerror(errno) : "some");
    fflush(stdout);
}

static void *locks(void *mutex)
{
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
    return NULL;
}

static void calls(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
    const struct timespec past = {.tv_sec = 1};
    pthread_t threads[4];
    sem_t semaphore;
    FILE *file = tmpfile();

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, locks, &mutex);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_lock(&mutex), pthread_mutex_lock(&other);
    pthread_mutex_unlock(&other), pthread_mutex_unlock(&mutex);
    pthread_mutex_lock(&other), pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex), pthread_mutex_unlock(&other);
    sem_init(&semaphore, 0, 0);
    sem_timedwait(&semaphore, &past);
    flock(fileno(file), LOCK_EX);
    fclose(file);
}

static void at_exit(void)
{
    show("at exit");
}

int main(void)
{
    int error = errno;
    pid_t child;

    show("at first");
    printf("  errno: %d\n", error);
    calls();
    show("after calls");
    child = fork();
    if (child == 0) {
        calls();
        show("in a child");
        _exit(0);
    }
    waitpid(child, NULL, 0);
    atexit(at_exit);
    return 0;
}
