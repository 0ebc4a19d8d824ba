/* SPDX-License-Identifier: MIT */
/* Opens an executable or shared object, makes sure that it is the recorded one, and finds its units of debug information. */
#include "config.h"
#include "symbols/symbols-file.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/memory.h"

struct symbol_file *symbol_file_new(const char *path, const char *build_id, int64_t loaded_ns)
{
    struct symbol_file *file = memory_new(1, sizeof(*file));
    file->path = memory_text(path);
    file->name = symbol_basename(file->path);
    file->build_id = memory_text(build_id);
    file->loaded_ns = loaded_ns;
    return file;
}

void symbol_file_free(struct symbol_file *file)
{
    if (!file)
        return;
    if (file->dwfl)
        dwfl_end(file->dwfl);
    free(file->units.at);
    free(file->variables.at);
    free(file->build_id);
    free(file->path);
    free(file);
}

/* --- opening --- */

/* Debug files by build id or debug link beside the file and under /usr/lib/debug; debuginfod only by its environment. */
static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
};

static void close_module(struct symbol_file *file)
{
    if (file->dwfl)
        dwfl_end(file->dwfl);
    file->dwfl = NULL;
    file->module = NULL;
}

/* Whether the build id of the open file, in hexadecimal, is the recorded one. */
static bool has_build_id(struct symbol_file *file)
{
    const unsigned char *bytes;
    GElf_Addr address;
    int count = dwfl_module_build_id(file->module, &bytes, &address);
    if (count <= 0)
        return file->build_id[0] == '\0';
    if (strlen(file->build_id) != 2 * (size_t)count)
        return false;
    for (int i = 0; i < count; i++) {
        char digits[3];
        snprintf(digits, sizeof(digits), "%02x", bytes[i]);
        if (strncasecmp(digits, file->build_id + 2 * i, 2) != 0)
            return false;
    }
    return true;
}

/* Of files without build ids the time of change is all that tells. */
static bool is_newer(const struct symbol_file *file, const struct stat *status)
{
    int64_t changed_ns = (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
    return file->build_id[0] == '\0' && changed_ns > file->loaded_ns;
}

static enum symbol_file_state open_path(struct symbol_file *file)
{
    struct stat status;
    /* What the kernel maps itself has a name without a directory. */
    int fd = file->path[0] != '/' ? -1 : open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return SYMBOL_FILE_GONE;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return SYMBOL_FILE_UNREADABLE;
    }
    file->dwfl = dwfl_begin(&callbacks);
    /* Mapped at 0: its addresses are then those in the file. On success libdwfl owns the descriptor. */
    if (file->dwfl)
        file->module = dwfl_report_elf(file->dwfl, file->name, file->path, fd, 0, true);
    if (!file->module) {
        close(fd);
        close_module(file);
        return SYMBOL_FILE_UNREADABLE;
    }
    dwfl_report_end(file->dwfl, NULL, NULL);
    if (has_build_id(file) && !is_newer(file, &status))
        return SYMBOL_FILE_OPEN;
    close_module(file);
    return SYMBOL_FILE_CHANGED;
}

/* Number of bytes of a build id in hexadecimal, or 0. */
static int parse_build_id(const char *text, unsigned char *bytes, size_t room)
{
    size_t count = strlen(text) / 2;
    if (count > room)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (sscanf(text + 2 * i, "%2hhx", &bytes[i]) != 1)
            return 0;
    return (int)count;
}

/* The recorded build may still be under /usr/lib/debug/.build-id or on a debuginfod server. */
static bool open_by_build_id(struct symbol_file *file)
{
    unsigned char bytes[64];
    int count = parse_build_id(file->build_id, bytes, sizeof(bytes));
    if (count == 0)
        return false;
    file->dwfl = dwfl_begin(&callbacks);
    if (file->dwfl)
        file->module = dwfl_report_module(file->dwfl, file->name, 0, UINT32_MAX);
    GElf_Addr bias;
    if (file->module && dwfl_module_report_build_id(file->module, bytes, (size_t)count, 0) == 0 &&
        dwfl_report_end(file->dwfl, NULL, NULL) == 0 && dwfl_module_getelf(file->module, &bias))
        return true;
    close_module(file);
    return false;
}

