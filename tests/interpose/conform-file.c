/* SPDX-License-Identifier: MIT */
/* File locks and futexes. */
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "conform.h"

int __fcntl(int fd, int command, ...);
int __close(int fd);

static char path[] = "/tmp/thrum-conform-XXXXXX";
static int one, two;

static struct flock range_of(short type, off_t start_, off_t length)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = start_, .l_len = length};
}

static int set_lock(int fd, int command, short type, off_t start_, off_t length)
{
    struct flock range = range_of(type, start_, length);

    return fcntl(fd, command, &range);
}

/* --- whole files --- */

static void *locks_two(void *unused)
{
    (void)unused;
    reach(1);
    int result = flock(two, LOCK_EX);
    return (void *)(long)(result == 0 ? flock(two, LOCK_UN) : errno);
}

static void whole(void)
{
    expect_errno("flock: exclusive", flock(one, LOCK_EX), 0);
    expect_errno("flock: by another descriptor", flock(two, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    expect_errno("flock: by another descriptor, shared", flock(two, LOCK_SH | LOCK_NB), EWOULDBLOCK);
    expect_errno("flock: again", flock(one, LOCK_EX), 0);
    pthread_t thread = start(locks_two, NULL);
    await(1);
    expect_errno("flock: unlock", flock(one, LOCK_UN), 0);
    expect("flock: after waiting", (long)finish(thread), 0);
    expect_errno("flock: shared", flock(one, LOCK_SH), 0);
    expect_errno("flock: shared by two", flock(two, LOCK_SH), 0);
    expect_errno("flock: to exclusive", flock(two, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    expect_errno("close", close(dup(one)), 0);
    expect_errno("__close", __close(dup(one)), 0);
    expect_errno("flock: unlock", flock(one, LOCK_UN), 0);
    expect_errno("flock: exclusive", flock(two, LOCK_EX), 0);
    expect_errno("flock: unlock", flock(two, LOCK_UN), 0);
    expect_errno("flock: no descriptor", flock(-1, LOCK_EX), EBADF);
    expect_errno("flock: no operation", flock(one, 77), EINVAL);
    expect_errno("close: no descriptor", close(-1), EBADF);
}

/* --- records: of processes, and of open files --- */

static int child_tries(void *unused)
{
    (void)unused;
    if (set_lock(one, F_SETLK, F_WRLCK, 5, 1) != -1 || (errno != EAGAIN && errno != EACCES))
        return 1;
    if (set_lock(one, F_SETLK, F_WRLCK, 100, 1) != 0 || set_lock(one, F_SETLK, F_RDLCK, 5, 1) != -1)
        return 2;
    return lockf(one, F_TEST, 50) == -1 && errno == EACCES ? 0 : 3;
}

static int child_waits(void *gate)
{
    if (write(((int *)gate)[1], "x", 1) != 1)
        return 1;
    return set_lock(one, F_SETLKW, F_WRLCK, 0, 10) == 0 ? 0 : 2;
}

static void on_signal(int signal)
{
    (void)signal;
}

/* Once the child waits. */
static int interrupt_child(int *gate)
{
    struct sigaction action = {.sa_handler = on_signal}, old;
    char byte;
    pid_t child;

    sigaction(SIGALRM, &action, &old);
    if (fflush(stdout) != 0 || (child = fork()) < 0)
        abort();
    if (child == 0)
        _exit(child_waits(gate) == 2 && errno == EINTR ? 0 : 1);
    if (read(gate[0], &byte, 1) != 1)
        abort();
    await_asleep(child);
    kill(child, SIGALRM);
    sigaction(SIGALRM, &old, NULL);
    return status_of(child);
}

static void records(void)
{
    int gate[2];
    char byte;
    pid_t child;

    if (pipe(gate) != 0)
        abort();
    expect_errno("fcntl: F_SETLKW", set_lock(one, F_SETLKW, F_WRLCK, 0, 10), 0);
    expect_errno("fcntl: F_SETLK, more of it", set_lock(one, F_SETLK, F_WRLCK, 10, 10), 0);
    expect_number("fcntl: another process", in_child(child_tries, NULL), 0);
    struct flock range = range_of(F_WRLCK, 0, 0);
    expect_errno("fcntl: F_GETLK", fcntl(one, F_GETLK, &range), 0);
    expect_number("fcntl: F_GETLK, one's own", range.l_type, F_UNLCK);
    expect_number("fcntl: interrupted", interrupt_child(gate), 0);
    if (fflush(stdout) != 0 || (child = fork()) < 0)
        abort();
    if (child == 0)
        _exit(child_waits(gate));
    if (read(gate[0], &byte, 1) != 1)
        abort();
    expect_errno("fcntl: unlock some", set_lock(one, F_SETLK, F_UNLCK, 10, 10), 0);
    expect_errno("fcntl: unlock", set_lock(one, F_SETLK, F_UNLCK, 0, 0), 0);
    expect_number("fcntl: another process, after waiting", status_of(child), 0);
    close(gate[0]), close(gate[1]);
    expect_errno("fcntl: no descriptor", set_lock(-1, F_SETLKW, F_WRLCK, 0, 0), EBADF);
    expect_errno("fcntl: no such lock", set_lock(one, F_SETLK, 77, 0, 0), EINVAL);
    expect_number("fcntl: F_GETFD", fcntl(one, F_GETFD), 0);
    expect_number("fcntl64: F_GETFD", fcntl64(one, F_GETFD), 0);
    expect_number("__fcntl: F_GETFD", __fcntl(one, F_GETFD), 0);
    expect_errno("fcntl: none such", fcntl(one, 7777), EINVAL);
    expect_errno("fcntl: F_OFD_SETLK", set_lock(one, F_OFD_SETLK, F_WRLCK, 0, 10), 0);
    expect_errno("fcntl: F_OFD_SETLK by another", set_lock(two, F_OFD_SETLK, F_WRLCK, 5, 1), EAGAIN);
    expect_errno("fcntl: F_OFD_SETLKW elsewhere", set_lock(two, F_OFD_SETLKW, F_WRLCK, 10, 1), 0);
    expect_errno("fcntl: F_OFD_SETLK, unlock", set_lock(one, F_OFD_SETLK, F_UNLCK, 0, 0), 0);
    expect_errno("fcntl: F_OFD_SETLK, unlock", set_lock(two, F_OFD_SETLK, F_UNLCK, 0, 0), 0);
    lseek(one, 5, SEEK_SET);
    expect_errno("lockf: F_LOCK", lockf(one, F_LOCK, 5), 0);
    expect_errno("lockf: F_TLOCK", lockf(one, F_TLOCK, -5), 0);
    expect_errno("lockf: F_TEST", lockf(one, F_TEST, 5), 0);
    expect_errno("lockf: F_ULOCK", lockf(one, F_ULOCK, 0), 0);
    expect_errno("lockf64: F_LOCK", lockf64(one, F_LOCK, 5), 0);
    expect_errno("lockf64: F_ULOCK", lockf64(one, F_ULOCK, 5), 0);
    expect_errno("lockf: none such", lockf(one, 77, 0), EINVAL);
    expect_errno("lockf: no descriptor", lockf(-1, F_LOCK, 0), EBADF);
}

/* Whatever closes the descriptor gives its lock back: another gets it. */
static void expect_free(const char *what)
{
    int other = open(path, O_RDWR);

    expect_errno(what, flock(other, LOCK_EX | LOCK_NB), 0);
    close(other);
}

/* A descriptor with this number that holds the file. */
static int locked_at(int number)
{
    int fd = open(path, O_RDWR);

    if (dup2(fd, number) != number || close(fd) != 0 || flock(number, LOCK_EX | LOCK_NB) != 0)
        abort();
    return number;
}

static void closes(void)
{
    int fd;

    flock(one, LOCK_UN);
    fd = locked_at(700);
    expect_number("dup2", dup2(one, fd), fd);
    expect_free("flock: what dup2 closed");
    locked_at(fd);
    expect_errno("dup2: no descriptor", dup2(-1, fd), EBADF);
    expect_number("dup2: itself", dup2(fd, fd), fd);
    expect_errno("flock: held still", flock(one, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    expect_number("dup3", dup3(one, fd, O_CLOEXEC), fd);
    expect_free("flock: what dup3 closed");
    expect_errno("dup3: itself", dup3(fd, fd, 0), EINVAL);
    expect_errno("dup3: no flag", dup3(one, fd, 77), EINVAL);
    locked_at(fd);
    expect_errno("close_range: no range", close_range(9, 8, 0), EINVAL);
    expect_errno("close_range: to be closed by exec", close_range(700, 800, CLOSE_RANGE_CLOEXEC), 0);
    expect_errno("flock: held still", flock(one, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    expect_errno("close_range", close_range(690, 800, 0), 0);
    expect_free("flock: what close_range closed");
    expect_errno("close_range: is closed", close(fd), EBADF);
    locked_at(fd);
    closefrom(690);
    expect_free("flock: what closefrom closed");
    expect_errno("closefrom: is closed", close(fd), EBADF);
}

void conform_file(void)
{
    FILE *stream;

    one = mkstemp(path);
    two = open(path, O_RDWR);
    whole();
    records();
    stream = fdopen(two, "r+");
    flock(two, LOCK_EX);
    expect_errno("fclose: of a locked file", fclose(stream), 0);
    expect_errno("flock: after that", flock(one, LOCK_EX | LOCK_NB), 0);
    closes();
    unlink(path);
    close(one);
}

/* --- futexes --- */

static _Atomic uint32_t word;

static long futex(_Atomic uint32_t *address, int operation, uint32_t number, const void *time, void *other, uint32_t bits)
{
    return syscall(SYS_futex, address, operation, number, time, other, bits);
}

static void *waits_for_word(void *unused)
{
    (void)unused;
    reach(1);
    while (word == 0)
        futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    return NULL;
}

void conform_futex(void)
{
    _Atomic uint32_t lock = 0, other = 0;
    struct timespec little = {.tv_nsec = 1000000};
    pthread_t thread;

    expect_errno("futex: FUTEX_WAIT, other value", futex(&word, FUTEX_WAIT, 1, NULL, NULL, 0), EAGAIN);
    expect_errno("futex: FUTEX_WAIT, a little", futex(&word, FUTEX_WAIT, 0, &little, NULL, 0), ETIMEDOUT);
    expect_errno("futex: FUTEX_WAIT_BITSET, passed", futex(&word, FUTEX_WAIT_BITSET, 0, &past, NULL, 1), ETIMEDOUT);
    expect_errno("futex: FUTEX_WAIT_BITSET, real time",
                 futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &past, NULL, 1), ETIMEDOUT);
    expect_errno("futex: FUTEX_WAIT_BITSET, no bits", futex(&word, FUTEX_WAIT_BITSET, 0, &past, NULL, 0), EINVAL);
    expect_errno("futex: no time", futex(&word, FUTEX_WAIT, 0, &invalid, NULL, 0), EINVAL);
    expect_errno("futex: none such", futex(&word, 77, 0, NULL, NULL, 0), ENOSYS);
    expect_number("futex: FUTEX_WAKE, nobody", futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
    thread = start(waits_for_word, NULL);
    await(1);
    word = 1;
    futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    finish(thread);
    expect_number("futex: FUTEX_CMP_REQUEUE", futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1L, (void *)&other, 1), 0);
    expect_errno("futex: FUTEX_CMP_REQUEUE, other value",
                 futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1L, (void *)&other, 7), EAGAIN);
    expect_number("futex: FUTEX_LOCK_PI", futex(&lock, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0), 0);
    expect_errno("futex: FUTEX_LOCK_PI, again", futex(&lock, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0), EDEADLK);
    expect_errno("futex: FUTEX_TRYLOCK_PI, again", futex(&lock, FUTEX_TRYLOCK_PI_PRIVATE, 0, NULL, NULL, 0), EDEADLK);
    expect_number("futex: FUTEX_UNLOCK_PI", futex(&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0), 0);
    expect_errno("futex: FUTEX_UNLOCK_PI, again", futex(&lock, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0), EPERM);
    expect_number("syscall: getpid", syscall(SYS_getpid) == getpid(), 1);
    expect_errno("syscall: none such", syscall(99999), ENOSYS);
    expect_errno("syscall: tgkill, nobody", syscall(SYS_tgkill, getpid(), 1 << 30, SIGUSR1), ESRCH);
}
