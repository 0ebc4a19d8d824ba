/* SPDX-License-Identifier: MIT */
/*
 * corners NAME: one of the things that programs do at the edges: before constructors and after destructors, on next to no
 * stack, in the child of a fork amid other threads' calls, with libraries that come and go. It says what came of it, bare
 * and traced the same.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER, two = PTHREAD_MUTEX_INITIALIZER;

static pthread_t start(void *(*function)(void *), void *argument)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, function, argument) != 0)
        abort();
    return thread;
}

static void *both(void *unused)
{
    pthread_mutex_lock(&one), pthread_mutex_lock(&two);
    pthread_mutex_unlock(&two), pthread_mutex_unlock(&one);
    return unused;
}

/* --- before any constructor, and after every destructor --- */

static int early;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void count(void)
{
    early++;
}

static void before_all(int argument_count, char **arguments, char **environment)
{
    (void)argument_count, (void)arguments, (void)environment;
    early += pthread_join(start(both, NULL), NULL) == 0;
    both(NULL);
    pthread_once(&once, count);
}
__attribute__((section(".preinit_array"), used)) static void (*preinit)(int, char **, char **) = before_all;

static void after_all(void)
{
    both(NULL);
    if (pthread_join(start(both, NULL), NULL) == 0 && write(1, "after all\n", 10) != 10)
        abort();
}
__attribute__((section(".fini_array"), used)) static void (*fini)(void) = after_all;

static void in_exit(void)
{
    both(NULL);
    puts("in exit");
}

static void before_and_after(const char *unused)
{
    (void)unused;
    atexit(in_exit);
    printf("before all: %d\n", early);
}

/* --- on next to no stack --- */

static sem_t posted;
static _Atomic int step;

static void posts(int signal)
{
    (void)signal;
    sem_post(&posted);
}

/* Also in the orders that make a finding, whose report is longer than most. */
static void *inverts(void *unused)
{
    pthread_mutex_lock(&two), pthread_mutex_lock(&one);
    pthread_mutex_unlock(&one), pthread_mutex_unlock(&two);
    raise(SIGUSR1);
    sem_wait(&posted);
    return unused;
}

static void little_stack(const char *unused)
{
    stack_t stack = {.ss_sp = malloc(8192), .ss_size = 8192};
    struct sigaction action = {.sa_handler = posts, .sa_flags = SA_ONSTACK};
    pthread_attr_t attributes;
    pthread_t thread;

    (void)unused;
    sem_init(&posted, 0, 0);
    sigaction(SIGUSR1, &action, NULL);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
    for (int i = 0; i < 20; i++) {
        pthread_create(&thread, &attributes, both, NULL);
        pthread_join(thread, NULL);
        pthread_create(&thread, &attributes, inverts, NULL);
        pthread_join(thread, NULL);
    }
    sigaltstack(&stack, NULL);
    raise(SIGUSR1);
    printf("little stack: %d\n", sem_wait(&posted));
}

/* --- forks of every sort, while other threads are in the midst of everything --- */

static atomic_bool over;

static void *hammers(void *unused)
{
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    sem_t semaphore;

    sem_init(&semaphore, 0, 1);
    while (!over) {
        both(NULL);
        pthread_mutex_lock(&own), pthread_mutex_unlock(&own), pthread_mutex_destroy(&own);
        pthread_mutex_init(&own, NULL);
        sem_wait(&semaphore), sem_post(&semaphore);
        free(malloc(100));
        sched_yield();
    }
    return unused;
}

static void nothing(int signal)
{
    (void)signal;
}

/* What a child may do there: what signal handlers may. */
static int child(void *unused)
{
    (void)unused;
    sem_post(&posted), sem_post(&posted);
    raise(SIGUSR2);
    kill(getpid(), SIGUSR2);
    sem_trywait(&posted);
    return 33;
}

static pid_t fork_by(int way, char *stack, size_t size)
{
    switch (way) {
    case 0: return fork();
    case 1: return _Fork();
    case 2: return (pid_t)syscall(SYS_fork);
    default: return clone(child, stack + size, SIGCHLD, NULL);
    }
}

