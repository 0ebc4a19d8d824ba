// SPDX-License-Identifier: MIT
// Draws the rows. A bar narrower than a pixel is never drawn by itself: what falls into one pixel is summed up and drawn
// as one column, the fuller the more of that pixel's time it covers.
class Painter {
  constructor(canvas, trace, layout, view) {
    Object.assign(this, { canvas, trace, layout, view, c: canvas.getContext('2d') });
    this.widths = new Map();
    this.drawn = { bars: 0, columns: 0, arrows: 0, arrowsHidden: 0 };
    Theme.read(this.c);
  }

  resize(width, height) {
    const ratio = window.devicePixelRatio || 1;
    if (ratio !== Theme.theme.ratio) Theme.read(this.c);
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    Object.assign(this.view, { width, height, gutter: width < 640 ? 120 : Math.max(Size.gutter, Math.min(300, Math.round(width * 0.19))) });
  }

  // state: { hover, selected, finding, pointer (x or null), found (a Set of spans or null), range ([t0, t1] or null) }
  paint(state) {
    const { c, view } = this, ratio = Theme.theme.ratio;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.fillStyle = Theme.theme.color.page;
    c.fillRect(0, 0, view.width, view.height);
    this.drawn = { bars: 0, columns: 0, arrows: 0, arrowsHidden: 0 };
    const ticks = Axis.ticks(view), rows = this.rowsInSight();
    this.clipped(view.gutter, () => {
      for (const row of rows) this.rowBack(row, state);
      Axis.grid(c, view, ticks);
      this.outside();
      for (const row of rows) if (row.type !== 'section') this.row(row, state);
      Links.draw(this, state);
      Path.draw(this, state);
      this.outline(state.hover, 1.5, Theme.theme.color.ink);
      this.outline(state.selected, 2.5, Theme.theme.color.accent);
      this.overlays(state);
    });
    c.fillStyle = Theme.theme.color.line;
    c.fillRect(view.gutter - 1, 0, 1, view.height);
    this.clipped(0, () => { for (const row of rows) Gutter.draw(this, row, state); });
    Axis.draw(c, view, ticks, state.pointer);
  }

  clipped(left, body) {
    const { c, view } = this;
    c.save();
    c.beginPath();
    c.rect(left, Size.axis, view.width - left, view.rowsHeight);
    c.clip();
    body();
    c.restore();
  }

  rowsInSight() {
    const { view, layout } = this, rows = [];
    const first = layout.rows.indexOf(layout.rowAt(Math.max(0, view.scroll)));
    for (let i = Math.max(0, first); i < layout.rows.length && view.top(layout.rows[i]) < view.height; i++) rows.push(layout.rows[i]);
    return rows;
  }

  rowBack(row, state) {
    const { c, view } = this, { color } = Theme.theme, y = view.top(row);
    const item = row.type === 'thread' ? this.trace.threads[row.id] : row.type === 'object' ? this.trace.objects[row.id] : null;
    c.fillStyle = item ? color.lane : color.section;
    c.fillRect(0, y, view.width, row.h);
    if (item && item.stuckSince !== undefined) {
      const x = Math.max(view.gutter, view.x(item.stuckSince));
      c.fillStyle = color['forever-soft'];
      c.fillRect(x, y, Math.max(0, view.x(this.trace.duration) - x), row.h);
    }
    if (item && state.row === row) {
      c.fillStyle = color['accent-soft'];
      c.fillRect(0, y, view.width, row.h);
    }
    c.fillStyle = color['line-soft'];
    c.fillRect(0, y + row.h - 1, view.width, 1);
  }

  // Before the trace began and after it ended nothing is known; after its last event nobody did anything.
  outside() {
    const { c, view } = this, x0 = view.x(0), x1 = view.x(this.trace.duration);
    c.fillStyle = Theme.theme.color['ink-3'];
    c.globalAlpha = 0.09;
    if (x0 > view.gutter) c.fillRect(view.gutter, Size.axis, x0 - view.gutter, view.height);
    if (x1 < view.width) c.fillRect(x1, Size.axis, view.width - x1, view.height);
    c.globalAlpha = 0.5;
    if (this.trace.duration > this.trace.last) for (let y = Size.axis; y < view.height; y += 8) c.fillRect(view.x(this.trace.last), y, 1, 4);
    c.globalAlpha = 1;
  }

  row(row, state) {
    const y = this.view.top(row);
    if (row.type === 'thread') this.life(row, y);
    for (const { role, lane, y: dy, h } of row.lanes) this.lane(row, role, lane, y + dy, h, state);
    if (row.type === 'thread') Marks.draw(this, row, y);
    if (row.type === 'thread') Pins.draw(this, row, y, state);
  }

  life(row, y) {
    const { c, view, trace } = this, thread = trace.threads[row.id], { color } = Theme.theme;
    const x0 = Math.max(view.x(thread.begin), view.gutter - 4), x1 = Math.min(view.x(thread.end), view.width + 4);
    if (x1 < x0) return;
    c.fillStyle = color.life;
    c.beginPath();
    c.roundRect(x0, y + row.stateY, Math.max(1, x1 - x0), Size.state, 3);
    c.fill();
    c.fillStyle = color['life-edge'];
    if (!thread.before) c.fillRect(x0, y + row.stateY, 2, Size.state);
    if (!thread.open) c.fillRect(Math.max(x0, x1 - 2), y + row.stateY, 2, Size.state);
  }

