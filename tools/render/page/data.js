// SPDX-License-Identifier: MIT
// The trace as the page holds it: the tables that timeline-data.c collected, unpacked into typed arrays, and questions about them.
//
// Head (JSON): threads, objects, processes, frames, stacks, findings, and of each table its columns with their lengths in bytes.
// Data (base64 of a zlib stream): the columns one after the other, each a row of LEB128 numbers; "delta" columns hold the
// zigzag difference to the row before. Times are nanoseconds since the trace began.
const What = { HOLD: 0, SHARED: 1, ACQUIRE: 2, WAIT: 3, HANDLER: 4 };
const Flag = { BEFORE: 1, OPEN: 2, FOREVER: 4, TIMED: 8, UNSEEN: 16, TRY: 32 };
const How = ['released', 'woke', 'ended', 'interrupted'];

// How a span looks: names are those of the palette in page.css.
const Look = ['hold', 'shared', 'blocked', 'semaphore', 'condition', 'join', 'other', 'handler', 'forever'];
const LookId = Object.fromEntries(Look.map((name, id) => [name, id]));

const Data = (() => {
  const WAIT_LOOKS = { semaphore: 'semaphore', condition: 'condition', event: 'condition', queue: 'condition', future: 'condition',
    thread: 'join', process: 'join', barrier: 'other', signal: 'other' };

  async function inflate(base64) {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  function readColumn(bytes, at, end, rows, column) {
    const delta = column.coding === 'delta';
    const values = new Float64Array(rows);
    let previous = 0;
    for (let row = 0; row < rows; row++) {
      let value = 0, scale = 1, byte;
      do {
        byte = bytes[at++];
        value += (byte & 127) * scale;
        scale *= 128;
      } while (byte & 128);
      if (delta) previous = value = previous + (value % 2 ? -(value + 1) / 2 : value / 2);
      values[row] = value;
    }
    if (at !== end) throw new Error(`column ${column.name} is ${end - at} bytes off`);
    return values;
  }

  function readTables(head, bytes) {
    const tables = {};
    let at = 0;
    for (const [name, table] of Object.entries(head.tables)) {
      tables[name] = { count: table.count };
      for (const column of table.columns) {
        const values = readColumn(bytes, at, at + column.bytes, table.count, column);
        at += column.bytes;
        tables[name][column.name] = column.name === 'begin' || column.name === 'length' || column.name === 'back' || column.name === 'time'
          ? values : Uint32Array.from(values);
      }
    }
    return tables;
  }

  function lookOf(what, flags, object) {
    if (what === What.HOLD) return LookId.hold;
    if (what === What.SHARED) return LookId.shared;
    if (what === What.HANDLER) return LookId.handler;
    if (flags & Flag.FOREVER) return LookId.forever;
    if (what === What.ACQUIRE) return object.kind === 'semaphore' && !object.lock ? LookId.semaphore : LookId.blocked;
    return LookId[WAIT_LOOKS[object.kind] || 'other'];
  }

  // An array with what value(i) gives, in each place i; much faster than from() with a function.
  function fill(array, value) {
    for (let i = 0; i < array.length; i++) array[i] = value(i);
    return array;
  }

  // Rows' numbers 0..count-1 put into buckets by key, each bucket in the rows' order.
  function bucket(count, buckets, keyOf) {
    const start = new Uint32Array(buckets + 1);
    for (let i = 0; i < count; i++) start[keyOf(i) + 1]++;
    for (let b = 0; b < buckets; b++) start[b + 1] += start[b];
    const next = start.slice(), ids = new Uint32Array(count);
    for (let i = 0; i < count; i++) ids[next[keyOf(i)]++] = i;
    return (b) => ids.subarray(start[b], start[b + 1]);
  }

  class Trace {
    constructor(head, tables) {
      Object.assign(this, { head, duration: head.duration_ns, last: head.last_ns, quiet: head.quiet_ns, threads: head.threads, objects: head.objects });
      this.until = this.last + Math.max(0, this.quiet); // when it was really over; of a long quiet end only a part is shown
      const spans = this.spans = tables.spans;
      spans.end = fill(new Float64Array(spans.count), (i) => spans.begin[i] + spans.length[i]);
      spans.look = fill(new Uint8Array(spans.count), (i) => lookOf(spans.what[i], spans.flags[i], this.objects[spans.object[i]]));
      const arrows = this.arrows = tables.arrows;
      arrows.time = fill(new Float64Array(arrows.count), (i) => spans.end[arrows.span[i]] - arrows.back[i]);
      this.marks = tables.marks;
      this.path = tables.path;
      this.spansOfThread = bucket(spans.count, this.threads.length, (i) => spans.thread[i]);
      this.spansOfObject = bucket(spans.count, this.objects.length, (i) => spans.object[i]);
      this.marksOfThread = bucket(this.marks.count, this.threads.length, (i) => this.marks.thread[i]);
      this.pins = Pins.collect(this);
      this.indexArrows();
      this.sumUp();
    }

    indexArrows() {
      const { arrows, spans } = this;
      this.arrowInto = new Int32Array(spans.count).fill(-1);
      for (let i = 0; i < arrows.count; i++) this.arrowInto[arrows.span[i]] = i;
      this.arrowsByTime = fill(new Uint32Array(arrows.count), (i) => i).sort((a, b) => arrows.time[a] - arrows.time[b]);
      this.arrowsFrom = bucket(arrows.count, this.threads.length, (i) => arrows.from[i]);
      this.arrowsByWait = Uint32Array.from(this.arrowsByTime).sort((a, b) => spans.length[arrows.span[b]] - spans.length[arrows.span[a]]);
    }

    // Per thread and object: time waited and held, how often.
    sumUp() {
      for (const item of [...this.threads, ...this.objects]) Object.assign(item, { waited: 0, held: 0, waits: 0, holds: 0, deadlocked: false });
      const { spans } = this;
      const add = (item, i) => {
        if (this.isWait(i)) { item.waited += this.lengthOf(i); item.waits++; } else { item.held += this.lengthOf(i); item.holds++; }
        if (spans.flags[i] & Flag.FOREVER) item.deadlocked = true;
      };
      for (let i = 0; i < spans.count; i++) {
        if (spans.what[i] === What.HANDLER) continue;
        add(this.threads[spans.thread[i]], i);
        add(this.objects[spans.object[i]], i);
      }
      for (const finding of this.head.findings) {
        if (finding.certainty !== 'happened') continue;
        for (const step of finding.steps) {
          if (step.thread >= 0) this.threads[step.thread].deadlocked = true;
          for (const side of [step.holds, step.wants]) if (side.object >= 0) this.objects[side.object].deadlocked = true;
        }
      }
    }

    // How long something really was that is shown from begin to end.
    real(begin, end) { return (end > this.last ? this.until : end) - begin; }
    lengthOf(span) { return this.real(this.spans.begin[span], this.spans.end[span]); }
    isWait(span) { return this.spans.what[span] === What.ACQUIRE || this.spans.what[span] === What.WAIT; }
    isHold(span) { return this.spans.what[span] <= What.SHARED; }
    frame(id) { return this.head.frames[id] || ''; }
    site(span) { return this.frame(this.spans.site[span]); }
    threadName(thread) { return this.threads[thread].name; }
    objectOf(span) { return this.objects[this.spans.object[span]]; }

    // The holds of an object that overlap [begin, end], earliest first.
    holdsDuring(object, begin, end) {
      const found = [];
      for (const span of this.spansOfObject(object)) {
        if (this.spans.begin[span] > end) break;
        if (this.isHold(span) && this.spans.end[span] > begin) found.push(span);
      }
      return found;
    }

    // Who kept a waiting thread from what it waited for: the holds by others that were in its way.
    holdersOf(span) {
      const { begin, end, thread, object } = this.spans;
      if (this.spans.what[span] !== What.ACQUIRE) return [];
      return this.holdsDuring(object[span], begin[span], end[span])
        .filter((hold) => (thread[hold] !== thread[span] || this.spans.flags[span] & Flag.FOREVER) && begin[hold] < end[span]);
    }

    // What a thread did at a moment: the wait it was in, else a hold, else -1.
    spanAt(thread, time) {
      let best = -1;
      for (const span of this.spansOfThread(thread)) {
        if (this.spans.begin[span] > time) break;
        if (this.spans.end[span] < time) continue;
        if (best < 0 || this.isWait(span) || !this.isWait(best)) best = span;
      }
      return best;
    }

    // The span that tells of a finding's step: the wait for what it wants, or taking it, while it holds the other.
    spanOfStep(step) {
      if (step.thread < 0 || step.wants.object < 0) return -1;
      const { spans } = this;
      const held = step.holds.object < 0 ? [] : Array.from(this.spansOfObject(step.holds.object)).filter((s) => this.isHold(s) && spans.thread[s] === step.thread);
      let best = -1;
      for (const span of this.spansOfObject(step.wants.object)) {
        if (spans.thread[span] !== step.thread) continue;
        if (spans.flags[span] & Flag.FOREVER) return span;
        if (best < 0 && held.some((h) => spans.begin[h] <= spans.begin[span] && spans.end[h] >= spans.begin[span])) best = span;
      }
      return best;
    }
  }

  async function load() {
    const head = JSON.parse(document.getElementById('thrum-head').textContent);
    const bytes = await inflate(document.getElementById('thrum-data').textContent.trim());
    return new Trace(head, readTables(head, bytes));
  }

  return { load };
})();
