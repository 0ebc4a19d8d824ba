// SPDX-License-Identifier: MIT
// Where this page is one of two in a frame (pair.html), what is seen in one is seen in the other.
const Pair = (() => {
  let told = '';

  // Hears of the other page's moves. set(t0, t1) shows that, span(ns) how long the longer trace is.
  function join(set, span) {
    if (parent === window) return;
    addEventListener('message', (event) => {
      if (event.source !== parent) return;
      const { thrum, t0, t1, longest } = event.data;
      if (thrum === 'span') span(longest);
      if (thrum === 'view') { told = `${t0} ${t1}`; set(t0, t1); }
    });
    parent.postMessage({ thrum: 'ready' }, '*');
  }

  // Tells the other page, once for each move, and not what came from there.
  function tell({ t0, t1 }) {
    if (parent === window || told === `${t0} ${t1}`) return;
    told = `${t0} ${t1}`;
    parent.postMessage({ thrum: 'view', t0, t1 }, '*');
  }

  return { join, tell };
})();
