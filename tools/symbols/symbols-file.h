/* SPDX-License-Identifier: MIT */
/* Inside symbols: one executable or shared object, opened with libdwfl when it is first asked about. */
#ifndef THRUM_TRACE_SYMBOLS_FILE_H
#define THRUM_TRACE_SYMBOLS_FILE_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/map.h"
#include "symbols/symbols.h"

/* Addresses from low to high, relative to the debug information, and what describes what is there. */
struct symbol_extent {
    Dwarf_Addr low, high;
    Dwarf_Die die;
};

struct symbol_extents {
    struct symbol_extent *at; /* in the order of addresses once it is ready */
    size_t count, capacity;
    bool ready;
};

enum symbol_file_state {
    SYMBOL_FILE_UNOPENED,
    SYMBOL_FILE_OPEN,
    SYMBOL_FILE_GONE,
    SYMBOL_FILE_CHANGED,
    SYMBOL_FILE_UNREADABLE,
};

struct symbol_file {
    char *path;
    const char *name;     /* the path's last part */
    char *build_id;       /* as recorded; "" where it has none */
    int64_t loaded_ns;    /* when it was first seen mapped */
    enum symbol_file_state state;
    bool lineless;        /* asked about, and has no debug information there */
    bool lined;           /* asked about, and has some there: what lacks it is the compiler's start-up code */
    Dwfl *dwfl;           /* with module, where it is open; addresses are those in the file */
    Dwfl_Module *module;
    struct symbol_extents units;     /* of code, for what the file's own index leaves out; made when first needed */
    struct symbol_extents variables; /* static ones; made when first needed */
    /* What was found out, by offset; the values are symbols.c's. */
    struct map calls_known, codes_known, variables_known;
};

struct symbol_file *symbol_file_new(const char *path, const char *build_id, int64_t loaded_ns);
void symbol_file_free(struct symbol_file *);

/* Opens it once; whether there is anything to look up in. */
bool symbol_file_open(struct symbol_file *);

void symbol_extents_add(struct symbol_extents *, Dwarf_Addr low, Dwarf_Addr high, const Dwarf_Die *);
void symbol_extents_sort(struct symbol_extents *);
const struct symbol_extent *symbol_extents_find(const struct symbol_extents *, Dwarf_Addr address);

/* The unit whose code is at `pc`, and what to take from addresses for its debug information; NULL where there is none. */
Dwarf_Die *symbol_file_unit(struct symbol_file *, Dwarf_Addr pc, Dwarf_Die *unit, Dwarf_Addr *bias);

/* The unit that describes a unit's functions and variables: another where -gsplit-dwarf put them into a file of their own. */
Dwarf_Die symbol_file_split(Dwarf_Die *unit);

/* The source file that an attribute of `die`, such as DW_AT_decl_file, names; NULL where it doesn't. */
const char *symbol_file_source(Dwarf_Die *die, unsigned attribute);

/* The calls at `offset`; a return address where `call`. To be freed with symbol_place_free(). */
struct symbol_place *symbol_file_place(struct symbol_file *, uint64_t offset, bool call);

/* A place of which no more is known than its address, in a file or (NULL) not. */
struct symbol_place *symbol_place_bare(const struct symbol_file *, uint64_t offset);
/* A line of Python; with an offset that is the same wherever it is met. */
struct symbol_place *symbol_place_line(const char *function, const char *file, int line);
void symbol_place_free(struct symbol_place *);

/* The variable at `offset`. To be freed with symbol_variable_free(). */
struct symbol_variable *symbol_file_variable(struct symbol_file *, uint64_t offset);
void symbol_variable_free(struct symbol_variable *);

/* --- names, in symbols-name.c --- */

/* Name of a function or variable with the namespaces and classes that it is in; to be freed, NULL where it has none. */
char *symbol_name_of_die(Dwarf_Die *);

/* The name that a linker's symbol stands for: demangled, without parameters and compilers' suffixes; to be freed. */
char *symbol_name_of_linker(const char *name);

/* "file.c" of "/dir/file.c". */
const char *symbol_basename(const char *path);

#endif
