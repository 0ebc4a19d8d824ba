/* SPDX-License-Identifier: MIT */
/* Reads /proc/self/task. */
#include "check/kernel.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/self.h"

/* -1 also where the process could be killed for it. */
static int open_quietly(const char *path)
{
    return self_confined ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
}

static size_t read_file(const char *path, char *text, size_t size)
{
    int fd = open_quietly(path);
    long got = fd < 0 ? -1 : syscall(SYS_read, fd, text, size - 1);

    if (fd >= 0)
        syscall(SYS_close, fd);
    text[got > 0 ? got : 0] = 0;
    return got > 0 ? (size_t)got : 0;
}

/* "202 0x7f... 0x189 ..." : the number that begins there, and where the next one does. */
static uint64_t next_number(const char **at)
{
    uint64_t number = 0;
    bool hex;

    while (**at == ' ')
        (*at)++;
    hex = (*at)[0] == '0' && (*at)[1] == 'x';
    for (*at += hex ? 2 : 0; **at && **at != ' ' && **at != '\n'; (*at)++)
        number = number * (hex ? 16 : 10) + (uint64_t)(**at <= '9' ? **at - '0' : **at - 'a' + 10);
    return number;
}

static void path_of(int32_t tid, char *path)
{
    static const char before[] = "/proc/self/task/", after[] = "/syscall";
    char digits[12];
    size_t count = 0;

    for (const char *at = before; *at; at++)
        *path++ = *at;
    for (; tid > 0; tid /= 10)
        digits[count++] = (char)('0' + tid % 10);
    while (count > 0)
        *path++ = digits[--count];
    for (const char *at = after; *at; at++)
        *path++ = *at;
    *path = 0;
}

bool kernel_ask(int32_t tid, struct kernel_call *call)
{
    char path[64], text[160];
    const char *at = text;

    path_of(tid, path);
    if (read_file(path, text, sizeof(text)) == 0)
        return false;
    call->runs = text[0] < '0' || text[0] > '9'; /* "running", or "-1" where it sleeps in none */
    if (call->runs)
        return true;
    call->number = next_number(&at);
    for (int i = 0; i < 4; i++)
        call->arguments[i] = next_number(&at);
    return true;
}

static int32_t tid_of(const char *name)
{
    int32_t tid = 0;

    for (; *name >= '0' && *name <= '9'; name++)
        tid = tid * 10 + (*name - '0');
    return tid;
}

int kernel_each_thread(void (*meet)(int32_t tid, void *argument), void *argument)
{
    struct entry {
        uint64_t inode;
        int64_t offset;
        uint16_t length;
        uint8_t type;
        char name[];
    };
    char buffer[2048] __attribute__((aligned(8)));
    int fd = open_quietly("/proc/self/task"), count = 0;
    long got;

    while (fd >= 0 && (got = syscall(SYS_getdents64, fd, buffer, sizeof(buffer))) > 0)
        for (long at = 0; at < got; at += ((struct entry *)(void *)(buffer + at))->length) {
            const char *name = ((struct entry *)(void *)(buffer + at))->name;

            if (*name == '.')
                continue;
            meet(tid_of(name), argument);
            count++;
        }
    if (fd >= 0)
        syscall(SYS_close, fd);
    return count;
}

/* A line of /proc/self/maps as it comes, a byte at a time: "7f01-7f02 rw-p ...". */
struct mapping {
    uint64_t begin, end;
    enum { BEGIN, END, RIGHTS, REST } part;
    char last; /* of the rights: s or p */
};

/* True where the byte ends the rights of the mapping that the address lies in. */
static bool take_byte(struct mapping *mapping, char byte, uint64_t address)
{
    uint64_t *number = mapping->part == BEGIN ? &mapping->begin : &mapping->end;

    if (byte == '\n') {
        *mapping = (struct mapping){.part = BEGIN};
    } else if (mapping->part == RIGHTS && byte == ' ') {
        mapping->part = REST;
        return mapping->begin <= address && address < mapping->end;
    } else if (mapping->part == RIGHTS) {
        mapping->last = byte;
    } else if (byte == '-' || byte == ' ') {
        mapping->part += mapping->part != REST;
    } else if (mapping->part != REST) {
        *number = *number * 16 + (uint64_t)(byte <= '9' ? byte - '0' : byte - 'a' + 10);
    }
    return false;
}

bool kernel_is_private(uint64_t address)
{
    static char buffer[4096];
    struct mapping mapping = {.part = BEGIN};
    int fd = open_quietly("/proc/self/maps");
    bool found = false;
    long got;

    while (fd >= 0 && !found && (got = syscall(SYS_read, fd, buffer, sizeof(buffer))) > 0)
        for (long i = 0; i < got && !found; i++)
            found = take_byte(&mapping, buffer[i], address);
    if (fd >= 0)
        syscall(SYS_close, fd);
    return found && mapping.last == 'p';
}
