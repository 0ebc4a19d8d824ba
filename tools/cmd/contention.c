/* SPDX-License-Identifier: MIT */
/* thrum contention: what threads waited for, and who made them wait. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/choose.h"
#include "cmd/cmd.h"
#include "cmd/cut.h"
#include "cmd/die.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/replay.h"
#include "cmd/view.h"
#include "render/contention.h"

enum { KEY_PATH_OF = 0x180, KEY_CSV = 0x100, KEY_BY, KEY_DIFF };

/* Rows of each table where -E says nothing: a screen's worth. */
enum { ENTRIES = 10 };

enum format { FORMAT_text, FORMAT_json, FORMAT_csv };

struct options {
    struct view view;
    struct selection cut;
    enum format format;
    const char *form; /* the option that says it, NULL: none */
    bool all, entries_given, diff;
    char *part; /* what was asked for, in words; NULL: everything */
    const char *path_of; /* NULL: the last event */
    const char *by; /* one table alone, NULL: all */
    unsigned key;
    unsigned fields[CONTENTION_FIELDS_MAX];
    size_t field_count;
    size_t entries;
};

static const struct argp_option option_list[] = {
    {"json", 'j', NULL, 0, "Write one JSON object instead of text", 0},
    {"csv", KEY_CSV, NULL, 0, "Write one table as comma-separated values: locks, or what --by names", 0},
    {"by", KEY_BY, "TABLE", 0, "One table alone: path (the critical one), locks, sites, pairs (who made whom wait), convoys, waits, threads", 0},
    {"path-of", KEY_PATH_OF, "THREAD", 0, "The critical path to the end of this thread, by name or tid, instead of to the last event", 0},
    {"diff", KEY_DIFF, NULL, 0, "Compare two recordings: what changed from the first TRACE to the second", 0},
    {"key", 'k', "FIELD", 0, "Sort by this column, largest first (wait_total)", 0},
    {"field", 'F', "FIELD,...", 0, "Show these columns", 0},
    {"entries", 'E', "N", 0, "Show N rows of each table (10 in text, else all); 0: all", 0},
    {"all", 'a', NULL, 0, "Count also what a runtime does for itself, such as Python's global interpreter lock", 0},
    CUT_OPTIONS,
    VIEW_OUTPUT,
    VIEW_COLOUR,
    VIEW_PROGRESS,
    {0},
};

static const char after_options[] =
    "TRACE is a directory that 'thrum record' or an LTTng session wrote; several are\n"
    "read as one.\n"
    "FIELD is one of acquired, contended, percent, wait_total, avg_wait, wait_p99,\n"
    "wait_max, hold_total, avg_hold, hold_p99, hold_max, waiters, failed, woken_total.\n"
    "\n"
    "Exit status: 0 the tables were written, 2 the trace can't be read or the command\n"
    "line is wrong.";

static _Noreturn void die_field(const char *option, const char *word)
{
    die("%s %s: no such column; there are %s", option, word, contention_field_words());
}

static void parse_fields(struct options *options, const char *words)
{
    char *bad = contention_parse_fields(words, options->fields, &options->field_count);
    if (bad)
        die_field("-F", bad);
}

static void parse_key(struct options *options, const char *word)
{
    unsigned fields[CONTENTION_FIELDS_MAX];
    size_t count;
    char *bad = contention_parse_fields(word, fields, &count);
    if (bad || count != 1)
        die_field("-k", word);
    options->key = fields[0];
}

static void parse_entries(struct options *options, const char *word)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(word, &end, 10);
    if (errno || end == word || *end || *word == '-')
        die("-E takes a number of rows, not '%s'", word);
    options->entries = number;
    options->entries_given = true;
}

static void parse_by(struct options *options, const char *word)
{
    bool known = strcmp(word, "pairs") == 0 || strcmp(word, "path") == 0 || strcmp(word, "convoys") == 0;
    for (int i = 0; i < CONTENTION_TABLES; i++)
        known |= strcmp(word, contention_table_word((enum contention_table)i)) == 0;
    if (!known)
        die("--by takes path, locks, sites, pairs, convoys, waits or threads, not '%s'", word);
    options->by = word;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'j':
        options_choose(&options->form, "--json");
        options->format = FORMAT_json;
        return 0;
    case KEY_CSV:
        options_choose(&options->form, "--csv");
        options->format = FORMAT_csv;
        return 0;
    case KEY_BY:
        parse_by(options, arg);
        return 0;
    case KEY_PATH_OF:
        options->path_of = arg;
        return 0;
    case KEY_DIFF:
        options->diff = true;
        return 0;
    case 'k':
        parse_key(options, arg);
        return 0;
    case 'F':
        parse_fields(options, arg);
        return 0;
    case 'E':
        parse_entries(options, arg);
        return 0;
    case 'a':
        options->all = true;
        return 0;
    default:
        return cut_option(&options->cut, key, arg) == 0 ? 0 : view_option(&options->view, key, arg, state);
    }
}

