/* SPDX-License-Identifier: MIT */
/*
 * How durations spread: their number, sum, largest and percentiles. Durations are counted in buckets that grow with
 * them, eight to each doubling: a percentile is right to within 12.5 %, and memory doesn't grow with their number.
 */
#ifndef THRUM_ANALYZE_SPREAD_H
#define THRUM_ANALYZE_SPREAD_H

#include <stdint.h>

/* All zero is empty. */
struct spread {
    uint64_t count;
    int64_t total_ns;
    int64_t max_ns;
    uint64_t *buckets; /* of the durations in bucket `first` and after it */
    unsigned first, bucket_count;
};

/* A negative duration counts as none. */
void spread_add(struct spread *, int64_t ns);

/* Adds all of `from`. */
void spread_merge(struct spread *to, const struct spread *from);
void spread_free(struct spread *);

int64_t spread_average(const struct spread *);

/*
 * At least `percent` of the durations in two spreads together are no longer than that; never more than the largest. 0 where
 * there are none.
 */
int64_t spread_percentile(const struct spread *, const struct spread *, unsigned percent);

#endif
