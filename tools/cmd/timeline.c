/* SPDX-License-Identifier: MIT */
/* thrum timeline: a recording as a page, a picture, text, or a file for another viewer. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/cmd.h"
#include "cmd/cut.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/replay.h"
#ifdef HAVE_NCURSES
#include "cmd/timeline-screen.h"
#endif
#include "cmd/view.h"
#include "render/timeline-cut.h"
#include "render/pins.h"
#include "render/timeline.h"
#include "base/memory.h"

enum { KEY_BESIDE = 0x100, KEY_THREADS, KEY_LOCKS, KEY_WIDTH, KEY_PATH };

struct options {
    struct view view;
    struct selection cut;
    const struct timeline_ops *format; /* NULL: as the file's name says */
    const char *beside; /* another trace; NULL: none */
    bool all, path, interactive;
    size_t threads, locks, width; /* 0: as the format has it */
};

static const struct argp_option option_list[] = {
    {"output", 'o', "FILE", 0, "Write to FILE instead of one named after the trace, text to standard output; '-': standard output", 0},
    {"format", 'f', "FORMAT", 0, "What to write, where the name of FILE doesn't say it: see below", 0},
    {"beside", KEY_BESIDE, "TRACE2", 0, "Draw TRACE2 in the same page, below the others, in the same scale: to compare two runs", 0},
    {"interactive", 'i', NULL, 0, "Show it on the terminal, to move about in", 0},
    CUT_OPTIONS,
    {"critical-path", KEY_PATH, NULL, 0, "Draw also the critical path: what made the run as long as it was; the page always can", 0},
    {"threads", KEY_THREADS, "N", 0, "Text and pictures: rows of N threads at most, those that waited longest", 0},
    {"locks", KEY_LOCKS, "N", 0, "Text and pictures: rows of N locks at most, those waited for longest", 0},
    {"width", KEY_WIDTH, "N", 0, "Text and pictures: so wide, in columns or pixels", 0},
    {"all", 'a', NULL, 0, "Draw also what a runtime does for itself, such as Python's global interpreter lock; list also what was ruled out", 0},
    VIEW_COLOUR,
    VIEW_PROGRESS,
    {0},
};

/* What --help says after the options; made of the list of formats. */
static char *help_text(void)
{
    char *text;
    size_t size;
    FILE *out = memory_stream(&text, &size);
    fputs("TRACE is a directory that 'thrum record' or an LTTng session wrote; several are\ndrawn as one.\n\nFORMAT is one of\n", out);
    for (const struct timeline_ops *const *at = timeline_formats; *at; at++)
        fprintf(out, "  %-9s %-8s  %s\n", (*at)->name, (*at)->extension, (*at)->summary);
    fputs("\nExit status: 0 it was written, 2 the trace can't be read, the file can't be\nwritten, or the command line is wrong.", out);
    fclose(out);
    return text;
}

static const struct timeline_ops *parse_format(const char *word)
{
    const struct timeline_ops *format = timeline_format_named(word);
    if (format)
        return format;
    char *words = memory_text("");
    for (const struct timeline_ops *const *at = timeline_formats; *at; at++) {
        char *longer = memory_format("%s%s%s", words, *words ? ", " : "", (*at)->name);
        free(words);
        words = longer;
    }
    die("--format %s: there are %s", word, words);
}

static size_t parse_number(const char *option, const char *text)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (errno || end == text || *end || *text == '-' || number == 0 || number > 100000)
        die("--%s takes a number from 1 to 100000, not '%s'", option, text);
    return number;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'f':
        options->format = parse_format(arg);
        return 0;
    case 'a':
        options->all = true;
        return 0;
    case KEY_BESIDE:
        options->beside = arg;
        return 0;
    case 'i':
        options->interactive = true;
        return 0;
    case KEY_PATH:
        options->path = true;
        return 0;
    case KEY_THREADS:
        options->threads = parse_number("threads", arg);
        return 0;
    case KEY_LOCKS:
        options->locks = parse_number("locks", arg);
        return 0;
    case KEY_WIDTH:
        options->width = parse_number("width", arg);
        return 0;
    default:
        return cut_option(&options->cut, key, arg) == 0 ? 0 : view_option(&options->view, key, arg, state);
    }
}

