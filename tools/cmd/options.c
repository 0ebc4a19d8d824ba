/* SPDX-License-Identifier: MIT */
/* argp, with help in our shape and with each mistake told in one line. */
#include "config.h"
#include "cmd/options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/cmd.h"
#include "cmd/die.h"
#include "trace/reader.h"

enum { KEY_HELP = 0x7001, KEY_VERSION, KEY_READER };

static const struct argp_option common_options[] = {
    {"help", KEY_HELP, NULL, 0, "Show this help", -1},
    {"version", KEY_VERSION, NULL, 0, "Show the version", -1},
    {"reader", KEY_READER, "NAME", OPTION_HIDDEN, "Read traces with 'fast' or 'babeltrace2' alone", -1},
    {0},
};

struct parse {
    const struct cmd *cmd;
    const struct argp *argp; /* the command's */
    const struct argp *all;  /* with the common options */
    void *input;
};

static void print_help(const struct parse *parse)
{
    const char *summary = parse->cmd->summary;
    printf("Usage: %s %s\n%c%s.\n\n", die_program(), parse->cmd->args, toupper(summary[0]), summary + 1);
    fflush(stdout);
    /* A note on short options that only tells what everybody knows. */
    setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
    argp_help(parse->all, stdout, ARGP_HELP_LONG, NULL);
    if (parse->argp->doc)
        printf("\n%s\n", parse->argp->doc);
    exit(EXIT_SUCCESS);
}

static bool is_last(const struct argp_option *option)
{
    return !option->name && !option->key && !option->doc;
}

/* Whether `word`, up to its '=', is one of the command's long options. */
static bool is_long_option(const struct argp_option *options, const char *word)
{
    size_t length = strcspn(word, "=");
    for (; options && !is_last(options); options++)
        if (options->name && strncmp(options->name, word, length) == 0)
            return true;
    return false;
}

/* Whether `word` is short options, all of which the command knows, as "-ja". */
static bool is_known_short(const struct argp_option *options, const char *word)
{
    for (word++; *word; word++) {
        const struct argp_option *option = options;
        while (option && !is_last(option) && option->key != *word)
            option++;
        if (!option || is_last(option))
            return false;
    }
    return true;
}

static bool is_short(const char *word)
{
    return word[0] == '-' && word[1] && word[1] != '-';
}

/* The option that argp can't take: getopt has moved past it, unless it stands before others as in "-xj". */
static const char *bad_word(const struct parse *parse, const struct argp_state *state)
{
    const char *past = state->next > 1 ? state->argv[state->next - 1] : NULL;
    const char *next = state->next < state->argc ? state->argv[state->next] : NULL;
    bool past_is_it = past && past[0] == '-' && !(is_short(past) && is_known_short(parse->argp->options, past));
    return next && is_short(next) && next[2] && !past_is_it ? next : past ? past : "";
}

static _Noreturn void die_bad_option(const struct parse *parse, const struct argp_state *state)
{
    const char *word = bad_word(parse, state);
    const struct argp_option *options = parse->argp->options;
    bool known = strncmp(word, "--", 2) == 0 ? is_long_option(options, word + 2) || is_long_option(common_options, word + 2)
                                             : is_short(word) && is_known_short(options, word);
    if (!known)
        die("can't take option '%s'; see %s --help", word, die_program());
    die("option '%s' %s or is ambiguous; see %s --help", word, strchr(word, '=') ? "takes no value" : "needs a value", die_program());
}

static void choose_reader(const char *name)
{
    if (strcmp(name, "fast") == 0)
        reader_choose(READER_fast);
    else if (strcmp(name, "babeltrace2") == 0)
        reader_choose(READER_babeltrace2);
    else
        die("--reader=%s: there are 'fast' and 'babeltrace2'", name);
}

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
    struct parse *parse = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = parse->input;
        return 0;
    case KEY_HELP:
        print_help(parse);
        return 0;
    case KEY_VERSION:
        puts("thrum " PACKAGE_VERSION);
        exit(EXIT_SUCCESS);
    case KEY_READER:
        choose_reader(arg);
        return 0;
    case ARGP_KEY_ERROR:
        die_bad_option(parse, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void options_parse(const struct cmd *cmd, const struct argp *argp, unsigned flags, int argc, char **argv, void *input)
{
    struct argp bare = {.options = argp->options, .parser = argp->parser, .children = argp->children};
    struct argp_child children[] = {{.argp = &bare}, {0}};
    struct argp all = {.options = common_options, .parser = parse_common, .children = children};
    struct parse parse = {.cmd = cmd, .argp = argp, .all = &all, .input = input};
    /* argp's own messages take two lines, and its own --help has another shape. */
    error_t err = argp_parse(&all, argc, argv, flags | ARGP_NO_HELP | ARGP_NO_ERRS, NULL, &parse);
    if (err)
        die("can't read the command line: %s", strerror(err));
}

int64_t options_milliseconds(const char *option, const char *text)
{
    char *end;
    errno = 0;
    double seconds = strtod(text, &end);
    if (end == text || *end || errno || !(seconds > 0) || !isfinite(seconds) || seconds > 1e9)
        die("--%s=%s: give a number of seconds, as in --%s=10", option, text, option);
    int64_t milliseconds = (int64_t)(seconds * 1000);
    return milliseconds ? milliseconds : 1;
}

void options_choose(const char **chosen, const char *option)
{
    if (*chosen && strcmp(*chosen, option) != 0)
        die("%s and %s don't go together: choose one", *chosen, option);
    *chosen = option;
}

void options_cant_run(const char *program, int err)
{
    const char *advice = err == EACCES ? "; is it a file that may be executed?" : err == ENOEXEC ? "; a script begins with #! and its interpreter" : "";
    if (err == ENOENT && !strchr(program, '/'))
        warn("can't run %s: there is no such program in PATH; one in this directory is ./%s", program, program);
    else
        warn("can't run %s: %s%s", program, strerror(err), advice);
}
