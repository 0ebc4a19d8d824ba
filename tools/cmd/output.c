/* SPDX-License-Identifier: MIT */
/* The file that a command writes. */
#include "config.h"
#include "cmd/output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/die.h"
#include "cmd/gzip.h"
#include "base/memory.h"

static _Noreturn void die_unwritable(const struct output *output, int error)
{
    die("%s: can't be written: %s; choose another place with -o", output->path, strerror(error));
}

/* Whether nothing or a plain file is there; a link counts as what it leads to: /dev/stdout is one to a terminal or pipe. */
static bool is_plain(const char *path)
{
    struct stat found;
    return stat(path, &found) || S_ISREG(found.st_mode);
}

static void open_beside(struct output *output)
{
    const char *slash = strrchr(output->path, '/');
    int directory = slash ? (int)(slash + 1 - output->path) : 0;
    output->unfinished = memory_format("%.*s.%s.XXXXXX", directory, output->path, output->path + directory);
    int fd = mkstemp(output->unfinished); /* 0600 */
    if (fd < 0)
        die_unwritable(output, errno);
    output->file = fdopen(fd, "w");
}

void output_open(struct output *output, const char *path)
{
    struct stat found;
    *output = (struct output){.path = path};
    if (strcmp(path, "-") == 0)
        output->file = stdout;
    else if (stat(path, &found) == 0 && S_ISDIR(found.st_mode))
        die_unwritable(output, EISDIR);
    else if (is_plain(path))
        open_beside(output);
    else
        output->file = fopen(path, "we");
    if (!output->file)
        die_unwritable(output, errno);
    size_t length = strlen(path);
    if (length > 3 && strcmp(path + length - 3, ".gz") == 0) {
        output->below = output->file;
        output->file = gzip_open(output->below);
    }
}

/* `file` is the file itself from now on; what went wrong is left to it. */
static void close_gzip(struct output *output)
{
    if (!output->below)
        return;
    fclose(output->file);
    output->file = output->below;
    output->below = NULL;
}

void output_abandon(struct output *output)
{
    close_gzip(output);
    if (output->file && output->file != stdout)
        fclose(output->file);
    if (output->unfinished)
        unlink(output->unfinished);
    free(output->unfinished);
    *output = (struct output){0};
}

void output_close(struct output *output)
{
    errno = 0;
    close_gzip(output);
    int failed = fflush(output->file) || ferror(output->file) ? errno ? errno : EIO : 0;
    if (output->file != stdout && fclose(output->file) && !failed)
        failed = errno;
    output->file = NULL;
    if (!failed && output->unfinished && rename(output->unfinished, output->path))
        failed = errno;
    if (failed) {
        if (output->unfinished)
            unlink(output->unfinished);
        die_unwritable(output, failed);
    }
    free(output->unfinished);
    *output = (struct output){0};
}
