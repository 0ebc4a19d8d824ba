/* SPDX-License-Identifier: MIT */
/* Roles of a circle: gates and stands, see tracepoints/steering.h. */
#include "steer/steer.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POINTS = 2 * STEER_ROLES };
_Static_assert(POINTS <= 64, "a bit each");

static uint64_t addresses[POINTS]; /* of gates and stands in this process; 0: not known yet */
static __thread uint32_t visits[POINTS] __attribute__((tls_model("initial-exec")));

static const struct steer_point *point_at(unsigned i)
{
    const struct steer_role *role = &steer_plan->roles[i / 2];
    return i % 2 ? &role->stand : &role->gate;
}

static bool is_file(const char *name, const char *module)
{
    char path[PATH_MAX];
    if (*name)
        return !strcmp(name, module) || (realpath(name, path) && !strcmp(path, module));
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1); /* the executable has no name */
    if (length < 0)
        return false;
    path[length] = 0;
    return !strcmp(path, module);
}

/* Whether an address is that point's; what it is in this process is remembered. */
static bool is_at(unsigned i, uint64_t site)
{
    const struct steer_point *point = point_at(i);
    if (addresses[i])
        return addresses[i] == site;
    struct dl_find_object found;
    if (!*point->module || _dl_find_object((void *)(uintptr_t)site, &found) != 0)
        return false;
    const struct link_map *map = found.dlfo_link_map;
    if (site - map->l_addr != point->offset || !is_file(map->l_name, point->module))
        return false;
    addresses[i] = site;
    return true;
}

static bool all_are(uint32_t count, enum steer_state state)
{
    for (uint32_t i = 0; i < count; i++)
        if (atomic_load(&steer_plan->roles[i].state) < (uint32_t)state)
            return false;
    return true;
}

/* Pauses until the first `count` roles have come so far; gives the run up where that takes too long. */
static void pause_until(uint32_t count, enum steer_state state)
{
    int64_t end = steer_now_ns() + (int64_t)steer_plan->pause_ms * 1000000;
    while (!atomic_load(&steer_plan->given_up)) {
        uint32_t seen = atomic_load(&steer_plan->changes);
        if (all_are(count, state))
            return;
        int64_t left = end - steer_now_ns();
        if (left <= 0) {
            atomic_store(&steer_plan->given_up, 1);
            steer_changed();
            return;
        }
        steer_wait(&steer_plan->changes, seen, left);
    }
}

static void reach(struct steer_role *role, enum steer_state state)
{
    atomic_store(&role->state, state);
    steer_changed();
}

/* Whether this thread plays the role, or takes it over now. */
static bool plays(struct steer_role *role)
{
    int32_t tid = gettid(), nobody = 0;
    if (atomic_load(&role->tid) == tid)
        return true;
    if (!steer_plan->anyone && steer_number() != role->thread)
        return false;
    for (uint32_t i = 0; i < steer_plan->role_count; i++)
        if (atomic_load(&steer_plan->roles[i].tid) == tid) /* nobody plays two */
            return false;
    if (!atomic_compare_exchange_strong(&role->tid, &nobody, tid))
        return false;
    atomic_store(&role->pid, getpid());
    return true;
}

/* Whether the thread has come as often as it is to; it is counted. */
static bool is_time(unsigned i)
{
    uint32_t visit = ++visits[i];
    return steer_plan->anyone || visit == point_at(i)->count;
}

/* Whether it was the gate of a role that the thread plays; the pause is over then. */
static bool at_gate(uint32_t number)
{
    struct steer_role *role = &steer_plan->roles[number];
    if (atomic_load(&role->state) != STEER_away || !plays(role))
        return false;
    reach(role, STEER_at_gate);
    pause_until(steer_plan->role_count, STEER_at_gate);
    pause_until(number, STEER_stands);
    reach(role, STEER_passed);
    return true;
}

static bool at_stand(uint32_t number)
{
    struct steer_role *role = &steer_plan->roles[number];
    uint32_t before = *role->gate.module ? STEER_passed : STEER_away;
    if (atomic_load(&role->state) != before || !plays(role))
        return false;
    reach(role, STEER_stands);
    pause_until(steer_plan->role_count, STEER_stands);
    return true;
}

void steer_confirm(uint64_t site)
{
    uint64_t due = 0; /* points that this call is at, a bit each; it can be but one of them */
    for (unsigned i = 0; i < 2 * steer_plan->role_count; i++)
        due |= (uint64_t)(is_at(i, site) && is_time(i)) << i;
    for (unsigned i = 0; i < POINTS; i++)
        if ((due >> i & 1) && (i % 2 ? at_stand(i / 2) : at_gate(i / 2)))
            return;
}
