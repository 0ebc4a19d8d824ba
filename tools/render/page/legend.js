// SPDX-License-Identifier: MIT
// The legend: only what occurs in this trace, drawn with the canvas's own fills.
const Legend = (() => {
  const WORDS = { hold: 'holds a lock', shared: 'holds to read', blocked: 'blocked for a lock', semaphore: 'waits for a semaphore',
    condition: 'waits to be woken', join: 'waits for a thread’s end', other: 'waits otherwise: barrier, signal, queue', handler: 'signal handler', forever: 'blocked for ever (deadlock)' };

  function swatch(draw) {
    const canvas = document.createElement('canvas'), ratio = window.devicePixelRatio || 1;
    canvas.width = 28 * ratio;
    canvas.height = 14 * ratio;
    const c = canvas.getContext('2d');
    c.scale(ratio, ratio);
    draw(c);
    return canvas;
  }

  function bar(look) {
    return swatch((c) => {
      c.fillStyle = Theme.fill(look, 28, 14);
      c.beginPath();
      c.roundRect(0, 0, 28, 14, 3);
      c.fill();
    });
  }

  function arrow(colour, dash) {
    return swatch((c) => {
      c.strokeStyle = c.fillStyle = colour;
      c.lineWidth = 1.5;
      c.setLineDash(dash);
      c.beginPath();
      c.moveTo(4, 7);
      c.lineTo(20, 7);
      c.stroke();
      c.beginPath();
      c.arc(4, 7, 2.5, 0, 7);
      c.moveTo(27, 7);
      c.lineTo(19, 3);
      c.lineTo(19, 11);
      c.fill();
    });
  }

  function life() {
    return swatch((c) => {
      c.fillStyle = Theme.theme.color.life;
      c.fillRect(0, 0, 28, 14);
      c.fillStyle = Theme.theme.color['life-edge'];
      c.fillRect(0, 0, 2, 14);
    });
  }

  function make(trace) {
    const { el } = Format, present = new Set(trace.spans.look), hows = new Set(trace.arrows.how), { color } = Theme.theme, python = trace.objects.some((object) => object.word === 'Python lock');
    const list = el('ul', { class: 'legend' }, el('li', {}, life(), 'runs, sleeps or does I/O'));
    for (const look of [LookId.hold, LookId.shared, LookId.blocked, LookId.semaphore, LookId.condition, LookId.join, LookId.other, LookId.handler, LookId.forever])
      if (present.has(look)) list.append(el('li', {}, bar(look), WORDS[Look[look]] + (look === LookId.semaphore && python ? ', or a Python lock that another thread releases' : '')));
    const marks = new Set(trace.marks.what);
    if (marks.has(Marks.TRY)) list.append(el('li', {}, swatch((c) => Marks.ring(c, 14, 7, color)), 'a try that failed'));
    if (marks.has(Marks.SENT)) list.append(el('li', {}, swatch((c) => Marks.triangle(c, 14, 7, color.ink)), 'sends a signal or cancellation'));
    if (marks.has(Marks.ORDER)) list.append(el('li', {}, swatch((c) => Marks.diamond(c, 14, 7, color)), 'takes two locks in an order that is new'));
    if (trace.pins.size) list.append(el('li', {}, swatch((c) => Pins.flag(c, 14, 6.5, 9, trace.head.findings[0], 0, false)), 'a finding, by its number'));
    if (hows.has(0) || hows.has(2)) list.append(el('li', {}, arrow(color.arrow, []), 'release or end that let a waiter go on'));
    if (hows.has(1) || hows.has(3)) list.append(el('li', {}, arrow(color['arrow-wake'], [3, 2]), 'wake (signal, broadcast, post, set)'));
    if (Path.has(trace)) list.append(el('li', {}, swatch((c) => { c.fillStyle = color.path; c.fillRect(0, 5, 28, 4); }), 'the critical path (c shows it)'));
    if (trace.deadlockWaits.length) list.append(el('li', {}, arrow(color['arrow-forever'], []), 'waits for ever for what that thread holds'));
    return list;
  }

  return { make };
})();
