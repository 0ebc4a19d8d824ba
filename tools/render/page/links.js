// SPDX-License-Identifier: MIT
// What ties rows together: arrows from the release or wake to the wait that it ended, and for a deadlock who waits for whom.
const Links = (() => {
  const MOST = 300, LOOK_AT = 30000, SHORT = 6;

  function draw(painter, state) {
    const chosen = state.hover >= 0 ? state.hover : state.selected;
    const { list, total } = inSight(painter);
    const drawn = apart(painter, list);
    for (const arrow of drawn) arrowLine(painter, arrow, state, 1.2);
    painter.drawn.arrows = drawn.length;
    painter.drawn.arrowsHidden = total - list.length;
    if (chosen >= 0 && painter.trace.arrowInto[chosen] >= 0) arrowLine(painter, painter.trace.arrowInto[chosen], state, 2.6);
    for (const wait of painter.trace.deadlockWaits) waitsFor(painter, wait);
  }

  // The arrows to draw: all in view where they are few, else those that ended the longest waits, of some width on the screen.
  function inSight({ trace, view }) {
    const { arrows, arrowsByTime, arrowsByWait, spans } = trace, least = view.t0 - (view.t1 - view.t0);
    const visible = (a) => arrows.time[a] <= view.t1 && arrows.time[a] >= least && spans.end[arrows.span[a]] >= view.t0;
    const first = lowerBound(arrowsByTime, arrows.time, least), last = lowerBound(arrowsByTime, arrows.time, view.t1);
    const list = [];
    if (last - first <= MOST * 3) {
      for (let i = first; i < last; i++) if (visible(arrowsByTime[i])) list.push(arrowsByTime[i]);
      if (list.length <= MOST) return { list, total: list.length };
    }
    const longest = [];
    for (let i = 0; i < Math.min(arrows.count, LOOK_AT) && longest.length < MOST / 2; i++) {
      if (spans.length[arrows.span[arrowsByWait[i]]] * view.scale < SHORT) break;
      if (visible(arrowsByWait[i])) longest.push(arrowsByWait[i]);
    }
    return { list: longest, total: Math.max(longest.length, list.length || last - first) };
  }

  // Those between the same two rows at the same pixels are one line, and would make a black block.
  function apart({ trace, view }, list) {
    const { arrows, spans } = trace, seen = new Set(), near = 3 / view.scale;
    return list.filter((a) => {
      const key = `${arrows.from[a]} ${spans.thread[arrows.span[a]]} ${Math.floor(arrows.time[a] / near)} ${Math.floor(spans.end[arrows.span[a]] / near)}`;
      return !seen.has(key) && seen.add(key);
    });
  }

  function lowerBound(order, times, t) {
    let low = 0, high = order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[order[middle]] < t) low = middle + 1; else high = middle;
    }
    return low;
  }

  // From the waker's row at the moment it acted, to where the wait ends on the waiter's row.
  function arrowLine(painter, a, state, width) {
    const { trace, layout, view, c } = painter, { arrows, spans } = trace;
    const from = layout.rowOfThread.get(arrows.from[a]), to = layout.rowOf(arrows.span[a], false);
    if (!from || !to || !from.shown || !to.shown) return;
    const down = to.y >= from.y, strong = width > 2;
    const x0 = view.x(arrows.time[a]), x1 = view.x(spans.end[arrows.span[a]]);
    const y0 = view.top(from) + from.stateY + (down ? Size.state : 0), y1 = view.top(to) + to.stateY + (down ? 0 : Size.state);
    c.strokeStyle = c.fillStyle = strong ? Theme.theme.color.accent : arrows.how[a] === 1 ? Theme.theme.color['arrow-wake'] : Theme.theme.color.arrow;
    // Of a wait too short to be seen the arrow is faint: it tells of next to nothing.
    const short = spans.length[arrows.span[a]] * view.scale < 1.5;
    c.globalAlpha = strong ? 1 : state.found ? 0.15 : short ? 0.2 : 0.72;
    curve(c, x0, y0, x1, y1, width, arrows.how[a] === 1 ? [4, 3] : []);
    c.beginPath();
    c.arc(x0, y0, width + 0.9, 0, 7);
    c.fill();
    c.globalAlpha = 1;
  }

  function curve(c, x0, y0, x1, y1, width, dash, halo) {
    const sign = y1 >= y0 ? 1 : -1, head = 4 + width, bend = Math.min(Math.abs(y1 - y0) / 2, 40) * sign;
    c.lineWidth = width;
    c.setLineDash(dash);
    c.beginPath();
    c.moveTo(x0, y0);
    c.bezierCurveTo(x0, y0 + bend, x1, y1 - head * sign - bend, x1, y1 - head * sign);
    c.stroke();
    c.setLineDash([]);
    c.beginPath();
    c.moveTo(x1, y1);
    c.lineTo(x1 - head * 0.6, y1 - head * 1.3 * sign);
    c.lineTo(x1 + head * 0.6, y1 - head * 1.3 * sign);
    c.closePath();
    if (halo) {
      c.strokeStyle = halo;
      c.lineWidth = 3;
      c.stroke();
    }
    c.fill();
  }

  // Red: a thread that waits for ever, and the hold that is in its way.
  function waitsFor(painter, wait) {
    const { trace, layout, view, c } = painter, { color } = Theme.theme;
    const from = layout.rowOf(wait.span, false), to = layout.rowOfThread.get(wait.blocker);
    if (!from || !to || !from.shown || !to.shown) return;
    const right = Math.min(view.x(trace.duration), view.width), room = right - Math.max(view.x(trace.spans.begin[wait.span]), view.gutter);
    const most = trace.deadlockWaits.length, end = right - (room < 120 ? 8 : 18) - wait.number * Math.min(13, Math.max(room / 2, room - 70) / most, room < 120 ? Math.max(5, (room - 66) / most) : 13); // the bars' names stay readable
    if (room < 30) return;
    const hold = wait.hold >= 0 ? painter.rect(wait.hold, to) : null;
    const down = to.y > from.y, y0 = view.top(from) + from.stateY + Size.state / 2;
    const y1 = hold ? hold.y + (down || from === to ? hold.h - 1 : 1) : view.top(to) + to.stateY + (down ? 0 : Size.state);
    c.strokeStyle = color.page;
    c.lineWidth = 5;
    c.lineJoin = 'round';
    c.beginPath();
    c.moveTo(end, y0);
    c.lineTo(end, y1);
    c.stroke();
    c.strokeStyle = c.fillStyle = color['arrow-forever'];
    curve(c, end, y0, end, y1, 2, [], color.page);
    c.beginPath();
    c.arc(end, y0, 4, 0, 7);
    c.fill();
  }

  return { draw };
})();
