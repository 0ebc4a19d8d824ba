// SPDX-License-Identifier: MIT
// Findings pinned to the rows of their threads: a flag with the finding's number, as the list beside the picture has it.
const Pins = (() => {
  const WIDTH = 15, HEIGHT = 13, TIP = 4;

  // Every pin of every finding: { finding, thread, time }, by thread.
  function collect(trace) {
    const byThread = new Map();
    trace.head.findings.forEach((finding, index) => finding.pins.forEach((pin) => {
      if (!byThread.has(pin.thread)) byThread.set(pin.thread, []);
      byThread.get(pin.thread).push({ ...pin, finding: index });
    }));
    for (const pins of byThread.values()) pins.sort((a, b) => a.time - b.time || a.finding - b.finding);
    return byThread;
  }

  // Where the pins of a row stand: { pin, x, left }; they give way to the right where they would overlap, and never leave their row.
  function places(trace, view, row) {
    const list = [];
    let free = -Infinity;
    for (const pin of trace.pins.get(row.id) || []) {
      const x = view.x(pin.time);
      if (x < view.gutter - 2 || x > view.width + WIDTH) continue;
      const last = list[list.length - 1];
      if (last && last.pin.finding === pin.finding && x - last.x < WIDTH) continue; // the same, told again
      const left = Math.max(x - WIDTH / 2, free);
      if (left - x > 3 * WIDTH) continue;
      free = left + WIDTH + 1;
      list.push({ pin, x, left });
    }
    return list;
  }

  function draw(painter, row, y, state) {
    const { c, view, trace } = painter;
    for (const { pin, x, left } of places(trace, view, row)) flag(c, x, left, y + row.stateY - TIP, trace.head.findings[pin.finding], pin.finding, state.finding === pin.finding);
  }

  function flag(c, x, left, y, finding, index, chosen) {
    const { color, font } = Theme.theme, sure = finding.certainty === 'happened', top = Math.max(y - HEIGHT + TIP, y - HEIGHT + TIP);
    c.fillStyle = chosen ? color.accent : sure ? color['pin-sure'] : color.pin;
    c.strokeStyle = color.page;
    c.lineWidth = 1.5;
    c.beginPath();
    c.roundRect(left, top, WIDTH, HEIGHT, 3);
    c.moveTo(Math.max(left + 2, Math.min(x - 4, left + WIDTH - 7)), top + HEIGHT - 0.5);
    c.lineTo(x, top + HEIGHT + TIP + 1);
    c.lineTo(Math.min(left + WIDTH - 2, Math.max(x + 4, left + 7)), top + HEIGHT - 0.5);
    c.stroke();
    c.fill();
    c.fillStyle = color['pin-ink'];
    c.font = `700 10px ${font}`;
    c.textAlign = 'center';
    c.textBaseline = 'middle';
    c.fillText(index < 99 ? String(index + 1) : '!', left + WIDTH / 2, top + HEIGHT / 2 + 0.5);
    c.textAlign = 'left';
  }

  // The pin of a thread's row at x, y; or null.
  function at(trace, view, row, x, y) {
    const bottom = view.top(row) + row.stateY + 1;
    if (y > bottom || y < bottom - HEIGHT - TIP) return null;
    const found = places(trace, view, row).find(({ left }) => x >= left - 1 && x <= left + WIDTH + 1);
    return found ? found.pin : null;
  }

  function tip(trace, pin) {
    const finding = trace.head.findings[pin.finding], { el } = Format;
    return [el('div', { class: 'head' }, el('span', { class: `number ${finding.certainty}` }, String(pin.finding + 1)), `${finding.kind} · ${finding.certainty}`),
      el('p', {}, finding.message),
      el('dl', {}, Words.pair('thread', trace.threadName(pin.thread)), Words.pair(pin.site === undefined ? 'when' : 'told', Format.moment(pin.time)), pin.site ? Words.pair('at', trace.frame(pin.site)) : [])];
  }

  // The part of the row above its state that pins need.
  const room = (trace, thread) => trace.pins.has(thread) ? HEIGHT - 3 : 0;

  return { collect, draw, at, tip, room, flag };
})();
