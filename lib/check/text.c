/* SPDX-License-Identifier: MIT */
/* Text for a file descriptor. */
#include "check/text.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"

/* What a write to a pipe without readers raised: the program wrote nothing, so it isn't told. */
static void take_sigpipe(void)
{
    static const struct timespec now;
    sigset_t pipe;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    syscall(SYS_rt_sigtimedwait, &pipe, NULL, &now, _NSIG / 8);
}

void text_flush(struct text *text)
{
    size_t done = 0;

    while (done < text->used && (text->fd != STDERR_FILENO || log_is_stderr())) {
        /* The raw call: write() is a cancellation point.  */
        long written = syscall(SYS_write, text->fd, text->at + done, text->used - done);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno == EPIPE)
            take_sigpipe();
        if (written <= 0)
            break;
        done += (size_t)written;
    }
    text->used = 0;
}

static void add(struct text *text, const char *part, size_t length)
{
    while (length > 0) {
        size_t room = TEXT_SIZE - text->used, now = length < room ? length : room;

        memcpy(text->at + text->used, part, now);
        text->used += now;
        part += now;
        length -= now;
        if (text->used == TEXT_SIZE)
            text_flush(text);
    }
}

void text_add(struct text *text, const char *part)
{
    add(text, part, strlen(part));
}

static void add_digits(struct text *text, uint64_t number, unsigned base)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0);
    add(text, digits + at, sizeof(digits) - at);
}

void text_number(struct text *text, uint64_t number)
{
    add_digits(text, number, 10);
}

void text_hex(struct text *text, uint64_t number)
{
    text_add(text, "0x");
    add_digits(text, number, 16);
}

void text_json(struct text *text, const char *part)
{
    for (; *part; part++) {
        unsigned char byte = (unsigned char)*part;

        if (byte == '"' || byte == '\\') {
            add(text, "\\", 1);
            add(text, part, 1);
        } else if (byte < 0x20) {
            text_add(text, "\\u00");
            add(text, &"0123456789abcdef"[byte >> 4], 1);
            add(text, &"0123456789abcdef"[byte & 15], 1);
        } else {
            add(text, part, 1);
        }
    }
}