  // One lane: bars where they are wide enough, columns where many share a pixel.
  lane(row, role, lane, y, h, state) {
    const { view } = this, { begin, end } = lane, perPixel = 1 / view.scale;
    const last = Math.min(view.t1, this.trace.duration);
    let i = lane.after(view.t0), column = null;
    while (i < lane.count && begin[i] <= last) {
      if (end[i] - begin[i] >= 2 * perPixel) {
        this.bar(row, role, lane, i++, y, h, state);
        continue;
      }
      const x = Math.floor(view.x(begin[i])), edge = view.t(x + 1);
      let j = Math.max(i + 1, lane.from(edge, i));
      if (j - 1 > i && end[j - 1] - begin[j - 1] >= 2 * perPixel) j--;
      const { covered, look } = lane.sum(i, j), level = Math.min(6, 1 + Math.floor(covered * view.scale * 6));
      if (column && column.x + column.width === x && column.look === look && column.level === level) column.width++;
      else {
        this.column(column, y, h);
        column = { x, width: 1, look, level };
      }
      i = j;
    }
    this.column(column, y, h);
  }

  column(column, y, h) {
    if (!column) return;
    const { c } = this;
    c.globalAlpha = 0.1 + 0.15 * column.level;
    c.fillStyle = Theme.plain(column.look);
    c.fillRect(column.x, y, column.width, h);
    c.globalAlpha = 1;
    this.drawn.columns++;
  }

  bar(row, role, lane, i, y, h, state) {
    const { c, view } = this, look = lane.look[i], span = lane.ids[i];
    const x0 = Math.max(view.x(lane.begin[i]), view.gutter - 6), x1 = Math.min(view.x(lane.end[i]), view.width + 6);
    const width = Math.max(1, x1 - x0 - (x1 - x0 > 3 ? 0.6 : 0));
    if (state.found && !state.found.has(span)) c.globalAlpha = 0.22;
    c.fillStyle = Theme.fill(look, width, h);
    if (width > 6 && h > 5) {
      c.beginPath();
      c.roundRect(x0, y, width, h, 2.5);
      c.fill();
    } else c.fillRect(x0, y, width, h);
    if (look === LookId.forever) this.edge(x0, y, width, h);
    if (width > 26 && h >= 10 && c.globalAlpha === 1) this.barText(this.barLabel(role, span), look, x0, y, width, h);
    c.globalAlpha = 1;
    this.drawn.bars++;
  }

  edge(x, y, width, h) {
    const { c } = this;
    c.strokeStyle = Theme.theme.color['forever-mark'];
    c.lineWidth = 1;
    c.strokeRect(x + 0.5, y + 0.5, Math.max(1, width - 1), h - 1);
  }

  barLabel(role, span) {
    const { trace } = this;
    if (role === 'holder' || role === 'waiter') return trace.threadName(trace.spans.thread[span]);
    return trace.objectOf(span).label;
  }

  barText(text, look, x, y, width, h) {
    const { c, view } = this, left = Math.max(x, view.gutter) + 4, room = Math.min(x + width, view.width) - left - 4;
    c.font = `${h >= 15 ? 11 : 9.5}px ${Theme.theme.font}`;
    const shown = this.fit(text, room);
    if (!shown) return;
    if (Theme.theme.patterns.has(look)) {
      c.fillStyle = Theme.plain(look);
      c.fillRect(left - 2, y + 1.5, this.width(shown) + 4, h - 3);
    }
    c.fillStyle = Theme.ink(look);
    c.textBaseline = 'middle';
    c.textAlign = 'left';
    c.fillText(shown, left, y + h / 2 + 0.5);
  }

  width(text) {
    const key = this.c.font.slice(0, 8) + text;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.widths.size > 20000) this.widths.clear();
      this.widths.set(key, width = this.c.measureText(text).width);
    }
    return width;
  }

  // The text, shortened to the room; empty where not even three letters fit.
  fit(text, room) {
    const width = this.width(text);
    if (width <= room) return text;
    for (let letters = Math.floor(text.length * room / width); letters >= 3; letters--) {
      const shorter = `${text.slice(0, letters)}…`;
      if (this.width(shorter) <= room) return shorter;
    }
    return '';
  }

  // The rectangle of a span on a row, or null.
  rect(span, row) {
    if (!row || !row.shown) return null;
    for (const { lane, y, h } of row.lanes) {
      const i = lane.ids.indexOf(span);
      if (i < 0) continue;
      const x = this.view.x(lane.begin[i]);
      return { x, y: this.view.top(row) + y, w: Math.max(2, this.view.x(lane.end[i]) - x), h };
    }
    return null;
  }

  outline(span, width, colour) {
    if (span === undefined || span < 0) return;
    const { c, layout, view } = this;
    for (const row of [layout.rowOf(span, false), layout.rowOf(span, true)]) {
      const r = this.rect(span, row);
      if (!r) continue;
      const x0 = Math.max(r.x, view.gutter - 8), x1 = Math.min(r.x + r.w, view.width + 8);
      if (x1 < x0) continue;
      c.strokeStyle = colour;
      c.lineWidth = width;
      c.beginPath();
      c.roundRect(x0 - 1, r.y - 1, x1 - x0 + 2, r.h + 2, 3);
      c.stroke();
    }
  }

  overlays(state) {
    const { c, view } = this, { color } = Theme.theme;
    if (state.pointer !== null) {
      c.fillStyle = color.accent;
      c.globalAlpha = 0.6;
      c.fillRect(Math.round(state.pointer), Size.axis, 1, view.height);
      c.globalAlpha = 1;
    }
    Range.draw(c, view, state.range, color);
  }
}
