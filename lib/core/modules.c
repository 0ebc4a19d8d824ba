/* SPDX-License-Identifier: MIT */
/*
 * Modules, learned at the start and, for what is loaded later, from the first site that lies in it: dlopen isn't
 * interposed, because it answers by the caller's address.
 */
#include "core/modules.h"

#include <fcntl.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/memory.h"

enum { PATH_LENGTH = 4096, BUILD_ID_BYTES = 32 };

static _Atomic(struct module *) known;

_Atomic uint64_t modules_pages[MODULES_PAGES];

const struct module *modules_known(void)
{
    return atomic_load_explicit(&known, memory_order_acquire);
}

static const char *copy_string(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memory_keep(size);

    return copy ? memcpy(copy, text, size) : "";
}

static const char *executable_path(char *buffer)
{
    long length = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", buffer, PATH_LENGTH - 1);

    buffer[length > 0 ? length : 0] = 0;
    return buffer;
}

static void hexadecimal(char *text, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        *text++ = "0123456789abcdef"[bytes[i] >> 4];
        *text++ = "0123456789abcdef"[bytes[i] & 15];
    }
    *text = 0;
}

/* The GNU build id among the notes of one segment. */
static bool find_build_id(const char *notes, size_t size, char *text)
{
    for (size_t at = 0; at + sizeof(ElfW(Nhdr)) <= size;) {
        const ElfW(Nhdr) *note = (const void *)(notes + at);
        size_t name = at + sizeof(*note);
        size_t description = name + ((note->n_namesz + 3) & ~3u);

        at = description + ((note->n_descsz + 3) & ~3u);
        if (at > size)
            return false;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(notes + name, "GNU", 4) == 0 &&
            note->n_descsz <= BUILD_ID_BYTES) {
            hexadecimal(text, (const uint8_t *)notes + description, note->n_descsz);
            return true;
        }
    }
    return false;
}

/* LTTng-UST locks in the program's threads, also while they end; those locks are its own business, and tracing them hangs it. */
static bool is_foreign(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    return strncmp(name, "liblttng-ust", strlen("liblttng-ust")) == 0 || strncmp(name, "liburcu", strlen("liburcu")) == 0;
}

static const struct module *add(uint64_t base, uint64_t begin, uint64_t end, const char *path, const ElfW(Phdr) *segments, size_t count)
{
    char build_id[2 * BUILD_ID_BYTES + 1] = "";
    char executable[PATH_LENGTH];
    struct module *module = memory_keep(sizeof(*module));

    if (!module)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (segments[i].p_type == PT_NOTE && find_build_id((const char *)(base + segments[i].p_vaddr), segments[i].p_memsz, build_id))
            break;
    *module = (struct module){.base = base, .begin = begin, .end = end, .build_id = copy_string(build_id),
                              .path = copy_string(*path ? path : executable_path(executable)), .foreign = is_foreign(path)};
    struct module *first = atomic_load_explicit(&known, memory_order_relaxed);
    do
        module->next = first;
    while (!atomic_compare_exchange_weak_explicit(&known, &first, module, memory_order_release, memory_order_relaxed));
    return module;
}

static int add_loaded(struct dl_phdr_info *info, size_t size, void *data)
{
    uint64_t begin = UINT64_MAX, end = 0;

    (void)size, (void)data;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

        if (segment->p_type != PT_LOAD)
            continue;
        if (info->dlpi_addr + segment->p_vaddr < begin)
            begin = info->dlpi_addr + segment->p_vaddr;
        if (info->dlpi_addr + segment->p_vaddr + segment->p_memsz > end)
            end = info->dlpi_addr + segment->p_vaddr + segment->p_memsz;
    }
    if (end)
        add(info->dlpi_addr, begin >> MODULES_PAGE_SHIFT << MODULES_PAGE_SHIFT, end, info->dlpi_name, info->dlpi_phdr, info->dlpi_phnum);
    return 0;
}

void modules_start(void)
{
    dl_iterate_phdr(add_loaded, NULL);
}

/* The newest that lies there, if that is it; an older one that it overlaps was unmapped since. */
static const struct module *find_known(uint64_t begin, uint64_t end, const char *path)
{
    for (const struct module *module = modules_known(); module; module = module->next)
        if (module->begin < end && begin < module->end)
            return module->begin == begin && (!*path || strcmp(module->path, path) == 0) ? module : NULL;
    return NULL;
}

#ifdef DLFO_STRUCT_HAS_EH_DBASE
static struct module_lookup find(uint64_t address)
{
    struct dl_find_object found;
    const ElfW(Ehdr) *header;
    const struct module *module;

    if (_dl_find_object((void *)address, &found) != 0)
        return (struct module_lookup){.fresh = NULL};
    header = found.dlfo_map_start;
    module = find_known((uint64_t)header, (uint64_t)found.dlfo_map_end, found.dlfo_link_map->l_name);
    if (module || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return (struct module_lookup){.foreign = module && module->foreign};
    module = add(found.dlfo_link_map->l_addr, (uint64_t)header, (uint64_t)found.dlfo_map_end, found.dlfo_link_map->l_name,
                 (const void *)((const char *)header + header->e_phoff), header->e_phnum);
    return (struct module_lookup){.fresh = module, .foreign = module && module->foreign};
}
#else
/* Before glibc 2.35 there is no lookup without the loader's lock: what is loaded later stays unnamed. */
static struct module_lookup find(uint64_t address)
{
    for (const struct module *module = modules_known(); module; module = module->next)
        if (module->begin <= address && address < module->end)
            return (struct module_lookup){.foreign = module->foreign};
    return (struct module_lookup){.fresh = NULL};
}
#endif

struct module_lookup modules_look_up(uint64_t address)
{
    uint64_t page = address >> MODULES_PAGE_SHIFT;
    struct module_lookup lookup = find(address);

    if (!lookup.foreign)
        atomic_store_explicit(modules_slot(page), page, memory_order_relaxed);
    return lookup;
}
