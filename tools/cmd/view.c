/* SPDX-License-Identifier: MIT */
/* Options that the commands which tell of traces share. */
#include "config.h"
#include "cmd/view.h"

#include <stdlib.h>
#include "cmd/die.h"

enum colour_when view_when(const char *word)
{
    enum colour_when when;
    if (!colour_parse(word, &when))
        die("--color takes always, never or auto, not '%s'", word);
    return when;
}

error_t view_option(struct view *view, int key, char *arg, struct argp_state *state)
{
    switch (key) {
    case 'o':
        view->output = arg;
        return 0;
    case VIEW_KEY_COLOUR:
        view->colour = view_when(arg);
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
    return colour_wanted(view->colour, out);
}

void view_warn_incomplete(const struct report *report)
{
    char *losses = report_losses(report);
    if (*losses)
        warn("%s: incomplete trace: %s", report->paths[0], losses);
    free(losses);
}
