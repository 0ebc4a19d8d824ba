/* SPDX-License-Identifier: MIT */
/* Waits for the program: its end, its stops, signals and deadlines. */
#include "config.h"
#include "record/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "record/child-spawn.h"
#include "record/descendants.h"

/* In milliseconds. */
enum {
    GRACE = 5000,        /* from a Ctrl-C until the program is ended */
    GRACE_AGAIN = 2000,  /* from a further one */
    TERM_TO_KILL = 3000, /* from SIGTERM to SIGKILL */
    KILL_TO_END = 5000,  /* from SIGKILL until we give up: a process may hang in the kernel */
    PASS_ON = 300,       /* what the sender of a signal to our group needs to reach the program too */
    TICK = 20,           /* between looks at what it does meanwhile */
};

enum phase { RUNNING, INTERRUPTED, ENDING, KILLING, OVER };

struct run {
    const struct child_plan *plan;
    struct child_outcome *outcome;
    pid_t pid;
    bool ended; /* the program; its descendants may still run */
    bool watching;
    enum phase phase;
    int64_t deadline;   /* when the phase is over */
    int64_t timeout_at; /* when the program has run for too long */
    int pass_on;        /* a signal for the program, 0: none */
    int64_t pass_on_at;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void enter(struct run *run, enum phase phase, int64_t duration)
{
    run->phase = phase;
    run->deadline = now_ms() + duration;
}

/* Ends the program and all that descends from it, gently first. */
static void end(struct run *run, enum child_end why)
{
    run->plan->ending(why, run->plan->data);
    enter(run, ENDING, TERM_TO_KILL);
    descendants_signal(run->plan->helper, SIGTERM);
    /* What is stopped can't end by itself. */
    descendants_signal(run->plan->helper, SIGCONT);
}

/* --- the program's process changes --- */

static int open_terminal(void)
{
    return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static bool has_terminal(void)
{
    int terminal = open_terminal();
    if (terminal >= 0)
        close(terminal);
    return terminal >= 0;
}

/*
 * The program was suspended, or suspended itself: now its job is, as the shell sees it. Not before: what is typed next is
 * for the shell, and not for a program that hasn't stopped yet. Whoever continues the job continues both.
 */
static void suspend_with_it(struct run *run, int signal)
{
    run->pass_on = 0;
    if ((signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU) && has_terminal())
        raise(SIGSTOP);
}

static void note_change(struct run *run, const siginfo_t *change)
{
    if (change->si_pid != run->pid)
        return;
    if (change->si_code == CLD_STOPPED) {
        suspend_with_it(run, change->si_status);
        return;
    }
    run->ended = true;
    run->outcome->status = change->si_code == CLD_EXITED ? change->si_status : 128 + change->si_status;
}

/* Takes note of every child that ended or stopped; adopted orphans are only reaped. */
static void take_changes(struct run *run)
{
    for (;;) {
        siginfo_t change = {0};
        if (waitid(P_ALL, 0, &change, WEXITED | WSTOPPED | WNOHANG) < 0 || change.si_pid == 0)
            return;
        note_change(run, &change);
    }
}

/* --- signals --- */

/* A program that reads single keys (an editor, a shell, an interpreter's prompt) uses Ctrl-C for its own ends. */
static bool reads_keys(void)
{
    struct termios mode;
    int terminal = open_terminal();
    bool keys = terminal >= 0 && tcgetattr(terminal, &mode) == 0 && !(mode.c_lflag & ICANON);
    if (terminal >= 0)
        close(terminal);
    return keys;
}

/* Ctrl-C went to the program as well; it has some time to end of it. */
static void interrupt(struct run *run)
{
    if (run->phase == RUNNING) {
        enter(run, INTERRUPTED, GRACE);
    } else if (run->phase == INTERRUPTED) {
        int64_t sooner = now_ms() + GRACE_AGAIN;
        run->deadline = sooner < run->deadline ? sooner : run->deadline;
    } else if (run->phase == ENDING) {
        run->deadline = now_ms();
    }
}

/*
 * A signal from the terminal, or from a process to our whole group, the program got itself. One to us alone it must be
 * given; they look the same, so it is given the signal a moment later, if it is still there.
 */
static void take_signal(struct run *run, const struct signalfd_siginfo *signal)
{
    int number = (int)signal->ssi_signo;
    if (number == SIGCHLD)
        return;
    if (number == SIGINT)
        interrupt(run);
    if (signal->ssi_code > 0 || run->phase == ENDING || run->phase == KILLING)
        return;
    run->pass_on = number;
    run->pass_on_at = now_ms() + PASS_ON;
}

static void take_signals(struct run *run, int signals)
{
    struct signalfd_siginfo signal;
    while (read(signals, &signal, sizeof(signal)) == sizeof(signal))
        take_signal(run, &signal);
    take_changes(run);
}

/* --- deadlines --- */

/* It was interrupted, and asks for more: Ctrl-C has done what it was for. */
static void look_for_prompt(struct run *run)
{
    if (run->phase != INTERRUPTED || !reads_keys())
        return;
    run->phase = RUNNING;
    run->deadline = INT64_MAX;
}

static void pass_on(struct run *run)
{
    if (!run->pass_on || now_ms() < run->pass_on_at)
        return;
    if (!run->ended)
        kill(run->pid, run->pass_on);
    run->pass_on = 0;
}

static void meet_timeout(struct run *run)
{
    if (now_ms() < run->timeout_at)
        return;
    run->timeout_at = INT64_MAX;
    if (run->phase == RUNNING || run->phase == INTERRUPTED)
        end(run, CHILD_TIMEOUT);
}

static void meet_deadline(struct run *run)
{
    if (now_ms() < run->deadline)
        return;
    run->deadline = INT64_MAX;
    if (run->phase == INTERRUPTED)
        end(run, CHILD_INTERRUPT);
    else if (run->phase == ENDING)
        enter(run, KILLING, KILL_TO_END);
    else if (run->phase == KILLING)
        run->phase = OVER;
}

/* While it is ended: whether any descendant is left. New ones are killed as they are found. */
static bool some_left(const struct run *run)
{
    return descendants_signal(run->plan->helper, run->phase == KILLING ? SIGKILL : 0) > 0;
}

static bool is_over(const struct run *run)
{
    if (run->phase == ENDING || run->phase == KILLING)
        return !some_left(run) && run->ended;
    return run->ended || run->phase == OVER;
}

/* --- the loop --- */

static int until_next(const struct run *run)
{
    int64_t now = now_ms(), next = run->deadline;
    if (run->timeout_at < next)
        next = run->timeout_at;
    if (run->pass_on && run->pass_on_at < next)
        next = run->pass_on_at;
    if (run->phase != RUNNING && now + TICK < next)
        next = now + TICK;
    if (next == INT64_MAX)
        return -1;
    int64_t rest = next - now;
    return rest < 0 ? 0 : rest > 60000 ? 60000 : (int)rest;
}

static void wait_for_more(struct run *run, int signals)
{
    struct pollfd fds[] = {{.fd = signals, .events = POLLIN}, {.fd = run->watching ? run->plan->watch : -1, .events = POLLIN}};
    poll(fds, 2, until_next(run));
    take_signals(run, signals);
    if (fds[1].revents) {
        run->watching = run->plan->watched(run->plan->data);
    }
    pass_on(run);
    look_for_prompt(run);
    meet_timeout(run);
    meet_deadline(run);
}

static void see_to_its_end(struct run *run, int signals)
{
    if (run->plan->timeout_ms)
        run->timeout_at = now_ms() + run->plan->timeout_ms;
    while (!is_over(run))
        wait_for_more(run, signals);
    /* Those that ended, and were ours to reap. */
    take_changes(run);
    run->outcome->left = descendants_signal(run->plan->helper, 0);
}

int child_run(const struct child_plan *plan, const struct child_signals *before, struct child_outcome *outcome)
{
    /* Where it can't even be killed, SIGKILL is what it will die of. */
    *outcome = (struct child_outcome){.status = 128 + SIGKILL};
    struct run run = {
        .plan = plan, .outcome = outcome, .watching = plan->watch >= 0, .deadline = INT64_MAX, .timeout_at = INT64_MAX};
    sigset_t held;
    child_held_signals(&held);
    int signals = signalfd(-1, &held, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals < 0)
        return -errno;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    run.pid = child_spawn(plan, before, &outcome->exec_error);
    if (run.pid > 0)
        see_to_its_end(&run, signals);
    close(signals);
    return run.pid < 0 ? (int)run.pid : 0;
}
