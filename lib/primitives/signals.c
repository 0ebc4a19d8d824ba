/* SPDX-License-Identifier: MIT */
/* The signal router: a thread that reads a signalfd, and an eventfd that tells it to look again or to end. */
#include "thrum/signals.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "thread.h"
#include "thrum/interrupt.h"
#include "waiters.h"

struct route {
    thrum_signal_handler *handler; /* NULL: not routed */
    void *argument;
};

struct thrum_router {
    struct thrum_object object;
    struct thrum_guard guard; /* of what follows */
    struct route routes[NSIG];
    sigset_t routed;
    sigset_t blocked;             /* by us, in the threads that added them */
    bool stale;                   /* `routed` isn't what the signalfd receives */
    struct thrum_waiters waiters; /* those who wait until it is, or the thread is gone */
    bool ends;                    /* the thread is to end, or was left */
    int signals; /* the signalfd */
    int poke;    /* the eventfd */
    struct thrum_thread *thread;
};

/* --- its thread --- */

/* A handler ends the thread. */
static void left(void *argument)
{
    struct thrum_router *router = argument;
    guard_acquire(&router->guard);
    router->ends = true;
    struct thrum_waiter *waiters = waiters_take_many(&router->waiters, UINT32_MAX);
    guard_release(&router->guard);
    waiters_signal(waiters);
}

/* Receives what is routed now. False: the thread is to end. */
static bool catch_up(struct thrum_router *router)
{
    struct thrum_waiter *waiters = NULL;
    guard_acquire(&router->guard);
    bool goes_on = !router->ends;
    if (router->stale || !goes_on) {
        signalfd(router->signals, &router->routed, 0);
        router->stale = false;
        waiters = waiters_take_many(&router->waiters, UINT32_MAX);
    }
    guard_release(&router->guard);
    waiters_signal(waiters);
    return goes_on;
}

static void hand_on(struct thrum_router *router, const struct signalfd_siginfo *info)
{
    struct thrum_signal signal = { .signal = (int)info->ssi_signo, .code = info->ssi_code, .pid = (pid_t)info->ssi_pid,
                                   .uid = info->ssi_uid, .value = info->ssi_int };
    guard_acquire(&router->guard);
    struct route route = router->routes[signal.signal];
    guard_release(&router->guard);
    if (!route.handler)
        return;
    bool probed = probe_on() && probe_interrupt_begin(THRUM_means_signal, signal.signal, (const void *)route.handler);
    pthread_cleanup_push(left, router);
    route.handler(&signal, route.argument);
    pthread_cleanup_pop(0);
    if (probed)
        probe_interrupt_end(THRUM_means_signal, signal.signal);
}

/* Waits until there is a signal or a poke. */
static void wait_arrival(struct thrum_router *router)
{
    struct pollfd files[] = { { .fd = router->signals, .events = POLLIN }, { .fd = router->poke, .events = POLLIN } };
    bool probed = probe_on();
    if (probed)
        probe_wait_begin(router, THRUM_kind_signal, NULL, -1, SITE);
    while (poll(files, 2, -1) < 0 && errno == EINTR)
        ;
    if (probed)
        probe_wait_end(router, THRUM_kind_signal, NULL, 0, SITE);
}

static void *serve(void *argument)
{
    struct thrum_router *router = argument;
    struct signalfd_siginfo info;
    eventfd_t pokes;
    while (catch_up(router)) {
        if (read(router->signals, &info, sizeof info) == (ssize_t)sizeof info)
            hand_on(router, &info);
        else if (eventfd_read(router->poke, &pokes) != 0)
            wait_arrival(router);
    }
    return NULL;
}

/* --- birth and end --- */

static void router_free(struct thrum_router *router)
{
    if (router->signals >= 0)
        close(router->signals);
    if (router->poke >= 0)
        close(router->poke);
    router->object.magic = OBJECT_DESTROYED;
    object_free(router);
}

/* Its thread gets no signal at all: what isn't routed is for others. */
static int start_thread(struct thrum_router *router, const char *name, const void *site)
{
    sigset_t all, before;
    struct thrum_thread_options options = { .name = name ? name : "signals", .daemon = true };
    struct thread_plan plan = { .function = serve, .argument = router, .options = &options };
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int result = thread_create(&router->thread, &plan, site);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

int thrum_router_create(struct thrum_router **made, const char *name)
{
    struct thrum_router *router = calloc(1, sizeof *router);
    int saved = errno;
    if (!router)
        return ENOMEM;
    object_begin(&router->object, OBJECT_ROUTER, OBJECT_ON_HEAP);
    guard_begin(&router->guard);
    waiters_begin(&router->waiters);
    sigemptyset(&router->routed);
    sigemptyset(&router->blocked);
    router->poke = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    router->signals = router->poke < 0 ? -1 : signalfd(-1, &router->routed, SFD_CLOEXEC | SFD_NONBLOCK);
    int result = router->signals < 0 ? errno : start_thread(router, name, SITE);
    errno = saved;
    if (result != 0)
        router_free(router);
    else
        *made = router;
    return result;
}

static void poke(struct thrum_router *router)
{
    int saved = errno;
    eventfd_write(router->poke, 1);
    errno = saved;
}

int thrum_router_destroy(struct thrum_router *router)
{
    object_check(&router->object, OBJECT_ROUTER);
    if (thrum_thread_self() == router->thread)
        return EDEADLK;
    guard_acquire(&router->guard);
    router->ends = true;
    guard_release(&router->guard);
    poke(router);
    thread_end(router->thread, SITE);
    sigset_t blocked = router->blocked;
    router_free(router);
    pthread_sigmask(SIG_UNBLOCK, &blocked, NULL);
    return 0;
}

/* --- routes --- */

static bool can_be_routed(int signum)
{
    sigset_t set;
    sigemptyset(&set);
    return signum != SIGKILL && signum != SIGSTOP && sigaddset(&set, signum) == 0;
}

/* Blocks a signal in the calling thread; whether it wasn't before. */
static bool block(int signum)
{
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, signum);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    return !sigismember(&before, signum);
}

int thrum_router_add(struct thrum_router *router, int signum, thrum_signal_handler *handler, void *argument)
{
    object_check(&router->object, OBJECT_ROUTER);
    int saved = errno;
    bool possible = handler && can_be_routed(signum);
    errno = saved;
    if (!possible)
        return EINVAL;
    bool blocked = block(signum);
    guard_acquire(&router->guard);
    router->routes[signum] = (struct route){ handler, argument };
    sigaddset(&router->routed, signum);
    if (blocked)
        sigaddset(&router->blocked, signum);
    router->stale = true;
    guard_release(&router->guard);
    poke(router);
    return 0;
}

int thrum_router_remove(struct thrum_router *router, int signum)
{
    object_check(&router->object, OBJECT_ROUTER);
    struct thrum_waiter self;
    if (signum <= 0 || signum >= NSIG)
        return ENOENT;
    guard_acquire(&router->guard);
    bool known = router->routes[signum].handler != NULL;
    router->routes[signum].handler = NULL;
    sigdelset(&router->routed, signum);
    router->stale |= known;
    bool waits = known && !router->ends && thrum_thread_self() != router->thread;
    if (waits)
        waiters_add(&router->waiters, &self, 0);
    guard_release(&router->guard);
    poke(router);
    if (waits)
        waiters_wait(&router->waiters, &router->guard, &self, NULL, WAIT_UNINTERRUPTED);
    return known ? 0 : ENOENT;
}

void thrum_router_interrupt_main(const struct thrum_signal *signal, void *unused)
{
    (void)unused;
    thrum_interrupt_handler(signal->signal);
}
