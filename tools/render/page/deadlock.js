// SPDX-License-Identifier: MIT
// Who waits for ever, and for whom.
const Deadlock = (() => {
  // Notes since when threads and objects are stuck, and gives each wait that is part of a deadlock: { span, blocker (thread), hold (span or -1), number }.
  function waits(trace) {
    const { spans } = trace, found = [];
    for (let span = 0; span < spans.count; span++) {
      if (!(spans.flags[span] & Flag.FOREVER)) continue;
      const hold = trace.holdersOf(span).filter((h) => spans.flags[h] & Flag.OPEN).pop() ?? -1;
      const blocker = hold >= 0 ? spans.thread[hold] : trace.objectOf(span).thread;
      if (blocker >= 0) found.push({ span, hold, blocker, number: found.length });
      for (const item of [trace.threads[spans.thread[span]], trace.objectOf(span)]) item.stuckSince = Math.min(item.stuckSince ?? Infinity, spans.begin[span]);
    }
    return found;
  }
  return { waits };
})();
