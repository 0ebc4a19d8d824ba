/* SPDX-License-Identifier: MIT */
/*
 * Numbers packed for a page: columns of LEB128 numbers one after the other, deflated, in base64. Data that comes in
 * time order takes one or two bytes a number, and half of that deflated.
 */
#ifndef THRUM_RENDER_PACK_H
#define THRUM_RENDER_PACK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* All zero is empty. */
struct pack {
    unsigned char *at;
    size_t size, capacity;
};

/* 7 bits a byte, lowest first; the top bit is set in all but the last. */
void pack_number(struct pack *, uint64_t number);

/* A signed number, near zero most of the time: 0, -1, 1, -2 ... as 0, 1, 2, 3 ... */
void pack_signed(struct pack *, int64_t number);

/* Writes it all, as a zlib stream in base64. 0 or -errno. */
int pack_write(const struct pack *, FILE *out);

void pack_free(struct pack *);

#endif
