/* SPDX-License-Identifier: MIT */
/* Options that the commands which tell of traces share. */
#include "config.h"
#include "cmd/view.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/die.h"
#include "cmd/progress.h"

enum colour_when view_when(const char *word)
{
    enum colour_when when;
    if (!colour_parse(word, &when))
        die("--color takes always, never or auto, not '%s'", word);
    return when;
}

error_t view_progress(int key, const char *arg)
{
    static const char *const words[] = {[PROGRESS_auto] = "auto", [PROGRESS_always] = "always", [PROGRESS_never] = "never"};
    if (key != 'q' && key != VIEW_KEY_PROGRESS)
        return ARGP_ERR_UNKNOWN;
    const char *word = key == 'q' ? "never" : arg ? arg : "always";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0) {
            progress_choose((enum progress_when)i);
            return 0;
        }
    die("--progress takes always, never or auto, not '%s'", word);
}

error_t view_option(struct view *view, int key, char *arg, struct argp_state *state)
{
    switch (key) {
    case 'o':
        if (view->output)
            die("-o is given twice: %s and %s", view->output, arg);
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
        return view_progress(key, arg);
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
