// SPDX-License-Identifier: MIT
// A stretch of time that was selected: what was waited for in it, and by whom. Parts of spans that lie outside don't count.
const Range = (() => {
  const ROWS = 12;

  // Sums of the spans that touch [t0, t1]: { locks, threads }, each a list of { id, waits, waited, longest, holds, held }, most waited for first.
  function sum(trace, t0, t1) {
    const { spans } = trace, locks = new Map(), threads = new Map();
    const of = (map, id) => map.get(id) || map.set(id, { id, waits: 0, waited: 0, longest: 0, holds: 0, held: 0 }).get(id);
    for (let s = 0; s < spans.count && spans.begin[s] <= t1; s++) {
      if (spans.end[s] < t0 || spans.what[s] === What.HANDLER) continue;
      const part = Math.min(spans.end[s], t1) - Math.max(spans.begin[s], t0);
      for (const item of [of(locks, spans.object[s]), of(threads, spans.thread[s])]) {
        if (trace.isWait(s)) { item.waits++; item.waited += part; item.longest = Math.max(item.longest, part); } else { item.holds++; item.held += part; }
      }
    }
    const sorted = (map) => Array.from(map.values()).sort((a, b) => b.waited - a.waited || b.holds - a.holds || a.id - b.id);
    return { locks: sorted(locks), threads: sorted(threads) };
  }

  function table(title, items, name, held) {
    const { el, count, duration } = Format, shown = items.slice(0, ROWS), left = items.length - shown.length;
    if (!items.length) return null;
    return el('div', { class: 'story' }, el('table', { class: 'sums' },
      el('thead', {}, el('tr', {}, [title, 'waits', 'waited', 'longest', held].map((text) => el('th', { scope: 'col' }, text)))),
      el('tbody', {}, shown.map((it) => el('tr', {}, el('th', { scope: 'row' }, name(it.id)), el('td', {}, count(it.waits)),
        el('td', {}, it.waits ? duration(it.waited) : ''), el('td', {}, it.waits ? duration(it.longest) : ''), el('td', {}, count(it.holds)))))),
      left > 0 ? el('p', { class: 'at' }, `and ${count(left)} more`) : null);
  }

  // The panel's nodes for [t0, t1]. go: { row(type, id), zoom(), clear() }
  function story(trace, t0, t1, go) {
    const { el, duration, moment } = Format, { locks, threads } = sum(trace, t0, t1);
    const link = (text, act) => el('button', { class: 'link', onclick: act }, text);
    return [
      el('div', { class: 'head' }, `${duration(t1 - t0)} selected`),
      el('dl', {}, Words.pair('from', moment(Math.max(0, t0))), Words.pair('to', moment(t1))),
      el('p', {}, link('Zoom to it (f)', go.zoom), ' \u00b7 ', link('Clear (Esc)', go.clear)),
      locks.length ? null : el('p', { class: 'hint' }, 'Nothing was held or waited for in it.'),
      table('lock', locks, (id) => link(trace.objects[id].label, () => go.row('object', id)), 'holds'),
      table('thread', threads, (id) => link(trace.threadName(id), () => go.row('thread', id)), 'holds'),
    ];
  }

  // The shade upon the rows.
  function draw(c, view, range, color) {
    if (!range) return;
    const x0 = Math.max(view.x(range[0]), view.gutter - 2), x1 = Math.min(view.x(range[1]), view.width + 2);
    if (x1 < x0) return;
    c.fillStyle = color.accent;
    c.globalAlpha = 0.14;
    c.fillRect(x0, Size.axis, x1 - x0, view.height);
    c.globalAlpha = 0.8;
    for (const x of [x0, x1]) c.fillRect(Math.round(x), Size.axis, 1, view.height);
    c.globalAlpha = 1;
  }

  return { sum, story, draw };
})();
