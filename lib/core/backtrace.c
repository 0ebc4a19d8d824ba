/* SPDX-License-Identifier: MIT */
/* Walks the stack with libgcc's unwinder, which libthrum links so that it is loaded early (a later cancel needs it too). */
#include "core/backtrace.h"

#include <stdbool.h>
#include <unwind.h>

struct walk {
    uint64_t *at;
    uint32_t count;
    uint32_t max;
    uint32_t skipped;
    uint64_t site;
    bool found;
};

/* Frames of thrum's own between the walk and the program's call; more means that `site` isn't on the stack. */
enum { OWN_FRAMES_MAX = 12 };

static _Unwind_Reason_Code walk_frame(struct _Unwind_Context *context, void *data)
{
    struct walk *walk = data;
    uint64_t address = (uint64_t)_Unwind_GetIP(context);

    if (!walk->found) {
        if (address != walk->site)
            return ++walk->skipped > OWN_FRAMES_MAX ? _URC_END_OF_STACK : _URC_NO_REASON;
        walk->found = true;
    }
    if (address == 0 || walk->count == walk->max)
        return _URC_END_OF_STACK;
    walk->at[walk->count++] = address;
    return _URC_NO_REASON;
}

uint32_t backtrace_capture(uint64_t *at, uint32_t max, const void *site)
{
    struct walk walk = {.at = at, .max = max, .site = (uint64_t)(uintptr_t)site};

    if (max > 1)
        _Unwind_Backtrace(walk_frame, &walk);
    if (walk.count == 0 && max > 0)
        at[walk.count++] = walk.site;
    return walk.count;
}
