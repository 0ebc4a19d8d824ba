/* SPDX-License-Identifier: MIT */
/* Reads --range, --process, --thread and --lock. */
#include "config.h"
#include "cmd/cut.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/die.h"
#include "render/render.h"
#include "base/memory.h"

static _Noreturn void die_range(const char *text)
{
    die("--range %s: give two times, as in --range 1.2s..1.5s, --range 300ms.. or --range ..20us", text);
}

/* A time as "1.5s", "300ms", "20us", "7ns" or, in seconds, "2"; moves past it. */
static int64_t parse_time(const char *text, const char **at)
{
    static const struct { const char *name; double ns; } units[] = {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    char *end;
    errno = 0;
    double number = strtod(*at, &end), factor = 1e9;
    if (end == *at || errno || !(number >= 0) || !isfinite(number))
        die_range(text);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strncmp(end, units[i].name, strlen(units[i].name)) == 0) {
            factor = units[i].ns;
            end += strlen(units[i].name);
            break;
        }
    if (number * factor > 9e18)
        die_range(text);
    *at = end;
    return (int64_t)(number * factor + 0.5);
}

/* strtod() would take the first point of ".." along. */
static void parse_range(struct selection *cut, const char *text)
{
    const char *middle = strstr(text, "..");
    if (!middle || strlen(text) >= 100)
        die_range(text);
    char first[100];
    const char *at = first, *rest = middle + 2;
    memcpy(first, text, (size_t)(middle - text));
    first[middle - text] = '\0';
    *cut = (struct selection){.ranged = true, .to_ns = -1, .processes = cut->processes, .threads = cut->threads, .locks = cut->locks};
    if (*at)
        cut->from_ns = parse_time(text, &at);
    if (*rest)
        cut->to_ns = parse_time(text, &rest);
    if (*at || *rest)
        die_range(text);
    if (cut->to_ns >= 0 && cut->to_ns <= cut->from_ns)
        die("--range %s: the second time must be later than the first", text);
}

error_t cut_option(struct selection *cut, int key, char *arg)
{
    switch (key) {
    case CUT_KEY_RANGE:
        parse_range(cut, arg);
        return 0;
    case CUT_KEY_PROCESS:
        selection_add(&cut->processes, arg);
        return 0;
    case CUT_KEY_THREAD:
        selection_add(&cut->threads, arg);
        return 0;
    case CUT_KEY_LOCK:
        selection_add(&cut->locks, arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void cut_check(const struct selection *cut, const struct report *report)
{
    char from[32], length[32];
    int64_t end_ns = report->stopped_ns > report->totals->end_ns ? report->stopped_ns : report->totals->end_ns;
    if (cut->ranged && cut->from_ns > end_ns - report->totals->begin_ns)
        die("--range: nothing of %s is left from %s on: it is %s long", report->paths[0], format_duration(from, cut->from_ns),
            format_duration(length, end_ns - report->totals->begin_ns));
}

static void put_names(FILE *out, const char *what, const struct selection_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        fprintf(out, "%s%s%s", i ? " or " : ftell(out) ? ", " : "", i ? "" : what, names->at[i]);
}

char *cut_text(const struct selection *cut)
{
    char *text, time[32];
    size_t size;
    if (!cut->ranged && !selection_names_any(cut))
        return NULL;
    FILE *out = memory_stream(&text, &size);
    if (cut->ranged)
        fprintf(out, "from %s", format_duration(time, cut->from_ns));
    if (cut->ranged && cut->to_ns >= 0)
        fprintf(out, " to %s", format_duration(time, cut->to_ns));
    else if (cut->ranged)
        fputs(" on", out);
    fflush(out);
    put_names(out, "process ", &cut->processes);
    put_names(out, "thread ", &cut->threads);
    put_names(out, "lock ", &cut->locks);
    fclose(out);
    return text;
}
