/* SPDX-License-Identifier: MIT */
/* Numbers packed for a page. */
#include "config.h"
#include "render/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>
#include "base/memory.h"

enum { LONGEST = 10 }; /* bytes of a 64-bit number */

void pack_number(struct pack *pack, uint64_t number)
{
    if (pack->capacity - pack->size < LONGEST)
        pack->at = memory_grow(pack->at, pack->size + LONGEST, &pack->capacity, 1);
    for (; number > 127; number >>= 7)
        pack->at[pack->size++] = (unsigned char)(number | 128);
    pack->at[pack->size++] = (unsigned char)number;
}

void pack_signed(struct pack *pack, int64_t number)
{
    pack_number(pack, number < 0 ? ~(uint64_t)number * 2 + 1 : (uint64_t)number * 2);
}

/* Writes bytes as base64; a count that 3 doesn't divide is for the last call only. */
static void write_base64(const unsigned char *at, size_t count, FILE *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        uint32_t bits = (uint32_t)at[i] << 16 | (i + 1 < count ? (uint32_t)at[i + 1] << 8 : 0) | (i + 2 < count ? at[i + 2] : 0);
        putc_unlocked(letters[bits >> 18], out);
        putc_unlocked(letters[bits >> 12 & 63], out);
        putc_unlocked(i + 1 < count ? letters[bits >> 6 & 63] : '=', out);
        putc_unlocked(i + 2 < count ? letters[bits & 63] : '=', out);
    }
}

int pack_write(const struct pack *pack, FILE *out)
{
    unsigned char buffer[3 * 16384];
    z_stream stream = {.next_out = buffer, .avail_out = sizeof buffer};
    size_t left = pack->size;
    int status;

    if (deflateInit(&stream, Z_DEFAULT_COMPRESSION) != Z_OK)
        return -ENOMEM;
    stream.next_in = pack->at;
    do {
        if (!stream.avail_in) { /* it counts in 32 bits */
            stream.avail_in = left > 1u << 30 ? 1u << 30 : (unsigned)left;
            left -= stream.avail_in;
        }
        status = deflate(&stream, left ? Z_NO_FLUSH : Z_FINISH);
        if (!stream.avail_out || status == Z_STREAM_END) {
            write_base64(buffer, sizeof buffer - stream.avail_out, out);
            stream.next_out = buffer;
            stream.avail_out = sizeof buffer;
        }
    } while (status == Z_OK);
    deflateEnd(&stream);
    return status != Z_STREAM_END ? -EIO : ferror(out) ? -errno : 0;
}

void pack_free(struct pack *pack)
{
    free(pack->at);
    *pack = (struct pack){0};
}
