/* SPDX-License-Identifier: MIT */
/* What threads of Python are called: by the function that they run, since their own names are out of reach. */
#include "core/python.h"

#include <string.h>

#include "core/python-frame.h"
#include "core/python-site.h"
#include "core/self.h"

enum { OUTERMOST = 4, DEPTH_MAX = 512 };

static __thread bool unnamed __attribute__((tls_model("initial-exec")));

void python_thread_begins(const void *routine)
{
    unnamed = python_owns(routine);
}

void python_thread_is_named(void)
{
    unnamed = false;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Whether it is one of threading.py's, where `function` isn't NULL: that. */
static bool is_of_threading(const char *frame, const char *function)
{
    const struct python_place *place = python_place(python_frame_site(frame));

    return place && strcmp(last_part(place->file), "threading.py") == 0 && (!function || strcmp(place->function, function) == 0);
}

static bool is_run(const char *frame)
{
    const struct python_place *place = python_place(python_frame_site(frame));
    const char *dot = place ? strrchr(place->function, '.') : NULL;

    return dot && strcmp(dot, ".run") == 0;
}

/*
 * The outermost frame, but for those of threading.py: _bootstrap calls _bootstrap_inner, which calls run, of Thread or
 * what is derived from it; Thread's calls the target. NULL where it isn't there yet.
 */
static const char *find_function(void)
{
    const char *at[OUTERMOST] = {NULL}; /* the outermost first */
    unsigned depth = 0;

    for (const char *frame = python_frame_now(); frame; frame = python_frame_caller(frame)) {
        if (++depth > DEPTH_MAX)
            return NULL;
        if (!python_frame_site(frame))
            continue;
        memmove(&at[1], &at[0], (OUTERMOST - 1) * sizeof(at[0]));
        at[0] = frame;
    }
    if (!at[0] || !is_of_threading(at[0], "Thread._bootstrap"))
        return at[0];
    if (!at[1] || !at[2] || !is_of_threading(at[2], NULL))
        return at[2];
    if (is_of_threading(at[2], "Thread.run"))
        return at[3];
    return is_run(at[2]) ? at[2] : NULL;
}

static char *put(char *to, const char *end, const char *text)
{
    while (*text && to < end)
        *to++ = *text++;
    *to = 0;
    return to;
}

static char *put_number(char *to, const char *end, uint32_t number)
{
    char digits[16], *at = digits + sizeof(digits);

    *--at = 0;
    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    return put(to, end, at);
}

static void write_name(char *to, const char *end, const struct python_place *place, uint32_t which)
{
    to = put(to, end, place->function);
    if (which > 1)
        to = put_number(put(to, end, "-"), end, which);
    to = put(put(to, end, " ("), end, last_part(place->file));
    if (place->line)
        to = put_number(put(to, end, ":"), end, place->line);
    put(to, end, ")");
}

bool python_thread_name(char *name, size_t size)
{
    if (__builtin_expect(!unnamed, 1))
        return false;
    self_enter();
    const char *frame = find_function();
    uint64_t function = frame ? python_frame_function(frame) : 0;
    const struct python_place *place = python_place(function);

    if (place) {
        unnamed = false;
        write_name(name, name + size - 1, place, python_site_count(function));
    }
    self_leave();
    return place != NULL;
}
