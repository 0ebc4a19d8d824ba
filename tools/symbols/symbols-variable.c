/* SPDX-License-Identifier: MIT */
/* Names of static variables, down to the array element or member that an address is in: "forks[2]", "pool.lock". */
#include "config.h"
#include "symbols/symbols-file.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

/* --- the variables that debug information knows --- */

/* Whether the variable has one fixed address. */
static bool fixed_address(Dwarf_Die *variable, Dwarf_Addr *address)
{
    Dwarf_Attribute location, indexed;
    Dwarf_Op *ops;
    size_t count;
    if (!dwarf_attr(variable, DW_AT_location, &location) || dwarf_getlocation(&location, &ops, &count) != 0 || count != 1)
        return false;
    if (ops[0].atom == DW_OP_addr) {
        *address = ops[0].number;
        return true;
    }
    return ops[0].atom == DW_OP_addrx && dwarf_getlocation_attr(&location, &ops[0], &indexed) == 0 &&
           dwarf_formaddr(&indexed, address) == 0;
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;
    return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), type) != NULL;
}

static void add_variable(struct symbol_file *file, Dwarf_Die *variable)
{
    Dwarf_Addr address;
    Dwarf_Die type;
    Dwarf_Word size;
    if (fixed_address(variable, &address) && type_of(variable, &type) && dwarf_aggregate_size(&type, &size) == 0 && size)
        symbol_extents_add(&file->variables, address, address + size, variable);
}

/* Variables are at the top of a unit, in namespaces, and in functions and their blocks. */
static void add_variables(struct symbol_file *file, Dwarf_Die *parent)
{
    Dwarf_Die die;
    if (dwarf_child(parent, &die) != 0)
        return;
    do {
        switch (dwarf_tag(&die)) {
        case DW_TAG_variable:
            add_variable(file, &die);
            break;
        case DW_TAG_namespace:
        case DW_TAG_subprogram:
        case DW_TAG_lexical_block:
            add_variables(file, &die);
            break;
        }
    } while (dwarf_siblingof(&die, &die) == 0);
}

static const struct symbol_extent *find_extent(struct symbol_file *file, Dwarf_Addr address)
{
    Dwarf_Die *unit = NULL;
    Dwarf_Addr bias;
    if (!file->variables.ready) {
        while ((unit = dwfl_module_nextcu(file->module, unit, &bias))) {
            Dwarf_Die split = symbol_file_split(unit);
            add_variables(file, &split);
        }
        symbol_extents_sort(&file->variables);
    }
    return symbol_extents_find(&file->variables, address);
}

/* --- the way from a variable to the lock in it --- */

/* A type that is a lock for the program, whatever it is made of inside. */
static bool is_lock_type(const char *name)
{
    static const char *const names[] = {"sem_t", "mtx_t", "cnd_t", "once_flag", "GMutex", "GRecMutex", "GRWLock", "GCond"};
    if (!name)
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return strncmp(name, "pthread_", 8) == 0 || strncmp(name, "thrum_", 6) == 0;
}

static bool is_in_std(Dwarf_Die *type)
{
    Dwarf_Die *scopes = NULL;
    int count = dwarf_getscopes_die(type, &scopes);
    bool found = false;
    for (int i = 1; i < count && !found; i++)
        found = dwarf_tag(&scopes[i]) == DW_TAG_namespace && strcmp(dwarf_diename(&scopes[i]) ?: "", "std") == 0;
    free(scopes);
    return found;
}

/* The type behind typedefs and qualifiers; false where the way ends at a lock or there is no type. */
static bool peel(Dwarf_Die *type)
{
    for (;;) {
        switch (dwarf_tag(type)) {
        case DW_TAG_typedef:
            if (is_lock_type(dwarf_diename(type)))
                return false;
            break;
        case DW_TAG_const_type:
        case DW_TAG_volatile_type:
        case DW_TAG_atomic_type:
            break;
        default:
            return !is_lock_type(dwarf_diename(type));
        }
        Dwarf_Die inner;
        if (!type_of(type, &inner))
            return false;
        *type = inner;
    }
}

/* Number of elements of one dimension, 0 where it isn't fixed. */
static Dwarf_Word dimension(Dwarf_Die *subrange)
{
    Dwarf_Attribute attribute;
    Dwarf_Word number;
    if (dwarf_formudata(dwarf_attr(subrange, DW_AT_count, &attribute), &number) == 0)
        return number;
    if (dwarf_formudata(dwarf_attr(subrange, DW_AT_upper_bound, &attribute), &number) == 0)
        return number + 1;
    return 0;
}

