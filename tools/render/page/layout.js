// SPDX-License-Identifier: MIT
// Where everything stands: rows from top to bottom, the lanes inside each, and time along x. Knows nothing of drawing.
const Size = { gutter: 216, axis: 34, section: 26, gap: 1 };
const ROOMY = { state: 18, hold: 11, handler: 5, waiter: 6, named: 11, pad: 5, least: 25, least2: 38 }, COMPACT = { state: 11, hold: 4, handler: 3, waiter: 3, named: 4, pad: 2, least: 17, least2: 17 };
const MANY = 40; // threads whose rows are low from the beginning
Object.assign(Size, ROOMY);
const FEW = 4; // waiters whose names are written on their bars
const MOST = { hold: 8, holder: 8, waiter: 10 };

class Layout {
  constructor(trace) {
    this.trace = trace;
    this.collapsed = new Set();
    this.passes = () => true; // the filter
    this.rowOfThread = new Map();
    this.rowOfObject = new Map();
    this.many = trace.threads.filter((thread) => !this.isIdle(thread.process)).length > MANY;
    if (this.many) Object.assign(Size, COMPACT);
    this.sections = this.makeSections();
    this.place();
  }

  makeSections() {
    const { trace } = this, sections = [], idle = [];
    for (const id of this.processesInOrder()) {
      const process = trace.head.processes[id];
      if (this.isIdle(id)) { idle.push(id); continue; }
      const name = trace.head.processes.length > 1 ? ` · ${process.name} (${process.pid})` : '';
      const threads = trace.threads.map((thread, i) => i).filter((i) => trace.threads[i].process === id);
      threads.sort((a, b) => trace.threads[a].number - trace.threads[b].number);
      const objects = trace.objects.map((object, i) => i).filter((i) => trace.objects[i].process === id && trace.objects[i].holds + trace.objects[i].waits > 0);
      objects.sort((a, b) => trace.objects[b].waited - trace.objects[a].waited || trace.objects[b].holds - trace.objects[a].holds);
      const contended = objects.filter((i) => trace.objects[i].waits), quiet = objects.filter((i) => !trace.objects[i].waits);
      this.addSection(sections, `threads-${id}`, `Threads${name}`, threads.map((i) => this.threadRow(i)));
      this.addSection(sections, `objects-${id}`, `Waited for${name}`, contended.map((i) => this.objectRow(i)));
      this.addSection(sections, `quiet-${id}`, `Never waited for${name}`, quiet.map((i) => this.objectRow(i)), quiet.length > 12);
    }
    this.addSection(sections, 'idle', 'Processes that never waited', idle.sort((a, b) => a - b).flatMap((id) => this.idleRows(id)), true);
    return sections;
  }

  // Those with a deadlock first, then those whose threads had to do with each other, then those that only waited: shells, and what starts programs.
  processesInOrder() {
    const { threads, head } = this.trace, rank = head.processes.map(() => 2);
    const count = head.processes.map(() => 0);
    for (const thread of threads) {
      count[thread.process]++;
      if (thread.holds || count[thread.process] > 1) rank[thread.process] = Math.min(rank[thread.process], 1);
      if (thread.deadlocked) rank[thread.process] = 0;
    }
    return head.processes.map((process, id) => id).sort((a, b) => rank[a] - rank[b] || a - b);
  }

  // One of many processes, with one thread that never waited: a shell's, mostly. All of them together are one section.
  isIdle(process) {
    const { trace } = this, its = trace.threads.filter((thread) => thread.process === process);
    return trace.head.processes.length > 1 && its.length === 1 && !its[0].waits;
  }

  idleRows(process) {
    const { trace } = this, { name, pid } = trace.head.processes[process], places = (items) => items.map((item, i) => i).filter((i) => items[i].process === process);
    const threads = places(trace.threads).map((i) => Object.assign(this.threadRow(i), { name: `${name} (${pid})` }));
    return [...threads, ...places(trace.objects).filter((i) => trace.objects[i].holds + trace.objects[i].waits).map((i) => this.objectRow(i))];
  }

  addSection(sections, key, label, rows, collapsed) {
    if (!rows.length) return;
    if (collapsed) this.collapsed.add(key);
    sections.push({ key, label, rows, header: { type: 'section', key, label, count: rows.length, h: Size.section } });
  }

  threadRow(id) {
    const { trace } = this, spans = trace.spansOfThread(id), { what } = trace.spans;
    const waits = dealIntoLanes(trace, spans.filter((s) => trace.isWait(s)), 1);
    const holds = dealIntoLanes(trace, spans.filter((s) => trace.isHold(s)), MOST.hold);
    const handlers = dealIntoLanes(trace, spans.filter((s) => what[s] === What.HANDLER), 1);
    const row = { type: 'thread', id, waits: waits.lanes.length ? waits.lanes : [new Lane(trace, [])], holds: holds.lanes, handlers: handlers.lanes, left: waits.left + holds.left + handlers.left };
    this.rowOfThread.set(id, row);
    return this.arrange(row);
  }

  objectRow(id) {
    const { trace } = this, spans = trace.spansOfObject(id);
    const holders = dealIntoLanes(trace, spans.filter((s) => trace.isHold(s)), MOST.holder);
    const waiters = dealIntoLanes(trace, spans.filter((s) => trace.isWait(s)), MOST.waiter);
    const row = { type: 'object', id, holders: holders.lanes, waiters: waiters.lanes, left: holders.left + waiters.left };
    this.rowOfObject.set(id, row);
    return this.arrange(row);
  }

