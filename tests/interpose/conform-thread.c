/* SPDX-License-Identifier: MIT */
/* Threads: creation, ends, joins, names, stacks. */
#include <limits.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "conform.h"

static void *give(void *value)
{
    return value;
}

static void *exits(void *value)
{
    pthread_exit(value);
}

static void *stays(void *unused)
{
    await(1);
    return unused;
}

static sem_t done;

static void *stays_and_tells(void *unused)
{
    await(1);
    sem_post(&done);
    return unused;
}

static void ends(void)
{
    pthread_t thread, self = pthread_self();
    struct timespec until = soon(CLOCK_REALTIME), monotonic = soon(CLOCK_MONOTONIC);
    void *value = NULL;

    expect_number("a thread returns", (long)in_thread(give, (void *)42), 42);
    expect_number("pthread_exit: a thread", (long)in_thread(exits, (void *)43), 43);
    expect("pthread_join: oneself", pthread_join(self, NULL), EDEADLK);
    thread = start(stays, (void *)44);
    expect("pthread_tryjoin_np: it runs", pthread_tryjoin_np(thread, &value), EBUSY);
    expect("pthread_timedjoin_np: it runs", pthread_timedjoin_np(thread, &value, &until), ETIMEDOUT);
    expect("pthread_clockjoin_np: it runs", pthread_clockjoin_np(thread, &value, CLOCK_MONOTONIC, &monotonic), ETIMEDOUT);
    expect("pthread_clockjoin_np: unknown clock", pthread_clockjoin_np(thread, &value, 99, &never), EINVAL);
    reach(1);
    expect("pthread_timedjoin_np: for ever", pthread_timedjoin_np(thread, &value, NULL), 0);
    expect_number("pthread_timedjoin_np: value", (long)value, 44);
    thread = start(give, (void *)45);
    expect("pthread_clockjoin_np", pthread_clockjoin_np(thread, &value, CLOCK_REALTIME, &never), 0);
    expect_number("pthread_clockjoin_np: value", (long)value, 45);
    reach(0);
    sem_init(&done, 0, 0);
    thread = start(stays_and_tells, NULL);
    expect("pthread_detach", pthread_detach(thread), 0);
    expect("pthread_detach: again", pthread_detach(thread), EINVAL);
    expect("pthread_join: detached", pthread_join(thread, NULL), EINVAL);
    reach(1);
    sem_wait(&done);
}

static void names(void)
{
    char name[16];

    expect("pthread_setname_np", pthread_setname_np(pthread_self(), "conform"), 0);
    expect("pthread_setname_np: too long", pthread_setname_np(pthread_self(), "a name that is too long"), ERANGE);
    pthread_getname_np(pthread_self(), name, sizeof(name));
    expect_number("pthread_getname_np", strcmp(name, "conform"), 0);
    expect_errno("prctl: PR_SET_NAME", prctl(PR_SET_NAME, "other"), 0);
    expect_errno("prctl: PR_GET_NAME", prctl(PR_GET_NAME, name), 0);
    expect_number("prctl: the name", strcmp(name, "other"), 0);
    expect_errno("prctl: PR_GET_DUMPABLE", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
    expect_errno("prctl: none such", prctl(-1, 0, 0, 0, 0), EINVAL);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

static void *locks_on_little(void *unused)
{
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&cond, &mutex, &past);
    pthread_mutex_unlock(&mutex);
    return unused;
}

static void creations(void)
{
    pthread_attr_t attributes;
    struct sched_param priority = {.sched_priority = 1};
    pthread_t thread;
    void *value;

    pthread_attr_init(&attributes);
    expect("pthread_attr_setstacksize", pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN), 0);
    expect("pthread_create: the least stack", pthread_create(&thread, &attributes, locks_on_little, (void *)7), 0);
    expect("pthread_join: the least stack", pthread_join(thread, &value), 0);
    expect_number("the least stack: value", (long)value, 7);
    void *stack = mmap(NULL, PTHREAD_STACK_MIN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_setstack(&attributes, stack, PTHREAD_STACK_MIN);
    expect("pthread_create: a stack given", pthread_create(&thread, &attributes, locks_on_little, NULL), 0);
    expect("pthread_join: a stack given", pthread_join(thread, NULL), 0);
    munmap(stack, PTHREAD_STACK_MIN);
    pthread_attr_destroy(&attributes);
    pthread_attr_init(&attributes);
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
    expect("pthread_attr_setschedparam: of no use", pthread_attr_setschedparam(&attributes, &priority), EINVAL);
    pthread_attr_setstacksize(&attributes, 1UL << 46);
    expect("pthread_create: no room", pthread_create(&thread, &attributes, give, NULL), EAGAIN);
    pthread_attr_destroy(&attributes);
}

/* The handle is there when the new thread runs, and nobody reads it when that has freed it. */
struct job {
    pthread_t thread;
    bool right;
};
static int right;

static void *frees_itself(void *data)
{
    struct job *job = data;

    right += pthread_equal(job->thread, pthread_self());
    munmap(job, 4096);
    sem_post(&done);
    return NULL;
}

static void handles(void)
{
    pthread_attr_t attributes;

    sem_init(&done, 0, 0);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < 200; i++) {
        struct job *job = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        pthread_create(&job->thread, &attributes, frees_itself, job);
        sem_wait(&done);
    }
    expect_number("pthread_create: handles that were there", right, 200);
}

