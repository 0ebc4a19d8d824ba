/* SPDX-License-Identifier: MIT */
/* C11, processes, file locks, GLib. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>

#include "events.h"

pid_t __vfork(void);
int __fcntl(int fd, int command, ...);
int __close(int fd);

/* --- C11 --- */

static mtx_t mutex;
static cnd_t cond;
static once_flag flag = ONCE_FLAG_INIT;

static void nothing(void)
{
}

static int exits(void *unused)
{
    (void)unused;
    thrd_exit(3);
}

static int waits(void *unused)
{
    (void)unused;
    DO("acquire:mutex", mtx_lock(&mutex), thrd_success);
    blocks_now();
    DO("wait_begin:condition wait_end:condition", cnd_wait(&cond, &mutex), thrd_success);
    DO("release:mutex", mtx_unlock(&mutex), thrd_success);
    return 0;
}

static int waits_for_mutex(void *unused)
{
    (void)unused;
    blocks_now();
    DO("acquire_begin:mutex acquire_end:mutex", mtx_lock(&mutex), thrd_success);
    DO("release:mutex", mtx_unlock(&mutex), thrd_success);
    return 0;
}

static int goes(void *unused)
{
    (void)unused;
    blocks_now();
    pause();
    return 0;
}

static thrd_t begin_c11(thrd_start_t function)
{
    thrd_t thread;

    DO(BIRTH, thrd_create(&thread, function, NULL), thrd_success);
    return thread;
}

void events_c11(void)
{
    thrd_t thread;

    DO("object_init:mutex", mtx_init(&mutex, mtx_timed), thrd_success);
    DO("object_init:condition", cnd_init(&cond), thrd_success);
    for (int i = 0; i < 3; i++) {
        DO("acquire:mutex", mtx_lock(&mutex), thrd_success);
        DO("acquire_fail:mutex", mtx_trylock(&mutex), thrd_busy);
        DO("acquire_begin:mutex acquire_end:mutex", mtx_timedlock(&mutex, &past), thrd_timedout);
        DO("wait_begin:condition wait_end:condition", cnd_timedwait(&cond, &mutex, &past), thrd_timedout);
        thread = begin_c11(waits_for_mutex);
        await_blocked();
        DO("release:mutex", mtx_unlock(&mutex), thrd_success);
        DO(DEATH JOIN, thrd_join(thread, NULL), thrd_success);
        DO("acquire:mutex", mtx_trylock(&mutex), thrd_success);
        DO("release:mutex", mtx_unlock(&mutex), thrd_success);
        thread = begin_c11(waits);
        await_blocked();
        DO("wake:condition", i % 2 ? cnd_signal(&cond) : cnd_broadcast(&cond), thrd_success);
        DO(DEATH JOIN, thrd_join(thread, NULL), thrd_success);
        DO(DEATH JOIN, thrd_join(begin_c11(exits), NULL), thrd_success);
        gives(i ? "" : "acquire_begin:once acquire_end:once release:once");
        call_once(&flag, nothing);
    }
    thread = begin_c11(goes);
    DO("thread_detach", thrd_detach(thread), thrd_success);
    pid_t detached = await_blocked();
    gives("wait_begin:signal wait_end:signal interrupt_send " DEATH);
    pthread_cancel(thread);
    await_gone(detached);
    gives("object_destroy:condition object_destroy:mutex");
    cnd_destroy(&cond);
    mtx_destroy(&mutex);
}

/* --- processes --- */

static int cloned(void *unused)
{
    (void)unused;
    return 11;
}

#define CHILD "process_fork process_begin thread_begin "

static char *arguments[] = {"true", NULL};

/* Each becomes another program. */
static void executes(int way)
{
    extern char **environ;

    switch (way) {
    case 0: execl("/bin/true", "true", NULL); break;
    case 1: execle("/bin/true", "true", NULL, environ); break;
    case 2: execlp("true", "true", NULL); break;
    case 3: execv("/bin/true", arguments); break;
    case 4: execve("/bin/true", arguments, environ); break;
    case 5: execvp("true", arguments); break;
    case 6: execvpe("true", arguments, environ); break;
    case 7: fexecve(open("/bin/true", O_RDONLY | O_CLOEXEC), arguments, environ); break;
    case 8: execveat(AT_FDCWD, "/bin/true", arguments, environ, 0); break;
    }
    _exit(1);
}

static void spawns(void)
{
    extern char **environ;
    pid_t child;

    DO(CHILD "process_end", posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ), 0);
    child_ends(child, 0);
    DO(CHILD "process_end", posix_spawnp(&child, "true", NULL, NULL, arguments, environ), 0);
    child_ends(child, 0);
    for (int way = 0; way < 9; way++) {
        child = fork();
        if (child == 0)
            executes(way);
        gives(CHILD "process_exec process_begin thread_begin process_end");
        child_ends(child, 0);
    }
    child = fork();
    if (child == 0)
        _exit(execv("/nonexistent", arguments) == -1 ? 13 : 1);
    gives(CHILD "process_exec process_end");
    child_ends(child, 13);
}

