/* SPDX-License-Identifier: MIT */
/* A timeline as a picture that stands still: for a report, a paper, an issue. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include "render/axis.h"
#include "render/svg-inner.h"
#include "base/memory.h"

enum { WIDTH = 1200, THREADS = 48, LOCKS = 24, NAME_LETTER = 7, LABEL_LETTER = 6, NAME_MOST = 230 };

/* Colours and patterns as on the page; shapes and words stand beside the colours. */
static const char style[] =
    "<style>"
    "text{font:12px system-ui,'DejaVu Sans',sans-serif;fill:#1b2330}"
    ".t{font-size:15px;font-weight:600}.s,.a{fill:#55617a}.a{font-size:11px}.n{text-anchor:end}.w{fill:#a83200;font-weight:600}"
    ".in{font-size:10px;fill:#fff}.for{font-size:9px;paint-order:stroke;stroke:#fff;stroke-opacity:.85;stroke-width:3;stroke-linejoin:round}.g{stroke:#eceff4}.life{fill:#dce3ec}.hold{fill:#009e73}.shared{fill:#66c5ab}"
    ".acquire{fill:url(#acquire)}.wait{fill:url(#wait)}.forever{fill:url(#forever)}.handler{fill:#3d4657}"
    ".arrow{stroke:#39445a;fill:none;opacity:.55}.path{stroke:#cc2a6f;stroke-width:3.5;fill:none;opacity:.8;stroke-linejoin:round}"
    ".pin path{fill:#b45f00;stroke:#fff;stroke-width:.8}.sure path{fill:#a83200}.pin .b{stroke:#fff;stroke-width:1.6;fill:none}"
    "</style>\n"
    "<defs>"
    "<pattern id=\"acquire\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect width=\"6\" height=\"6\" fill=\"#e69f00\"/>"
    "<path d=\"M-1 4 4 -1M2 7 7 2\" stroke=\"#a66f00\"/></pattern>"
    "<pattern id=\"wait\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\"><rect width=\"5\" height=\"5\" fill=\"#8fcdf0\"/>"
    "<circle cx=\"2.5\" cy=\"2.5\" r=\".9\" fill=\"#2d85bb\"/></pattern>"
    "<pattern id=\"forever\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\"><rect width=\"7\" height=\"7\" fill=\"#d55e00\"/>"
    "<path d=\"M0 0 7 7M7 0 0 7\" stroke=\"#8f2f00\"/></pattern>"
    "<marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"6\" markerHeight=\"6\" orient=\"auto\">"
    "<path d=\"M0 1 8 4 0 7z\" fill=\"#39445a\"/></marker>"
    "</defs>\n";

double svg_x(const struct svg *svg, int64_t time_ns)
{
    int64_t length = svg->timeline->to_ns - svg->timeline->from_ns;
    double part = (double)(time_ns - svg->timeline->from_ns) / (double)(length > 0 ? length : 1);
    return svg->left + svg->width * (part < 0 ? 0 : part > 1 ? 1 : part);
}

/* A text of more than so many characters, cut: where its end was stands "…". Takes it. */
static char *shorten(char *text, size_t most)
{
    size_t count = 0, end = 0;
    for (size_t i = 0; most && text[i]; i++) {
        if ((text[i] & 0xc0) == 0x80)
            continue;
        if (++count == most)
            end = i;
        if (count > most) {
            char *cut = memory_format("%.*s\xe2\x80\xa6", (int)end, text);
            free(text);
            return cut;
        }
    }
    return text;
}

void svg_put_text(const struct svg *svg, char *text, size_t most)
{
    char *clean = clean_text(text);
    clean = shorten(clean, most);
    for (const char *at = clean; *at; at++)
        switch (*at) {
        case '<': fputs("&lt;", svg->out); break;
        case '>': fputs("&gt;", svg->out); break;
        case '&': fputs("&amp;", svg->out); break;
        default: putc_unlocked(*at, svg->out);
        }
    free(clean);
    free(text);
}

/* --- measures --- */

static size_t letters(char *text)
{
    size_t count = 0;
    for (const char *at = text; *at; at++)
        count += (*at & 0xc0) != 0x80;
    free(text);
    return count;
}

