/* SPDX-License-Identifier: MIT */
/* Names of functions and variables as people write them. */
#include "config.h"
#include "symbols/symbols-file.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

const char *symbol_basename(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* --- from debug information --- */

/* Where a function or variable was declared: the DIE that stands inside its class or namespace. */
static Dwarf_Die declaration_of(Dwarf_Die *die)
{
    static const unsigned links[] = {DW_AT_abstract_origin, DW_AT_specification};
    Dwarf_Die at = *die, next;
    Dwarf_Attribute attribute;
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]);) {
        if (dwarf_attr(&at, links[i], &attribute) && dwarf_formref_die(&attribute, &next)) {
            at = next;
            i = 0;
        } else {
            i++;
        }
    }
    return at;
}

static const char *scope_name(Dwarf_Die *scope)
{
    switch (dwarf_tag(scope)) {
    case DW_TAG_namespace: {
        const char *name = dwarf_diename(scope);
        return name ? name : "(anonymous)";
    }
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
        return dwarf_diename(scope);
    default:
        return NULL;
    }
}

char *symbol_name_of_die(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    const char *name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attribute));
    char *full = name ? memory_text(name) : NULL;
    Dwarf_Die declared = declaration_of(die), *scopes = NULL;
    int count = full ? dwarf_getscopes_die(&declared, &scopes) : 0;
    for (int i = 1; i < count; i++) {
        const char *scope = scope_name(&scopes[i]);
        if (!scope)
            continue;
        char *longer = memory_format("%s::%s", scope, full);
        free(full);
        full = longer;
    }
    free(scopes);
    return full;
}

/* --- from the linker's symbols --- */

/* The C++ runtime's demangler where the runtime is installed; a tool for C programs need not drag it in. */
static char *demangle(const char *name)
{
    static char *(*demangler)(const char *, char *, size_t *, int *);
    static bool looked;
    if (!looked) {
        void *runtime = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_LOCAL);
        if (runtime)
            *(void **)&demangler = dlsym(runtime, "__cxa_demangle");
        looked = true;
    }
    int status = -1;
    return demangler ? demangler(name, NULL, NULL, &status) : NULL;
}

/* Cuts the parameters off "ns::f<a(b)>(int) const", keeping "operator()" and "(anonymous namespace)". */
static void cut_parameters(char *name)
{
    static const char anonymous[] = "(anonymous namespace)", call_operator[] = "operator()";
    int depth = 0;
    for (char *at = name; *at; at++) {
        if (strncmp(at, anonymous, strlen(anonymous)) == 0)
            at += strlen(anonymous) - 1;
        else if (strncmp(at, call_operator, strlen(call_operator)) == 0)
            at += strlen(call_operator) - 1;
        else if (*at == '<')
            depth++;
        else if (*at == '>')
            depth--;
        else if (*at == '(' && depth <= 0) {
            *at = '\0';
            return;
        }
    }
}

/* Rust ends its older names with "::h" and 16 hexadecimal digits. */
static void cut_rust_hash(char *name)
{
    size_t length = strlen(name);
    if (length > 19 && strncmp(name + length - 19, "::h", 3) == 0 && strspn(name + length - 16, "0123456789abcdef") == 16)
        name[length - 19] = '\0';
}

/* Compilers mark clones of a function, and static variables inside one, after a dot. */
static void cut_suffix(char *name)
{
    static const char *const marks[] = {".constprop.", ".isra.", ".part.", ".cold", ".lto_priv.", ".llvm."};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        char *mark = strstr(name, marks[i]);
        if (mark && mark != name)
            *mark = '\0';
    }
    char *dot = strrchr(name, '.');
    if (dot && dot != name && dot[1] && dot[1 + strspn(dot + 1, "0123456789")] == '\0')
        *dot = '\0';
}

char *symbol_name_of_linker(const char *name)
{
    char *clean = memory_text(name);
    cut_suffix(clean);
    char *plain = strncmp(clean, "_Z", 2) == 0 ? demangle(clean) : NULL;
    if (!plain)
        return clean;
    free(clean);
    cut_rust_hash(plain);
    cut_parameters(plain);
    return plain;
}
