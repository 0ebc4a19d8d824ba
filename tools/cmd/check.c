/* SPDX-License-Identifier: MIT */
/* thrum check: runs a program under the checker and tells what it finds, as it finds it. */
#include "config.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sys/epoll.h>
#include "check/across.h"
#include "check/answer.h"
#include "check/edges.h"
#include "check/follow.h"
#include "check/log.h"
#include "cmd/cmd.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "cmd/view.h"
#include "record/child.h"
#include "record/preload.h"
#include "render/render.h"
#include "base/memory.h"

/* Exit status where something was found. */
enum { EXIT_FOUND = 66 };

struct options {
    const struct render_ops *renderer;
    const char *output;
    enum colour_when colour;
    struct suppressions *suppressions;
    const char *mode;
    const char *form, *ending; /* the options that say what is printed, and what a finding does; NULL: none */
    bool by_site;
    const char *graph; /* file that keeps lock orders; NULL: none */
    int64_t timeout_ms;
    char **program;
};

struct check {
    const struct options *options;
    char directory[64];
    char *path; /* of the checker's log in it */
    char *preload;
    struct check_log log;
    struct orders orders;
    struct follow follow;
    struct across across;
    int watch; /* readable when the log has grown, or it is time to look across processes */
    struct answer answer;
};

enum { KEY_JSON = 256, KEY_SARIF, KEY_LOG, KEY_ABORT, KEY_BREAK, KEY_SUPPRESSIONS, KEY_BY, KEY_GRAPH };

static void read_suppressions(struct suppressions *suppressions, const char *path)
{
    char *trouble;
    if (!suppressions_read(suppressions, path, &trouble))
        die("%s", trouble);
}

static bool parse_by(const char *word)
{
    if (strcmp(word, "site") != 0 && strcmp(word, "instance") != 0)
        die("--by takes instance or site, not '%s'", word);
    return strcmp(word, "site") == 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 't': options->timeout_ms = options_milliseconds("timeout", arg); return 0;
    case KEY_JSON: options_choose(&options->form, "--json"); options->renderer = &render_json; return 0;
    case KEY_SARIF: options_choose(&options->form, "--sarif"); options->renderer = &render_sarif; return 0;
    case KEY_BY: options->by_site = parse_by(arg); return 0;
    case KEY_GRAPH: options->graph = arg; return 0;
    case KEY_SUPPRESSIONS: read_suppressions(options->suppressions, arg); return 0;
    case KEY_LOG: options->output = arg; return 0;
    case VIEW_KEY_COLOUR: options->colour = view_when(arg); return 0;
    case KEY_ABORT: options_choose(&options->ending, "--abort"); options->mode = "abort"; return 0;
    case KEY_BREAK: options_choose(&options->ending, "--break"); options->mode = "break"; return 0;
    case ARGP_KEY_ARGS: options->program = state->argv + state->next; return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_list[] = {
    {"timeout", 't', "SECONDS", 0, "End the program after so long; what was found until then is told", 0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON object, as deadlock-report --json does", 0},
    {"sarif", KEY_SARIF, NULL, 0, "Print a SARIF 2.1.0 log, for code scanning", 0},
    {"log", KEY_LOG, "FILE", 0, "Print there, not on stderr; the file is whole at every moment", 0},
    {"suppressions", KEY_SUPPRESSIONS, "FILE", 0, "Leave out the findings that FILE names; see thrum-check(1)", 0},
    VIEW_COLOUR,
    {"by", KEY_BY, "WHAT", 0, "A lock is one 'instance' (default), or all that are made at one 'site' are one: finds inversions "
     "between locks that never met", 0},
    {"graph", KEY_GRAPH, "FILE", 0, "Keep the orders of many runs and programs in FILE, by site, and find inversions between them", 0},
    {"abort", KEY_ABORT, NULL, 0, "Stop the program at the first finding, for a debugger", 0},
    {"break", KEY_BREAK, NULL, 0, "Let the lock call that would close a deadlock return EDEADLK", 0},
    {0},
};

static const char help_text[] =
    "The exit status is 66 where something was found, else the program's, 128+N where\n"
    "signal N ended it; 127 where it wasn't found, 126 where it couldn't be run.\n"
    "See also: thrum record, deadlock-report.";

static void watch_both(struct check *check)
{
    int both[] = {check->follow.changes, check->across.timer};
    check->watch = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < 2; i++)
        if (both[i] >= 0 && check->watch >= 0)
            epoll_ctl(check->watch, EPOLL_CTL_ADD, both[i], &(struct epoll_event){.events = EPOLLIN});
}

/* A place of our own for the checker's log: programs close descriptors that they don't know. */
static void make_place(struct check *check)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(check->directory, sizeof(check->directory), "%s/thrum-check-XXXXXX", tmp && strlen(tmp) < 32 ? tmp : "/tmp");
    if (!mkdtemp(check->directory))
        die("%s: can't make a directory there: %s", check->directory, strerror(errno));
    check->path = memory_format("%s/log", check->directory);
    int err = follow_open(&check->follow, check->path);
    if (err < 0)
        die("%s: can't make that file: %s", check->path, strerror(-err));
    across_open(&check->across);
    watch_both(check);
}

