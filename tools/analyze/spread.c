/* SPDX-License-Identifier: MIT */
/* Durations in logarithmic buckets. */
#include "config.h"
#include "analyze/spread.h"

#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

enum { SUB_BITS = 3, SUB = 1 << SUB_BITS, BUCKETS = (64 - SUB_BITS + 1) * SUB };

/* Up to SUB each has its own; from there on each doubling has SUB. */
static unsigned bucket_of(uint64_t ns)
{
    if (ns < SUB)
        return (unsigned)ns;
    unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - SUB_BITS;
    return shift * SUB + (unsigned)(ns >> shift);
}

/* The longest duration in a bucket. */
static int64_t bucket_end(unsigned bucket)
{
    if (bucket < SUB)
        return bucket;
    unsigned shift = bucket / SUB - 1;
    return (int64_t)(((uint64_t)(SUB + bucket % SUB + 1) << shift) - 1);
}

static void make_room(struct spread *spread, unsigned first, unsigned end)
{
    unsigned old_end = spread->first + spread->bucket_count;
    if (!spread->bucket_count)
        spread->first = old_end = first;
    if (first > spread->first)
        first = spread->first;
    if (end < old_end)
        end = old_end;
    if (end - first == spread->bucket_count)
        return;
    uint64_t *buckets = memory_new(end - first, sizeof *buckets);
    if (spread->bucket_count)
        memcpy(buckets + (spread->first - first), spread->buckets, spread->bucket_count * sizeof *buckets);
    free(spread->buckets);
    spread->buckets = buckets;
    spread->first = first;
    spread->bucket_count = end - first;
}

void spread_add(struct spread *spread, int64_t ns)
{
    if (ns < 0)
        ns = 0;
    unsigned bucket = bucket_of((uint64_t)ns);
    if (bucket < spread->first || bucket >= spread->first + spread->bucket_count)
        make_room(spread, bucket, bucket + 1);
    spread->buckets[bucket - spread->first]++;
    spread->count++;
    spread->total_ns += ns;
    if (ns > spread->max_ns)
        spread->max_ns = ns;
}

void spread_merge(struct spread *to, const struct spread *from)
{
    if (from->count)
        make_room(to, from->first, from->first + from->bucket_count);
    for (unsigned i = 0; i < from->bucket_count; i++)
        to->buckets[from->first + i - to->first] += from->buckets[i];
    to->count += from->count;
    to->total_ns += from->total_ns;
    if (from->max_ns > to->max_ns)
        to->max_ns = from->max_ns;
}

void spread_free(struct spread *spread)
{
    free(spread->buckets);
    *spread = (struct spread){0};
}

int64_t spread_average(const struct spread *spread)
{
    return spread->count ? spread->total_ns / (int64_t)spread->count : 0;
}

static uint64_t bucket_count(const struct spread *spread, unsigned bucket)
{
    return bucket >= spread->first && bucket < spread->first + spread->bucket_count ? spread->buckets[bucket - spread->first] : 0;
}

int64_t spread_percentile(const struct spread *one, const struct spread *other, unsigned percent)
{
    uint64_t count = one->count + other->count, rank = (count * percent + 99) / 100, seen = 0;
    int64_t max_ns = one->max_ns > other->max_ns ? one->max_ns : other->max_ns;
    for (unsigned bucket = 0; count && bucket < BUCKETS; bucket++) {
        seen += bucket_count(one, bucket) + bucket_count(other, bucket);
        if (seen && seen >= rank)
            return bucket_end(bucket) < max_ns ? bucket_end(bucket) : max_ns;
    }
    return 0;
}
