/* SPDX-License-Identifier: MIT */
/* The calls that a code address stands for: from debug information with its inlined functions, else the nearest symbol. */
#include "config.h"
#include "symbols/symbols-file.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <inttypes.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

/* The frames of a place that is being made; their strings are its own. */
struct builder {
    struct symbol_frame *frames;
    size_t count, capacity;
};

/* Takes its strings; all but the text may be NULL. */
static void add_frame(struct builder *builder, char *text, char *function, char *file, int line)
{
    builder->frames = memory_grow(builder->frames, builder->count + 1, &builder->capacity, sizeof(*builder->frames));
    builder->frames[builder->count++] =
        (struct symbol_frame){.text = text, .function = function, .file = file, .line = line};
}

/* --- from debug information --- */

/* Where in the source; the path is borrowed from libdw, and may be relative to the unit's directory. */
struct source {
    const char *path;
    int line;
};

static struct source source_of_address(Dwarf_Die *unit, Dwarf_Addr address)
{
    struct source source = {0};
    Dwarf_Line *line = dwarf_getsrc_die(unit, address);
    if (line) {
        source.path = dwarf_linesrc(line, NULL, NULL);
        dwarf_lineno(line, &source.line);
    }
    return source;
}

/* Where an inlined function was called. */
static struct source source_of_call(Dwarf_Die *inlined)
{
    struct source source = {.path = symbol_file_source(inlined, DW_AT_call_file)};
    Dwarf_Attribute attribute;
    Dwarf_Word number;
    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &number) == 0)
        source.line = (int)number;
    return source;
}

static char *full_path(Dwarf_Die *unit, const char *path)
{
    Dwarf_Attribute attribute;
    const char *directory = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
    return path[0] == '/' || !directory ? memory_text(path) : memory_format("%s/%s", directory, path);
}

static void add_function(struct builder *builder, Dwarf_Die *unit, Dwarf_Die *function, struct source source)
{
    char *name = symbol_name_of_die(function), *text;
    const char *shown = name ? name : "??";
    if (!source.path)
        text = memory_text(shown);
    else if (source.line == 0)
        text = memory_format("%s (%s)", shown, symbol_basename(source.path));
    else
        text = memory_format("%s (%s:%d)", shown, symbol_basename(source.path), source.line);
    add_frame(builder, text, name, source.path ? full_path(unit, source.path) : NULL, source.line);
}

/* The scopes around an address, innermost first, each inlined one inside its caller; to be freed. */
static int scopes_at(Dwarf_Die *unit, Dwarf_Addr address, Dwarf_Die **scopes)
{
    Dwarf_Die *lexical = NULL, inner;
    if (dwarf_getscopes(unit, address, &lexical) <= 0)
        return 0;
    inner = lexical[0];
    free(lexical);
    return dwarf_getscopes_die(&inner, scopes);
}

static void add_from_debug_info(struct builder *builder, struct symbol_file *file, Dwarf_Addr pc)
{
    Dwarf_Die unit, *scopes = NULL;
    Dwarf_Addr bias;
    if (!symbol_file_unit(file, pc, &unit, &bias))
        return;
    Dwarf_Die functions = symbol_file_split(&unit);
    struct source source = source_of_address(&unit, pc - bias);
    int count = scopes_at(&functions, pc - bias, &scopes);
    for (int i = 0; i < count; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
            continue;
        add_function(builder, &unit, &scopes[i], source);
        if (tag == DW_TAG_subprogram)
            break;
        source = source_of_call(&scopes[i]);
    }
    free(scopes);
}

/* --- from the linker's symbols, and from nothing --- */

static void add_from_symbol(struct builder *builder, struct symbol_file *file, Dwarf_Addr pc, uint64_t offset)
{
    GElf_Off into;
    GElf_Sym symbol;
    const char *linked = dwfl_module_addrinfo(file->module, pc, &into, &symbol, NULL, NULL, NULL);
    if (!linked || !*linked || (symbol.st_size && into >= symbol.st_size))
        return;
    char *name = symbol_name_of_linker(linked);
    add_frame(builder, memory_format("%s+0x%" PRIx64 " (%s)", name, into + (offset - pc), file->name), name, NULL, 0);
}

static void add_bare(struct builder *builder, const struct symbol_file *file, uint64_t offset)
{
    char *text = file ? memory_format("%s+0x%" PRIx64, file->name, offset) : memory_format("0x%" PRIx64, offset);
    add_frame(builder, text, NULL, NULL, 0);
}

/* --- the place --- */

static bool is_system_header(const char *path)
{
    static const char *const roots[] = {"/usr/include/", "/usr/lib/", "/rustc/"};
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
        if (path && strncmp(path, roots[i], strlen(roots[i])) == 0)
            return true;
    return path && strstr(path, "/include/c++/");
}

/* std::mutex::lock() and its like are inlined all over: what people look for is who called it. */
static const struct symbol_frame *site_among(const struct symbol_frame *frames, size_t count)
{
    size_t i = 0;
    while (i + 1 < count && is_system_header(frames[i].file))
        i++;
    return &frames[i];
}

static struct symbol_place *finish(struct builder *builder, const struct symbol_file *file, uint64_t offset)
{
    struct symbol_place *place = memory_new(1, sizeof(*place));
    place->frames = builder->frames;
    place->count = builder->count;
    place->site = site_among(place->frames, place->count);
    place->module = file ? file->path : "";
    place->offset = offset;
    place->changed = file && (file->state == SYMBOL_FILE_CHANGED || file->state == SYMBOL_FILE_GONE);
    return place;
}

struct symbol_place *symbol_place_bare(const struct symbol_file *file, uint64_t offset)
{
    struct builder builder = {0};
    add_bare(&builder, file, offset);
    return finish(&builder, file, offset);
}

struct symbol_place *symbol_file_place(struct symbol_file *file, uint64_t offset, bool call)
{
    struct builder builder = {0};
    /* A call may be the last instruction of its line, or of its function: the address that it returns to is past it. */
    Dwarf_Addr pc = offset - (call && offset > 0);
    if (symbol_file_open(file)) {
        add_from_debug_info(&builder, file, pc);
        if (builder.count > 0) {
            file->lined = true;
        } else {
            file->lineless = true;
            add_from_symbol(&builder, file, pc, offset);
        }
    }
    if (builder.count == 0)
        add_bare(&builder, file, offset);
    return finish(&builder, file, offset);
}

/* FNV-1a. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

struct symbol_place *symbol_place_line(const char *function, const char *file, int line)
{
    struct builder builder = {0};
    char *text = line ? memory_format("%s (%s:%d)", function, symbol_basename(file), line)
                      : memory_format("%s (%s)", function, symbol_basename(file));
    uint64_t offset = hash_text(hash_text(0xcbf29ce484222325u, file), text);
    add_frame(&builder, text, memory_text(function), memory_text(file), line);
    struct symbol_place *place = finish(&builder, NULL, offset);
    place->site = place->frames;
    place->module = "python3";
    place->interpreted = true;
    return place;
}

void symbol_place_free(struct symbol_place *place)
{
    if (!place)
        return;
    for (size_t i = 0; i < place->count; i++) {
        free((char *)place->frames[i].text);
        free((char *)place->frames[i].function);
        free((char *)place->frames[i].file);
    }
    free((struct symbol_frame *)place->frames);
    free(place);
}
