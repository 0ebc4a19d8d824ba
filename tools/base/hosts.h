/* SPDX-License-Identifier: MIT */
/*
 * The hosts that the traces at hand are from. Two of them, or two containers, may give their processes the same numbers: so
 * process and thread ids of every host but the first are put beyond those that a kernel gives, where they are one number for one
 * process as ever, and taken back to be shown.
 */
#ifndef THRUM_BASE_HOSTS_H
#define THRUM_BASE_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

/* A kernel's ids are below 2^22; more hosts than fit count as the last. */
enum { HOSTS_BITS = 22, HOSTS_MOST = 1 << (31 - HOSTS_BITS), HOSTS_TEXT = 96 };

/* The number of the host of this name, which begins at 0 and stays; no name, or "": 0. */
unsigned hosts_number(const char *name);
bool hosts_several(void);

/* The id that stands for a host's own; 0 and negative numbers have meanings of their own, and stay. */
static inline int32_t hosts_put(unsigned host, int32_t id)
{
    return id > 0 ? (int32_t)(((uint32_t)id + ((uint32_t)host << HOSTS_BITS)) & INT32_MAX) : id; /* damaged traces have any ids */
}

/* And back. */
static inline int32_t hosts_own(int32_t id)
{
    return id > 0 ? id & ((1 << HOSTS_BITS) - 1) : id;
}

/* The name of the host that an id is of; "" where there is one host alone. */
const char *hosts_name(int32_t id);

/* "27", where there are several hosts "27 on beta", into the buffer, which it returns. */
const char *hosts_text(char buffer[HOSTS_TEXT], int32_t id);

#endif
