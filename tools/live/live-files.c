/* SPDX-License-Identifier: MIT */
/* Shared mappings in /proc/PID/maps, open files in /proc/PID/fd, and who waits for whose lock in /proc/locks. */
#include "config.h"
#include "live/live-files.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/memory.h"

bool live_byte_find(pid_t pid, uint64_t address, struct live_byte *byte, char **path)
{
    char *name = memory_format("/proc/%d/maps", (int)pid), *line = NULL;
    FILE *file = fopen(name, "re");
    size_t size = 0;
    bool found = false;
    while (file && !found && getline(&line, &size, file) > 0) {
        uint64_t begin, end, offset, inode;
        unsigned major, minor;
        char rights[5];
        int at = 0;
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n", &begin, &end, rights, &offset, &major, &minor,
                   &inode, &at) != 7 || address < begin || address >= end || rights[3] != 's')
            continue;
        *byte = (struct live_byte){(uint64_t)major << 32 | minor, inode, offset + address - begin};
        *path = line[at] == '/' && !strstr(line + at, " (deleted)") ? memory_text(line + at) : NULL;
        found = true;
    }
    free(line);
    free(name);
    if (file)
        fclose(file);
    return found;
}

/* --- file locks --- */

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

/* By flock() it has one, by fcntl() another. */
static bool has_lock(const struct stat *file, uint64_t id)
{
    uint64_t of_file = mix((uint64_t)file->st_dev) + 2 * (uint64_t)file->st_ino;
    return (mix(of_file) | UINT64_C(1) << 63) == id || (mix(of_file + 1) | UINT64_C(1) << 63) == id;
}

char *live_lock_path(pid_t pid, uint64_t id)
{
    char *name = memory_format("/proc/%d/fd", (int)pid), path[4096], *found = NULL;
    DIR *directory = opendir(name);
    const struct dirent *entry;
    while (directory && !found && (entry = readdir(directory))) {
        struct stat file;
        if (fstatat(dirfd(directory), entry->d_name, &file, 0) != 0 || !has_lock(&file, id))
            continue;
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, path, sizeof(path) - 1);
        path[length > 0 ? length : 0] = '\0';
        found = memory_text(path);
    }
    if (directory)
        closedir(directory);
    free(name);
    return found;
}

/* Behind the number that a line of locks begins with: "POSIX  ADVISORY  WRITE 12 fe:01:345 0 EOF". */
static const char *behind_number(char *line)
{
    char *colon = strchr(line, ':');
    line[strcspn(line, "\n")] = '\0';
    if (!colon)
        return "";
    return colon + 1 + strspn(colon + 1, " ");
}

/* Whether a lock of the kernel's is of a file description that the process has open. */
static bool has_open(pid_t pid, const char *lock)
{
    char *name = memory_format("/proc/%d/fdinfo", (int)pid), *line = NULL;
    DIR *directory = opendir(name);
    const struct dirent *entry;
    size_t size = 0;
    bool found = false;
    free(name);
    while (directory && !found && (entry = readdir(directory))) {
        name = memory_format("/proc/%d/fdinfo/%s", (int)pid, entry->d_name);
        FILE *file = fopen(name, "re");
        while (file && !found && getline(&line, &size, file) > 0)
            found = strncmp(line, "lock:", 5) == 0 && strcmp(behind_number(line + 5), lock) == 0;
        if (file)
            fclose(file);
        free(name);
    }
    if (directory)
        closedir(directory);
    free(line);
    return found;
}

static bool is_of(pid_t pid, const char *lock)
{
    int by = 0;
    sscanf(lock, "%*s %*s %*s %d", &by);
    return by == pid || (by == -1 && has_open(pid, lock));
}

/*
 * /proc/locks has a line for each lock, "1: POSIX ...", and below it those that wait for that one: "1: -> POSIX ...". Whose the
 * locks of a file description are it doesn't say; whose such a request is, nobody says.
 */
bool live_lock_waits(pid_t waiter, pid_t holder)
{
    FILE *file = fopen("/proc/locks", "re");
    char *line = NULL, *lock = NULL;
    size_t size = 0;
    bool found = false;
    while (file && !found && getline(&line, &size, file) > 0) {
        const char *text = behind_number(line);
        int by = 0;
        if (strncmp(text, "->", 2) != 0) {
            free(lock);
            lock = memory_text(text);
        } else if (sscanf(text, "-> %*s %*s %*s %d", &by) == 1 && (by == waiter || by == -1))
            found = lock && is_of(holder, lock);
    }
    free(lock);
    free(line);
    if (file)
        fclose(file);
    return found;
}