static double name_width(const struct svg *svg)
{
    size_t most = 8;
    for (size_t i = 0; i < svg->lanes.thread_count; i++) {
        size_t count = letters(timeline_row_name(svg->timeline, svg->lanes.threads[i].place));
        most = count > most ? count : most;
    }
    for (size_t i = 0; i < svg->lanes.object_count; i++) {
        size_t count = letters(timeline_object_row_name(svg->timeline, svg->lanes.objects[i].place));
        most = count > most ? count : most;
    }
    double width = (double)(most * NAME_LETTER);
    return width < NAME_MOST ? width : NAME_MOST;
}

static void measure(struct svg *svg)
{
    double all = (double)(svg->view->width ? svg->view->width : WIDTH);
    size_t rows = svg->lanes.thread_count + svg->lanes.object_count;
    svg->left = name_width(svg) + 2 * SVG_MARGIN;
    svg->width = all - svg->left - SVG_MARGIN;
    if (svg->width < 100)
        svg->width = 100;
    svg->height = (double)(SVG_TOP + (rows + 2) * SVG_ROW + 2 * SVG_GAP);
    svg->thread_middles = memory_new(svg->timeline->threads.count + 1, sizeof *svg->thread_middles);
}

/* --- around the rows --- */

static char *title_of(const struct svg *svg)
{
    char length[32], *name = timeline_title(svg->timeline);
    size_t threads = svg->timeline->threads.count;
    char *title = memory_format("%s: %s, %zu thread%s", name, format_duration(length, svg->timeline->to_ns - svg->timeline->from_ns),
                                threads, threads == 1 ? "" : "s");
    free(name);
    return title;
}

static const struct finding *first_finding(const struct report *report)
{
    for (size_t i = 0; i < report->findings->count; i++)
        if (report_shows(report, &report->findings->at[i]))
            return &report->findings->at[i];
    return NULL;
}

static void put_head(const struct svg *svg)
{
    const struct finding *finding = first_finding(svg->view->report);
    fprintf(svg->out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n<title>",
            svg->left + svg->width + SVG_MARGIN, svg->height, svg->left + svg->width + SVG_MARGIN, svg->height);
    svg_put_text(svg, title_of(svg), 0);
    fputs("</title>\n", svg->out);
    fputs(style, svg->out);
    fprintf(svg->out, "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text class=\"t\" x=\"%d\" y=\"24\">", SVG_MARGIN);
    svg_put_text(svg, title_of(svg), 0);
    fputs("</text>\n", svg->out);
    if (!finding)
        return;
    fprintf(svg->out, "<text class=\"%s\" x=\"%d\" y=\"44\">%s: ", finding->certainty == CERTAINTY_happened ? "w" : "s", SVG_MARGIN,
            finding_certainty_word(finding->certainty));
    svg_put_text(svg, memory_text(finding->message), (size_t)(svg->width + svg->left) / NAME_LETTER);
    fputs("</text>\n", svg->out);
}

static void put_axis(const struct svg *svg, double bottom)
{
    int64_t from = svg->timeline->from_ns - svg->timeline->begin_ns, length = svg->timeline->to_ns - svg->timeline->from_ns;
    int64_t step = axis_step(length > 0 ? length : 1, (unsigned)(svg->width / 90));
    char buffer[32];
    for (int64_t tick = (from + step - 1) / step * step; tick <= from + length; tick += step) {
        double x = svg_x(svg, svg->timeline->begin_ns + tick);
        fprintf(svg->out, "<path class=\"g\" d=\"M%.1f %dV%.0f\"/>\n", x, SVG_TOP - 6, bottom);
        const char *label = axis_label(buffer, tick, step);
        if (x + 3 + (double)strlen(label) * LABEL_LETTER <= svg->left + svg->width + SVG_MARGIN)
            fprintf(svg->out, "<text class=\"a\" x=\"%.1f\" y=\"%d\">%s</text>\n", x + 3, SVG_TOP - 8, label);
    }
}

/* What there is of each item of the legend. */
enum { LEGEND_life, LEGEND_hold, LEGEND_shared, LEGEND_acquire, LEGEND_wait, LEGEND_forever, LEGEND_handler, LEGEND_items };