/* A vfork child has no events of its own. */
static void vforks(void)
{
    pid_t child = vfork();

    if (child == 0)
        _exit(12);
    gives("process_fork");
    child_ends(child, 12);
    child = __vfork();
    if (child == 0)
        _exit(12);
    gives("process_fork");
    child_ends(child, 12);
}

/* The daemon is nobody's child; it is gone when nothing can come from it any more. */
static void daemons(void)
{
    int ends[2];
    char byte;
    pid_t child;

    if (pipe(ends) != 0 || (child = fork()) < 0)
        abort();
    if (child == 0)
        _exit(daemon(1, 1));
    gives(CHILD "process_begin thread_begin process_end");
    close(ends[1]);
    child_ends(child, 0);
    if (read(ends[0], &byte, 1) != 0)
        abort();
    close(ends[0]);
}

static void ends_by(int way)
{
    switch (way) {
    case 0: exit(14);
    case 1: _exit(14);
    case 2: _Exit(14);
    default: quick_exit(14);
    }
}

static pid_t forks_by(int way)
{
    switch (way) {
    case 0: return fork();
    case 1: return _Fork();
    case 2: return (pid_t)syscall(SYS_fork);
    default: return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    }
}

void events_process(void)
{
    static char stack[65536];
    int master;
    pid_t child;

    for (int way = 0; way < 8; way++) {
        child = forks_by(way / 2);
        if (child == 0)
            ends_by(way % 4);
        gives(CHILD "process_end");
        child_ends(child, 14);
    }
    child = forkpty(&master, NULL, NULL, NULL);
    if (child == 0)
        _exit(10);
    gives(CHILD "process_end");
    child_ends(child, 10);
    close(master);
    child = clone(cloned, stack + sizeof(stack), SIGCHLD, NULL);
    gives(CHILD "process_end");
    child_ends(child, 11);
    spawns();
    vforks();
    daemons();
}

/* --- file locks --- */

static char path[] = "/tmp/thrum-events-XXXXXX";

static int record(int fd, int command, short type)
{
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_len = 10};

    return fcntl(fd, command, &range);
}

static void *waits_for_file(void *fd)
{
    blocks_now();
    DO_ERRNO("acquire_begin:file_lock acquire_end:file_lock", flock(*(int *)fd, LOCK_EX), 0);
    DO_ERRNO("release:file_lock", flock(*(int *)fd, LOCK_UN), 0);
    return NULL;
}

/* Closes by each means a descriptor that holds the file. */
static void closes(int fd)
{
    enum { AT = 700 };

    for (int way = 0; way < 5; way++) {
        struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};

        if (dup2(fd, AT) != AT)
            abort();
        DO_ERRNO("acquire:file_lock", way ? __fcntl(AT, F_SETLK, &range) : fcntl64(AT, F_SETLK, &range), 0);
        gives("release:file_lock");
        switch (way) {
        case 0: dup3(fd, AT, O_CLOEXEC); break;
        case 1: close_range(AT, AT + 5, 0); break;
        case 2: closefrom(AT); break;
        case 3: __close(AT); break;
        case 4: close(AT); break;
        }
    }
}

