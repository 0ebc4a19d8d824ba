/* SPDX-License-Identifier: MIT */
/* A table of the ids of threads that aren't the program's. */
#include "probe/foreign.h"

#include <stdatomic.h>

#include "probe/probe.h"

enum { PLACES = 16 };

static _Atomic int coming;
static _Atomic int32_t tids[PLACES];

void probe_foreign_created(bool succeeded)
{
    atomic_fetch_add(&coming, succeeded ? 1 : -1);
}

void probe_foreign_begins(void)
{
    int32_t own = self_tid();

    thrum_self.guard |= SELF_SILENT;
    for (unsigned i = 0; i < PLACES; i++) {
        int32_t nobody = 0;

        if (atomic_compare_exchange_strong(&tids[i], &nobody, own))
            break;
    }
    atomic_fetch_sub(&coming, 1);
}

void probe_foreign_ends(void)
{
    int32_t own = self_tid();

    for (unsigned i = 0; i < PLACES; i++) {
        int32_t expected = own;

        atomic_compare_exchange_strong(&tids[i], &expected, 0);
    }
}

bool foreign_coming(void)
{
    return atomic_load(&coming) > 0;
}

bool foreign_is(int32_t tid)
{
    for (unsigned i = 0; i < PLACES; i++)
        if (atomic_load(&tids[i]) == tid)
            return true;
    return false;
}

void foreign_forked(void)
{
    atomic_store(&coming, 0);
    for (unsigned i = 0; i < PLACES; i++)
        atomic_store(&tids[i], 0);
}
