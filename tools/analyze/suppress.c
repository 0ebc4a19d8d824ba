/* SPDX-License-Identifier: MIT */
/* Rules of what isn't to be told. */
#include "config.h"
#include "analyze/suppress.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

/* What a rule's pattern is held against. */
enum part { PART_any, PART_function, PART_file, PART_module, PART_object, PART_COUNT };

static const char *const part_words[] = {[PART_any] = "", [PART_function] = "function=", [PART_file] = "file=",
                                         [PART_module] = "module=", [PART_object] = "object="};

struct rule {
    char *text;    /* as it was written */
    char *pattern; /* as fnmatch() takes it */
    char *origin;  /* "known.supp:3" */
    enum finding_kind kind; /* FINDING_KIND_COUNT: any */
    enum part part;
    uint64_t hits;
};

struct suppressions {
    struct rule *at;
    size_t count, capacity;
};

struct suppressions *suppressions_new(void)
{
    return memory_new(1, sizeof(struct suppressions));
}

void suppressions_free(struct suppressions *suppressions)
{
    for (size_t i = 0; suppressions && i < suppressions->count; i++) {
        free(suppressions->at[i].text);
        free(suppressions->at[i].pattern);
        free(suppressions->at[i].origin);
    }
    if (suppressions)
        free(suppressions->at);
    free(suppressions);
}

/* --- reading --- */

static char *glob_of(const char *pattern)
{
    size_t length = strlen(pattern);
    bool begins = *pattern == '^', ends = length > 0 && pattern[length - 1] == '$';
    if (ends)
        length--;
    return memory_format("%s%.*s%s", begins ? "" : "*", (int)(length - begins), pattern + begins, ends ? "" : "*");
}

static enum part part_of(const char **pattern)
{
    for (enum part part = PART_function; part < PART_COUNT; part++)
        if (strncmp(*pattern, part_words[part], strlen(part_words[part])) == 0) {
            *pattern += strlen(part_words[part]);
            return part;
        }
    return PART_any;
}

/* One line; false where it makes no sense, and why. */
static bool read_rule(struct suppressions *suppressions, char *line, const char **why)
{
    char *colon = strchr(line, ':');
    if (!colon || !colon[1]) {
        *why = "a rule is KIND:PATTERN";
        return false;
    }
    *colon = '\0';
    bool any = strcmp(line, "*") == 0;
    enum finding_kind kind = any ? FINDING_KIND_COUNT : finding_kind_of(line);
    *colon = ':';
    if (!any && kind == FINDING_KIND_COUNT) {
        *why = "there is no such kind of finding";
        return false;
    }
    suppressions->at = memory_grow(suppressions->at, suppressions->count + 1, &suppressions->capacity, sizeof(*suppressions->at));
    struct rule *rule = &suppressions->at[suppressions->count++];
    const char *pattern = colon + 1;
    *rule = (struct rule){.text = memory_text(line), .kind = kind, .part = part_of(&pattern)};
    rule->pattern = glob_of(pattern);
    return true;
}

/* Without the blanks around it; empty for a comment. */
static char *trim(char *line)
{
    line += strspn(line, " \t");
    if (*line == '#')
        *line = '\0';
    for (size_t length = strlen(line); length > 0 && strchr(" \t\r\n", line[length - 1]); length--)
        line[length - 1] = '\0';
    return line;
}

bool suppressions_read(struct suppressions *suppressions, const char *path, char **trouble)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0, number = 0;
    *trouble = file ? NULL : memory_format("%s: can't read the suppressions there: %s", path, strerror(errno));
    while (file && !*trouble && getline(&line, &size, file) > 0) {
        const char *why = "";
        char *rule = trim(line);
        number++;
        if (*rule && !read_rule(suppressions, rule, &why))
            *trouble = memory_format("%s:%zu: %s: '%s'", path, number, why, rule);
        else if (*rule)
            suppressions->at[suppressions->count - 1].origin = memory_format("%s:%zu", path, number);
    }
    free(line);
    if (file)
        fclose(file);
    return !*trouble;
}

/* --- matching --- */

static bool fits(const struct rule *rule, enum part part, const char *text)
{
    return text && *text && (rule->part == PART_any || rule->part == part) && fnmatch(rule->pattern, text, 0) == 0;
}

static bool object_fits(const struct rule *rule, const struct finding_object *object)
{
    if (!object->kind || !*object->kind)
        return false;
    if (fits(rule, PART_object, object->name) || fits(rule, PART_object, object->object))
        return true;
    for (size_t i = 0; i < object->stack_count; i++) {
        const struct finding_frame *frame = &object->stack[i];
        if (fits(rule, PART_function, frame->function) || fits(rule, PART_file, frame->file) || fits(rule, PART_module, frame->module))
            return true;
        /* Where no more is known than the text, it says what is called, and where. */
        if (!frame->function && rule->part != PART_object && fnmatch(rule->pattern, frame->text, 0) == 0)
            return true;
    }
    return false;
}

static bool rule_fits(const struct rule *rule, const struct finding *finding)
{
    if (rule->kind != FINDING_KIND_COUNT && rule->kind != finding->kind)
        return false;
    for (size_t i = 0; i < finding->step_count; i++)
        if (object_fits(rule, &finding->steps[i].holds) || object_fits(rule, &finding->steps[i].wants))
            return true;
    return false;
}

bool suppressions_apply(struct suppressions *suppressions, struct finding *finding)
{
    for (size_t i = 0; suppressions && i < suppressions->count; i++) {
        if (!rule_fits(&suppressions->at[i], finding))
            continue;
        suppressions->at[i].hits++;
        finding->suppressed = suppressions->at[i].text;
        return true;
    }
    return false;
}

void suppressions_tell(const struct suppressions *suppressions, struct findings *findings)
{
    for (size_t i = 0; suppressions && i < suppressions->count; i++) {
        const struct rule *rule = &suppressions->at[i];
        if (rule->hits)
            findings_note(findings, memory_format("%zu finding%s suppressed by %s (%s)", (size_t)rule->hits,
                                                  rule->hits == 1 ? " was" : "s were", rule->text, rule->origin));
        else
            findings_note(findings, memory_format("the suppression %s (%s) fits nothing that was found", rule->text, rule->origin));
    }
}
