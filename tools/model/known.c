/* SPDX-License-Identifier: MIT */
/* Which variables and functions of well-known runtimes objects come from. */
#include "config.h"
#include "model/known.h"

#include <stdlib.h>
#include <string.h>

struct origin {
    const char *name;
    struct known known;
};

/* CPython keeps the GIL's mutexes and conditions, and its other own locks, in this variable or in what hangs on it. */
static const struct origin variables[] = {
    {"_PyRuntime", {"lock of the Python runtime", true}},
};

static const struct origin births[] = {
    {"create_gil", {"GIL", true}},
    {"PyThread_allocate_lock", {"Python lock", false}},
    {"g_rec_mutex_impl_new", {"GRecMutex", false}},
    {"g_rw_lock_impl_new", {"GRWLock", false}},
};

/*
 * Executables and libraries whose every object is the same, by how their names begin: where CPython was built with link-time
 * optimisation, as in Debian, PyThread_allocate_lock() is inlined all over.
 */
static const struct origin modules[] = {
    {"python3", {"Python lock", false}},
    {"libpython3", {"Python lock", false}},
};

/* A name as symbols_variable() gives it: the variable's, then ".member", "[1]" or "+0x28". */
static bool is_in(const char *name, const char *variable)
{
    size_t length = strlen(variable);
    return strncmp(name, variable, length) == 0 && strchr(".[+", name[length]); /* also at the end, by strchr's rules */
}

/* Where the main interpreter's global lock lies in _PyRuntime, by how its module's name begins; tests/cmd/python-layout.c compares. */
static const struct {
    const char *module;
    uint64_t begin, end;
} gils[] = {
    {"python3.11", 0x168, 0x238},
    {"libpython3.11", 0x168, 0x238},
    {"python3.12", 0x12e78, 0x12f48},
    {"libpython3.12", 0x12e78, 0x12f48},
    {"python3.13", 0x17768, 0x17838},
    {"libpython3.13", 0x17768, 0x17838},
};
static const struct known gil = {"GIL", true};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "_PyRuntime.ceval.gil.mutex", or "_PyRuntime+0x1b8" where there is no debug information. */
static bool is_gil(const struct symbol_variable *variable)
{
    const char *plus = strchr(variable->name, '+');
    uint64_t offset = plus ? strtoull(plus + 1, NULL, 16) : 0;
    if (strstr(variable->name, ".gil.") || strstr(variable->name, "._gil."))
        return true;
    for (size_t i = 0; i < sizeof(gils) / sizeof(gils[0]); i++)
        if (strncmp(last_part(variable->module), gils[i].module, strlen(gils[i].module)) == 0)
            return gils[i].begin <= offset && offset < gils[i].end;
    return false;
}

static const struct known *by_birth(const struct symbol_frame *frame)
{
    for (size_t i = 0; frame->function && i < sizeof(births) / sizeof(births[0]); i++)
        if (strcmp(frame->function, births[i].name) == 0)
            return &births[i].known;
    return NULL;
}

static const struct known *by_module(const char *path)
{
    const char *name = last_part(path);
    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
        if (strncmp(name, modules[i].name, strlen(modules[i].name)) == 0)
            return &modules[i].known;
    return NULL;
}

const struct known *known_object(const struct symbol_variable *variable, const struct symbol_place *birth)
{
    const struct known *known = NULL, *in = NULL;
    for (size_t i = 0; variable && i < sizeof(variables) / sizeof(variables[0]); i++)
        if (is_in(variable->name, variables[i].name))
            in = is_gil(variable) ? &gil : &variables[i].known;
    for (size_t i = 0; birth && !known && i < birth->count; i++)
        known = by_birth(&birth->frames[i]);
    if (in)
        return known && known->inner ? known : in;
    return birth && !known ? by_module(birth->module) : known;
}