/* --- where to --- */

/* "NAME.html" here, of the trace's directory; to be freed. */
static char *default_output(const char *path, const struct timeline_ops *format)
{
    char *full = realpath(path, NULL);
    const char *slash = full ? strrchr(full, '/') : NULL;
    char *name = memory_format("%s%s", slash && slash[1] ? slash + 1 : "timeline", format->extension);
    free(full);
    return name;
}

/* A name with another extension would become a page that nobody opens. */
static void require_known_extension(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    if (dot && dot > name && dot[1])
        die("-o %s: which format is %s? --format says it; thrum timeline --help lists them", path, dot);
}

static void choose_format(struct options *options)
{
    const char *path = options->view.output;
    const struct timeline_ops *named = path ? timeline_format_of_file(path) : NULL;
    if (!options->format && !named && path)
        require_known_extension(path);
    if (!options->format)
        options->format = named ? named : timeline_formats[0];
    if (options->beside && options->format != &timeline_html)
        die("--beside: the page alone shows two");
    if (options->format->binary && path && strcmp(path, "-") == 0 && isatty(STDOUT_FILENO))
        die("%s is nothing for a terminal; name a file with -o", options->format->name);
}

/* --- what --- */

/* Traces on their way to be drawn. */
struct drawing {
    struct replay replay;
    struct timeline *timeline;
    struct contention *contention; /* for the critical path; NULL: not wanted */
};

/* A picture of nothing is asked for by mistake. */
static void require_inside(const struct timeline *timeline, const struct options *options, const char *path)
{
    char length[32], from[32];
    int64_t lasts_ns = timeline->end_ns - timeline->begin_ns;
    if (options->cut.ranged && options->cut.from_ns > lasts_ns)
        die("--range: %s ends after %s; nothing is there from %s on", path, format_duration(length, lasts_ns), format_duration(from, options->cut.from_ns));
}

static void finish(struct drawing *drawing, const struct options *options)
{
    struct replay *replay = &drawing->replay;
    timeline_finish(drawing->timeline, &replay->findings, reader_stopped_ns(replay->reader));
    if (drawing->contention)
        contention_finish(drawing->contention, replay->report.stopped_ns);
    replay->report.all = options->all;
    replay->report.notes = symbols_notes(replay->symbols, &replay->report.note_count);
    require_inside(drawing->timeline, options, replay->report.paths[0]);
    const char *unknown = timeline_cut(drawing->timeline, &options->cut);
    if (unknown)
        die("nothing in %s is called '%s'; 'thrum contention' and the page list what there is", replay->report.paths[0], unknown);
    if (drawing->contention && options->format == &timeline_html)
        timeline_set_path(drawing->timeline, contention_path(drawing->contention));
}

static void drawing_make(struct drawing *drawing, const struct options *options, const char *const *paths, size_t count)
{
    struct replay *replay = &drawing->replay;
    replay_open(replay, paths, count);
    replay_foresee(replay);
    replay->told_elsewhere = true;
    struct timeline_names names = timeline_names_of(replay->symbols);
    drawing->timeline = timeline_new(replay->model, &names, options->all);
    drawing->contention = options->path || options->format == &timeline_html ? contention_new(replay->model, replay->symbols, options->all) : NULL;
    replay_run(replay);
    finish(drawing, options);
}

static void drawing_close(struct drawing *drawing)
{
    if (drawing->contention)
        contention_free(drawing->contention);
    timeline_free(drawing->timeline);
    replay_close(&drawing->replay);
}

static struct timeline_view view_of(const struct drawing *drawing, const struct options *options)
{
    return (struct timeline_view){
        .timeline = drawing->timeline, .report = &drawing->replay.report,
        .path = drawing->contention ? contention_path(drawing->contention) : NULL,
        .width = options->width, .threads = options->threads, .locks = options->locks};
}

