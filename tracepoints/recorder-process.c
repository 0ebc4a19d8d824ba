/* SPDX-License-Identifier: MIT */
/* The process's directory in the recording, and what the processes of a recording share. */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "recorder-state.h"
#include "recorder-text.h"

struct recorder_config recorder_config;
struct recorder_state *recorder_state;

void process_stop(struct recorder_state *state, const char *what, long error)
{
    struct text text = text_buffer(state->text, sizeof(state->text));

    if (atomic_exchange(&state->stopped, true))
        return;
    bool full = error == -EDQUOT || error == -ENOSPC;
    if (full && state->recording && atomic_exchange(&state->recording->stopped, RECORDING_FULL) != RECORDING_GOES_ON)
        return; /* the process that found it full has said so */
    text_add(&text, "thrum: recorder: ");
    text_add(&text, what);
    const char *why = error == -EDQUOT ? "the recording has reached its largest size" : strerrordesc_np((int)-error);
    text_add(&text, ": ");
    text_add(&text, why ? why : "unknown error");
    text_add(&text, "; the program goes on, not recorded\n");
    text.fd = 2;
    text_flush(&text);
}

int process_take(struct recorder_state *state, size_t size)
{
    struct recording *recording = state->recording;
    uint64_t used = atomic_fetch_add(&recording->used, size) + size;

    if (recorder_config.max_size == 0 || used <= recorder_config.max_size)
        return 0;
    atomic_fetch_sub(&recording->used, size);
    return -EDQUOT;
}

static uint64_t hex_digits(const char **at)
{
    uint64_t value = 0;

    for (int i = 0; i < 16 && **at; ++*at) {
        if (**at == '-')
            continue;
        value = value << 4 | (uint64_t)(**at <= '9' ? **at - '0' : (**at | 32) - 'a' + 10);
        i++;
    }
    return value;
}