static void forks(const char *times)
{
    static char stack[65536];
    pthread_t threads[3];
    int status, right = 0;

    sem_init(&posted, 0, 0);
    signal(SIGUSR2, nothing);
    for (int i = 0; i < 3; i++)
        threads[i] = start(hammers, NULL);
    for (int i = 0; i < atoi(times); i++) {
        pid_t pid = fork_by(i % 4, stack, sizeof(stack));

        if (pid == 0)
            _exit(child(NULL));
        if (waitpid(pid, &status, 0) != pid)
            abort();
        right += WIFEXITED(status) && WEXITSTATUS(status) == 33;
    }
    over = true;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    printf("forks: %d\n", right);
}

/* --- threads that come and go --- */

static void *sleeps(void *mutex)
{
    pthread_mutex_lock(mutex);
    step++;
    pthread_mutex_unlock(mutex);
    return (void *)(long)step;
}

/* The same pthread_t again and again, and locks on stacks that are gone. */
static void *has_lock(void *unused)
{
    pthread_mutex_t own;

    (void)unused;
    pthread_mutex_init(&own, NULL);
    pthread_mutex_lock(&own);
    pthread_mutex_lock(&one), pthread_mutex_unlock(&one);
    pthread_mutex_unlock(&own);
    return NULL;
}

static void recycled(const char *unused)
{
    pthread_t first = start(has_lock, NULL), thread;
    int same = 0;

    (void)unused;
    pthread_join(first, NULL);
    for (int i = 0; i < 2000; i++) {
        thread = start(i % 2 ? has_lock : sleeps, &one);
        same += thread == first;
        if (i % 3)
            pthread_join(thread, NULL);
        else
            pthread_detach(thread), pthread_join(start(has_lock, NULL), NULL);
    }
    while (step < 1000)
        sched_yield();
    printf("recycled: %d, a handle again: %d\n", step, same > 0);
}

/* --- libraries that come and go --- */

static void libraries(const char *path)
{
    int calls = 0;

    for (int i = 0; i < 100; i++) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        int (*function)(pthread_mutex_t *) = library ? (int (*)(pthread_mutex_t *))dlsym(library, "library_call") : NULL;

        if (!function) {
            puts(dlerror());
            return;
        }
        calls += function(&one);
        dlclose(library);
        both(NULL);
    }
    printf("libraries: %d, still there: %d\n", calls, dlopen(path, RTLD_NOLOAD | RTLD_NOW) != NULL);
}

/*
 * The library that called exit() is gone before the process ends, as a server's modules are. What lies below on the stack leads
 * nowhere.
 */
static void *leaving;
static const char *left_path;

static void leave_library(void)
{
    dlclose(leaving);
    both(NULL);
    pthread_join(start(both, NULL), NULL);
    printf("left: still there: %d\n", dlopen(left_path, RTLD_NOLOAD | RTLD_NOW) != NULL);
}

static void left(const char *path)
{
    int (*leave)(void);

    left_path = path;
    leaving = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    leave = leaving ? (int (*)(void))dlsym(leaving, "library_exit") : NULL;
    atexit(leave_library);
    if (leave)
        leave();
    puts(dlerror());
}

/* --- an allocator of one's own, that lacks some of the functions: corners-allocator.c --- */

static void allocator(const char *unused)
{
    char *block = malloc(10);

    (void)unused;
    strcpy(block, "something");
    block = reallocarray(block, 5, 10);
    printf("allocator: %s\n", block);
    free(block);
}

/* --- programs that take what they can --- */

/* Closes all descriptors, clears the environment, leaves no room for others, and finds the first descriptor free. */
static void tidy(const char *unused)
{
    const struct rlimit none = {0, 0};
    int out = dup(1), fd;

    (void)unused;
    clearenv();
    signal(SIGUSR1, nothing);
    both(NULL);
    for (fd = 0; fd < 1000; fd++)
        if (fd != out)
            close(fd);
    both(NULL);
    fd = dup(out);
    setrlimit(RLIMIT_NOFILE, &none);
    raise(SIGUSR1);
    both(NULL);
    pthread_join(start(both, NULL), NULL);
    dprintf(out, "tidy: the first descriptor is %d\n", fd);
    _exit(0);
}

