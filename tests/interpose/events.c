/* SPDX-License-Identifier: MIT */
/* events FAMILY: counts what is expected, and runs one family. */
#include "events.h"

#include <sched.h>
#include <stdatomic.h>
#include <sys/wait.h>

const struct timespec past = {.tv_sec = 1};
const struct timespec never = {.tv_sec = 1L << 40};

enum { EVENTS = 64, LENGTH = 40 };
static struct {
    char name[LENGTH];
    int count;
} expected[EVENTS];
static atomic_flag counting = ATOMIC_FLAG_INIT;
static _Atomic pid_t blocked;

static void give_one(const char *name, size_t length)
{
    int i = 0;

    while (i < EVENTS && expected[i].count && (strlen(expected[i].name) != length || memcmp(expected[i].name, name, length) != 0))
        i++;
    if (i == EVENTS || length >= LENGTH)
        abort();
    memcpy(expected[i].name, name, length);
    expected[i].count++;
}

void gives(const char *events)
{
    /* Not by a lock of the kinds that are counted. */
    while (atomic_flag_test_and_set(&counting))
        sched_yield();
    while (*events) {
        size_t length = strcspn(events, " ");

        if (length)
            give_one(events, length);
        events += length + (events[length] == ' ');
    }
    atomic_flag_clear(&counting);
}

void must(const char *call, const char *events, long got, long wanted)
{
    if (got != wanted) {
        fprintf(stderr, "%s gives %ld, not %ld\n", call, got, wanted);
        _exit(9);
    }
    gives(events);
}

pthread_t begin(void *(*function)(void *), void *argument)
{
    pthread_t thread;

    DO(BIRTH, pthread_create(&thread, NULL, function, argument), 0);
    return thread;
}

void *end(pthread_t thread)
{
    void *value;

    DO(DEATH JOIN, pthread_join(thread, &value), 0);
    return value;
}

void child_ends(pid_t child, int status)
{
    int is;

    if (waitpid(child, &is, 0) != child || (WIFEXITED(is) ? WEXITSTATUS(is) : 128 + WTERMSIG(is)) != status) {
        fprintf(stderr, "a child ended by %#x, not by %d\n", (unsigned)is, status);
        _exit(9);
    }
}

void blocks_now(void)
{
    blocked = gettid();
}

void await_gone(pid_t thread)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/task/%d", (int)thread);
    while (access(path, F_OK) == 0)
        sched_yield();
}

pid_t await_blocked(void)
{
    char path[64], state = 0;
    pid_t thread;

    while (!blocked)
        sched_yield();
    thread = blocked;
    blocked = 0;
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)thread);
    while (state != 'S') {
        FILE *file = fopen(path, "r");

        if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
            abort();
        fclose(file);
        sched_yield();
    }
    return thread;
}

static const struct {
    const char *name;
    void (*run)(void);
} families[] = {
    {"thread", events_thread}, {"mutex", events_mutex},     {"rwlock", events_rwlock},   {"spin", events_spin},
    {"barrier", events_barrier}, {"cond", events_cond},     {"semaphore", events_semaphore}, {"once", events_once},
    {"c11", events_c11},       {"signal", events_signal},   {"sigwait", events_sigwait}, {"process", events_process},
    {"file", events_file},     {"futex", events_futex},     {"glib", events_glib},       {"memory", events_memory},
};

int main(int count, char **arguments)
{
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (count < 2)
            puts(families[i].name);
        else if (strcmp(arguments[1], families[i].name) == 0)
            families[i].run();
    }
    if (count < 2)
        return 0;
    gives("process_begin thread_begin process_end");
    for (int i = 0; i < EVENTS && expected[i].count; i++)
        printf("%s %d\n", expected[i].name, expected[i].count);
    return 0;
}
