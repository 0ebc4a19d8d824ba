// SPDX-License-Identifier: MIT
// A lane: spans that don't overlap, in time order, so that any stretch of time is found and summed up by bisection.
// This is what keeps drawing independent of how many spans there are: a pixel is one look-up, not a walk.
class Lane {
  constructor(trace, ids) {
    this.ids = Uint32Array.from(ids);
    const n = this.count = this.ids.length, { spans } = trace;
    this.begin = new Float64Array(n);
    this.end = new Float64Array(n);
    this.look = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      const id = this.ids[i];
      this.begin[i] = spans.begin[id];
      this.end[i] = spans.end[id];
      this.look[i] = spans.look[id];
    }
    this.sums = new Map(); // look -> time covered by the spans before each one
    for (const look of new Set(this.look)) {
      const sum = new Float64Array(n + 1);
      for (let i = 0; i < n; i++) sum[i + 1] = sum[i] + (this.look[i] === look ? this.end[i] - this.begin[i] : 0);
      this.sums.set(look, sum);
    }
  }

  // The first span that ends after t.
  after(t) {
    let low = 0, high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end[middle] > t) high = middle; else low = middle + 1;
    }
    return low;
  }

  // The first span from i on that begins at t or later.
  from(t, i) {
    let step = 1, low = i;
    while (low + step < this.count && this.begin[low + step] < t) { low += step; step *= 2; }
    let high = Math.min(this.count, low + step);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.begin[middle] >= t) high = middle; else low = middle + 1;
    }
    return low;
  }

  // Of spans i..j-1: the time they cover, and the look that covers most of it.
  sum(i, j) {
    let covered = 0, most = -1, look = this.look[i];
    for (const [id, sum] of this.sums) {
      const part = sum[j] - sum[i];
      covered += part;
      if (part > most) { most = part; look = id; }
    }
    return { covered, look };
  }

  // Spans that touch [t0, t1]: [i, j).
  touching(t0, t1) {
    const i = this.after(t0);
    return [i, this.from(t1, i)];
  }
}

// Spans (in time order) dealt out to lanes such that none overlap, the first free lane first. What fits into none of
// `most` lanes is only counted.
function dealIntoLanes(trace, ids, most) {
  const { begin, end } = trace.spans, lists = [], free = [];
  let left = 0;
  for (const id of ids) {
    let lane = free.findIndex((time) => time <= begin[id]);
    if (lane < 0 && lists.length < most) { lane = lists.length; lists.push([]); }
    if (lane < 0) { left++; continue; }
    lists[lane].push(id);
    free[lane] = Math.max(end[id], begin[id] + 1);
  }
  return { lanes: lists.map((list) => new Lane(trace, list)), left };
}
