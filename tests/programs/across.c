/* SPDX-License-Identifier: MIT */
/*
 * Processes that wait for each other, and some that only seem to; see check/across.sh. Each process has the shared memory
 * mapped at an address of its own. A step is taken when all before it were: that is told through the memory, by no call.
 *
 *     mutexes    first: a, then b    second: b, then a
 *     three      first: mutex a, then rwlock r    second: r to read, then file f    third: f, then a
 *     files      by flock(): first: f, then g    second: g, then f
 *     ranges     by F_OFD_SETLKW: first: byte 0, then 1    second: byte 1, then 0
 *     inside     first: one thread a, then its own m; another m, then b    second: b, then a
 *     order      all take a, then b, many times, and f now and then
 *     inherited  a child is forked while its parent has a, which it hasn't: it waits for b, which its parent has, and
 *                that one for a, which another process has and gives back
 *     child      first: a, then it waits for its child's end    child: a
 *     helped     the same, but another thread of the child ends it
 *     parts      first: byte 0 of f, then a    second: a, then byte 2 of f, which a third has and gives back
 */
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "play.h"

static struct memory {
    atomic_int steps;
    pthread_mutex_t a, b;
    pthread_rwlock_t r;
} *memory;
static int memory_fd, f, g;

static struct memory *map(void *at)
{
    void *mapped = mmap(at, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
    must(mapped == MAP_FAILED ? errno : 0, 0, "mmap");
    return mapped;
}

static int temporary(const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    must(fd < 0 ? errno : 0, 0, path);
    return fd;
}

static void make(void)
{
    pthread_mutexattr_t mutexes;
    pthread_rwlockattr_t rwlocks;
    memory_fd = memfd_create("across", MFD_CLOEXEC);
    MUST_SEM(ftruncate(memory_fd, 1 << 20));
    memory = map(NULL);
    MUST(pthread_mutexattr_init(&mutexes));
    MUST(pthread_mutexattr_setpshared(&mutexes, PTHREAD_PROCESS_SHARED));
    MUST(pthread_rwlockattr_init(&rwlocks));
    MUST(pthread_rwlockattr_setpshared(&rwlocks, PTHREAD_PROCESS_SHARED));
    MUST(pthread_mutex_init(&memory->a, &mutexes));
    MUST(pthread_mutex_init(&memory->b, &mutexes));
    MUST(pthread_rwlock_init(&memory->r, &rwlocks));
}

/* Files that a process opens itself: what is inherited by fork is one description, with one lock. */
static void open_files(void)
{
    f = temporary("across-f");
    g = temporary("across-g");
}

static void step(void)
{
    atomic_fetch_add(&memory->steps, 1);
}

static void await(int steps)
{
    while (atomic_load(&memory->steps) < steps)
        sched_yield();
}

/* Both have their first before either asks for its second. */
static void meet(int processes)
{
    step();
    await(processes);
}

static pid_t start(const char *name, void (*run)(void))
{
    pid_t child = fork();
    must(child < 0 ? errno : 0, 0, "fork");
    if (child > 0)
        return child;
    memory = map(NULL);
    open_files();
    MUST(pthread_setname_np(pthread_self(), name));
    run();
    _exit(0);
}

static int lock_byte(int fd, short type, off_t byte)
{
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    return fcntl(fd, F_OFD_SETLKW, &range);
}

/* Time for whoever looks from outside. */
static void linger(void)
{
    MUST_SEM(usleep(600000));
}

static void mutexes_first(void) { MUST(pthread_mutex_lock(&memory->a)); meet(2); MUST(pthread_mutex_lock(&memory->b)); }
static void mutexes_second(void) { MUST(pthread_mutex_lock(&memory->b)); meet(2); MUST(pthread_mutex_lock(&memory->a)); }

static void three_first(void) { MUST(pthread_mutex_lock(&memory->a)); meet(3); MUST(pthread_rwlock_wrlock(&memory->r)); }
static void three_second(void) { MUST(pthread_rwlock_rdlock(&memory->r)); meet(3); MUST_SEM(flock(f, LOCK_EX)); }
static void three_third(void) { MUST_SEM(flock(f, LOCK_EX)); meet(3); MUST(pthread_mutex_lock(&memory->a)); }

static void files_first(void) { MUST_SEM(flock(f, LOCK_EX)); meet(2); MUST_SEM(flock(g, LOCK_EX)); }
static void files_second(void) { MUST_SEM(flock(g, LOCK_EX)); meet(2); MUST_SEM(flock(f, LOCK_EX)); }

static void ranges_first(void) { MUST_SEM(lock_byte(f, F_WRLCK, 0)); meet(2); MUST_SEM(lock_byte(f, F_WRLCK, 1)); }
static void ranges_second(void) { MUST_SEM(lock_byte(f, F_WRLCK, 1)); meet(2); MUST_SEM(lock_byte(f, F_WRLCK, 0)); }

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static void *outer(void *unused) { MUST(pthread_mutex_lock(&memory->a)); meet(3); MUST(pthread_mutex_lock(&m)); return unused; }
static void *inner(void *unused) { MUST(pthread_mutex_lock(&m)); meet(3); MUST(pthread_mutex_lock(&memory->b)); return unused; }
static void inside_first(void) { RUN_BOTH(outer, inner); }
static void inside_second(void) { MUST(pthread_mutex_lock(&memory->b)); meet(3); MUST(pthread_mutex_lock(&memory->a)); }

static void in_order(void)
{
    meet(3);
    for (int i = 0; i < 3000; i++) {
        MUST(pthread_mutex_lock(&memory->a));
        if (i % 10 == 0)
            MUST_SEM(flock(f, LOCK_EX));
        MUST(pthread_mutex_lock(&memory->b));
        sched_yield();
        MUST(pthread_mutex_unlock(&memory->b));
        if (i % 10 == 0)
            MUST_SEM(flock(f, LOCK_UN));
        MUST(pthread_mutex_unlock(&memory->a));
    }
}

static void inherited_other(void)
{
    await(1);
    MUST(pthread_mutex_lock(&memory->a));
    step();
    await(4);
    linger();
    MUST(pthread_mutex_unlock(&memory->a));
}

static void inherited_child(void)
{
    await(3);
    step();
    MUST(pthread_mutex_lock(&memory->b));
    MUST(pthread_mutex_unlock(&memory->b));
}

static void inherited(void)
{
    start("other", inherited_other);
    MUST(pthread_mutex_lock(&memory->a));
    start("child", inherited_child);
    MUST(pthread_mutex_unlock(&memory->a));
    step();
    await(2);
    MUST(pthread_mutex_lock(&memory->b));
    step();
    MUST(pthread_mutex_lock(&memory->a));
    MUST(pthread_mutex_unlock(&memory->a));
    MUST(pthread_mutex_unlock(&memory->b));
}

static void child_first(void) { MUST(pthread_mutex_lock(&memory->a)); }
static void child(void) { await(1); MUST(pthread_mutex_lock(&memory->a)); }
static void *stuck(void *unused) { MUST(pthread_mutex_lock(&memory->a)); return unused; }
static void helped(void) { await(1); START(stuck); linger(); _exit(0); }

/* The parent's part: it has no lock when it forks. */
static void awaits(void (*run)(void))
{
    int status;
    pid_t pid = start("child", run);
    MUST(pthread_setname_np(pthread_self(), "first"));
    child_first();
    step();
    MUST_SEM(waitpid(pid, &status, 0) == pid ? 0 : -1);
    must(status, 0, "the child");
    MUST(pthread_mutex_unlock(&memory->a));
}

static void parts_first(void) { MUST_SEM(lock_byte(f, F_WRLCK, 0)); meet(3); MUST(pthread_mutex_lock(&memory->a)); }
static void parts_second(void) { MUST(pthread_mutex_lock(&memory->a)); meet(3); MUST_SEM(lock_byte(f, F_WRLCK, 2)); MUST(pthread_mutex_unlock(&memory->a)); }
static void parts_third(void) { MUST_SEM(lock_byte(f, F_WRLCK, 2)); meet(3); linger(); MUST_SEM(lock_byte(f, F_UNLCK, 2)); }

static const struct {
    const char *name;
    void (*first)(void), (*second)(void), (*third)(void);
} plays[] = {
    {"mutexes", mutexes_first, mutexes_second, NULL}, {"three", three_first, three_second, three_third},
    {"files", files_first, files_second, NULL},       {"ranges", ranges_first, ranges_second, NULL},
    {"inside", inside_first, inside_second, NULL},    {"order", in_order, in_order, in_order},
    {"parts", parts_first, parts_second, parts_third},
};

int main(int count, char **arguments)
{
    int status;
    make();
    open_files();
    if (count > 1 && strcmp(arguments[1], "inherited") == 0)
        inherited();
    if (count > 1 && (strcmp(arguments[1], "child") == 0 || strcmp(arguments[1], "helped") == 0))
        awaits(*arguments[1] == 'c' ? child : helped);
    for (size_t i = 0; count > 1 && i < sizeof(plays) / sizeof(plays[0]); i++)
        if (strcmp(arguments[1], plays[i].name) == 0) {
            start("first", plays[i].first);
            start("second", plays[i].second);
            if (plays[i].third)
                start("third", plays[i].third);
        }
    while (wait(&status) > 0)
        must(status, 0, "a child");
}