/* Who opens a file or asks for the time by a system call is killed from now on, as sandboxes do. */
static void confined(const char *unused)
{
#define REFUSE(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
    struct sock_filter rules[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                  REFUSE(openat), REFUSE(ftruncate), REFUSE(renameat), REFUSE(unlinkat), REFUSE(prlimit64), REFUSE(clock_gettime),
                                  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {sizeof(rules) / sizeof(rules[0]), rules};
    pthread_t threads[8];
    pid_t pid;
    int status = -1;

    (void)unused;
    both(NULL);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0)
        puts("no seccomp");
    for (int i = 0; i < 8; i++)
        threads[i] = start(both, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    pid = fork();
    if (pid == 0) {
        pthread_join(start(both, NULL), NULL);
        _exit(7);
    }
    waitpid(pid, &status, 0);
    printf("confined: %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static volatile sig_atomic_t alarms;
static pthread_mutex_t handlers = PTHREAD_MUTEX_INITIALIZER;

static void on_alarm(int number)
{
    (void)number;
    pthread_mutex_lock(&handlers), pthread_mutex_unlock(&handlers);
    alarms++;
}

/* May do no more than read, write, return from handlers and end. */
static void strict(const char *unused)
{
    static const char words[] = "strict: done\n";
    struct itimerval soon = {.it_value.tv_usec = 20000, .it_interval.tv_usec = 20000};

    (void)unused;
    signal(SIGALRM, on_alarm);
    both(NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    alarms = 0;
    while (alarms < 2)
        continue;
    both(NULL);
    write(1, words, sizeof(words) - 1);
    syscall(SYS_exit, 0);
}

/* --- old forms, as programs have them that were linked long ago --- */

#if defined(__x86_64__)
#define OLD(name) __typeof__(name) old_##name; __asm__(".symver old_" #name "," #name "@GLIBC_2.2.5")
OLD(pthread_cond_init);
OLD(pthread_cond_destroy);
OLD(pthread_cond_wait);
OLD(pthread_cond_timedwait);
OLD(pthread_cond_signal);
OLD(pthread_cond_broadcast);
OLD(pthread_kill);
OLD(posix_spawn);
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

static void *old_waits(void *unused)
{
    pthread_mutex_lock(&one);
    step++;
    while (step < 10)
        old_pthread_cond_wait(&cond, &one);
    pthread_mutex_unlock(&one);
    return unused;
}

static void *gives(void *unused)
{
    return unused;
}

static void old_forms(const char *script)
{
    const struct timespec past = {.tv_sec = 1};
    char *arguments[] = {(char *)(long)script, NULL};
    extern char **environ;
    pthread_t thread = start(old_waits, NULL);
    pthread_cond_t made;
    pid_t pid = 0;
    int status = 0;

    for (int waits = 0; !waits; sched_yield())
        pthread_mutex_lock(&one), waits = step, pthread_mutex_unlock(&one);
    pthread_mutex_lock(&one);
    step = 10;
    pthread_mutex_unlock(&one);
    printf("old pthread_cond_signal: %d\n", old_pthread_cond_signal(&cond));
    pthread_join(thread, NULL);
    pthread_mutex_lock(&one);
    printf("old pthread_cond_timedwait: %s\n", strerrorname_np(old_pthread_cond_timedwait(&cond, &one, &past)));
    pthread_mutex_unlock(&one);
    printf("old pthread_cond_init: %d\n", old_pthread_cond_init(&made, NULL));
    printf("old pthread_cond_broadcast: %d\n", old_pthread_cond_broadcast(&made));
    printf("old pthread_cond_destroy: %d\n", old_pthread_cond_destroy(&made));
    thread = start(gives, NULL);
    for (int result = 0; result == 0; sched_yield())
        result = old_pthread_kill(thread, 0);
    printf("old pthread_kill: %s\n", strerrorname_np(old_pthread_kill(thread, 0)));
    pthread_join(thread, NULL);
    printf("old posix_spawn: %d\n", old_posix_spawn(&pid, script, NULL, NULL, arguments, environ));
    if (pid > 0)
        waitpid(pid, &status, 0);
    printf("old posix_spawn: a file without #! exits with %d\n", WEXITSTATUS(status));
}
#else
static void old_forms(const char *script)
{
    (void)script;
    puts("no old forms on this machine");
}
#endif

int main(int argument_count, char **arguments)
{
    static const struct {
        const char *name;
        void (*run)(const char *argument);
    } corners[] = {{"before-and-after", before_and_after}, {"little-stack", little_stack}, {"forks", forks}, {"recycled", recycled},
                   {"libraries", libraries}, {"left", left}, {"allocator", allocator}, {"tidy", tidy}, {"confined", confined}, {"strict", strict},
                   {"old-forms", old_forms}};

    for (size_t i = 0; argument_count > 1 && i < sizeof(corners) / sizeof(corners[0]); i++)
        if (strcmp(arguments[1], corners[i].name) == 0)
            corners[i].run(arguments[2]);
    return 0;
}
