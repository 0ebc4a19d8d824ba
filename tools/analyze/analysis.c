/* SPDX-License-Identifier: MIT */
/* The list of analyses, and running them all. */
#include "config.h"
#include "analyze/analysis.h"

#include <stdlib.h>
#include "analyze/describe.h"
#include "analyze/predict.h"
#include "base/memory.h"

/* In the order in which they yield: what happened is not reported again as what could. */
static const struct analysis *const list[] = {
    &analysis_waitfor,
    &analysis_lockorder,
    &analysis_misuse,
};
enum { COUNT = sizeof list / sizeof list[0] };

struct analyses {
    struct scan *scan;       /* of a first reading */
    struct predict *predict; /* of a second */
    void *self[COUNT];
};

struct analyses *analyses_begin(struct model *model, const struct hints *hints)
{
    struct analyses *analyses = memory_new(1, sizeof *analyses);
    if (hints)
        analyses->predict = predict_new(model, hints);
    else
        analyses->scan = scan_new(model);
    for (int i = 0; i < COUNT; i++)
        analyses->self[i] = list[i]->begin(model);
    return analyses;
}

/* The gravest first; those of one certainty stay in their order. */
static void sort(struct findings *findings)
{
    struct finding *sorted = memory_new(findings->count, sizeof *sorted);
    size_t count = 0;
    for (int certainty = CERTAINTY_happened; certainty <= CERTAINTY_infeasible; certainty++)
        for (size_t i = 0; i < findings->count; i++)
            if ((int)findings->at[i].certainty == certainty)
                sorted[count++] = findings->at[i];
    free(findings->at);
    findings->at = sorted;
    findings->capacity = count;
}

void analyses_find(struct analyses *analyses, struct symbols *symbols, const struct reader_losses *losses,
                   struct findings *findings)
{
    struct describe *describe = describe_new(symbols);
    struct analysis_context context = {.findings = findings, .describe = describe, .losses = losses,
                                       .predict = analyses->predict};
    if (analyses->predict)
        predict_finish(analyses->predict);
    for (int i = 0; i < COUNT; i++)
        list[i]->find(analyses->self[i], &context);
    if (analyses->predict && predict_limits(analyses->predict))
        findings_note(findings, memory_text(predict_limits(analyses->predict)));
    sort(findings);
    map_free(&context.happened);
    describe_free(describe);
}

/* Whether a schedule may prove one of them. */
static bool is_provable(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->at[i].certainty == CERTAINTY_potential && findings->at[i].kind == FINDING_lock_order)
            return true;
    return false;
}

struct hints *analyses_hints(struct analyses *analyses, const struct findings *findings)
{
    if (!analyses->scan)
        return NULL;
    struct hints *hints = scan_hints(analyses->scan);
    if (!is_provable(findings) && !hints->waited.count) {
        hints_free(hints);
        return NULL;
    }
    for (int i = 0; i < COUNT; i++)
        if (list[i]->hint)
            list[i]->hint(analyses->self[i], hints);
    return hints;
}

void analyses_end(struct analyses *analyses)
{
    if (analyses->scan)
        scan_free(analyses->scan);
    predict_free(analyses->predict);
    for (int i = 0; i < COUNT; i++)
        list[i]->end(analyses->self[i]);
    free(analyses);
}

uint64_t analysis_order_key(const struct object *held, const struct object *wanted)
{
    return (held->id + 1) * 0x9e3779b97f4a7c15u ^ (wanted->id + 1) * 0xc2b2ae3d27d4eb4fu;
}
