/* SPDX-License-Identifier: MIT */
/* Probes that only remember that they were called. */
#include "probes.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/annotate.h"
#include "suite.h"

enum { CALLS = 4096 };

volatile unsigned probe_sinks;
__thread struct thrum_self thrum_self;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static struct probed calls[CALLS];
static int count;
static _Atomic int refusal;
static uint64_t serials;

int32_t self_ask_tid(void)
{
    return gettid();
}

int32_t self_ask_pid(void)
{
    return getpid();
}

static void keep(struct probed call)
{
    sigset_t all, before;
    call.tid = gettid();
    sigfillset(&all); /* a handler with probes of its own would wait for the mutex that it interrupts */
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_mutex_lock(&mutex);
    if (count < CALLS)
        calls[count++] = call;
    pthread_cond_broadcast(&more);
    pthread_mutex_unlock(&mutex);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

#define KEEP(...) keep((struct probed){ .probe = __VA_ARGS__ })

int probe_acquire_words(const void *object, uint32_t words, const void *site)
{
    KEEP("acquire", .object = object, .kind = words & PROBE_WORD, .mode = words >> 8 & PROBE_WORD,
         .how = words >> 16 & PROBE_WORD, .site = site);
    return 0;
}

int probe_acquire_begin(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how,
                        int64_t timeout, const void *site)
{
    KEEP("acquire_begin", .object = object, .kind = kind, .mode = mode, .how = how, .timeout = timeout, .site = site);
    return atomic_exchange(&refusal, 0);
}

void probe_acquire_end(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how, int result,
                       const void *site)
{
    KEEP("acquire_end", .object = object, .kind = kind, .mode = mode, .how = how, .result = result, .site = site);
}

void probe_acquire_fail(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how, int result,
                        const void *site)
{
    KEEP("acquire_fail", .object = object, .kind = kind, .mode = mode, .how = how, .result = result, .site = site);
}

void probe_release_words(const void *object, uint32_t words, const void *site)
{
    KEEP("release", .object = object, .kind = words & PROBE_WORD, .mode = words >> 8 & PROBE_WORD, .site = site);
}

int probe_wait_begin(const void *object, enum thrum_kind kind, const void *with, int64_t timeout, const void *site)
{
    KEEP("wait_begin", .object = object, .kind = kind, .mutex = with, .timeout = timeout, .site = site);
    return atomic_exchange(&refusal, 0);
}

int probe_sleeps(const _Atomic uint32_t *word, uint32_t expected)
{
    (void)word, (void)expected;
    return 0;
}

void probe_wait_end(const void *object, enum thrum_kind kind, const void *with, int result, const void *site)
{
    KEEP("wait_end", .object = object, .kind = kind, .mutex = with, .result = result, .site = site);
}

void probe_wake(const void *object, enum thrum_kind kind, enum thrum_scope scope, const void *site)
{
    KEEP("wake", .object = object, .kind = kind, .scope = scope, .site = site);
}

void probe_init(const void *object, enum thrum_kind kind, const struct probe_attributes *attributes, const void *site)
{
    KEEP("init", .object = object, .kind = kind, .value = attributes->value, .site = site);
}

void probe_destroy(const void *object, enum thrum_kind kind, const void *site)
{
    KEEP("destroy", .object = object, .kind = kind, .site = site);
}

void probe_memory_end(const void *begin, size_t size, const void *site)
{
    KEEP("memory_end", .object = begin, .value = (uint32_t)size, .site = site);
}

void probe_name(const void *object, enum thrum_kind kind, const char *name)
{
    struct probed call = { .probe = "name", .object = object, .kind = kind };
    snprintf(call.name, sizeof call.name, "%s", name);
    keep(call);
}

uint64_t probe_spawn(const void *routine, const void *site)
{
    (void)routine;
    KEEP("spawn", .site = site);
    return __atomic_add_fetch(&serials, 1, __ATOMIC_RELAXED);
}

void probe_spawn_end(uint64_t serial, uint64_t handle, int result)
{
    KEEP("spawn_end", .object = (void *)(uintptr_t)handle, .value = (uint32_t)serial, .result = result);
}

void probe_thread_begin(uint64_t serial, const void *routine)
{
    KEEP("thread_begin", .object = (void *)(uintptr_t)pthread_self(), .value = (uint32_t)serial, .site = routine);
}

void probe_thread_end(void)
{
    KEEP("thread_end", .object = (void *)(uintptr_t)pthread_self());
}

void probe_thread_name(uint64_t handle, const char *name)
{
    probe_name((void *)(uintptr_t)handle, THRUM_kind_thread, name);
}

void probe_thread_detach(uint64_t handle, const void *site)
{
    KEEP("thread_detach", .object = (void *)(uintptr_t)handle, .site = site);
}

void probe_interrupt_send(enum thrum_means means, int signal, int32_t target_pid, uint64_t target, const void *site)
{
    (void)target_pid;
    KEEP("interrupt_send", .object = (void *)(uintptr_t)target, .result = signal, .value = means, .site = site);
}

bool probe_interrupt_begin(enum thrum_means means, int signal, const void *handler)
{
    KEEP("interrupt_begin", .result = signal, .value = means, .site = handler);
    return true;
}

void probe_interrupt_end(enum thrum_means means, int signal)
{
    KEEP("interrupt_end", .result = signal, .value = means);
}

__attribute__((constructor)) static void begin(void)
{
    annotate_atomic(&probe_sinks);
}

void probes_start(void)
{
    pthread_mutex_lock(&mutex);
    count = 0;
    pthread_mutex_unlock(&mutex);
    __atomic_store_n(&probe_sinks, PROBE_RECORD, __ATOMIC_RELAXED);
}

void probes_stop(void)
{
    __atomic_store_n(&probe_sinks, 0, __ATOMIC_RELAXED);
}

void probes_refuse(int result)
{
    refusal = result;
}

static int found(const char *probe, const void *object)
{
    int number = 0;
    for (int i = 0; i < count; i++)
        number += (!object || calls[i].object == object) &&
                  (*probe == '_' ? strstr(calls[i].probe, probe) != NULL : strcmp(calls[i].probe, probe) == 0);
    return number;
}

int probes_count(const char *probe, const void *object)
{
    pthread_mutex_lock(&mutex);
    int number = found(probe, object);
    pthread_mutex_unlock(&mutex);
    return number;
}

void probes_await(const char *probe, const void *object, int least)
{
    pthread_mutex_lock(&mutex);
    while (found(probe, object) < least)
        pthread_cond_wait(&more, &mutex);
    pthread_mutex_unlock(&mutex);
}

const struct probed *probes_get(const void *object, int n)
{
    const struct probed *call = NULL;
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < count && !call; i++)
        if ((!object || calls[i].object == object) && n-- == 0)
            call = &calls[i];
    pthread_mutex_unlock(&mutex);
    ck_assert_msg(call, "the probes weren't called that often");
    return call;
}

const char *probes_story(const void *object)
{
    static char story[8192];
    size_t length = 0;
    story[0] = '\0';
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < count; i++)
        if (calls[i].object == object && length + 16 < sizeof story)
            length += (size_t)snprintf(story + length, sizeof story - length, "%s%s", length ? " " : "",
                                       calls[i].probe);
    pthread_mutex_unlock(&mutex);
    return story;
}
