/* SPDX-License-Identifier: MIT */
/* Finds out which threads and locks of a recording a command line names. */
#ifndef THRUM_CMD_CHOOSE_H
#define THRUM_CMD_CHOOSE_H

#include "analyze/chosen.h"

/*
 * Reads the traces at paths for it; a name that nothing there has ends the program. NULL: nothing was named. To be freed. What
 * can be read only once is left for chosen_watch().
 */
struct chosen *choose(const struct selection *, const char *const *paths, size_t count);

#endif