/* Writes "[1][2]" and goes on to the element. */
static bool enter_array(Dwarf_Die *type, uint64_t *offset, FILE *out)
{
    Dwarf_Die element, subrange;
    Dwarf_Word size, whole;
    if (!type_of(type, &element) || dwarf_aggregate_size(&element, &size) != 0 || size == 0 ||
        dwarf_aggregate_size(type, &whole) != 0 || dwarf_child(type, &subrange) != 0)
        return false;
    do {
        Dwarf_Word count = dwarf_tag(&subrange) == DW_TAG_subrange_type ? dimension(&subrange) : 0;
        if (count == 0)
            return false;
        whole /= count;
        fprintf(out, "[%" PRIu64 "]", *offset / whole);
        *offset %= whole;
    } while (dwarf_siblingof(&subrange, &subrange) == 0);
    *type = element;
    return true;
}

/* Writes ".member" and goes on to it; a base class is gone through in silence. */
static bool enter_struct(Dwarf_Die *type, uint64_t *offset, FILE *out)
{
    Dwarf_Die member, member_type;
    Dwarf_Attribute attribute;
    Dwarf_Word start, size;
    if (is_in_std(type) || dwarf_child(type, &member) != 0)
        return false;
    do {
        int tag = dwarf_tag(&member);
        if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) || !type_of(&member, &member_type) ||
            dwarf_formudata(dwarf_attr(&member, DW_AT_data_member_location, &attribute), &start) != 0 ||
            dwarf_aggregate_size(&member_type, &size) != 0 || *offset < start || *offset >= start + size)
            continue;
        if (tag == DW_TAG_member && dwarf_diename(&member))
            fprintf(out, ".%s", dwarf_diename(&member));
        *offset -= start;
        *type = member_type;
        return true;
    } while (dwarf_siblingof(&member, &member) == 0);
    return false;
}

/* Writes the way from a variable of this type to `offset` in it. */
static void write_path(Dwarf_Die type, uint64_t offset, FILE *out)
{
    bool further = true;
    while (further && peel(&type)) {
        switch (dwarf_tag(&type)) {
        case DW_TAG_array_type:
            further = enter_array(&type, &offset, out);
            break;
        case DW_TAG_structure_type:
        case DW_TAG_class_type:
            further = enter_struct(&type, &offset, out);
            break;
        default:
            further = false;
        }
    }
    if (offset)
        fprintf(out, "+0x%" PRIx64, offset);
}

/* --- the variable --- */

static char *place_of(Dwarf_Die *die, const struct symbol_file *file)
{
    const char *path = symbol_file_source(die, DW_AT_decl_file);
    int line;
    if (!path || dwarf_decl_line(die, &line) != 0)
        return memory_text(file->name);
    return memory_format("%s:%d", symbol_basename(path), line);
}

/* False where debug information doesn't know it. */
static bool from_debug_info(struct symbol_variable *variable, struct symbol_file *file, uint64_t offset)
{
    Dwarf_Addr bias;
    Dwarf *dwarf = dwfl_module_getdwarf(file->module, &bias);
    const struct symbol_extent *extent = dwarf ? find_extent(file, offset - bias) : NULL;
    Dwarf_Die type;
    if (!extent)
        return false;
    Dwarf_Die die = extent->die;
    if (!type_of(&die, &type))
        return false;
    char *name = symbol_name_of_die(&die), *full = NULL;
    size_t size;
    FILE *out = memory_stream(&full, &size);
    fputs(name ? name : "??", out);
    write_path(type, offset - bias - extent->low, out);
    fclose(out);
    free(name);
    variable->name = full;
    variable->place = place_of(&die, file);
    return true;
}

static bool from_symbol(struct symbol_variable *variable, struct symbol_file *file, uint64_t offset)
{
    GElf_Off into;
    GElf_Sym symbol;
    const char *linked = dwfl_module_addrinfo(file->module, offset, &into, &symbol, NULL, NULL, NULL);
    if (!linked || !*linked || GELF_ST_TYPE(symbol.st_info) != STT_OBJECT || into >= symbol.st_size)
        return false;
    char *name = symbol_name_of_linker(linked);
    variable->name = into ? memory_format("%s+0x%" PRIx64, name, into) : memory_text(name);
    variable->place = memory_text(file->name);
    free(name);
    return true;
}

struct symbol_variable *symbol_file_variable(struct symbol_file *file, uint64_t offset)
{
    struct symbol_variable *variable = memory_new(1, sizeof(*variable));
    variable->module = file->path;
    if (symbol_file_open(file) && (from_debug_info(variable, file, offset) || from_symbol(variable, file, offset)))
        return variable;
    /* It is inside the file's mapping, so it is one; no more is known. */
    variable->name = memory_format("%s+0x%" PRIx64, file->name, offset);
    variable->place = memory_text(file->name);
    return variable;
}

void symbol_variable_free(struct symbol_variable *variable)
{
    if (!variable)
        return;
    free((char *)variable->name);
    free((char *)variable->place);
    free(variable);
}
