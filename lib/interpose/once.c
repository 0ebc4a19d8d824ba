/* SPDX-License-Identifier: MIT */
/*
 * pthread_once(): whoever runs the routine holds the once for that time, so that a routine that locks shows up in the
 * order of locks, and one that never ends as what others wait for. Once it is done there is nothing to hold.
 */
#include "interpose/once.h"

static __thread struct once_call *innermost __attribute__((tls_model("initial-exec")));

void once_begin(struct once_call *call, const void *control, void (*routine)(void), const void *site)
{
    *call = (struct once_call){
        .outer = innermost,
        .routine = routine,
        .begun = {.object = control, .kind = THRUM_kind_once, .mode = THRUM_mode_exclusive, .how = THRUM_how_block, .site = site},
    };
    innermost = call;
    begun_begin(&call->begun, -1);
}

static void once_release(struct once_call **call)
{
    const struct begun *begun = &(*call)->begun;

    if (probe_on())
        probe_release(begun->object, begun->kind, begun->mode, begun->site);
}

void once_run(void)
{
    struct once_call *call __attribute__((cleanup(once_release))) = innermost;

    call->ran = true;
    begun_end(&call->begun, 0);
    call->routine();
}

/* Who waited for another to run it got it, and has no more use for it. */
void once_end(struct once_call *call)
{
    innermost = call->outer;
    if (call->ran)
        return;
    begun_end(&call->begun, 0);
    once_release(&call);
}

INTERPOSE int pthread_once(pthread_once_t *control, void (*routine)(void))
{
    if (!probe_on() || once_done(control))
        return REAL(pthread_once)(control, routine);
    ONCE_CALL(call);
    once_begin(&call, control, routine, SITE);
    return REAL(pthread_once)(control, once_run);
}
