/* SPDX-License-Identifier: MIT */
/* The critical path and the convoys, for programs: JSON and CSV. */
#include "config.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include "render/contention-inner.h"

static const char *const step_words[STEP_KINDS] = {"run", "section", "woken", "outside"};

static void put_name(json_object *to, const char *key, const struct contention_row *row)
{
    char *clean = row ? clean_text(row->name) : NULL;
    json_object_object_add(to, key, clean ? json_object_new_string(clean) : NULL);
    free(clean);
}

static void put_number(json_object *to, const char *key, int64_t number)
{
    json_object_object_add(to, key, json_object_new_int64(number));
}

static json_object *step_json(const struct contention_step *step)
{
    json_object *to = json_object_new_object();
    json_object_object_add(to, "kind", json_object_new_string(step_words[step->kind]));
    put_name(to, "thread", step->thread);
    put_name(to, "object", step->object);
    put_name(to, "site", step->site);
    return to;
}

static json_object *steps_json(const struct contention_path *path)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < path->step_count; i++) {
        json_object *to = step_json(&path->steps[i]);
        put_number(to, "begin_ns", path->steps[i].begin_ns);
        put_number(to, "end_ns", path->steps[i].end_ns);
        json_object_array_add(list, to);
    }
    return list;
}

static json_object *shares_json(const struct contention_path *path)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < path->share_count; i++) {
        json_object *to = step_json(&path->shares[i].like);
        put_number(to, "time_ns", path->shares[i].time_ns);
        put_number(to, "count", (int64_t)path->shares[i].count);
        json_object_array_add(list, to);
    }
    return list;
}

static json_object *gains_json(const struct contention_path *path)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < path->gain_count; i++) {
        json_object *to = json_object_new_object();
        put_name(to, "object", path->gains[i].object);
        put_number(to, "gain_ns", path->gains[i].gain_ns);
        put_number(to, "path_ns", path->gains[i].path_ns);
        put_number(to, "handovers", (int64_t)path->gains[i].handovers);
        json_object_array_add(list, to);
    }
    return list;
}

json_object *contention_path_json(const struct contention_view *view)
{
    const struct contention_path *path = contention_path(view->contention);
    json_object *to = json_object_new_object();
    put_number(to, "begin_ns", path->begin_ns);
    put_number(to, "end_ns", path->end_ns);
    put_number(to, "switches", (int64_t)path->switches);
    json_object_object_add(to, "shares", shares_json(path));
    json_object_object_add(to, "gains", gains_json(path));
    json_object_object_add(to, "steps", steps_json(path));
    return to;
}

json_object *contention_convoys_json(const struct contention_view *view)
{
    size_t count;
    const struct contention_row **rows = contention_convoyed(view->contention, &count);
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < count && (!view->entries || i < view->entries); i++) {
        const struct contention_convoys *convoys = &rows[i]->convoys;
        json_object *to = json_object_new_object();
        put_name(to, "object", rows[i]);
        put_number(to, "convoys", (int64_t)convoys->count);
        put_number(to, "handovers", (int64_t)convoys->handovers);
        put_number(to, "time_ns", convoys->time_ns);
        put_number(to, "held_ns", convoys->held_ns);
        put_number(to, "longest_ns", convoys->longest_ns);
        put_number(to, "threads", convoys->threads);
        put_number(to, "waiters", convoys->waiters);
        json_object_array_add(list, to);
    }
    free(rows);
    return list;
}

static void put_csv_name(FILE *out, const struct contention_row *row)
{
    contention_csv_text(out, row ? row->name : "");
    fputc(',', out);
}

void contention_path_csv(FILE *out, const struct contention_view *view)
{
    const struct contention_path *path = contention_path(view->contention);
    fputs("begin_ns,end_ns,kind,thread,object,site\n", out);
    for (size_t i = 0; i < path->step_count; i++) {
        const struct contention_step *step = &path->steps[i];
        fprintf(out, "%" PRId64 ",%" PRId64 ",%s,", step->begin_ns - path->begin_ns, step->end_ns - path->begin_ns, step_words[step->kind]);
        put_csv_name(out, step->thread);
        put_csv_name(out, step->object);
        contention_csv_text(out, step->site ? step->site->name : "");
        fputc('\n', out);
    }
}

void contention_convoys_csv(FILE *out, const struct contention_view *view)
{
    size_t count;
    const struct contention_row **rows = contention_convoyed(view->contention, &count);
    fputs("object,convoys,handovers,time_ns,held_ns,longest_ns,threads,waiters\n", out);
    for (size_t i = 0; i < count && (!view->entries || i < view->entries); i++) {
        const struct contention_convoys *convoys = &rows[i]->convoys;
        put_csv_name(out, rows[i]);
        fprintf(out, "%" PRIu64 ",%" PRIu64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%u,%u\n", convoys->count, convoys->handovers,
                convoys->time_ns, convoys->held_ns, convoys->longest_ns, convoys->threads, convoys->waiters);
    }
    free(rows);
}
