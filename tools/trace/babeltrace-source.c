/* SPDX-License-Identifier: MIT */
/* A trace as a source in a graph of libbabeltrace2, mended first where it has to be. */
#include "config.h"
#include "trace/babeltrace-source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "trace/missing.h"
#include "trace/reader-own.h"

/* Adds a source of a kind, "fs" for a directory or "lttng-live" for a session's URL; NULL: it can't be opened. */
static const bt_component_source *add_source_of(const char *kind, bt_graph *graph, const char *name, const char *path)
{
    static const bt_plugin *plugin; /* found once, for good */
    const bt_component_source *source = NULL;
    bt_value *parameters = bt_value_map_create(), *paths = NULL;
    if (!plugin)
        bt_plugin_find("ctf", BT_TRUE, BT_TRUE, BT_TRUE, BT_TRUE, BT_FALSE, &plugin);
    const bt_component_class_source *class =
        plugin ? bt_plugin_borrow_source_component_class_by_name_const(plugin, kind) : NULL;
    bool ready = class && parameters && !bt_value_map_insert_empty_array_entry(parameters, "inputs", &paths) &&
                 !bt_value_array_append_string_element(paths, path);
    if (ready && strcmp(kind, "lttng-live") == 0) /* else one that isn't there is waited for */
        ready = !bt_value_map_insert_string_entry(parameters, "session-not-found-action", "fail");
    if (!ready || bt_graph_add_source_component(graph, class, name, parameters, BT_LOGGING_LEVEL_NONE, &source))
        source = NULL;
    bt_current_thread_clear_error();
    bt_value_put_ref(parameters);
    return source;
}

static const bt_component_source *add_source(bt_graph *graph, const char *name, const char *directory)
{
    return add_source_of("fs", graph, name, directory);
}

static bool opens(const char *directory)
{
    bt_graph *graph = bt_graph_create(0);
    bool opened = graph && add_source(graph, "trial", directory);
    bt_graph_put_ref(graph);
    return opened;
}

/* Whether it opens, mended where it has to be. */
static bool place_opens(struct trace_place *place, struct reader_losses *losses)
{
    struct reader_losses found = {0};
    if (place_streams_whole(place) && opens(place->scratch ? place->scratch : place->path))
        return true;
    size_t kept = 0;
    int result = place_mend_streams(place, opens, &found, &kept);
    bool opened = !result && kept && opens(place->scratch);
    if (opened) {
        losses->truncated |= found.truncated;
        if (found.trouble)
            losses_say(losses, "%s", found.trouble);
    } else if (result)
        losses_say(losses, "%s: %s", place->path, strerror(-result));
    else
        losses_say(losses, "%s: none of its streams can be read with its metadata", place->path);
    free(found.trouble);
    return opened;
}

const bt_component_source *babeltrace_source_add(bt_graph *graph, size_t number, struct trace_place *place, struct reader_losses *losses)
{
    char name[32];
    snprintf(name, sizeof name, "trace%zu", number);
    if (place->live)
        return add_source_of("lttng-live", graph, name, place->path);
    if (place->headless) {
        missing_say_metadata(place->path, losses);
        return NULL;
    }
    missing_say(place->path, losses);
    if (place_check_metadata(place, losses) || !place_opens(place, losses))
        return NULL;
    if (place->own)
        own_first_losses(place->path, losses);
    return add_source(graph, name, place->scratch ? place->scratch : place->path);
}
