/* SPDX-License-Identifier: MIT */
/* A stream whose bytes go gzipped to another. */
#include "config.h"
#include "cmd/gzip.h"

#include <stdlib.h>
#include <zlib.h>
#include "cmd/die.h"
#include "base/memory.h"

enum { GZIP_HEADER = 15 + 16, MEMORY = 8 }; /* as zlib's manual has it */

struct gzip {
    FILE *below;
    z_stream stream;
};

static void push(struct gzip *gzip, int flush)
{
    unsigned char buffer[16384];
    do {
        gzip->stream.next_out = buffer;
        gzip->stream.avail_out = sizeof buffer;
        deflate(&gzip->stream, flush);
        fwrite(buffer, 1, sizeof buffer - gzip->stream.avail_out, gzip->below);
    } while (!gzip->stream.avail_out);
}

static ssize_t gzip_write(void *cookie, const char *bytes, size_t count)
{
    struct gzip *gzip = cookie;
    gzip->stream.next_in = (unsigned char *)bytes;
    gzip->stream.avail_in = (unsigned)count;
    push(gzip, Z_NO_FLUSH);
    return ferror(gzip->below) ? 0 : (ssize_t)count;
}

static int gzip_close(void *cookie)
{
    struct gzip *gzip = cookie;
    push(gzip, Z_FINISH);
    deflateEnd(&gzip->stream);
    free(gzip);
    return 0;
}

FILE *gzip_open(FILE *below)
{
    struct gzip *gzip = memory_new(1, sizeof *gzip);
    gzip->below = below;
    FILE *file = deflateInit2(&gzip->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_HEADER, MEMORY, Z_DEFAULT_STRATEGY) == Z_OK
                     ? fopencookie(gzip, "w", (cookie_io_functions_t){.write = gzip_write, .close = gzip_close})
                     : NULL;
    if (!file)
        die("out of memory; choose a name without .gz with -o");
    setvbuf(file, NULL, _IOFBF, 1 << 16);
    return file;
}
