// SPDX-License-Identifier: MIT
// The critical path over the rows: what made the run as long as it was. A step of it is a stretch of one thread's time.
const Path = (() => {
  const KINDS = ['runs', 'holds what the next one waits for', 'wakes up', 'waits, and no thread of the trace ended that'];

  function has(trace) { return Boolean(trace.path && trace.path.count); }

  // The first step that isn't over at t; steps follow each other.
  function after({ begin, length, count }, t) {
    let from = 0, to = count;
    while (from < to) { const middle = (from + to) >> 1; if (begin[middle] + length[middle] < t) from = middle + 1; else to = middle; }
    return from;
  }

  // Where a thread's life is drawn; of a row that isn't there (filtered, folded) nothing.
  function middle(view, layout, thread) {
    const row = layout.rowOfThread.get(thread);
    return row && layout.rows.includes(row) ? view.top(row) + row.stateY + Size.state / 2 : null;
  }

  // What is narrower than a pixel is left out: the line goes on to the next that isn't. So many points at most are drawn.
  function points({ trace, view, layout }) {
    const { path } = trace, list = [], least = 0.7 / view.scale, middles = new Map();
    for (let i = after(path, view.t0); i < path.count && path.begin[i] <= view.t1; i++) {
      if (path.length[i] < least && i > 0 && i + 1 < path.count) continue;
      const thread = path.thread[i];
      if (!middles.has(thread)) middles.set(thread, middle(view, layout, thread));
      const y = middles.get(thread);
      if (y !== null) list.push([view.x(path.begin[i]), view.x(path.begin[i] + path.length[i]), y, path.kind[i]]);
    }
    return list;
  }

  function draw(painter, state) {
    painter.drawn.path = 0;
    if (!state.path || !has(painter.trace)) return;
    const { c } = painter, list = points(painter);
    c.save();
    c.lineJoin = 'round';
    for (const [width, colour] of [[6, Theme.theme.color.page], [3.5, Theme.theme.color.path]]) { // a pale edge keeps it apart from the bars
      c.lineWidth = width;
      c.strokeStyle = colour;
      c.globalAlpha = 0.85;
      c.beginPath();
      list.forEach(([x0, x1, y], i) => { if (i) c.lineTo(x0, y); else c.moveTo(x0, y); c.lineTo(x1, y); });
      c.stroke();
    }
    c.restore();
    painter.drawn.path = list.length;
  }

  // The button, where there is a path to show.
  function button(app) {
    const it = document.getElementById('path-button');
    it.hidden = !has(app.trace);
    it.addEventListener('click', () => toggle(app));
    return it;
  }

  function toggle(app, on = !app.state.path) {
    if (!has(app.trace)) return;
    app.state.path = on;
    if (on && app.state.selected < 0 && !app.state.row && !app.state.range) app.panel.show(...story(app.trace, app.panel));
    else if (!on && app.state.selected < 0 && !app.state.row && !app.state.range) app.panel.nothing();
    document.getElementById('path-button').setAttribute('aria-pressed', String(on));
    app.changed();
    app.toHash();
  }

  // What the path is, and whose time it went through doing what.
  function story(trace, panel) {
    const { el, duration } = Format, { path } = trace, parts = new Map();
    let whole = 0;
    for (let i = 0; i < path.count; i++) {
      const length = trace.real(path.begin[i], path.begin[i] + path.length[i]), key = `${path.thread[i]} ${path.kind[i]}`;
      const part = parts.get(key) || { thread: path.thread[i], kind: path.kind[i], length: 0 };
      part.length += length;
      whole += length;
      parts.set(key, part);
    }
    const most = Array.from(parts.values()).sort((a, b) => b.length - a.length), shown = most.slice(0, 12);
    return [el('div', { class: 'head' }, `Critical path: ${duration(whole)}`),
      el('p', { class: 'hint' }, 'What made the run as long as it was: going back from its end, from each wait to the thread that ended it. Only what is on this path can make the run shorter.'),
      el('div', { class: 'story' }, el('table', { class: 'sums' }, el('thead', {}, el('tr', {}, ['who does what', 'time', '%'].map((text) => el('th', { scope: 'col' }, text)))),
        el('tbody', {}, shown.map((part) => el('tr', {}, el('th', { scope: 'row', class: 'light' }, panel.threadLink(part.thread), ` ${KINDS[part.kind]}`), el('td', {}, duration(part.length)), el('td', {}, String(Math.round(100 * part.length / Math.max(1, whole)))))))),
      most.length > shown.length ? el('p', { class: 'at' }, `and ${Format.count(most.length - shown.length)} more, ${duration(most.slice(12).reduce((sum, part) => sum + part.length, 0))}`) : null)];
  }

  return { has, draw, button, toggle, KINDS };
})();
