/* SPDX-License-Identifier: MIT */
/* For the test of symbols: prints what is mapped where, and loads libraries one after the other. */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fixture.h"

static void print_build_id(const char *notes, size_t size)
{
    for (const char *at = notes; at + sizeof(ElfW(Nhdr)) < notes + size;) {
        const ElfW(Nhdr) *note = (const void *)at;
        const unsigned char *bytes = (const unsigned char *)(note + 1) + ((note->n_namesz + 3) & ~3u);
        for (unsigned i = 0; note->n_type == NT_GNU_BUILD_ID && i < note->n_descsz; i++)
            printf("%02x", bytes[i]);
        at = (const char *)bytes + ((note->n_descsz + 3) & ~3u);
    }
}

static int print_module(struct dl_phdr_info *info, size_t size, void *executable)
{
    uintptr_t begin = UINTPTR_MAX, end = 0;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type != PT_LOAD)
            continue;
        uintptr_t low = info->dlpi_addr + part->p_vaddr;
        begin = low < begin ? low : begin;
        end = low + part->p_memsz > end ? low + part->p_memsz : end;
    }
    printf("module %#lx %#lx %#lx %s ", (long)info->dlpi_addr, (long)begin, (long)end,
           info->dlpi_name[0] ? info->dlpi_name : (char *)executable);
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            print_build_id((const char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr, info->dlpi_phdr[i].p_memsz);
    puts("");
    return 0;
}

void fixture_modules(void)
{
    char *executable = realpath("/proc/self/exe", NULL);
    dl_iterate_phdr(print_module, executable);
    free(executable);
}

#ifdef LOADER
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        void *library = dlopen(argv[i], RTLD_NOW);
        void (*run)(void);
        if (!library || !(*(void **)&run = dlsym(library, "fixture_run"))) {
            puts(dlerror());
            return 1;
        }
        fixture_modules();
        run();
        dlclose(library);
    }
    return 0;
}
#endif
