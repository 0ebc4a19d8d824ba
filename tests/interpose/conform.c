/* SPDX-License-Identifier: MIT */
/* conform [FAMILY...]: tries all families, or these. Exit status 1 where something isn't as it must be. */
#include "conform.h"

#include <sched.h>
#include <stdatomic.h>
#include <sys/wait.h>

static int wrong;
static _Atomic int reached;

const struct timespec past = {.tv_sec = 1};
const struct timespec never = {.tv_sec = 1L << 40};
const struct timespec invalid = {.tv_sec = 1, .tv_nsec = 1000000000};

static const char *name_of(long error)
{
    const char *name = error == 0 ? "ok" : error > 0 && error < 4096 ? strerrorname_np((int)error) : NULL;

    return name ? name : "?";
}

static void say(const char *what, const char *got, bool right, const char *wanted)
{
    printf("%s: %s%s%s\n", what, got, right ? "" : ", should be ", right ? "" : wanted);
    fflush(stdout);
    wrong += !right;
}

void expect(const char *what, long got, long wanted)
{
    char text[32];

    snprintf(text, sizeof(text), "%s", name_of(got));
    say(what, text, got == wanted, name_of(wanted));
}

void expect_number(const char *what, long got, long wanted)
{
    char text[32], wanted_text[32];

    snprintf(text, sizeof(text), "%ld", got);
    snprintf(wanted_text, sizeof(wanted_text), "%ld", wanted);
    say(what, text, got == wanted, wanted_text);
}

pthread_t start(void *(*function)(void *), void *argument)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, function, argument) != 0)
        abort();
    return thread;
}

void *finish(pthread_t thread)
{
    void *value;

    if (pthread_join(thread, &value) != 0)
        abort();
    return value;
}

void *in_thread(void *(*function)(void *), void *argument)
{
    return finish(start(function, argument));
}

int status_of(pid_t child)
{
    int status;

    if (waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int in_child(int (*function)(void *), void *argument)
{
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0)
        _exit(function(argument));
    return status_of(child);
}

struct timespec soon(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    time.tv_nsec += 2000000;
    if (time.tv_nsec >= 1000000000)
        time.tv_sec++, time.tv_nsec -= 1000000000;
    return time;
}

void reach(int stage)
{
    reached = stage;
}

void await(int stage)
{
    while (reached < stage)
        sched_yield();
}

void await_asleep(pid_t tid)
{
    char path[64], state = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)tid);
    while (state != 'S') {
        FILE *file = fopen(path, "r");

        if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
            abort();
        fclose(file);
        sched_yield();
    }
}

static const struct {
    const char *name;
    void (*run)(void);
} families[] = {
    {"mutex", conform_mutex},   {"rwlock", conform_rwlock},   {"cond", conform_cond},       {"semaphore", conform_semaphore},
    {"thread", conform_thread}, {"last", conform_last},       {"cancel", conform_cancel},   {"c11", conform_c11},         {"signal", conform_signal},
    {"sigwait", conform_sigwait}, {"jump", conform_jump},     {"process", conform_process}, {"file", conform_file},
    {"futex", conform_futex},   {"glib", conform_glib},       {"memory", conform_memory},
};

int main(int count, char **names)
{
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        bool wanted = count == 1;

        for (int j = 1; j < count; j++)
            wanted |= strcmp(names[j], families[i].name) == 0;
        reached = 0;
        if (wanted)
            families[i].run();
    }
    return wrong > 0;
}
