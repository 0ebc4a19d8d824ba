/* SPDX-License-Identifier: MIT */
/* Writes two timelines into one page: the frame once, the data of both. */
#include "config.h"
#include "render/html.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include "render/html-inner.h"
#include "render/pack.h"
#include "render/page.h"
#include "base/memory.h"

/* The timeline's page without its data, as a JSON text. */
static char *frame_json(void)
{
    char *page = NULL;
    size_t size;
    FILE *stream = open_memstream(&page, &size);
    if (!stream)
        return NULL;
    html_fill(page_frame, &(struct html_content){0}, stream);
    fclose(stream);
    struct json_object *json = json_object_new_string_len(page, (int)size);
    char *text = memory_text(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(json);
    free(page);
    return text;
}

int html_write_pair(const struct timeline *const timelines[2], const struct report *const reports[2], FILE *out)
{
    struct pack packs[2] = {{0}, {0}};
    char *heads[2] = {html_head(timelines[0], reports[0], &packs[0]), html_head(timelines[1], reports[1], &packs[1])};
    char *frame = frame_json();
    int status = !frame ? -ENOMEM
                        : html_fill(page_pair, &(struct html_content){.timeline = timelines[0], .frame = frame,
                                                                      .heads = {heads[0], heads[1]},
                                                                      .packs = {&packs[0], &packs[1]}}, out);
    free(frame);
    for (int i = 0; i < 2; i++) {
        free(heads[i]);
        pack_free(&packs[i]);
    }
    return html_flush(out, status);
}
