/* SPDX-License-Identifier: MIT */
/* Which version of a function a module refers to: read from its relocations, as the loader did. */
#include "core/version.h"

#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(DLFO_STRUCT_HAS_EH_DBASE) && defined(__LP64__)
/* What the dynamic section of a module tells. */
struct tables {
    const ElfW(Sym) *symbols;
    const char *strings;
    const ElfW(Half) *versions;
    const char *needs;
    const ElfW(Rela) *relocations[2];
    size_t counts[2];
};

static struct tables read_tables(const struct link_map *module)
{
    struct tables tables = {.symbols = NULL};

    for (const ElfW(Dyn) *entry = module->l_ld; entry->d_tag != DT_NULL; entry++) {
        /* The loader makes addresses of some of the offsets, where it can write them. */
        ElfW(Addr) at = entry->d_un.d_ptr;
        const void *pointer = (const void *)(at < module->l_addr ? at + module->l_addr : at);

        switch (entry->d_tag) {
        case DT_SYMTAB: tables.symbols = pointer; break;
        case DT_STRTAB: tables.strings = pointer; break;
        case DT_VERSYM: tables.versions = pointer; break;
        case DT_VERNEED: tables.needs = pointer; break;
        case DT_JMPREL: tables.relocations[0] = pointer; break;
        case DT_PLTRELSZ: tables.counts[0] = entry->d_un.d_val / sizeof(ElfW(Rela)); break;
        case DT_RELA: tables.relocations[1] = pointer; break;
        case DT_RELASZ: tables.counts[1] = entry->d_un.d_val / sizeof(ElfW(Rela)); break;
        }
    }
    return tables;
}

/* The name of a needed version by its number; "" where it isn't known. */
static const char *version_name(const struct tables *tables, unsigned number)
{
    const ElfW(Verneed) *need = (const void *)tables->needs;

    while (need) {
        const ElfW(Vernaux) *version = (const void *)((const char *)need + need->vn_aux);

        for (unsigned i = 0; i < need->vn_cnt; i++) {
            if ((version->vna_other & 0x7fff) == (number & 0x7fff))
                return tables->strings + version->vna_name;
            version = (const void *)((const char *)version + version->vna_next);
        }
        need = need->vn_next ? (const void *)((const char *)need + need->vn_next) : NULL;
    }
    return "";
}

static bool refers(const struct tables *tables, const char *name, const char *version)
{
    if (!tables->symbols || !tables->strings || !tables->versions || !tables->needs)
        return false;
    for (int kind = 0; kind < 2; kind++)
        for (size_t i = 0; tables->relocations[kind] && i < tables->counts[kind]; i++) {
            size_t symbol = ELF64_R_SYM(tables->relocations[kind][i].r_info);

            if (symbol != 0 && strcmp(tables->strings + tables->symbols[symbol].st_name, name) == 0)
                return strcmp(version_name(tables, tables->versions[symbol]), version) == 0;
        }
    return false;
}

bool version_is_old(struct version_old *old, const void *site)
{
    struct dl_find_object found;

    if (!old->function || _dl_find_object((void *)(uintptr_t)site, &found) != 0)
        return false;
    const struct link_map *module = found.dlfo_link_map;
    if (atomic_load_explicit(&old->last_old, memory_order_relaxed) == module)
        return true;
    if (atomic_load_explicit(&old->last, memory_order_relaxed) == module)
        return false;
    struct tables tables = read_tables(module);
    bool is_old = refers(&tables, old->name, old->version);
    atomic_store_explicit(is_old ? &old->last_old : &old->last, module, memory_order_relaxed);
    return is_old;
}
#else
bool version_is_old(struct version_old *old, const void *site)
{
    (void)old, (void)site;
    return false;
}
#endif

void version_find(struct version_old *old)
{
    void *newest = dlsym(RTLD_NEXT, old->name);

    old->function = dlvsym(RTLD_NEXT, old->name, old->version);
    if (!old->function)
        dlerror();
    if (old->function == newest)
        old->function = NULL;
}
