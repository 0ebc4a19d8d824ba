/* SPDX-License-Identifier: MIT */
/* When text is in colour. */
#include "config.h"
#include "render/colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool colour_parse(const char *word, enum colour_when *when)
{
    static const char *const words[] = {[COLOUR_auto] = "auto", [COLOUR_always] = "always", [COLOUR_never] = "never"};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word ? word : "always", words[i]) == 0) {
            *when = (enum colour_when)i;
            return true;
        }
    }
    return false;
}

bool colour_wanted(enum colour_when when, FILE *out)
{
    const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if (when != COLOUR_auto)
        return when == COLOUR_always;
    return isatty(fileno(out)) && !(no_color && *no_color) && !(terminal && strcmp(terminal, "dumb") == 0);
}
