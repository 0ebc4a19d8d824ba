/* SPDX-License-Identifier: MIT */
/* Writes the page: its frame, with style, scripts, head and data put where the {{names}} stand. */
#include "config.h"
#include "render/html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "render/html-inner.h"
#include "render/pack.h"
#include "render/page.h"
#include "render/timeline.h"

static void write_part(struct page_part part, FILE *out)
{
    fwrite(part.begin, 1, (size_t)(part.end - part.begin), out);
}

static void write_scripts(FILE *out)
{
    for (size_t i = 0; i < page_script_count; i++)
        write_part(page_scripts[i], out);
}

/* No "<" may stand in a script of the page: it could end it. In JSON it occurs in texts only. */
static void write_json(const char *json, FILE *out)
{
    for (const char *at = json; *at; at++)
        if (*at == '<')
            fputs("\\u003c", out);
        else
            putc_unlocked(*at, out);
}

/* As the text of an element. */
static void write_text(const char *text, FILE *out)
{
    for (; *text; text++)
        switch (*text) {
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '&': fputs("&amp;", out); break;
        default: putc_unlocked(*text, out); break;
        }
}

static void write_title(const struct timeline *timeline, FILE *out)
{
    char *title = timeline_title(timeline);
    write_text(title, out);
    free(title);
}

static bool is(const char *name, size_t length, const char *word)
{
    return length == strlen(word) && memcmp(name, word, length) == 0;
}

/* Whether it is `word`, or `word-0`, and so on; which then. */
static bool is_numbered(const char *name, size_t length, const char *word, size_t *which)
{
    size_t bare = strlen(word);
    *which = length == bare + 2 && name[bare] == '-' && name[bare + 1] == '1';
    return is(name, length, word) || (length == bare + 2 && memcmp(name, word, bare) == 0 && name[bare] == '-');
}

static int write_named(const struct html_content *content, const char *name, size_t length, FILE *out)
{
    size_t which;
    if (is(name, length, "css"))
        write_part(page_style, out);
    else if (is(name, length, "js"))
        write_scripts(out);
    else if (is(name, length, "title") && content->timeline)
        write_title(content->timeline, out);
    else if (is(name, length, "frame") && content->frame)
        write_json(content->frame, out);
    else if (is_numbered(name, length, "head", &which) && content->heads[which])
        write_json(content->heads[which], out);
    else if (is_numbered(name, length, "data", &which) && content->packs[which])
        return pack_write(content->packs[which], out);
    else
        fprintf(out, "{{%.*s}}", (int)length, name);
    return 0;
}

int html_fill(struct page_part page, const struct html_content *content, FILE *out)
{
    const char *at = page.begin, *open;
    int status = 0;
    while (!status && (open = memmem(at, (size_t)(page.end - at), "{{", 2))) {
        const char *name = open + 2, *close = memmem(name, (size_t)(page.end - name), "}}", 2);
        if (!close)
            break;
        write_part((struct page_part){at, open}, out);
        status = write_named(content, name, (size_t)(close - name), out);
        at = close + 2;
    }
    write_part((struct page_part){at, page.end}, out);
    return status;
}

int html_flush(FILE *out, int status)
{
    errno = 0;
    if (!status && (fflush(out) || ferror(out)))
        status = errno ? -errno : -EIO;
    return status;
}

int html_write(const struct timeline *timeline, const struct report *report, FILE *out)
{
    struct pack data = {0};
    char *head = html_head(timeline, report, &data);
    int status = html_fill(page_frame, &(struct html_content){.timeline = timeline, .heads = {head}, .packs = {&data}}, out);
    free(head);
    pack_free(&data);
    return html_flush(out, status);
}

static int write_view(const struct timeline_view *view, FILE *out)
{
    if (!view->beside)
        return html_write(view->timeline, view->report, out);
    return html_write_pair((const struct timeline *[]){view->timeline, view->beside->timeline},
                           (const struct report *[]){view->report, view->beside->report}, out);
}

const struct timeline_ops timeline_html = {
    .name = "html",
    .extension = ".html",
    .summary = "a page to open in a browser",
    .noun = "page",
    .write = write_view,
};
