/* SPDX-License-Identifier: MIT */
/* thrum top: what the threads of a program that is being recorded wait for, now. */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cmd/cmd.h"
#include "cmd/cut.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "cmd/top-find.h"
#ifdef HAVE_NCURSES
#include "cmd/top-screen.h"
#endif
#include "cmd/view.h"
#include "render/top.h"

struct options {
    struct view view;
    struct selection cut;
    bool batch;
    unsigned long looks; /* 0: until the user, or the program, ends it */
    double delay_s;
};

static const struct argp_option option_list[] = {
    {"batch", 'b', NULL, 0, "Print instead of drawing; so it is where standard output is no terminal", 0},
    {"looks", 'n', "N", 0, "End after N looks", 0},
    {"delay", 'd', "SECONDS", 0, "Look every so many seconds (1); less often where a look takes long", 0},
    CUT_OPTIONS,
    VIEW_COLOUR,
    {0},
};

static const char after_options[] =
    "PID is a process that is being recorded, by 'thrum record' or with THRUM_RECORD,\n"
    "or thrum record itself; TRACE the directory that is recorded to, or was: then its\n"
    "end is shown.\n"
    "\n"
    "Exit status: 0 it was shown, 2 there is nothing to show, or the command line is\n"
    "wrong.";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    char *end;
    switch (key) {
    case 'b':
        options->batch = true;
        return 0;
    case 'n':
        options->looks = strtoul(arg, &end, 10);
        if (end == arg || *end || *arg == '-' || !options->looks)
            die("-n takes a number of looks, not '%s'", arg);
        return 0;
    case 'd':
        options->delay_s = (double)options_milliseconds("delay", arg) / 1000;
        return 0;
    case 'o':
        return ARGP_ERR_UNKNOWN;
    default:
        return cut_option(&options->cut, key, arg) == 0 ? 0 : view_option(&options->view, key, arg, state);
    }
}

/* The directory meant: a process's, where no such file is there. */
static char *find_directory(const char *word)
{
    char *end;
    long pid = strtol(word, &end, 10);
    if (access(word, F_OK) == 0 || *end || pid <= 0 || end == word)
        return strdup(word);
    char *found = top_find((pid_t)pid);
    if (!found && access("/proc/self/maps", R_OK) == 0)
        die("process %ld isn't being recorded, as far as /proc shows; start it with 'thrum record', or with THRUM_RECORD=DIR", pid);
    return found;
}

static void print_look(const struct live *live, bool colour, bool first)
{
    struct top_lines lines = {0};
    struct paper paper = {.out = stdout, .colour = colour};
    top_lines_make(&lines, &(struct top_view){.live = live});
    fputs(first ? "" : "\n", stdout);
    for (size_t i = 0; i < lines.count; i++) {
        paper_put(&paper, lines.at[i].ink, lines.at[i].text);
        putchar('\n');
    }
    fflush(stdout);
    top_lines_free(&lines);
}

static void sleep_s(double seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - floor(seconds)) * 1e9)};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

/* Until the program has ended, where nothing else is said. */
static void print(struct live *live, const struct options *options)
{
    bool colour = view_in_colour(&options->view, stdout);
    char *trouble = NULL;
    print_look(live, colour, true);
    for (unsigned long look = 1; options->looks ? look < options->looks : live->goes_on; look++) {
        sleep_s(options->delay_s);
        if (live_look(live, &trouble) != 0)
            die("%s", trouble);
        print_look(live, colour, false);
    }
}

static int run(int argc, char **argv)
{
    struct options options = {.cut.to_ns = -1, .delay_s = 1};
    char *trouble = NULL;
    options_parse(&cmd_top, &(struct argp){.options = option_list, .parser = parse_option, .doc = after_options}, 0, argc, argv, &options);
    if (options.view.path_count != 1)
        die("which recording? Give a process id, or the directory that is recorded to; see %s --help", die_program());
    char *directory = find_directory(options.view.paths[0]);
    struct live *live = live_new((const char *const *)&directory, 1, &options.cut);
    if (live_look(live, &trouble) != 0)
        die("%s", trouble);
#ifdef HAVE_NCURSES
    if (!options.batch && isatty(STDOUT_FILENO) && isatty(STDIN_FILENO))
        top_screen(live, options.delay_s, options.looks);
    else
#endif
        print(live, &options);
    live_free(live);
    selection_free(&options.cut);
    free(directory);
    return EXIT_SUCCESS;
}

const struct cmd cmd_top = {
    .name = "top",
    .args = "[OPTION...] PID|TRACE",
    .summary = "show what threads wait for, now, while a program is being recorded",
    .run = run,
};