void events_file(void)
{
    int one = mkstemp(path), two = open(path, O_RDWR), three = open(path, O_RDWR);
    FILE *stream;
    pthread_t waiter;

    gives("object_name:file_lock object_name:file_lock");
    DO_ERRNO("acquire:file_lock", flock(one, LOCK_EX), 0);
    DO_ERRNO("", flock(one, LOCK_EX), 0); /* has it already */
    DO_ERRNO("acquire_fail:file_lock", flock(two, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    waiter = begin(waits_for_file, &two);
    await_blocked();
    DO_ERRNO("release:file_lock", flock(one, LOCK_UN), 0);
    end(waiter);
    DO_ERRNO("acquire:file_lock", flock(one, LOCK_SH), 0);
    DO_ERRNO("acquire:file_lock", flock(two, LOCK_SH), 0);
    DO_ERRNO("release:file_lock", close(two), 0);
    DO_ERRNO("acquire:file_lock", record(one, F_SETLKW, F_WRLCK), 0);
    DO_ERRNO("release:file_lock", record(one, F_SETLK, F_UNLCK), 0);
    DO_ERRNO("acquire:file_lock", record(one, F_OFD_SETLK, F_WRLCK), 0);
    DO_ERRNO("acquire_fail:file_lock", record(three, F_OFD_SETLK, F_WRLCK), EAGAIN);
    DO_ERRNO("release:file_lock", record(one, F_OFD_SETLK, F_UNLCK), 0);
    DO_ERRNO("acquire:file_lock", lockf(one, F_LOCK, 10), 0);
    DO_ERRNO("", lockf(one, F_TEST, 10), 0);
    DO_ERRNO("release:file_lock", lockf(one, F_ULOCK, 10), 0);
    DO_ERRNO("acquire:file_lock", lockf64(one, F_TLOCK, 10), 0);
    DO("release:file_lock release:file_lock", dup2(three, one), one);
    closes(three);
    stream = fdopen(one, "r+");
    DO_ERRNO("acquire:file_lock", flock(one, LOCK_EX), 0);
    DO("release:file_lock", fclose(stream), 0);
    unlink(path);
}

/* --- GLib --- */

union lock {
    void *pointers[4];
};
static union lock glib_mutex, glib_cond;

/* Calls a function as a linked program would find it; what it doesn't take, or give, is of no account. */
static int glib(const char *name, union lock *object, union lock *other, int64_t number)
{
    int (*function)(void *, void *, int64_t) = (int (*)(void *, void *, int64_t))dlsym(RTLD_DEFAULT, name);

    return function(object, other, number);
}

#define G1(name, object) glib(#name, object, NULL, 0)

static void *glib_waits(void *unused)
{
    G1(g_mutex_lock, &glib_mutex);
    gives("acquire:mutex");
    blocks_now();
    glib("g_cond_wait", &glib_cond, &glib_mutex, 0);
    gives("wait_begin:condition wait_end:condition release:mutex");
    G1(g_mutex_unlock, &glib_mutex);
    return unused;
}

static void *glib_waits_for_mutex(void *unused)
{
    blocks_now();
    G1(g_mutex_lock, &glib_mutex);
    gives("acquire_begin:mutex acquire_end:mutex release:mutex");
    G1(g_mutex_unlock, &glib_mutex);
    return unused;
}

static void glib_plain(void)
{
    pthread_t waiter;

    G1(g_mutex_init, &glib_mutex), G1(g_cond_init, &glib_cond);
    gives("object_init:mutex object_init:condition acquire:mutex");
    G1(g_mutex_lock, &glib_mutex);
    DO("acquire_fail:mutex", G1(g_mutex_trylock, &glib_mutex), 0);
    DO("wait_begin:condition wait_end:condition", glib("g_cond_wait_until", &glib_cond, &glib_mutex, 1), 0);
    waiter = begin(glib_waits_for_mutex, NULL);
    await_blocked();
    gives("release:mutex");
    G1(g_mutex_unlock, &glib_mutex);
    end(waiter);
    for (int i = 0; i < 2; i++) {
        waiter = begin(glib_waits, NULL);
        await_blocked();
        gives("wake:condition");
        if (i)
            G1(g_cond_signal, &glib_cond);
        else
            G1(g_cond_broadcast, &glib_cond);
        end(waiter);
    }
    gives("object_destroy:mutex object_destroy:condition");
    G1(g_mutex_clear, &glib_mutex), G1(g_cond_clear, &glib_cond);
}

static void glib_others(void)
{
    static union lock recursive, rwlock;

    gives("object_init:mutex acquire:mutex acquire:mutex release:mutex release:mutex object_destroy:mutex");
    G1(g_rec_mutex_init, &recursive);
    G1(g_rec_mutex_lock, &recursive);
    if (!G1(g_rec_mutex_trylock, &recursive))
        abort();
    G1(g_rec_mutex_unlock, &recursive), G1(g_rec_mutex_unlock, &recursive);
    G1(g_rec_mutex_clear, &recursive);
    gives("object_init:rwlock acquire:rwlock acquire:rwlock acquire_fail:rwlock release:rwlock release:rwlock");
    G1(g_rw_lock_init, &rwlock);
    G1(g_rw_lock_reader_lock, &rwlock);
    if (!G1(g_rw_lock_reader_trylock, &rwlock) || G1(g_rw_lock_writer_trylock, &rwlock))
        abort();
    G1(g_rw_lock_reader_unlock, &rwlock), G1(g_rw_lock_reader_unlock, &rwlock);
    gives("acquire:rwlock release:rwlock object_destroy:rwlock");
    G1(g_rw_lock_writer_lock, &rwlock);
    G1(g_rw_lock_writer_unlock, &rwlock);
    G1(g_rw_lock_clear, &rwlock);
}

void events_glib(void)
{
    if (!dlopen("libglib-2.0.so.0", RTLD_NOW | RTLD_GLOBAL)) {
        puts("no GLib");
        exit(77);
    }
    glib_plain();
    glib_others();
}