/* One drawing, or two. */
static void write_timeline(const struct drawing drawings[2], size_t count, const struct options *options, const char *path)
{
    struct output output;
    output_open(&output, path);
    struct timeline_view view = view_of(&drawings[0], options), beside = count == 2 ? view_of(&drawings[1], options) : view;
    view.colour = view_in_colour(&options->view, output.file);
    view.beside = count == 2 ? &beside : NULL;
    int status = options->format->write(&view, output.file);
    if (status < 0 && !ferror(output.file)) { /* else output_close() says why it can't be written */
        output_abandon(&output);
        die("the %s can't be made: %s", options->format->noun,
            status == -ELIBACC ? "librsvg-2.so.2 isn't there: apt-get install librsvg2-2" : strerror(-status));
    }
    output_close(&output);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void say_done(const struct drawing *drawings, size_t count, const struct options *options, const char *path)
{
    bool seen = options->format == &timeline_text && strcmp(path, "-") == 0;
    size_t threads = 0, problems = 0;
    for (size_t i = 0; i < count; i++) {
        if (!seen)
            view_warn_incomplete(&drawings[i].replay.report);
        if (!seen && timeline_nothing(drawings[i].timeline))
            fprintf(stderr, "%s: nothing is to be seen in it: %s\n", die_program(), timeline_nothing(drawings[i].timeline));
        threads += drawings[i].timeline->threads.count;
        problems += report_problems(&drawings[i].replay.report) + pins_told_alone(drawings[i].timeline, &drawings[i].replay.report);
    }
    if (strcmp(path, "-") != 0)
        fprintf(stderr, "%s: the %s is in %s: %zu thread%s, %zu finding%s%s\n", die_program(), options->format->noun, path,
                threads, plural(threads), problems, plural(problems), options->format == &timeline_html ? "; open it in a browser" : "");
}

static void require_terminal(const struct options *options)
{
#ifndef HAVE_NCURSES
    die("-i: thrum was built without ncurses; --format text prints");
#endif
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        die("-i needs a terminal; --format text prints");
    if (options->beside || options->view.output)
        die("-i shows one recording, on the terminal: neither --beside nor -o goes with it");
}

static int interact(struct options *options)
{
    struct drawing drawing = {0};
    drawing_make(&drawing, options, options->view.paths, options->view.path_count);
    struct timeline_view view = view_of(&drawing, options);
#ifdef HAVE_NCURSES
    timeline_screen(&view);
#else
    (void)view;
#endif
    drawing_close(&drawing);
    selection_free(&options->cut);
    return EXIT_SUCCESS;
}

static int run(int argc, char **argv)
{
    struct options options = {0};
    struct drawing drawings[2] = {0};
    char *help = help_text();
    options_parse(&cmd_timeline, &(struct argp){.options = option_list, .parser = parse_option, .doc = help}, 0, argc, argv, &options);
    free(help);
    if (options.interactive) {
        require_terminal(&options);
        return interact(&options);
    }
    choose_format(&options);
    size_t count = options.beside ? 2 : 1;
    drawing_make(&drawings[0], &options, options.view.paths, options.view.path_count);
    if (options.beside)
        drawing_make(&drawings[1], &options, &options.beside, 1);
    char *path = options.view.output     ? memory_text(options.view.output)
                 : options.format->shown ? memory_text("-")
                                         : default_output(options.view.paths[0], options.format);
    write_timeline(drawings, count, &options, path);
    say_done(drawings, count, &options, path);
    for (size_t i = 0; i < count; i++)
        drawing_close(&drawings[i]);
    selection_free(&options.cut);
    free(path);
    return EXIT_SUCCESS;
}

const struct cmd cmd_timeline = {
    .name = "timeline",
    .args = "[OPTION...] TRACE...",
    .summary = "draw who waited for whom: a page for a browser, a picture, text",
    .run = run,
};
