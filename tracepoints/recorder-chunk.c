/* SPDX-License-Identifier: MIT */
/* Chunks: files of packets, mapped into memory. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "recorder-state.h"
#include "recorder-text.h"

/* "DIR/stream_3_0", or ".stream_3_0" while readers may not see it. */
static int chunk_name(char *path, const char *directory, bool hidden, uint32_t stream, uint32_t number)
{
    struct text text = text_buffer(path, RECORDER_PATH);

    text_add(&text, directory);
    text_add(&text, hidden ? "/.stream_" : "/stream_");
    text_number(&text, stream);
    text_add(&text, "_");
    text_number(&text, number);
    return text.error;
}

/* Growing a file beyond its limit would not only fail, but raise SIGXFSZ. */
static int may_grow_to(size_t size)
{
    struct rlimit limit;
    long error = RAW(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &limit);

    return error == 0 && limit.rlim_cur < size ? -EFBIG : 0;
}

int chunk_make(struct recorder_state *state, uint32_t stream, size_t size, struct chunk *chunk)
{
    int error = chunk_name(state->path, state->directory, true, stream, chunk->number);
    long fd, base;

    if (error || (error = may_grow_to(size)))
        return error;
    fd = RAW(SYS_openat, AT_FDCWD, state->path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return (int)fd;
    error = (int)RAW(SYS_ftruncate, fd, size);
    base = error ? error : RAW(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    RAW(SYS_close, fd);
    if (base < 0 && base > -4096) {
        RAW(SYS_unlinkat, AT_FDCWD, state->path, 0);
        return (int)base;
    }
    /* A forked child has its own streams; this also keeps its page tables small. */
    RAW(SYS_madvise, base, size, MADV_DONTFORK);
    chunk->base = (uint8_t *)base;
    chunk->size = size;
    return 0;
}

static int chunk_rename(struct recorder_state *state)
{
    return (int)RAW(SYS_renameat, AT_FDCWD, state->path, AT_FDCWD, state->new_path);
}

/*
 * Adds the file's name to DIR/.streams, so that its loss can be told later; of a ring's stream, of which the newest files
 * stay, a pattern. Where that fails, a loss goes unseen, no more.
 */
static void chunk_list(struct recorder_state *state, uint32_t stream, const struct chunk *chunk)
{
    const bool ring = recorder_config.ring > 0 && !state->streams[stream].kept;
    struct text path = text_buffer(state->path, sizeof(state->path)), line = text_buffer(state->text, sizeof(state->text));
    long fd;

    if (ring && chunk->number > 0)
        return;
    text_add(&path, state->directory);
    text_add(&path, "/.streams");
    text_add(&line, "stream_");
    text_number(&line, stream);
    text_add(&line, "_");
    if (ring)
        text_add(&line, "*");
    else
        text_number(&line, chunk->number);
    text_add(&line, "\n");
    fd = path.error ? path.error : RAW(SYS_openat, AT_FDCWD, path.at, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (may_grow_to((size_t)RAW(SYS_lseek, fd, 0, SEEK_END) + line.used) == 0)
        RAW(SYS_write, fd, line.at, line.used);
    RAW(SYS_close, fd);
}

int chunk_show(struct recorder_state *state, uint32_t stream, const struct chunk *chunk)
{
    int error = chunk_name(state->path, state->directory, true, stream, chunk->number);

    if (!error)
        error = chunk_name(state->new_path, state->directory, false, stream, chunk->number);
    if (!error)
        error = chunk_rename(state);
    if (!error)
        chunk_list(state, stream, chunk);
    return error;
}

int chunk_hide(struct recorder_state *state, uint32_t stream, const struct chunk *chunk, uint32_t as)
{
    int error = chunk_name(state->path, state->directory, false, stream, chunk->number);

    if (!error)
        error = chunk_name(state->new_path, state->directory, true, stream, as);
    return error ? error : chunk_rename(state);
}

void chunk_remove(struct recorder_state *state, uint32_t stream, const struct chunk *chunk)
{
    if (chunk_name(state->path, state->directory, true, stream, chunk->number) == 0)
        RAW(SYS_unlinkat, AT_FDCWD, state->path, 0);
}

int chunk_fill(struct recorder_state *state, uint32_t stream, const struct chunk *chunk, bool shown, size_t from, size_t to)
{
    int error = chunk_name(state->path, state->directory, !shown, stream, chunk->number);
    long fd = error ? error : RAW(SYS_openat, AT_FDCWD, state->path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC), n = 1;

    if (fd < 0)
        return (int)fd;
    /* Where the disk's blocks are known beforehand, each page costs little more than half. Not every file system can. */
    RAW(SYS_fallocate, fd, 0, from, to - from);
    while (from < to && n > 0) {
        size_t size = to - from < sizeof(state->zeros) ? to - from : sizeof(state->zeros);
        n = RAW(SYS_pwrite64, fd, state->zeros, size, from);
        from += n > 0 ? (size_t)n : 0;
    }
    RAW(SYS_close, fd);
    return n > 0 ? 0 : n < 0 ? (int)n : -ENOSPC;
}

void chunk_drop(uint8_t *at, size_t size)
{
    RAW(SYS_madvise, at, size, MADV_DONTNEED);
}

void chunk_unmap(struct chunk *chunk)
{
    if (chunk->base)
        RAW(SYS_munmap, chunk->base, chunk->size);
    chunk->base = NULL;
}