static void remove_place(struct check *check)
{
    follow_close(&check->follow);
    across_close(&check->across);
    if (check->watch >= 0)
        close(check->watch);
    unlink(check->path);
    rmdir(check->directory);
    free(check->path);
}

static int prepare(void *data)
{
    struct check *check = data;
    if (setenv("THRUM_CHECK", check->options->mode, 1) < 0 || setenv("THRUM_CHECK_LOG", check->path, 1) < 0)
        return -errno;
    if ((check->options->by_site || check->options->graph) && setenv("THRUM_CHECK_EDGES", "1", 1) < 0)
        return -errno;
    /* What listens to LTTng is no concern of a check, and brings threads of its own. */
    if (setenv("THRUM_LTTNG", "off", 0) < 0)
        return -errno;
    return preload_set(check->preload);
}

static void ending(enum child_end why, void *data)
{
    const struct check *check = data;
    if (why == CHILD_TIMEOUT)
        warn("%s still runs after %g s: ending it", check->options->program[0], (double)check->options->timeout_ms / 1000);
    else
        warn("%s still runs after Ctrl-C: ending it", check->options->program[0]);
}

static void take_line(void *data, const char *line)
{
    struct check *check = data;
    if (check_log_take(&check->log, line))
        answer_finding(&check->answer);
}

static bool read_log(void *data)
{
    struct check *check = data;
    follow_read(&check->follow, take_line, check);
    across_look(&check->across, take_line, check);
    return true;
}

static bool take_other(void *data, struct json_object *line)
{
    struct check *check = data;
    struct json_object *pid;
    if (json_object_object_get_ex(line, "shares", &pid)) {
        across_take(&check->across, json_object_get_int(pid));
        return true;
    }
    const char *slash = strrchr(check->options->program[0], '/');
    return edges_take(&check->log, &check->orders, slash ? slash + 1 : check->options->program[0], line);
}

static void find_by_site(struct check *check)
{
    size_t before = check->log.findings.count;
    char *trouble = NULL;
    if (check->options->graph && !orders_keep(&check->orders, check->options->graph, &trouble)) {
        warn("%s", trouble);
        free(trouble);
    }
    orders_find(&check->orders, &check->log.findings);
    for (size_t i = before; i < check->log.findings.count; i++)
        answer_finding_at(&check->answer, i);
}

static int check_program(struct check *check)
{
    struct child_plan plan = {.argv = check->options->program, .timeout_ms = check->options->timeout_ms,
                              .watch = check->watch, .watched = read_log, .prepare = prepare, .ending = ending,
                              .data = check};
    struct child_signals signals;
    struct child_outcome child;
    child_hold_signals(&signals);
    int err = child_run(&plan, &signals, &child);
    if (err || child.exec_error) {
        options_cant_run(check->options->program[0], err ? -err : child.exec_error);
        return child.exec_error == ENOENT ? 127 : 126;
    }
    read_log(check);
    if (check->options->by_site || check->options->graph)
        find_by_site(check);
    if (answer_end(&check->answer) > 0)
        return EXIT_FOUND;
    if (check->log.begun)
        return child.status;
    warn("nothing was checked: %s is linked statically, or it runs with another's rights, or without LD_PRELOAD", check->options->program[0]);
    return EXIT_TROUBLE;
}

static int run(int argc, char **argv)
{
    struct options options = {.mode = "report", .renderer = &render_text, .suppressions = suppressions_new()};
    struct check check = {.options = &options};
    char *trouble = NULL;
    options_parse(&cmd_check, &(struct argp){.options = option_list, .parser = parse_option, .doc = help_text}, ARGP_IN_ORDER, argc, argv,
                  &options);
    if (!options.program)
        die("which program? As in: thrum check -- PROG ARG...");
    check.preload = preload_find(&trouble);
    if (!check.preload)
        die("%s", trouble);
    if (getenv("THRUM_SUPPRESSIONS"))
        read_suppressions(options.suppressions, getenv("THRUM_SUPPRESSIONS"));
    check.answer = (struct answer){.renderer = options.renderer, .path = options.output, .colour = options.colour, .suppressions = options.suppressions, .log = &check.log};
    answer_begin(&check.answer);
    make_place(&check);
    check.log.symbols = symbols_new();
    check.log.other = take_other;
    check.log.data = &check;
    int status = check_program(&check);
    remove_place(&check);
    check_log_free(&check.log);
    orders_free(&check.orders);
    suppressions_free(options.suppressions);
    symbols_free(check.log.symbols);
    free(check.preload);
    return status;
}

const struct cmd cmd_check = {
    .name = "check",
    .args = "[OPTION...] -- PROG [ARG...]",
    .summary = "run a program and tell of deadlocks: that happen, or could",
    .run = run,
};