static void read_boot_id(uint64_t id[2])
{
    char text[40] = "";
    const char *at = text;
    long fd = RAW(SYS_openat, AT_FDCWD, "/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    RAW(SYS_read, fd, text, 36);
    RAW(SYS_close, fd);
    id[0] = hex_digits(&at);
    id[1] = hex_digits(&at);
}

static int64_t clock_offset(void)
{
    struct timespec real;
    uint64_t before = clock_monotonic_ns();

    clock_gettime(CLOCK_REALTIME, &real);
    return (int64_t)real.tv_sec * 1000000000 + real.tv_nsec - (int64_t)((before + clock_monotonic_ns()) / 2);
}

/* The file's name becomes visible only with its whole content; whoever comes second uses the first one's. */
static int recording_make(struct recorder_state *state, const char *path)
{
    struct recording fresh = {.magic = RECORDING_MAGIC, .clock_offset = clock_offset()};
    struct text hidden = text_buffer(state->new_path, sizeof(state->new_path));
    long fd, error;

    text_add(&hidden, path);
    text_add(&hidden, "-");
    text_signed(&hidden, RAW(SYS_gettid));
    read_boot_id(fresh.boot_id);
    fd = RAW(SYS_openat, AT_FDCWD, hidden.at, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return (int)fd;
    error = RAW(SYS_ftruncate, fd, RECORDING_SIZE);
    if (error == 0 && (error = RAW(SYS_write, fd, &fresh, sizeof(fresh))) == (long)sizeof(fresh))
        error = RAW(SYS_linkat, AT_FDCWD, hidden.at, AT_FDCWD, path, 0);
    RAW(SYS_close, fd);
    RAW(SYS_unlinkat, AT_FDCWD, hidden.at, 0);
    return error == -EEXIST ? 0 : (int)error;
}

static int recording_map(struct recorder_state *state, const char *path)
{
    uint64_t boot_id[2] = {0, 0};
    struct stat file;
    long fd = RAW(SYS_openat, AT_FDCWD, path, O_RDWR | O_NOFOLLOW | O_CLOEXEC), at;

    if (fd < 0)
        return (int)fd;
    at = RAW(SYS_fstat, fd, &file);
    if (at == 0)
        at = file.st_size < RECORDING_SIZE
                 ? -EINVAL
                 : RAW(SYS_mmap, NULL, RECORDING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    RAW(SYS_close, fd);
    if (at < 0 && at > -4096)
        return (int)at;
    state->recording = (struct recording *)at;
    read_boot_id(boot_id);
    return state->recording->magic == RECORDING_MAGIC && state->recording->boot_id[0] == boot_id[0] &&
                   state->recording->boot_id[1] == boot_id[1]
               ? 0
               : -ESTALE;
}

static int recording_open(struct recorder_state *state)
{
    struct text path = text_buffer(state->path, sizeof(state->path));
    int error;

    text_add(&path, recorder_config.directory);
    text_add(&path, "/.recording");
    error = path.error ? path.error : recording_map(state, path.at);
    if (error != -ENOENT)
        return error;
    error = recording_make(state, path.at);
    return error ? error : recording_map(state, path.at);
}

/* The recording's directory: made here, or a real directory that belongs to this user. */
static int root_open(void)
{
    struct stat root;
    long error = RAW(SYS_mkdirat, AT_FDCWD, recorder_config.directory, 0700);

    if (error < 0 && error != -EEXIST)
        return (int)error;
    error = RAW(SYS_newfstatat, AT_FDCWD, recorder_config.directory, &root, AT_SYMLINK_NOFOLLOW);
    if (error < 0)
        return (int)error;
    if (!S_ISDIR(root.st_mode))
        return -ENOTDIR;
    return root.st_uid == (uid_t)RAW(SYS_geteuid) ? 0 : -EPERM;
}

/* The program's name as a file may be called; at most 64 bytes, in `name`. */
static void program_name(struct recorder_state *state, char *name)
{
    long length = RAW(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", state->text, sizeof(state->text) - 1);
    const char *slash;

    state->text[length > 0 ? length : 0] = 0;
    slash = strrchr(state->text, '/');
    slash = slash ? slash + 1 : state->text;
    for (int i = 0; i < 63 && *slash; i++, slash++) {
        bool plain = (*slash >= '0' && *slash <= '9') || ((*slash | 32) >= 'a' && (*slash | 32) <= 'z') || *slash == '-';
        *name++ = plain || (*slash == '.' && i > 0) ? *slash : '_';
    }
    *name = 0;
}

/* DIR/PROGRAM-PID, or DIR/PROGRAM-PID-2 and on where there was one: a process that called exec. */
static int directory_make(struct recorder_state *state, const char *program)
{
    long error = -EEXIST;

    for (unsigned n = 1; error == -EEXIST; n++) {
        struct text path = text_buffer(state->directory, sizeof(state->directory));
        text_add(&path, recorder_config.directory);
        text_add(&path, "/");
        text_add(&path, program);
        text_add(&path, "-");
        text_signed(&path, RAW(SYS_getpid));
        if (n > 1) {
            text_add(&path, "-");
            text_number(&path, n);
        }
        error = path.error ? path.error : RAW(SYS_mkdirat, AT_FDCWD, state->directory, 0700);
    }
    return (int)error;
}

/* The file has its name only when it is whole: a directory without metadata isn't a trace. */
static int metadata_make(struct recorder_state *state, const char *program)
{
    struct text path = text_buffer(state->path, sizeof(state->path));
    struct text new_path = text_buffer(state->new_path, sizeof(state->new_path));
    long fd;
    int error;

    text_add(&path, state->directory);
    text_add(&path, "/.metadata");
    text_add(&new_path, state->directory);
    text_add(&new_path, "/metadata");
    if (path.error || new_path.error)
        return -ENAMETOOLONG;
    fd = RAW(SYS_openat, AT_FDCWD, path.at, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return (int)fd;
    error = metadata_write((int)fd, state->text, state->recording->clock_offset, state->recording->boot_id, program,
                           (int32_t)RAW(SYS_getpid));
    RAW(SYS_close, fd);
    return error ? error : (int)RAW(SYS_renameat, AT_FDCWD, path.at, AT_FDCWD, new_path.at);
}

int process_open(struct recorder_state *state)
{
    char program[64];
    int error = root_open();

    if (!error)
        error = recording_open(state);
    if (!error && atomic_load(&state->recording->stopped) == RECORDING_FULL)
        return -EDQUOT;
    program_name(state, program);
    if (!error)
        error = directory_make(state, program);
    if (!error)
        error = metadata_make(state, program);
    if (error)
        process_stop(state, recorder_config.directory, error);
    return error;
}
