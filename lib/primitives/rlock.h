/* SPDX-License-Identifier: MIT */
/* What a condition needs of a recursive lock: giving it up with all its depth, and taking it back. */
#ifndef THRUM_PRIMITIVES_RLOCK_H
#define THRUM_PRIMITIVES_RLOCK_H

#include "thrum/rlock.h"
#include "object.h"
#include "word.h"

/* Makes the caller, which has just acquired the word, the owner. */
void rlock_own(struct thrum_rlock *rlock, uint32_t depth);

/* Frees it; how deep it was acquired. The caller owns it. */
uint32_t rlock_disown(struct thrum_rlock *rlock);

#endif
