/* SPDX-License-Identifier: MIT */
/* Takes those findings away that have nothing to do with what was asked for. */
#include "config.h"
#include "analyze/finding-part.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/hosts.h"
#include "base/memory.h"

struct part {
    const struct selection *selection;
    const struct model *model;
    int64_t from_ns, to_ns;
};

static const char *executable_of(const struct model *model, int32_t pid)
{
    size_t count;
    struct process *const *processes = model_processes(model, &count);
    for (size_t i = count; i-- > 0;)
        if (processes[i]->pid == pid)
            return processes[i]->executable;
    return "";
}

static bool process_fits(const struct part *part, int32_t pid)
{
    const struct selection_names *names = &part->selection->processes;
    const char *path = names->count ? executable_of(part->model, pid) : "", *slash = strrchr(path, '/');
    return selection_fits(names, NULL, hosts_name(pid), (uint64_t)-1) || selection_fits(names, NULL, path, (uint64_t)hosts_own(pid)) || selection_fits(names, NULL, slash ? slash + 1 : path, (uint64_t)hosts_own(pid));
}

/* "cache", "mutex 7", "mutex", "make (pool.c:12)", "mutex of make (pool.c:12)". */
static bool object_fits(const struct part *part, const struct finding_object *object)
{
    const char *const words[] = {object->name, object->object, object->kind, object->birth};
    const struct selection_names *names = &part->selection->locks;
    if (!object->kind || !*object->kind)
        return false;
    char *made = memory_format("%s of %s", object->kind, object->birth ? object->birth : "");
    bool any = selection_fits(names, NULL, made, object->address);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        any |= words[i] && *words[i] && selection_fits(names, NULL, words[i], object->address);
    free(made);
    return any;
}

static bool time_fits(const struct part *part, const struct finding *finding, const struct finding_object *object)
{
    bool lasts = finding->certainty == CERTAINTY_happened && !object->verb;
    if (object->since_ns < 0) /* not known */
        return true;
    return object->since_ns <= part->to_ns && (lasts || object->since_ns >= part->from_ns);
}

static bool is_part(const struct part *part, const struct finding *finding)
{
    bool thread = false, lock = !part->selection->locks.count, time = !part->selection->ranged;
    for (size_t i = 0; i < finding->step_count; i++) {
        const struct finding_step *step = &finding->steps[i];
        thread |= process_fits(part, step->pid) && selection_fits(&part->selection->threads, NULL, step->thread, (uint64_t)hosts_own(step->tid));
        lock |= object_fits(part, &step->holds) || object_fits(part, &step->wants);
        time |= (step->holds.kind && *step->holds.kind && time_fits(part, finding, &step->holds)) ||
                (step->wants.kind && *step->wants.kind && time_fits(part, finding, &step->wants));
    }
    return (thread || !finding->step_count) && lock && time;
}

size_t findings_part(struct findings *findings, const struct selection *selection, const struct model *model)
{
    int64_t begin_ns = model_totals(model)->begin_ns;
    struct part part = {.selection = selection, .model = model, .from_ns = begin_ns + selection->from_ns,
                        .to_ns = selection->to_ns < 0 ? INT64_MAX : begin_ns + selection->to_ns};
    size_t left = 0, all = findings->count;
    for (size_t i = 0; i < all; i++) {
        struct finding finding = findings->at[i];
        if (!is_part(&part, &finding))
            continue;
        findings->at[i] = findings->at[left]; /* what is to go gathers at the end */
        findings->at[left++] = finding;
    }
    while (findings->count > left)
        findings_drop_last(findings);
    return all - left;
}
