/* SPDX-License-Identifier: MIT */
/* The real functions of GLib, which may be loaded later than we are, and where RTLD_NEXT doesn't look. */
#ifndef THRUM_INTERPOSE_GLIB_H
#define THRUM_INTERPOSE_GLIB_H

#include "core/glib.h"
#include "interpose/interpose.h"

#define GLIB_POINTER(name, kind, events) __typeof__(&name) name;
struct glib {
    REAL_GLIB(GLIB_POINTER)
};
#undef GLIB_POINTER
extern struct glib glib;

/* Finds them for a caller at `site`: next after us, else where the caller's own module finds them. */
void glib_resolve(const void *site);

/* GLIB(g_mutex_lock)(mutex): the real function; in functions that the program calls. */
#define GLIB(name) \
    (__extension__({ if (__builtin_expect(!glib.name, 0)) glib_resolve(SITE); glib.name; }))

#endif