static bool wants(const struct options *options, const char *table)
{
    if (options->by)
        return strcmp(options->by, table) == 0;
    if (strcmp(table, "path") == 0 && selection_names_any(&options->cut)) /* which is one for all */
        return false;
    return options->format != FORMAT_csv || strcmp(table, "locks") == 0;
}

static struct contention_view view_of(const struct options *options)
{
    struct contention_view view = {
        .part = options->part, .pairs = wants(options, "pairs"), .path = wants(options, "path"), .convoys = wants(options, "convoys"),
        .key = options->key, .fields = options->fields, .field_count = options->field_count,
        .entries = options->entries_given ? options->entries : options->format == FORMAT_text ? ENTRIES : 0,
    };
    for (int i = 0; i < CONTENTION_TABLES; i++)
        view.tables[i] = wants(options, contention_table_word((enum contention_table)i));
    return view;
}

/* One recording, read and counted. */
struct counted {
    struct replay replay;
    struct chosen *chosen;
    struct contention *contention;
};

static void count(struct counted *counted, const struct options *options, const char *const *paths, size_t path_count)
{
    struct replay *replay = &counted->replay;
    counted->chosen = choose(&options->cut, paths, path_count);
    replay_open_to_watch(replay, paths, path_count);
    if (counted->chosen && reader_goes_by(paths, path_count))
        chosen_watch(counted->chosen, replay->model, replay->symbols);
    counted->contention = contention_new(replay->model, replay->symbols, options->all);
    contention_select(counted->contention, &options->cut, counted->chosen);
    replay_run(replay);
    cut_check(&options->cut, &replay->report);
    contention_path_of(counted->contention, options->path_of);
    contention_finish(counted->contention, replay->report.stopped_ns);
    if (options->path_of && !contention_path(counted->contention)->step_count)
        die("--path-of %s: no thread is called that; --by threads lists them", options->path_of);
    replay->report.notes = symbols_notes(replay->symbols, &replay->report.note_count);
}

static void end(struct counted *counted)
{
    contention_free(counted->contention);
    chosen_free(counted->chosen);
    replay_close(&counted->replay);
}

static void warn_incomplete(const struct report *report, const struct options *options)
{
    if (options->format != FORMAT_text || options->diff || strcmp(view_output(&options->view), "-") != 0)
        view_warn_incomplete(report);
}

static void write_one(const struct options *options)
{
    static void (*const writers[])(FILE *, const struct contention_view *) = {contention_text, contention_json, contention_csv};
    struct contention_view view = view_of(options);
    struct counted counted;
    struct output output;
    count(&counted, options, options->view.paths, options->view.path_count);
    view.contention = counted.contention;
    view.report = &counted.replay.report;
    output_open(&output, view_output(&options->view));
    view.colour = view_in_colour(&options->view, output.file);
    writers[options->format](output.file, &view);
    output_close(&output);
    warn_incomplete(&counted.replay.report, options);
    end(&counted);
}

static void write_diff(const struct options *options)
{
    static void (*const writers[])(FILE *, const struct contention_view *, const struct contention_view *) = {
        contention_diff_text, contention_diff_json, contention_diff_csv};
    struct contention_view views[] = {view_of(options), view_of(options)};
    struct counted counted[2];
    struct output output;
    if (options->view.path_count != 2)
        die("--diff compares two traces, not %zu", options->view.path_count);
    if (options->by && (strcmp(options->by, "threads") == 0 || strcmp(options->by, "pairs") == 0))
        die("--diff compares path, locks, sites, convoys and waits, not %s", options->by);
    for (int i = 0; i < 2; i++) {
        count(&counted[i], options, &options->view.paths[i], 1);
        views[i].contention = counted[i].contention;
        views[i].report = &counted[i].replay.report;
    }
    output_open(&output, view_output(&options->view));
    views[0].colour = views[1].colour = view_in_colour(&options->view, output.file);
    writers[options->format](output.file, &views[0], &views[1]);
    output_close(&output);
    for (int i = 0; i < 2; i++) {
        warn_incomplete(&counted[i].replay.report, options);
        end(&counted[i]);
    }
}

static int run(int argc, char **argv)
{
    struct options options = {.cut.to_ns = -1, .key = contention_default_key()};
    options_parse(&cmd_contention, &(struct argp){.options = option_list, .parser = parse_option, .doc = after_options}, 0,
                  argc, argv, &options);
    options.part = cut_text(&options.cut);
    if (options.diff)
        write_diff(&options);
    else
        write_one(&options);
    free(options.part);
    selection_free(&options.cut);
    return EXIT_SUCCESS;
}

const struct cmd cmd_contention = {
    .name = "contention",
    .args = "[OPTION...] TRACE...",
    .summary = "say what threads waited for, and who made them wait",
    .run = run,
};
