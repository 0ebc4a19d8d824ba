/* SPDX-License-Identifier: MIT */
/* The checker's records as others find them from outside. */
#include <stddef.h>

#include "check/births.h"
#include "check/state.h"
#include "core/python-site.h"
#include "core/python.h"
#include "core/visibility.h"
#include "live-layout.h"
#include "probe/probe.h"

extern const struct thrum_live check_live;

#define THREAD(member) offsetof(struct check_thread, member)
#define LINE(member) offsetof(struct python_place, member)
#define HELD(member) offsetof(struct held, member)

THRUM_PRIVATE const struct thrum_live check_live = {
    .magic = THRUM_LIVE_MAGIC,
    .version = THRUM_LIVE_VERSION,
    .size = sizeof(check_live),
    .on = (uint64_t)&probe_sinks,
    .threads = (uint64_t)&check_state.threads,
    .thread = {.size = sizeof(struct check_thread), .next = THREAD(next), .tid = THREAD(tid), .handle = THREAD(handle),
               .name = THREAD(name), .name_size = NAME_SIZE, .ended = THREAD(ended), .held = THREAD(held), .top = THREAD(top),
               .sequence = THREAD(wait.sequence), .object = THREAD(wait.object), .wait_handle = THREAD(wait.handle),
               .kind = THREAD(wait.kind), .mode = THREAD(wait.mode), .timed = THREAD(wait.timed), .stack = THREAD(wait.stack)},
    .held = {.size = sizeof(struct held), .object = HELD(object), .stack = HELD(stack), .depth = HELD(depth), .kind = HELD(kind),
             .mode = HELD(mode), .how = HELD(how)},
    .lines = {.table = (uint64_t)&python_sites, .first = PYTHON_SITE_FIRST, .count = PYTHON_SITES, .function = LINE(function),
              .file = LINE(file), .line = LINE(line)},
    .births = {.tables = (uint64_t)&births_places.levels, .levels = PLACES_LEVELS, .count = PLACES, .growth = PLACES_GROWTH, .size = sizeof(struct birth_slot),
               .object = offsetof(struct birth_slot, object), .site = offsetof(struct birth_slot, site)},
    .stack = {.count = offsetof(struct check_stack, count), .at = offsetof(struct check_stack, at)},
};
