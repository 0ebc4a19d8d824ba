/* SPDX-License-Identifier: MIT */
/* The list of analyses, and running them all. */
#include "config.h"
#include "analyze/analysis.h"

#include <stdlib.h>
#include "analyze/describe.h"
#include "trace/memory.h"

/* In the order in which they yield: what happened is not reported again as what could. */
static const struct analysis *const list[] = {
    &analysis_waitfor,
    &analysis_lockorder,
};
enum { COUNT = sizeof list / sizeof list[0] };

struct analyses {
    void *self[COUNT];
};

struct analyses *analyses_begin(struct model *model)
{
    struct analyses *analyses = memory_new(1, sizeof *analyses);
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
    struct analysis_context context = {.findings = findings, .describe = describe, .losses = losses};
    for (int i = 0; i < COUNT; i++)
        list[i]->find(analyses->self[i], &context);
    sort(findings);
    map_free(&context.happened);
    describe_free(describe);
}

void analyses_end(struct analyses *analyses)
{
    for (int i = 0; i < COUNT; i++)
        list[i]->end(analyses->self[i]);
    free(analyses);
}

uint64_t analysis_order_key(const struct object *held, const struct object *wanted)
{
    return (held->id + 1) * 0x9e3779b97f4a7c15u ^ (wanted->id + 1) * 0xc2b2ae3d27d4eb4fu;
}
