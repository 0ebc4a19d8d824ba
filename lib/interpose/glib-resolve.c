/* SPDX-License-Identifier: MIT */
/* Finds GLib's functions. */
#include <dlfcn.h>
#include <stddef.h>

#include "core/log.h"
#include "interpose/glib.h"

struct glib glib;

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define GLIB_ENTRY(name, kind, events) {#name, offsetof(struct glib, name)},
    REAL_GLIB(GLIB_ENTRY)
#undef GLIB_ENTRY
};

static void resolve(void *library)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        void **slot = (void **)((char *)&glib + functions[i].offset);

        if (!*slot)
            *slot = dlsym(library, functions[i].name);
    }
}

/* A module that was opened with RTLD_LOCAL finds GLib among what it was linked to. */
static void resolve_for(const void *site)
{
    Dl_info module;
    void *library = dladdr(site, &module) ? dlopen(module.dli_fname, RTLD_LAZY | RTLD_NOLOAD) : NULL;

    if (!library)
        return;
    resolve(library);
    dlclose(library);
}

void glib_resolve(const void *site)
{
    int saved = errno;

    self_inner_enter();
    resolve(RTLD_NEXT);
    if (!glib.g_mutex_lock)
        resolve_for(site);
    self_inner_leave();
    errno = saved;
    if (!glib.g_mutex_lock)
        log_line("a call of GLib can't be passed on: no GLib is found for it", NULL);
}

/* Where GLib is there from the start its first lock needn't wait for the loader. */
__attribute__((constructor)) static void constructor(void)
{
    int saved = errno;
    void *library = dlopen("libglib-2.0.so.0", RTLD_LAZY | RTLD_NOLOAD);

    if (library) {
        resolve(library);
        dlclose(library);
    } else {
        dlerror();
    }
    errno = saved;
}
