/* SPDX-License-Identifier: MIT */
/* Calls that failed unnoticed. */
#include "check/failed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check/ignored.h"
#include "check/report.h"
#include "check/stacks.h"
#include "check/text.h"
#include "check/thread.h"

/* "pthread_mutex_destroy() failed with EBUSY, ...": under the lock, good until the next. */
static const char *message_of(const char *function, int error)
{
    static char message[160];
    const char *parts[] = {function, "() failed with ", strerrorname_np(error), ", and its caller doesn't look at the result"};
    size_t used = 0;

    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        for (const char *at = parts[i] ? parts[i] : "an error"; *at && used < sizeof(message) - 1; at++)
            message[used++] = *at;
    message[used] = 0;
    return message;
}

/* A call that was told of already isn't told of again for its result; what times out or is busy isn't a failure. */
static bool is_worth_telling(struct check_thread *self, uint64_t object, int error)
{
    bool told = self->accused == object;

    self->accused = 0;
    return !told && error != ETIMEDOUT && error != EINTR && error != EAGAIN && error != EOWNERDEAD;
}

void check_failed(const char *function, uint64_t object, uint8_t kind, int error, uint64_t site, uintptr_t frame)
{
    struct check_thread *self;
    int saved = errno;
    sigset_t signals;

    self_enter();
    self = thread_self();
    if (self && is_worth_telling(self, object, error) && ignored_result((const uint8_t *)(uintptr_t)site)) {
        struct report_part part = {.thread = self, .verb = "calls it on", .object = {object, stacks_here(self, site, frame), kind, THRUM_mode_exclusive}};

        check_lock(&signals);
        report_misuse(THRUM_FINDING_call_failed, false, message_of(function, error), &part, 1);
        check_unlock(&signals);
    }
    errno = saved;
    self_leave();
}
