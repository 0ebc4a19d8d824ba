/* SPDX-License-Identifier: MIT */
/* The list of what a timeline can be written as. */
#include "config.h"

#include <string.h>
#include "render/timeline.h"

const struct timeline_ops *const timeline_formats[] = {
    &timeline_html, &timeline_text, &timeline_svg,
#ifdef HAVE_RSVG
    &timeline_png,
#endif
#ifdef HAVE_PROTOBUF_C
    &timeline_perfetto,
#endif
    &timeline_chrome, NULL,
};

const struct timeline_ops *timeline_format_named(const char *name)
{
    for (const struct timeline_ops *const *at = timeline_formats; *at; at++)
        if (strcmp((*at)->name, name) == 0)
            return *at;
    return NULL;
}

const struct timeline_ops *timeline_format_of_file(const char *path)
{
    size_t length = strlen(path);
    if (length > 3 && strcmp(path + length - 3, ".gz") == 0)
        length -= 3; /* gzipped: cmd/output.h */
    for (const struct timeline_ops *const *at = timeline_formats; *at; at++) {
        size_t tail = strlen((*at)->extension);
        if (length > tail && strncmp(path + length - tail, (*at)->extension, tail) == 0)
            return *at;
    }
    return NULL;
}