bool symbol_file_open(struct symbol_file *file)
{
    if (file->state == SYMBOL_FILE_UNOPENED) {
        file->state = open_path(file);
        if (file->state != SYMBOL_FILE_OPEN && open_by_build_id(file))
            file->state = SYMBOL_FILE_OPEN;
    }
    return file->state == SYMBOL_FILE_OPEN;
}

/* --- extents --- */

void symbol_extents_add(struct symbol_extents *extents, Dwarf_Addr low, Dwarf_Addr high, const Dwarf_Die *die)
{
    if (low >= high)
        return;
    extents->at = memory_grow(extents->at, extents->count + 1, &extents->capacity, sizeof(*extents->at));
    extents->at[extents->count++] = (struct symbol_extent){low, high, *die};
}

static int compare_extents(const void *a, const void *b)
{
    const struct symbol_extent *x = a, *y = b;
    return (x->low > y->low) - (x->low < y->low);
}

void symbol_extents_sort(struct symbol_extents *extents)
{
    if (extents->count)
        qsort(extents->at, extents->count, sizeof(*extents->at), compare_extents);
    extents->ready = true;
}

static int compare_with_address(const void *key, const void *element)
{
    const Dwarf_Addr *address = key;
    const struct symbol_extent *extent = element;
    return *address < extent->low ? -1 : *address >= extent->high;
}

const struct symbol_extent *symbol_extents_find(const struct symbol_extents *extents, Dwarf_Addr address)
{
    return extents->count ? bsearch(&address, extents->at, extents->count, sizeof(*extents->at), compare_with_address) : NULL;
}

/* --- units --- */

/* clang and rustc write no .debug_aranges, by which libdw of before 0.191 alone finds the unit of an address. */
static void find_units(struct symbol_file *file)
{
    Dwarf_Die *unit = NULL;
    Dwarf_Addr bias, base, low, high;
    while ((unit = dwfl_module_nextcu(file->module, unit, &bias)))
        for (ptrdiff_t next = 0; (next = dwarf_ranges(unit, next, &base, &low, &high)) > 0;)
            symbol_extents_add(&file->units, low, high, unit);
    symbol_extents_sort(&file->units);
}

Dwarf_Die *symbol_file_unit(struct symbol_file *file, Dwarf_Addr pc, Dwarf_Die *unit, Dwarf_Addr *bias)
{
    Dwarf_Die *indexed = dwfl_module_addrdie(file->module, pc, bias);
    if (indexed) {
        *unit = *indexed;
        return unit;
    }
    if (!dwfl_module_getdwarf(file->module, bias))
        return NULL;
    if (!file->units.ready)
        find_units(file);
    const struct symbol_extent *extent = symbol_extents_find(&file->units, pc - *bias);
    if (!extent)
        return NULL;
    *unit = extent->die;
    return unit;
}

Dwarf_Die symbol_file_split(Dwarf_Die *unit)
{
    Dwarf_Die split;
    uint8_t type;
    if (dwarf_cu_info(unit->cu, NULL, &type, NULL, &split, NULL, NULL, NULL) == 0 && type == DW_UT_skeleton &&
        dwarf_tag(&split) == DW_TAG_compile_unit)
        return split;
    return *unit;
}

/* Not dwarf_decl_file(): that takes number 0 for none, as it was before DWARF 5. */
const char *symbol_file_source(Dwarf_Die *die, unsigned attribute)
{
    Dwarf_Attribute named;
    Dwarf_Word number;
    Dwarf_Files *files;
    Dwarf_Die unit;
    size_t count;
    if (dwarf_formudata(dwarf_attr_integrate(die, attribute, &named), &number) != 0 ||
        !dwarf_cu_die(named.cu, &unit, NULL, NULL, NULL, NULL, NULL, NULL) ||
        dwarf_getsrcfiles(&unit, &files, &count) != 0)
        return NULL;
    return dwarf_filesrc(files, number, NULL, NULL);
}
