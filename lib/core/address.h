/* SPDX-License-Identifier: MIT */
/* An address as events carry it. */
#ifndef THRUM_CORE_ADDRESS_H
#define THRUM_CORE_ADDRESS_H

#include <stdint.h>

static inline uint64_t address_of(const void *object)
{
    return (uint64_t)(uintptr_t)object;
}

#endif