static void find_items(const struct timeline *timeline, bool *there)
{
    static const int of[] = {[TIMELINE_hold] = LEGEND_hold, [TIMELINE_shared] = LEGEND_shared, [TIMELINE_acquire] = LEGEND_acquire,
                             [TIMELINE_wait] = LEGEND_wait, [TIMELINE_handler] = LEGEND_handler};
    there[LEGEND_life] = timeline->threads.count;
    for (size_t i = 0; i < timeline->spans.count; i++)
        there[timeline->spans.at[i].flags & TIMELINE_FOREVER ? LEGEND_forever : of[timeline->spans.at[i].what]] = true;
}

static void put_legend(const struct svg *svg, double y, bool pinned)
{
    static const struct { const char *class, *text; } items[LEGEND_items] = {
        {"life", "runs, sleeps or does I/O"}, {"hold", "holds a lock"}, {"shared", "holds it with other readers"}, {"acquire", "waits for a lock"},
        {"wait", "waits for another thread"}, {"forever", "deadlock"}, {"handler", "signal handler"}};
    double x = SVG_MARGIN;
    bool there[LEGEND_items] = {false};
    find_items(svg->timeline, there);
    for (size_t i = 0; i < LEGEND_items; i++) {
        if (!there[i])
            continue;
        fprintf(svg->out, "<rect class=\"%s\" x=\"%.0f\" y=\"%.0f\" width=\"16\" height=\"10\" rx=\"2\"/><text class=\"a\" x=\"%.0f\" y=\"%.0f\">%s</text>\n",
                items[i].class, x, y - 9, x + 21, y, items[i].text);
        x += 40 + (double)strlen(items[i].text) * 6.2;
    }
    if (pinned)
        fprintf(svg->out, "<g class=\"pin\" transform=\"translate(%.0f %.0f)\">" SVG_PIN "</g><text class=\"a\" x=\"%.0f\" y=\"%.0f\">a finding</text>\n",
                x + 8, y - 5, x + 21, y);
    x += pinned ? 96 : 0;
    if (svg->view->path)
        fprintf(svg->out, "<path class=\"path\" d=\"M%.0f %.0fh16\"/><text class=\"a\" x=\"%.0f\" y=\"%.0f\">critical path</text>\n", x, y - 4, x + 21, y);
}

static void put_left_out(const struct svg *svg, double y)
{
    size_t threads = svg->lanes.threads_left_out, objects = svg->lanes.objects_left_out;
    if (!threads && !objects)
        return;
    fprintf(svg->out, "<text class=\"a\" x=\"%d\" y=\"%.0f\">not drawn:", SVG_MARGIN, y);
    if (threads)
        fprintf(svg->out, " %zu thread%s that waited less (--threads)%s", threads, threads == 1 ? "" : "s", objects ? "," : "");
    if (objects)
        fprintf(svg->out, " %zu object%s waited for less (--locks)", objects, objects == 1 ? "" : "s");
    fputs("</text>\n", svg->out);
}

static void put_nothing(const struct svg *svg)
{
    const char *nothing = timeline_nothing(svg->timeline);
    if (nothing)
        fprintf(svg->out, "<text class=\"s\" x=\"%.0f\" y=\"%d\">(%s)</text>\n", svg->left + SVG_MARGIN, SVG_TOP + 15, nothing);
}

static int write_svg(const struct timeline_view *view, FILE *out)
{
    struct svg svg = {.out = out, .view = view, .timeline = view->timeline};
    lanes_make(&svg.lanes, view->timeline, view->threads ? view->threads : THREADS, view->locks ? view->locks : LOCKS);
    measure(&svg);
    put_head(&svg);
    put_axis(&svg, svg.height - 2 * SVG_ROW);
    double y = svg_put_rows(&svg, SVG_TOP);
    svg_put_arrows(&svg);
    if (view->path)
        svg_put_path(&svg);
    bool pinned = svg_put_pins(&svg) > 0;
    put_legend(&svg, y + 24, pinned);
    put_left_out(&svg, y + 44);
    put_nothing(&svg);
    fputs("</svg>\n", out);
    lanes_free(&svg.lanes);
    free(svg.thread_middles);
    return 0;
}

const struct timeline_ops timeline_svg = {
    .name = "svg",
    .extension = ".svg",
    .summary = "a picture for a report or a paper",
    .noun = "picture",
    .write = write_svg,
};
