// SPDX-License-Identifier: MIT
// Moments on a thread's row: a triangle for a signal or cancellation sent, a ring for a try that failed, a diamond for two locks
// taken in a new order.
const Marks = (() => {
  const TRY = 0, SENT = 1, ORDER = 2;

  // The marks of a thread in [t0, t1]: [first, after the last) of its list.
  function between(trace, thread, t0, t1) {
    const list = trace.marksOfThread(thread), { time } = trace.marks;
    const bound = (t) => {
      let low = 0, high = list.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (time[list[middle]] < t) low = middle + 1; else high = middle;
      }
      return low;
    };
    return list.subarray(bound(t0), bound(t1));
  }

  // They never overlap: where they are dense, some stand for all.
  function draw(painter, row, y) {
    const { c, view, trace } = painter, { color } = Theme.theme;
    let lastX = -9;
    for (const mark of between(trace, row.id, view.t(view.gutter - 4), view.t(view.width + 4))) {
      const x = view.x(trace.marks.time[mark]);
      if (x - lastX < 7) continue;
      lastX = x;
      draws[trace.marks.what[mark]](c, x, y + row.stateY, color);
    }
  }

  const draws = [(c, x, y, color) => ring(c, x, y - 1, color), (c, x, y, color) => triangle(c, x, y, color.ink), (c, x, y, color) => diamond(c, x, y, color)];

  function triangle(c, x, y, colour) {
    c.fillStyle = colour;
    c.beginPath();
    c.moveTo(x, y + 4);
    c.lineTo(x - 4, y - 4);
    c.lineTo(x + 4, y - 4);
    c.fill();
  }

  function diamond(c, x, y, color) {
    c.fillStyle = color.page;
    c.strokeStyle = color.accent;
    c.lineWidth = 1.4;
    c.beginPath();
    c.moveTo(x, y - 4.5);
    c.lineTo(x + 3.6, y);
    c.lineTo(x, y + 4.5);
    c.lineTo(x - 3.6, y);
    c.closePath();
    c.fill();
    c.stroke();
  }

  function ring(c, x, y, color) {
    c.strokeStyle = color['blocked-mark'];
    c.fillStyle = color.page;
    c.lineWidth = 1.4;
    c.beginPath();
    c.arc(x, y, 3, 0, 7);
    c.fill();
    c.stroke();
  }

  // The mark nearest to x on a thread's row, or -1.
  function at(trace, view, row, x) {
    let best = -1;
    for (const mark of between(trace, row.id, view.t(x - 5), view.t(x + 5)))
      if (best < 0 || Math.abs(view.x(trace.marks.time[mark]) - x) < Math.abs(view.x(trace.marks.time[best]) - x)) best = mark;
    return best;
  }

  function tip(trace, mark) {
    const { marks } = trace, object = trace.objects[marks.object[mark]], sent = marks.what[mark] === SENT;
    const under = marks.what[mark] === ORDER ? trace.objects[marks.other[mark]] : null;
    return [Format.el('div', { class: 'head' }, under ? `Takes ${Words.nameOf(object)} under ${Words.nameOf(under)}, for the first time` : sent ? `Sends ${object.label}` : `Tried for ${Words.nameOf(object)} and did not get it`),
      Format.el('dl', {}, Words.pair('thread', trace.threadName(marks.thread[mark])), Words.pair('when', Format.moment(marks.time[mark])), Words.pair('at', trace.frame(marks.site[mark])))];
  }

  return { draw, at, tip, ring, triangle, diamond, TRY, SENT, ORDER };
})();
