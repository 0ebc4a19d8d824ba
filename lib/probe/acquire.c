/* SPDX-License-Identifier: MIT */
/* Probes of acquire and release. */
#include "core/address.h"
#include "core/backtrace.h"
#include "core/objects.h"
#include "probe/emit.h"
#include "probe/fast.h"
#include "probe/probe.h"
#include "probe/recorded.h"
#include "probe/told.h"

/* Kinds that only their holder gives back: what fast.h knows of is enough. */
static inline bool is_owned(enum thrum_kind kind)
{
    return kind == THRUM_kind_mutex || kind == THRUM_kind_rwlock || kind == THRUM_kind_spinlock || kind == THRUM_kind_rlock;
}

int probe_acquire_at(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how, const void *site,
                     const void *frame)
{
    backtrace_meet(object, site);
    if (probe_only_checked()) {
        if (is_owned(kind) &&
            check_acquire_usual(address_of(object), kind, mode, how, address_of(site), address_of(frame), true))
            return 0;
        objects_note(address_of(object));
        check_acquire(address_of(object), kind, mode, how, address_of(site), address_of(frame));
        return 0;
    }
    if (!emit_site(site))
        return 0;
    objects_note(address_of(object));
    told_tell(object, site, (uintptr_t)frame);
    told_taken(address_of(object));
    EMIT_OR_RECORD(acquire, .object = address_of(object), .kind = kind, .mode = mode, .how = how, .site = address_of(site));
    return 0;
}

static __attribute__((noinline)) int acquire_otherwise(const void *object, uint32_t words, const void *site, const void *frame)
{
    return probe_acquire_at(object, words & PROBE_WORD, words >> 8 & PROBE_WORD, words >> 16 & PROBE_WORD, site, frame);
}

/* Of one that was told of, where the short way won't do. */
static __attribute__((noinline)) int acquire_told(const void *object, uint32_t words, const void *site)
{
    EMIT_OR_RECORD(acquire, .object = address_of(object), .kind = words & PROBE_WORD, .mode = words >> 8 & PROBE_WORD,
                   .how = words >> 16 & PROBE_WORD, .site = address_of(site));
    return 0;
}

int probe_acquire_words(const void *object, uint32_t words, const void *site)
{
    const void *frame = probe_frame();

    if (!probe_recorded() || !recorded_met(object, site) || !told_before(address_of(object), address_of(site), (uintptr_t)frame))
        return acquire_otherwise(object, words, site, frame);
    told_taken(address_of(object));
    /* What was read so far needn't be kept in registers, of which there are too few. */
    atomic_signal_fence(memory_order_seq_cst);
    if (!RECORDED(acquire, .object = address_of(object), .kind = words & PROBE_WORD, .mode = words >> 8 & PROBE_WORD,
                  .how = words >> 16 & PROBE_WORD, .site = address_of(site)))
        return acquire_told(object, words, site);
    return 0;
}

int probe_acquire_begin(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how, int64_t timeout,
                        const void *site)
{
    uint64_t at[BACKTRACE_MAX];

    backtrace_meet(object, site);
    if (!emit_site(site))
        return 0;
    objects_note(address_of(object));
    EMIT(acquire_begin, .object = address_of(object), .kind = kind, .mode = mode, .how = how, .timeout = timeout,
         .site = address_of(site), .stack = emit_stack(at, site));
    return probe_sinks & PROBE_CHECK ? check_refusal() : 0;
}

static __attribute__((noinline)) void acquire_end_otherwise(const void *object, enum thrum_kind kind, enum thrum_mode mode,
                                                            enum thrum_how how, int result, const void *site)
{
    if (!emit_site(site))
        return;
    EMIT(acquire_end, .object = address_of(object), .kind = kind, .mode = mode, .how = how, .result = (uint8_t)result,
         .site = address_of(site));
}

void probe_acquire_end(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how, int result,
                       const void *site)
{
    if (result == 0)
        told_taken(address_of(object));
    if (probe_recorded() && recorded_met(object, site) &&
        RECORDED(acquire_end, .object = address_of(object), .kind = kind, .mode = mode, .how = how, .result = (uint8_t)result,
                 .site = address_of(site)))
        return;
    acquire_end_otherwise(object, kind, mode, how, result, site);
}

static __attribute__((noinline)) void acquire_fail_otherwise(const void *object, enum thrum_kind kind, enum thrum_mode mode,
                                                             enum thrum_how how, int result, const void *site)
{
    /* Of what was tried in vain the checker wants to hear only where that is a mutex that can't be one. */
    if (probe_only_checked() && !(kind == THRUM_kind_mutex && result == EINVAL))
        return;
    if (!emit_site(site))
        return;
    EMIT(acquire_fail, .object = address_of(object), .kind = kind, .mode = mode, .how = how, .result = (uint8_t)result,
         .site = address_of(site));
}

void probe_acquire_fail(const void *object, enum thrum_kind kind, enum thrum_mode mode, enum thrum_how how, int result,
                        const void *site)
{
    if (probe_recorded() && recorded_met(object, site) &&
        RECORDED(acquire_fail, .object = address_of(object), .kind = kind, .mode = mode, .how = how, .result = (uint8_t)result,
                 .site = address_of(site)))
        return;
    acquire_fail_otherwise(object, kind, mode, how, result, site);
}

static __attribute__((noinline)) void release_otherwise(const void *object, uint32_t words, const void *site)
{
    enum thrum_kind kind = words & PROBE_WORD;
    enum thrum_mode mode = words >> 8 & PROBE_WORD;

    if (probe_only_checked()) {
        if (!is_owned(kind) || !check_release_usual(address_of(object)))
            check_release(address_of(object), kind, mode, address_of(site), address_of(__builtin_frame_address(0)));
        return;
    }
    if (!emit_site(site))
        return;
    told_given();
    EMIT_OR_RECORD(release, .object = address_of(object), .kind = kind, .mode = mode, .site = address_of(site));
}

void probe_release_words(const void *object, uint32_t words, const void *site)
{
    if (probe_recorded() && recorded_met(object, site) &&
        RECORDED(release, .object = address_of(object), .kind = words & PROBE_WORD, .mode = words >> 8 & PROBE_WORD,
                 .site = address_of(site))) {
        told_given();
        return;
    }
    release_otherwise(object, words, site);
}
