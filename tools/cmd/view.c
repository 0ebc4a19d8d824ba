/* SPDX-License-Identifier: MIT */
/* Options that the commands which tell of traces share. */
#include "config.h"
#include "cmd/view.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/die.h"

static enum view_when parse_when(const char *word)
{
    if (!word || strcmp(word, "always") == 0)
        return VIEW_always;
    if (strcmp(word, "never") == 0)
        return VIEW_never;
    if (strcmp(word, "auto") != 0)
        die("--color takes always, never or auto, not '%s'", word);
    return VIEW_auto;
}

error_t view_option(struct view *view, int key, char *arg, struct argp_state *state)
{
    switch (key) {
    case 'o':
        view->output = arg;
        return 0;
    case VIEW_KEY_COLOUR:
        view->colour = parse_when(arg);
        return 0;
    case ARGP_KEY_ARGS:
        view->paths = (const char *const *)state->argv + state->next;
        view->path_count = (size_t)(state->argc - state->next);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const char *view_output(const struct view *view)
{
    return view->output ? view->output : "-";
}

bool view_in_colour(const struct view *view, FILE *out)
{
    const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if (view->colour != VIEW_auto)
        return view->colour == VIEW_always;
    return isatty(fileno(out)) && !(no_color && *no_color) && !(terminal && strcmp(terminal, "dumb") == 0);
}

void view_warn_incomplete(const struct report *report)
{
    char *losses = report_losses(report);
    if (*losses)
        warn("%s: incomplete trace: %s", report->paths[0], losses);
    free(losses);
}
