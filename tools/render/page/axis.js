// SPDX-License-Identifier: MIT
// The time axis: which ticks to draw and what to write at them.
const Axis = (() => {
  // The step (1, 2 or 5 times a power of ten, from one second on also 15 and 30 and minutes) that gives ticks at least `space` apart.
  function stepFor(nsPerPixel, space) {
    const least = nsPerPixel * space;
    for (let power = 1; power < 1e18; power *= 10)
      for (const digit of [1, 2, 5]) if (digit * power >= least) return digit * power;
    return 1e18;
  }

  // Ticks in [t0, t1]. Where a step is tiny beside the time itself, an anchor says the coarse part once and the ticks what is
  // to be added to it.
  function ticks(view) {
    const step = stepFor(1 / view.scale, 92), size = Math.max(Math.abs(view.t0), Math.abs(view.t1));
    const [unit, ns] = Format.unitFor(size);
    const digits = Math.max(0, Math.ceil(Math.log10(ns / step) - 1e-9));
    const marks = [], first = Math.ceil(view.t0 / step) * step;
    let anchor = null;
    if (digits > 3) {
      const coarse = step * 1000;
      anchor = Math.floor((view.t0 + view.t1) / 2 / coarse) * coarse;
    }
    const [fineUnit, fineNs] = Format.unitFor(step * (anchor === null ? 1 : 100));
    for (let t = first; t <= Math.min(view.t1, view.trace.last); t += step) {
      let text;
      if (anchor === null) text = `${(t / ns).toFixed(digits)} ${unit}`;
      else {
        const fine = (t - anchor) / fineNs;
        text = `${fine < 0 ? '\u2212' : '+'}${Format.trim(Math.abs(fine).toFixed(3))} ${fineUnit}`;
      }
      if (Math.abs(t) < step / 2) text = '0';
      marks.push({ t, text });
    }
    return { step, marks, anchor: anchor === null ? '' : Format.moment(anchor) };
  }

  function grid(c, view, ticksNow) {
    c.strokeStyle = Theme.theme.color['line-soft'];
    c.lineWidth = 1;
    c.beginPath();
    for (const { t } of ticksNow.marks) {
      const x = Math.round(view.x(t)) + 0.5;
      c.moveTo(x, Size.axis);
      c.lineTo(x, view.height);
    }
    c.stroke();
  }

  function draw(c, view, ticksNow, pointer) {
    const { color, font } = Theme.theme;
    c.fillStyle = color.panel;
    c.fillRect(0, 0, view.width, Size.axis);
    c.fillStyle = color.line;
    c.fillRect(0, Size.axis - 1, view.width, 1);
    c.font = `11px ${font}`;
    c.textBaseline = 'middle';
    c.textAlign = 'left';
    c.save();
    c.beginPath();
    c.rect(view.gutter, 0, view.plotWidth, Size.axis);
    c.clip();
    const { last, duration } = view.trace, room = duration > last ? Math.min(view.x(last), view.width) : view.width;
    for (const { t, text } of ticksNow.marks) {
      const x = Math.round(view.x(t));
      c.fillStyle = color['ink-3'];
      c.fillRect(x, Size.axis - 7, 1, 6);
      c.fillStyle = color['ink-2'];
      if (x + 6 + c.measureText(text).width < room) c.fillText(text, x + 4, Size.axis - 13);
    }
    if (view.trace.duration > view.trace.last) drawQuiet(c, view);
    if (pointer !== null) drawPointer(c, view, pointer);
    c.restore();
    drawCorner(c, view, ticksNow);
  }

  // The end of a program that hangs: nothing is recorded any more, and only a part of that time is shown.
  function drawQuiet(c, view) {
    const { color, font } = Theme.theme, { trace } = view;
    const x0 = view.x(trace.last), x1 = Math.min(view.x(trace.duration), view.width), left = Math.max(x0, view.gutter);
    c.font = `11px ${font}`;
    c.fillStyle = color.section;
    c.fillRect(left, 0, x1 - left, Size.axis - 1);
    c.fillStyle = color['ink-2'];
    const texts = trace.quiet < 0 ? ['no more events', '⋯'] : [`no events for ${Format.duration(trace.quiet)}`, `+ ${Format.duration(trace.quiet)}`, '⋯'];
    const text = texts.find((one) => c.measureText(one).width < x1 - left - 6);
    if (text) c.fillText(text, (left + x1 - c.measureText(text).width) / 2, Size.axis - 13);
  }

  function drawPointer(c, view, x) {
    const { color, font } = Theme.theme, at = Math.max(0, Math.round(view.t(x))), text = at > view.trace.last ? 'after the last event' : Format.moment(at);
    c.font = `600 11px ${font}`;
    const width = c.measureText(text).width + 12, left = Math.min(Math.max(x - width / 2, view.gutter + 2), view.width - width - 2);
    c.fillStyle = color.accent;
    c.beginPath();
    c.roundRect(left, 4, width, 19, 5);
    c.fill();
    c.fillStyle = color.page;
    c.fillText(text, left + 6, 14);
  }

  function drawCorner(c, view, ticksNow) {
    const { color, font } = Theme.theme;
    c.fillStyle = color.panel;
    c.fillRect(0, 0, view.gutter - 1, Size.axis - 1);
    c.fillStyle = color['ink-2'];
    c.font = `11px ${font}`;
    c.fillText(ticksNow.anchor ? `from ${ticksNow.anchor}` : `${Format.duration(view.t1 - view.t0)} in view`, 12, Size.axis / 2);
  }

  return { ticks, grid, draw };
})();
