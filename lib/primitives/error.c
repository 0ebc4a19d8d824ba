/* SPDX-License-Identifier: MIT */
/* Errors of what threads run: kept in the slot of whoever runs it, printed where there is none. */
#include "error.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/futex.h"
#include "core/self.h"
#include "thrum/thread.h"

static __thread struct thrum_error *slot __attribute__((tls_model("initial-exec")));

struct thrum_error *error_slot_set(struct thrum_error *new_slot)
{
    struct thrum_error *old = slot;
    slot = new_slot;
    return old;
}

bool error_slot_get(struct thrum_error *error)
{
    if (!slot || slot->code == 0)
        return false;
    *error = *slot;
    return true;
}

static void fill_thread(struct thrum_error *error)
{
    struct thrum_thread *self = thrum_thread_self();
    error->ident = thrum_thread_ident();
    error->native_id = thrum_thread_native_id();
    if (self)
        snprintf(error->thread, sizeof error->thread, "%s", thrum_thread_name(self));
    else if (pthread_getname_np(pthread_self(), error->thread, sizeof error->thread) != 0)
        error->thread[0] = '\0';
}

void error_fill(struct thrum_error *error, int code, const char *message)
{
    *error = (struct thrum_error){ .code = code, .file = "", .function = "" };
    fill_thread(error);
    snprintf(error->message, sizeof error->message, "%s", message);
}

void *thrum_error_set(int code, const char *file, int line, const char *function, const char *format, ...)
{
    struct thrum_error own = { .code = 0 }, *error = slot ? slot : &own;
    int saved = errno;
    if (error->code != 0)
        return NULL;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->file = file;
    error->line = line;
    error->function = function;
    fill_thread(error);
    error->code = code ? code : EIO;
    if (error == &own)
        thrum_error_print(error);
    errno = saved;
    return NULL;
}

int thrum_error_clear(void)
{
    if (!slot || slot->code == 0)
        return ENOENT;
    *slot = (struct thrum_error){ .code = 0 };
    return 0;
}

/* In one write where the system allows, and never between the parts of another's line. */
static void write_line(const char *line, size_t length)
{
    static struct futex_lock lock;
    futex_lock_acquire(&lock);
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, line, length);
        if (written < 0 && errno != EINTR)
            break;
        line += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    futex_lock_release(&lock);
}

int thrum_error_print(const struct thrum_error *error)
{
    char line[THRUM_ERROR_MESSAGE + THRUM_THREAD_NAME + 400];
    const char *what = strerrordesc_np(error->code), *name = strerrorname_np(error->code);
    int saved = errno;
    int length = snprintf(line, sizeof line - 1, "thrum: thread %s (%d) failed: %s: %s [%s]", error->thread,
                          error->native_id, error->message, what ? what : "unknown error", name ? name : "?");
    if (error->line > 0 && (size_t)length < sizeof line - 1)
        length += snprintf(line + length, sizeof line - 1 - (size_t)length, " in %s (%s:%d)", error->function,
                           error->file, error->line);
    if ((size_t)length > sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    write_line(line, (size_t)length);
    errno = saved;
    return 0;
}