/* --- destructors --- */

static pthread_key_t key;
static int destroyed;

static void destructor(void *value)
{
    pthread_mutex_lock(&mutex);
    destroyed++;
    pthread_mutex_unlock(&mutex);
    if ((long)value < 3)
        pthread_setspecific(key, (void *)((long)value + 1));
}

static void *has_value(void *unused)
{
    pthread_setspecific(key, (void *)1);
    return unused;
}

static void destructors(void)
{
    pthread_key_create(&key, destructor);
    in_thread(has_value, NULL);
    expect_number("destructors that lock: runs", destroyed, 3);
    pthread_key_delete(key);
}

static int keys_there_are(void *unused)
{
    pthread_key_t one;
    int count = 0;

    (void)unused;
    while (pthread_key_create(&one, NULL) == 0)
        count++;
    /* A sink may need some; the program has nearly all. */
    return count < PTHREAD_KEYS_MAX - 16;
}

/* Ends with its last thread, after that thread's destructors. */
static int exit_fd;

static void last_words(void)
{
    if (write(exit_fd, "exit ", 5) != 5)
        abort();
}

static void last_destructor(void *value)
{
    if (write(exit_fd, "destructor ", 11) != 11)
        abort();
    if ((long)value < 2)
        pthread_setspecific(key, (void *)((long)value + 1));
}

static void *outlives_main(void *unused)
{
    pthread_setspecific(key, (void *)1);
    await(1);
    return unused;
}

static void main_leaves(void *unused)
{
    (void)unused;
    reach(1);
}

static int main_exits(void *unused)
{
    (void)unused;
    atexit(last_words);
    pthread_key_create(&key, last_destructor);
    reach(0);
    start(outlives_main, NULL);
    pthread_cleanup_push(main_leaves, NULL);
    pthread_exit(NULL);
    pthread_cleanup_pop(0);
}

void conform_last(void)
{
    char text[64] = "";
    int pipe_fds[2];

    if (pipe(pipe_fds) != 0)
        abort();
    exit_fd = pipe_fds[1];
    expect_number("the main thread exits: status", in_child(main_exits, NULL), 0);
    if (read(pipe_fds[0], text, sizeof(text) - 1) < 0)
        abort();
    expect_number("the main thread exits: all ran in order", strcmp(text, "destructor destructor exit "), 0);
    close(pipe_fds[0]), close(pipe_fds[1]);
}

/* Where reading the processor's tick counter is forbidden, so is the time, but by a system call: what traces mustn't. */
static int without_ticks(void *unused)
{
    if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV) != 0)
        return 0; /* not on this processor */
    locks_on_little(unused);
    if (in_thread(locks_on_little, &mutex) != &mutex)
        return 1;
    if (prctl(PR_SET_TSC, PR_TSC_ENABLE) != 0)
        return 2;
    locks_on_little(unused);
    return 0;
}

void conform_thread(void)
{
    ends();
    names();
    expect_number("prctl: PR_SET_TSC", in_child(without_ticks, NULL), 0);
    creations();
    handles();
    destructors();
    expect_number("pthread_key_create: too few", in_child(keys_there_are, NULL), 0);
}
