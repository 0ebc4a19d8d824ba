/* SPDX-License-Identifier: MIT */
/* The list of findings, and their words. */
#include "config.h"
#include "analyze/finding.h"

#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

struct finding *findings_add(struct findings *findings)
{
    findings->at = memory_grow(findings->at, findings->count + 1, &findings->capacity, sizeof(*findings->at));
    struct finding *finding = &findings->at[findings->count++];
    *finding = (struct finding){0};
    return finding;
}

void findings_note(struct findings *findings, char *note)
{
    findings->notes = memory_grow(findings->notes, findings->note_count + 1, &findings->note_capacity,
                                  sizeof *findings->notes);
    findings->notes[findings->note_count++] = note;
}

void finding_object_free(struct finding_object *object)
{
    free(object->object);
    free(object->kind);
    free(object->name);
    free(object->birth);
    free(object->verb);
    for (size_t i = 0; i < object->stack_count; i++)
        free(object->stack[i].text);
    free(object->stack);
}

static void free_finding(struct finding *finding)
{
    for (size_t i = 0; i < finding->step_count; i++) {
        free(finding->steps[i].thread);
        finding_object_free(&finding->steps[i].holds);
        finding_object_free(&finding->steps[i].wants);
    }
    for (size_t i = 0; i < finding->move_count; i++) {
        free(finding->moves[i].thread);
        free(finding->moves[i].text);
        free(finding->moves[i].place);
    }
    free(finding->moves);
    free(finding->steps);
    free(finding->id);
    free(finding->reason);
    free(finding->message);
    free(finding->advice);
}

void findings_drop_last(struct findings *findings)
{
    free_finding(&findings->at[--findings->count]);
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free_finding(&findings->at[i]);
    for (size_t i = 0; i < findings->note_count; i++)
        free(findings->notes[i]);
    free(findings->notes);
    free(findings->at);
    *findings = (struct findings){0};
}

static const struct {
    const char *word, *level, *meaning, *message, *advice;
} kinds[] = {
#define KIND(name, word, level, meaning, message, advice) [FINDING_##name] = {word, #level, meaning, message, advice},
    THRUM_FINDINGS(KIND)
#undef KIND
};

const char *finding_kind_word(enum finding_kind kind)
{
    return kinds[kind].word;
}

const char *finding_kind_level(enum finding_kind kind)
{
    return kinds[kind].level;
}

const char *finding_kind_meaning(enum finding_kind kind)
{
    return kinds[kind].meaning;
}

const char *finding_kind_message(enum finding_kind kind)
{
    return kinds[kind].message;
}

const char *finding_kind_advice(enum finding_kind kind)
{
    return kinds[kind].advice;
}

const char *finding_lost_wakeup_advice(void)
{
    return "look for the wake-up that was lost: change what is waited for with the mutex held, and test it, so held, before each wait";
}

enum finding_kind finding_kind_of(const char *word)
{
    enum finding_kind kind = 0;

    while (kind < FINDING_KIND_COUNT && strcmp(kinds[kind].word, word) != 0)
        kind++;
    return kind;
}

const char *finding_certainty_word(enum finding_certainty certainty)
{
    static const char *const words[] = {
        [CERTAINTY_happened] = "happened",
        [CERTAINTY_feasible] = "feasible",
        [CERTAINTY_potential] = "potential",
        [CERTAINTY_infeasible] = "infeasible",
    };
    return words[certainty];
}
