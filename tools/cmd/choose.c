/* SPDX-License-Identifier: MIT */
/* A reading of a recording for its names alone. */
#include "config.h"
#include "cmd/choose.h"

#include "cmd/die.h"
#include "cmd/replay.h"

struct chosen *choose(const struct selection *selection, const char *const *paths, size_t count)
{
    struct replay replay;
    if (!selection_names_any(selection))
        return NULL;
    struct chosen *chosen = chosen_new(selection);
    if (count && reader_goes_by(paths, count))
        return chosen;
    replay_open_to_watch(&replay, paths, count);
    replay.progress = progress_begin("reading names");
    chosen_watch(chosen, replay.model, replay.symbols);
    replay_run(&replay);
    chosen_rest(chosen);
    replay_close(&replay);
    const char *unfit = chosen_unfit(chosen);
    if (unfit)
        die("nothing in %s is called '%s'; 'thrum contention' and 'thrum info' list what there is", paths[0], unfit);
    return chosen;
}
