/* SPDX-License-Identifier: MIT */
/* /proc/PID/maps, and symbols in the files that it names. */
#include "config.h"
#include "live/live-maps.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/memory.h"

/* --- a file, mapped --- */

struct image {
    const char *at;
    size_t size;
};

/* As the process sees it, which may be in another root. */
static struct image image_open(const char *path, pid_t pid)
{
    char *seen = memory_format("/proc/%d/root%s", (int)pid, path);
    int fd = open(seen, O_RDONLY | O_CLOEXEC);
    struct stat status;
    struct image image = {0};
    free(seen);
    if (fd >= 0 && fstat(fd, &status) == 0 && status.st_size > 0) {
        void *at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at != MAP_FAILED)
            image = (struct image){at, (size_t)status.st_size};
    }
    if (fd >= 0)
        close(fd);
    return image;
}

static void image_close(struct image *image)
{
    if (image->at)
        munmap((void *)(uintptr_t)image->at, image->size);
}

/* A part of it, NULL where it doesn't lie in it. */
static const void *part(const struct image *image, uint64_t offset, uint64_t size)
{
    return image->at && offset <= image->size && size <= image->size - offset ? image->at + offset : NULL;
}

static const ElfW(Ehdr) *header_of(const struct image *image)
{
    const ElfW(Ehdr) *header = part(image, 0, sizeof(*header));
    return header && memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 ? header : NULL;
}

/* The address that the file's first byte is meant for; 0 for nearly all that can lie anywhere. */
static uint64_t first_address(const struct image *image)
{
    const ElfW(Ehdr) *header = header_of(image);
    const ElfW(Phdr) *segments = header ? part(image, header->e_phoff, (uint64_t)header->e_phnum * sizeof(*segments)) : NULL;
    for (unsigned i = 0; segments && i < header->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD)
            return segments[i].p_vaddr - segments[i].p_offset;
    return 0;
}

/* The build id in notes of so many bytes, "" where there is none; to be freed. */
static char *id_in_notes(const char *notes, uint64_t size)
{
    for (uint64_t at = 0; at + sizeof(ElfW(Nhdr)) <= size;) {
        const ElfW(Nhdr) *note = (const void *)(notes + at);
        uint64_t name = at + sizeof(*note), text = name + ((note->n_namesz + 3ull) & ~3ull), end = text + ((note->n_descsz + 3ull) & ~3ull);
        if (end > size)
            break;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof(ELF_NOTE_GNU) && memcmp(notes + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0) {
            char *id = memory_new(2 * note->n_descsz + 1, 1);
            for (uint32_t i = 0; i < note->n_descsz; i++)
                sprintf(id + 2 * i, "%02x", (unsigned char)notes[text + i]);
            return id;
        }
        at = end;
    }
    return memory_text("");
}

static char *build_id_of(const struct image *image)
{
    const ElfW(Ehdr) *header = header_of(image);
    const ElfW(Phdr) *segments = header ? part(image, header->e_phoff, (uint64_t)header->e_phnum * sizeof(*segments)) : NULL;
    for (unsigned i = 0; segments && i < header->e_phnum; i++) {
        const char *notes = segments[i].p_type == PT_NOTE ? part(image, segments[i].p_offset, segments[i].p_filesz) : NULL;
        char *id = id_in_notes(notes, notes ? segments[i].p_filesz : 0);
        if (*id)
            return id;
        free(id);
    }
    return memory_text("");
}

static uint64_t symbol_value(const struct image *image, const char *name)
{
    const ElfW(Ehdr) *header = header_of(image);
    const ElfW(Shdr) *sections = header ? part(image, header->e_shoff, (uint64_t)header->e_shnum * sizeof(*sections)) : NULL;
    for (unsigned i = 0; sections && i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_DYNSYM || sections[i].sh_link >= header->e_shnum)
            continue;
        const ElfW(Shdr) *strings = &sections[sections[i].sh_link];
        const ElfW(Sym) *symbols = part(image, sections[i].sh_offset, sections[i].sh_size);
        const char *names = part(image, strings->sh_offset, strings->sh_size);
        size_t length = strlen(name) + 1;
        for (size_t j = 0; symbols && names && j < sections[i].sh_size / sizeof(*symbols); j++)
            if (symbols[j].st_shndx != SHN_UNDEF && symbols[j].st_name + length <= strings->sh_size &&
                memcmp(names + symbols[j].st_name, name, length) == 0)
                return symbols[j].st_value;
    }
    return 0;
}

/* --- the list --- */

static void add_mapping(struct live_maps *maps, pid_t pid, uint64_t begin, uint64_t end, uint64_t offset, const char *path)
{
    struct live_module *last = maps->count ? &maps->at[maps->count - 1] : NULL;
    if (last && strcmp(last->path, path) == 0 && begin >= last->begin) {
        last->end = end;
        return;
    }
    maps->at = memory_grow(maps->at, maps->count + 1, &maps->capacity, sizeof(*maps->at));
    struct image image = image_open(path, pid);
    maps->at[maps->count++] =
        (struct live_module){.path = memory_text(path), .build_id = build_id_of(&image), .base = begin - offset - first_address(&image), .begin = begin, .end = end};
    image_close(&image);
}

int live_maps_read(struct live_maps *maps, pid_t pid)
{
    char *name = memory_format("/proc/%d/maps", (int)pid), *line = NULL;
    FILE *file = fopen(name, "re");
    size_t size = 0;
    int err = file ? 0 : -errno;
    *maps = (struct live_maps){0};
    while (file && getline(&line, &size, file) > 0) {
        uint64_t begin, end, offset;
        int path = 0;
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %n", &begin, &end, &offset, &path) == 3 && line[path] == '/')
            add_mapping(maps, pid, begin, end, offset, line + path);
    }
    free(line);
    free(name);
    if (file)
        fclose(file);
    return err;
}

void live_maps_free(struct live_maps *maps)
{
    for (size_t i = 0; i < maps->count; i++)
        free(maps->at[i].path), free(maps->at[i].build_id);
    free(maps->at);
}

const struct live_module *live_maps_find(const struct live_maps *maps, const char *prefix)
{
    for (size_t i = 0; i < maps->count; i++)
        if (strncmp(strrchr(maps->at[i].path, '/') + 1, prefix, strlen(prefix)) == 0)
            return &maps->at[i];
    return NULL;
}

uint64_t live_symbol(const struct live_module *module, pid_t pid, const char *name)
{
    struct image image = image_open(module->path, pid);
    uint64_t value = symbol_value(&image, name);
    image_close(&image);
    return value ? module->base + value : 0;
}
