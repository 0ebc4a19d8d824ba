/* SPDX-License-Identifier: MIT */
/* Inside the analysis of deadlocks that happened: a deadlock as it was found, and the finding that is made of it. */
#ifndef THRUM_ANALYZE_WAITFOR_H
#define THRUM_ANALYZE_WAITFOR_H

#include "analyze/analysis.h"
#include "analyze/describe.h"

/* One thread of a deadlock; it keeps references to the thread and both objects. */
struct waitfor_step {
    struct thread *thread;
    struct taking holds; /* what the one before it in the circle waits for */
    struct taking wants;
    bool back;   /* it wants a mutex back that it dropped to wait */
    bool queued; /* it holds nothing, but waits to write before the one that waits to read */
};

struct waitfor_cycle {
    struct waitfor_step *steps;
    uint32_t step_count;
    struct thread **behind; /* threads that wait for these; references */
    uint32_t behind_count;
    bool all_stuck; /* no thread of the process can act any more */
};

/* Appends the finding; false where it is too doubtful. */
bool waitfor_report(const struct waitfor_cycle *, struct analysis_context *);

/* Tells, or where that isn't certain notes, that no thread of the process can act any more, though no circle tells why. */
void waitfor_tell_stuck(const struct process *, struct analysis_context *);

#endif