  // Gives a row's lanes their places in it.
  arrange(row) {
    Object.assign(row, { lanes: [], y: 0 });
    let y = Size.pad;
    if (row.type === 'thread') {
      y += Pins.room(this.trace, row.id);
      if (row.handlers.length) y = this.stack(row, 'handler', row.handlers, y, Size.handler);
      row.stateY = y;
      y = this.stack(row, 'state', row.waits, y, Size.state);
      y = this.stack(row, 'hold', row.holds, y, Size.hold);
      row.h = y + Size.pad;
    } else {
      y = this.stack(row, 'holder', row.holders, y, Size.state - 3);
      y = this.stack(row, 'waiter', row.waiters, y, !row.holders.length ? Size.hold : row.waiters.length <= FEW ? Size.named : Size.waiter);
      const { name, birth } = this.trace.objects[row.id];
      row.h = Math.max(y + Size.pad, !name && birth ? Size.least2 : Size.least); // where it was made says more than "mutex 7"
    }
    return row;
  }

  // Rows as high as bars with names need, or so low that many are seen.
  compact(on) {
    Object.assign(Size, on ? COMPACT : ROOMY);
    for (const section of this.sections) section.rows.forEach((row) => this.arrange(row));
    this.place();
  }

  stack(row, role, lanes, y, h) {
    for (const lane of lanes) {
      row.lanes.push({ role, lane, y, h });
      y += h + Size.gap;
    }
    return y;
  }

  // Gives each visible row its y; to be called after a section opens or closes, or the filter changes.
  place() {
    this.rows = [];
    let y = 0;
    this.filtered = 0;
    for (const section of this.sections) {
      const open = !this.collapsed.has(section.key), rows = section.rows.filter((row) => this.passes(row));
      Object.assign(section.header, { open, count: rows.length });
      this.filtered += section.rows.length - rows.length;
      for (const row of section.rows) row.shown = false;
      for (const row of rows) row.shown = open;
      for (const row of rows.length ? [section.header, ...(open ? rows : [])] : []) {
        row.y = y;
        y += row.h;
        this.rows.push(row);
      }
    }
    this.height = y + Size.pad;
  }

  toggle(key) {
    if (!this.collapsed.delete(key)) this.collapsed.add(key);
    this.place();
  }

  // Shows only rows that pass.
  filter(passes) {
    this.passes = passes;
    this.place();
  }

  // Opens the section of a row, so that it can be shown. False where the filter hides it.
  reveal(row) {
    if (!this.passes(row)) return false;
    const section = this.sections.find((s) => s.rows.includes(row));
    if (section && this.collapsed.delete(section.key)) this.place();
    return true;
  }

  // The row at y (from the top of the first row), or undefined.
  rowAt(y) {
    let low = 0, high = this.rows.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1, row = this.rows[middle];
      if (y < row.y) high = middle - 1; else if (y >= row.y + row.h) low = middle + 1; else return row;
    }
    return undefined;
  }

  rowOf(span, object) {
    return object ? this.rowOfObject.get(this.trace.spans.object[span]) : this.rowOfThread.get(this.trace.spans.thread[span]);
  }
}

// What part of the trace is seen: times t0..t1 from the gutter to the right edge, rows from scroll on.
class View {
  constructor(trace, layout) {
    Object.assign(this, { trace, layout, longest: trace.duration, t0: 0, t1: 1, scroll: 0, width: 800, height: 600, gutter: Size.gutter });
  }
  get full() { const all = Math.max(this.longest, 1000), margin = all * 0.02; return [-margin, all + margin]; }
  get plotWidth() { return Math.max(1, this.width - this.gutter); }
  get scale() { return this.plotWidth / (this.t1 - this.t0); }
  get rowsHeight() { return this.height - Size.axis; }
  x(t) { return this.gutter + (t - this.t0) * this.scale; }
  t(x) { return this.t0 + (x - this.gutter) / this.scale; }
  top(row) { return Size.axis + row.y - this.scroll; }

  // Shows t0..t1, kept within the trace and no narrower than 20 ns.
  set(t0, t1) {
    const [low, high] = this.full, width = Math.min(Math.max(t1 - t0, 20), high - low);
    const middle = (t0 + t1) / 2;
    this.t0 = Math.min(Math.max(middle - width / 2, low), high - width);
    this.t1 = this.t0 + width;
  }
  zoom(factor, x) {
    const t = this.t(x), width = Math.min(Math.max((this.t1 - this.t0) * factor, 20), this.full[1] - this.full[0]);
    const t0 = t - (x - this.gutter) / this.plotWidth * width;
    this.set(t0, t0 + width);
  }
  pan(dx) { const dt = dx / this.scale; this.set(this.t0 + dt, this.t1 + dt); }
  scrollTo(y) { this.scroll = Math.max(0, Math.min(y, this.layout.height - this.rowsHeight)); }

  // Scrolls as little as needed to have the row in sight.
  show(row) {
    if (!this.layout.reveal(row)) return;
    if (row.y < this.scroll) this.scrollTo(row.y - Size.section);
    else if (row.y + row.h > this.scroll + this.rowsHeight) this.scrollTo(row.y + row.h - this.rowsHeight + Size.section);
  }
}
