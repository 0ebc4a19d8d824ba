/* SPDX-License-Identifier: MIT */
/* Symbols from the modules' own files, mapped while they are looked at: no lock of the loader's, no allocation. */
#include "check/symbol.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/modules.h"
#include "core/python.h"
#include "core/self.h"

struct file {
    const char *at;
    size_t size;
};

/* The raw calls: others interpose open and mmap, and close is a cancellation point. */
static bool file_map(struct file *file, const char *path)
{
    struct stat status;
    long fd = self_confined ? -1 : syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC), mapped = -1;

    if (fd < 0)
        return false;
    if (syscall(SYS_fstat, fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        file->size = (size_t)status.st_size;
        /* A `0` would be an int on the stack, and whatever lies above it part of the offset. */
        mapped = syscall(SYS_mmap, NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0L);
    }
    syscall(SYS_close, fd);
    file->at = (const char *)mapped;
    return mapped != -1;
}

/* A part of the file, NULL where it doesn't lie in it. */
static const void *part(const struct file *file, uint64_t offset, uint64_t size)
{
    return offset <= file->size && size <= file->size - offset ? file->at + offset : NULL;
}

static const ElfW(Shdr) *find_section(const struct file *file, uint32_t type)
{
    const ElfW(Ehdr) *header = part(file, 0, sizeof(*header));
    const ElfW(Shdr) *sections;

    if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_shentsize != sizeof(*sections))
        return NULL;
    sections = part(file, header->e_shoff, (uint64_t)header->e_shnum * sizeof(*sections));
    for (unsigned i = 0; sections && i < header->e_shnum; i++)
        if (sections[i].sh_type == type && sections[i].sh_link < header->e_shnum)
            return &sections[i];
    return NULL;
}

/* The symbol of that type that the address lies in, or NULL; *name is its name. */
static const ElfW(Sym) *find_symbol(const struct file *file, uint32_t table, unsigned type, uint64_t address, const char **name)
{
    const ElfW(Shdr) *section = find_section(file, table), *strings;
    const ElfW(Sym) *symbols;

    if (!section || !(symbols = part(file, section->sh_offset, section->sh_size)))
        return NULL;
    strings = (const ElfW(Shdr) *)part(file, ((const ElfW(Ehdr) *)(const void *)file->at)->e_shoff, 0) + section->sh_link;
    for (size_t i = 0; i < section->sh_size / sizeof(*symbols); i++) {
        const ElfW(Sym) *symbol = &symbols[i];

        if (ELF64_ST_TYPE(symbol->st_info) != type || symbol->st_shndx == SHN_UNDEF || address < symbol->st_value ||
            address - symbol->st_value >= symbol->st_size || symbol->st_name >= strings->sh_size)
            continue;
        *name = part(file, strings->sh_offset + symbol->st_name, strings->sh_size - symbol->st_name);
        if (*name && memchr(*name, 0, strings->sh_size - symbol->st_name))
            return symbol;
    }
    return NULL;
}

static const struct module *module_of(uint64_t address)
{
    modules_look_up(address);
    for (const struct module *module = modules_known(); module; module = module->next)
        if (module->begin <= address && address < module->end)
            return module;
    return NULL;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Adds the symbol's name, and how far into it the address lies where `offsets`. */
static bool add_symbol(struct text *text, const struct module *module, unsigned type, uint64_t address, bool offsets)
{
    const ElfW(Sym) *symbol;
    const char *name;
    struct file file;

    if (!file_map(&file, module->path))
        return false;
    symbol = find_symbol(&file, SHT_SYMTAB, type, address - module->base, &name);
    if (!symbol)
        symbol = find_symbol(&file, SHT_DYNSYM, type, address - module->base, &name);
    if (symbol) {
        text_add(text, name);
        if (offsets || address - module->base != symbol->st_value) {
            text_add(text, "+");
            text_hex(text, address - module->base - symbol->st_value);
        }
    }
    syscall(SYS_munmap, file.at, file.size);
    return symbol != NULL;
}

static void add_line(struct text *text, const struct python_place *line)
{
    text_add(text, line->function);
    text_add(text, " (");
    text_add(text, last_part(line->file));
    text_add(text, ":");
    text_number(text, line->line);
    text_add(text, ")");
}

void symbol_code(struct text *text, uint64_t address)
{
    const struct python_place *line = python_is_site(address) ? python_place(address) : NULL;

    if (line) {
        add_line(text, line);
        return;
    }
    const struct module *module = module_of(address);
    if (!module) {
        text_hex(text, address);
        return;
    }
    if (add_symbol(text, module, STT_FUNC, address - 1, true)) {
        text_add(text, " (");
        text_add(text, last_part(module->path));
    } else {
        text_add(text, "(");
        text_add(text, last_part(module->path));
        text_add(text, "+");
        text_hex(text, address - module->base);
    }
    text_add(text, ")");
}

bool symbol_data(struct text *text, uint64_t address)
{
    const struct module *module = module_of(address);

    return module && add_symbol(text, module, STT_OBJECT, address, false);
}

bool symbol_is_own(uint64_t address)
{
    const struct module *module = module_of(address);

    return module && strncmp(last_part(module->path), "libthrum", strlen("libthrum")) == 0;
}

bool symbol_is_static(uint64_t address)
{
    for (const struct module *module = modules_known(); module; module = module->next)
        if (module->begin <= address && address < module->end)
            return true;
    return false;
}
