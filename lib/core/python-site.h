/* SPDX-License-Identifier: MIT */
/* The numbers that stand for lines of Python. */
#ifndef THRUM_CORE_PYTHON_SITE_H
#define THRUM_CORE_PYTHON_SITE_H

#include <stdint.h>

#include "core/python-layout.h"
#include "core/python.h"
#include "core/visibility.h"

/* By their numbers, from PYTHON_SITE_FIRST on, NULL where there is none yet; each begins with its struct python_place. */
enum { PYTHON_SITES = 1 << 15 };
struct python_site;
extern THRUM_PRIVATE struct python_site *_Atomic python_sites[PYTHON_SITES];

/* Types that an object must have to be believed. */
struct python_types {
    const void *code, *text, *bytes;
};

/*
 * The site of a frame that stands at `instruction` of `code`, which is alive, or of its first line where that is NULL;
 * 0: there is no room for more, or none.
 */
uint64_t python_site_of(const struct python_layout *layout, const struct python_types *types, const char *code, const char *instruction);

enum python_role python_site_role(uint64_t number);

/* How often this was asked of the site, which is known. */
uint32_t python_site_count(uint64_t number);

#endif
