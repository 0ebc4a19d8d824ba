// SPDX-License-Identifier: MIT
// The application: holds what is selected and seen, lets the parts know, and draws once per frame when something changed.
class App {
  constructor(trace) {
    this.trace = trace;
    this.layout = new Layout(trace);
    this.view = new View(trace, this.layout);
    this.painter = new Painter(document.getElementById('canvas'), trace, this.layout, this.view);
    this.overview = new Overview(document.getElementById('overview'), trace, this.view);
    this.state = { hover: -1, selected: -1, row: null, finding: -1, pointer: null, found: null, range: null, path: false };
    this.panel = new Panel(trace, { span: (id) => this.goSpan(id), row: (type, id) => this.goRow(type, id), finding: (i) => this.goFinding(i), filter: (text) => this.filter(text) });
    this.search = new Search(trace, (result) => this.found(result), () => { this.state.found = null; this.changed(); });
    this.input = new Input(this);
    this.filterBox = document.getElementById('filter');
    this.filterBox.addEventListener('input', () => this.filter(this.filterBox.value));
    this.filterBox.addEventListener('keydown', (event) => this.filterKey(event));
    this.tooltip = document.getElementById('tooltip');
    this.frames = [];
    this.buttons();
    new ResizeObserver(() => this.resize()).observe(document.getElementById('stage'));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.newColours());
    matchMedia('print').addEventListener('change', () => { this.newColours(); this.resize(); this.paint(); }); // at once: paper doesn't wait for a frame
    addEventListener('hashchange', () => this.fromHash());
    this.resize();
    this.view.set(...this.view.full);
    if (trace.head.to_ns > trace.head.from_ns) this.view.set(trace.head.from_ns, trace.head.to_ns); // --range
    this.fromHash();
    Pair.join((t0, t1) => { this.flight = null; this.view.set(t0, t1); this.changed(); }, (longest) => { this.view.longest = longest; this.view.set(...this.view.full); this.changed(); });
  }

  buttons() {
    const on = (id, act) => document.getElementById(id).addEventListener('click', act);
    on('zoom-in', () => this.zoom(1 / 1.5));
    on('zoom-out', () => this.zoom(1.5));
    on('zoom-fit', () => this.fit());
    on('help-button', () => this.help());
    on('rows-button', () => this.compact(!this.isCompact()));
    document.getElementById('rows-button').setAttribute('aria-pressed', String(this.isCompact()));
    Path.button(this);
  }

  filterKey(event) {
    if (event.key !== 'Escape' && event.key !== 'Enter') return;
    if (event.key === 'Escape') this.filter('');
    this.filterBox.blur(); // keys move the picture again
    event.stopPropagation();
  }

  newColours() { Theme.read(this.painter.c); this.panel.legend(); this.changed(); }

  // To the room there is; what is printed fits on a sheet in landscape.
  resize() {
    const stage = document.getElementById('stage'), paper = matchMedia('print').matches;
    const width = paper ? 1020 : stage.clientWidth, height = paper ? 570 : stage.clientHeight;
    this.painter.resize(width, Math.max(60, height - this.overview.height));
    this.overview.resize(width);
    this.view.scrollTo(this.view.scroll);
    this.changed();
  }

  changed() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.paint(); });
  }

  paint() {
    const began = performance.now();
    this.painter.paint(this.state);
    this.overview.paint();
    this.scrollbar();
    Pair.tell(this.view);
    const { arrows, arrowsHidden } = this.painter.drawn, { filtered } = this.layout;
    document.getElementById('hidden-rows').textContent = filtered ? `${Format.plural(filtered, 'row')} filtered out` : '';
    document.getElementById('note').textContent = arrowsHidden ? `${arrows ? `${Format.count(arrows)} of ` : ''}${Format.count(arrows + arrowsHidden)} arrows${arrows ? ' drawn, those that ended the longest waits' : ''}: zoom in to see ${arrows ? 'more' : 'them'}` : '';
    this.frames.push(performance.now() - began);
    if (this.frames.length > 600) this.frames.splice(0, 300);
  }

  scrollbar() {
    const { view, layout } = this, bar = document.getElementById('scrollbar'), thumb = document.getElementById('thumb'), part = view.rowsHeight / layout.height;
    bar.style.top = `${this.overview.height + Size.axis}px`;
    bar.style.height = `${view.rowsHeight}px`;
    bar.hidden = part >= 1;
    thumb.style.height = `${Math.max(24, part * view.rowsHeight)}px`;
    thumb.style.top = `${view.scroll / layout.height * view.rowsHeight}px`;
  }

  // --- moving ---
  pan(dx) { this.view.pan(dx); this.moved(); }
  zoom(factor, x = this.state.pointer ?? this.view.gutter + this.view.plotWidth / 2) { this.view.zoom(factor, Math.max(x, this.view.gutter)); this.moved(); }
  scrollBy(dy) { this.view.scrollTo(this.view.scroll + dy); this.moved(); }
  fit() { this.jump(...this.view.full); }
  range(t0, t1) { this.state.range = [Math.min(t0, t1), Math.max(t0, t1)]; this.changed(); }
  moved() { this.flight = null; this.tooltip.hidden = true; this.changed(); this.toHash(); }

  // Goes to t0..t1, gliding unless the reader prefers no motion.
  jump(t0, t1, glide = true) {
    const from = [this.view.t0, this.view.t1], began = performance.now();
    const flight = this.flight = {};
    const step = (now) => {
      if (this.flight !== flight) return;
      const part = Math.min(1, Math.max(0, (now - began) / 220)), eased = 1 - (1 - part) ** 3;
      this.view.set(from[0] + (t0 - from[0]) * eased, from[1] + (t1 - from[1]) * eased);
      this.changed();
      if (part < 1) requestAnimationFrame(step); else { this.flight = null; this.toHash(); }
    };
    if (glide && !matchMedia('(prefers-reduced-motion: reduce)').matches) return requestAnimationFrame(step);
    this.view.set(t0, t1);
    return this.moved();
  }

  // --- pointing and selecting ---
  // What is at x, y of the canvas: { row, lane, span, i, j, mark }; span and mark are -1 where none, [i, j) where several share the pixel.
  hit(x, y) {
    const { view, layout } = this, row = y < Size.axis ? undefined : layout.rowAt(y - Size.axis + view.scroll);
    const nothing = { row, lane: null, span: -1, i: 0, j: 0, mark: -1, pin: null };
    if (!row || row.type === 'section' || x < view.gutter) return nothing;
    const pin = row.type === 'thread' ? Pins.at(this.trace, view, row, x, y) : null;
    if (pin) return { ...nothing, pin };
    const mark = row.type === 'thread' && y - view.top(row) < row.stateY + 4 ? Marks.at(this.trace, view, row, x) : -1;
    if (mark >= 0) return { ...nothing, mark };
    const dy = y - view.top(row), at = row.lanes.find((entry) => dy >= entry.y - 0.5 && dy < entry.y + entry.h + 0.5);
    if (!at) return nothing;
    for (const slack of [0.5, 3]) {
      const [i, j] = at.lane.touching(view.t(x - slack), view.t(x + slack));
      if (j > i) return { ...nothing, lane: at.lane, i, j, span: j - i > 3 ? -1 : this.longest(at.lane, i, j) };
    }
    return { ...nothing, lane: at.lane };
  }
  longest(lane, i, j) {
    let best = i;
    for (let k = i; k < j; k++) if (lane.end[k] - lane.begin[k] > lane.end[best] - lane.begin[best]) best = k;
    return lane.ids[best];
  }

  point(x, y, clientX, clientY) {
    const hit = this.hit(x, y);
    this.state.hover = hit.span;
    this.state.pointer = x >= this.view.gutter ? x : null;
    this.painter.canvas.classList.toggle('point', hit.span >= 0 || hit.pin || x < this.view.gutter || (hit.row && hit.row.type === 'section'));
    this.tip(x < this.view.gutter && hit.row && hit.row.type !== 'section' ? { name: hit.row } : hit, clientX, clientY);
    this.changed();
  }
  leave() { Object.assign(this.state, { hover: -1, pointer: null }); this.tooltip.hidden = true; this.changed(); }

  tip(hit, x, y) {
    const { tooltip } = this, nodes = hit.name ? Gutter.tip(this.trace, hit.name) : hit.pin ? Pins.tip(this.trace, hit.pin) : hit.mark >= 0 ? Marks.tip(this.trace, hit.mark) : hit.span >= 0 ? Words.spanTip(this.trace, hit.span) : hit.lane && hit.j > hit.i ? Words.crowdTip(this.trace, hit.lane, hit.i, hit.j) : null;
    tooltip.hidden = !nodes;
    if (!nodes) return;
    tooltip.replaceChildren(...nodes);
    const { width, height } = tooltip.getBoundingClientRect();
    tooltip.style.left = `${x + 16 + width > innerWidth ? Math.max(4, x - width - 12) : x + 16}px`;
    tooltip.style.top = `${y + 18 + height > innerHeight ? Math.max(4, y - height - 12) : y + 18}px`;
  }

  click(x, y) {
    const hit = this.hit(x, y);
    if (hit.row && hit.row.type === 'section') { this.layout.toggle(hit.row.key); this.view.scrollTo(this.view.scroll); return this.changed(); }
    if (hit.pin) return this.goFinding(hit.pin.finding, true);
    if (hit.span >= 0) return this.select(hit.span);
    if (hit.lane && hit.j - hit.i > 3) return this.zoom(1 / 8, x);
    if (hit.row && x < this.view.gutter) return this.selectRow(hit.row);
    return this.select(-1);
  }

  // A stretch of time: its sums are told beside the picture.
  selectRange(from, to) {
    const t0 = Math.max(0, Math.min(from, to)), t1 = Math.min(this.trace.duration, Math.max(from, to));
    if (!(t1 > t0)) return;
    this.select(-1);
    this.range(t0, t1);
    this.panel.show(...Range.story(this.trace, t0, t1, { row: (type, id) => this.goRow(type, id, true), zoom: () => this.jump(t0, t1), clear: () => this.select(-1) }));
  }

  // Low rows, of which more are seen, or high ones.
  compact(on) {
    this.layout.compact(on);
    document.getElementById('rows-button').setAttribute('aria-pressed', String(on));
    this.view.scrollTo(this.view.scroll);
    this.changed();
    this.toHash();
  }
  isCompact() { return Size.state < ROOMY.state; }

  // To the first of the locks' rows; from there back to the threads'.
  goLocks() {
    const { sections } = this.layout, at = (kind) => sections.find((section) => section.key.startsWith(kind) && section.rows.some((row) => row.shown));
    const locks = at('objects-') || at('quiet-'), threads = at('threads-');
    const far = locks && Math.min(locks.header.y, this.layout.height - this.view.rowsHeight);
    if (locks && this.view.scroll < far - 1) this.view.scrollTo(locks.header.y);
    else if (threads) this.view.scrollTo(threads.header.y);
    this.changed();
    this.toHash();
  }

  rangeSums() { return Range.sum(this.trace, ...this.state.range); }

  zoomToSelection() {
    if (this.state.range) this.jump(...this.state.range); else this.zoomTo(this.state.selected);
  }

  // Only rows that the text lets pass (filter.js).
  filter(text) {
    this.filterBox.value = text;
    this.layout.filter(Filter.of(this.trace, text));
    this.view.scrollTo(this.view.scroll);
    this.changed();
    this.toHash();
  }

  select(span) {
    Object.assign(this.state, { selected: span, row: null, finding: -1, range: null });
    this.panel.press(-1);
    if (span >= 0) this.panel.span(span); else { this.panel.nothing(); this.state.found = null; }
    this.changed();
    this.toHash();
  }

  selectRow(row, keepRange) {
    Object.assign(this.state, { selected: -1, row, finding: -1, range: keepRange ? this.state.range : null });
    this.panel.press(-1);
    this.panel.row(row.type, row.id);
    this.changed();
  }

  // --- going to things ---
  goSpan(span, keepFinding) {
    const finding = this.state.finding, { begin, end, length } = this.trace.spans;
    this.select(span);
    if (keepFinding) this.state.finding = finding;
    const row = this.layout.rowOf(span, false), width = this.view.t1 - this.view.t0;
    this.view.show(row);
    const fits = begin[span] >= this.view.t0 && end[span] <= this.view.t1 && length[span] * this.view.scale > 12;
    if (!fits) { const middle = (begin[span] + end[span]) / 2, half = Math.max(length[span] * 1.5, Math.min(width, length[span] * 30) / 2, 50); this.jump(middle - half, middle + half); }
  }
  zoomTo(span) {
    if (span === undefined || span < 0) return;
    const { begin, end, length } = this.trace.spans, margin = Math.max(length[span] * 0.25, 20);
    this.select(span);
    this.jump(begin[span] - margin, end[span] + margin);
  }
  goRow(type, id, keepRange) {
    const row = (type === 'thread' ? this.layout.rowOfThread : this.layout.rowOfObject).get(id);
    if (!row) return;
    this.view.show(row);
    this.selectRow(row, keepRange);
  }

  // [ goes back to what the waker was doing, ] on to a wait that this thread then ended.
  follow(direction) {
    const { trace, state } = this, { arrows, spans } = trace;
    if (state.selected < 0) return;
    if (direction < 0) {
      const arrow = trace.arrowInto[state.selected];
      const span = arrow >= 0 ? trace.spanAt(arrows.from[arrow], arrows.time[arrow]) : trace.holdersOf(state.selected)[0] ?? -1;
      if (span >= 0) this.goSpan(span);
      return;
    }
    const thread = spans.thread[state.selected], after = spans.begin[state.selected];
    let next = -1;
    for (const arrow of trace.arrowsFrom(thread)) if (arrows.time[arrow] >= after && (next < 0 || arrows.time[arrow] < arrows.time[next])) next = arrow;
    if (next >= 0) this.goSpan(arrows.span[next]);
  }

  // Shows a finding: its spans, else the places where it is pinned; `here`: without going anywhere.
  goFinding(index, here) {
    const { trace } = this, finding = trace.head.findings[index], { begin, end } = trace.spans;
    const spans = finding.steps.map((step) => trace.spanOfStep(step)).filter((span) => span >= 0);
    if (spans.length) this.select(spans[0]); else this.select(-1);
    if (!here && spans.length) {
      const t0 = Math.min(...spans.map((s) => begin[s])), t1 = Math.max(...spans.map((s) => end[s])), margin = Math.max((t1 - t0) * 0.12, 100);
      this.view.show(this.layout.rowOf(spans[0], false));
      if (finding.certainty === 'happened') this.jump(t0 - (t1 - t0) * 0.35, t1 + (t1 - t0) * 0.05);
      else this.jump(t0 - margin, t1 + margin);
    } else if (!here && finding.pins.length) this.goPin(finding.pins[0]);
    this.state.found = spans.length ? this.cast(finding, spans) : null;
    this.state.finding = index;
    this.panel.press(index);
    this.changed();
    this.toHash();
  }

  // Brings a pin into sight, in the middle of what is seen or of something that can be told apart.
  goPin(pin) {
    const half = Math.min(this.view.t1 - this.view.t0, Math.max(this.trace.duration / 20, 2000)) / 2;
    this.view.show(this.layout.rowOfThread.get(pin.thread));
    this.jump(pin.time - half, pin.time + half);
  }

  // The spans of a finding: what its threads want and what they hold meanwhile.
  cast(finding, spans) {
    const { trace } = this, found = new Set(spans);
    finding.steps.forEach((step) => {
      if (step.holds.object < 0) return;
      for (const wait of spans) for (const hold of trace.holdsDuring(step.holds.object, trace.spans.begin[wait], trace.spans.end[wait])) if (trace.spans.thread[hold] === step.thread) found.add(hold);
    });
    return found;
  }

  nextFinding(by) {
    const count = this.trace.head.findings.length;
    if (count) this.goFinding((this.state.finding + by + count + (by < 0 && this.state.finding < 0 ? 1 : 0)) % count);
  }

  found(result) {
    if (result.what !== 'function') { this.state.found = null; return this.goRow(result.what, result.id); }
    const next = result.spans.find((span) => this.trace.spans.begin[span] > this.view.t0) ?? result.spans[0];
    this.goSpan(next);
    this.state.found = new Set(result.spans);
    return this.changed();
  }

  help() { Help.show(this.trace); }

  // --- the view in the address, so that it can be kept ---
  toHash() {
    clearTimeout(this.hashTimer);
    this.hashTimer = setTimeout(() => {
      const { view, state } = this, parts = [`t=${Math.round(view.t0)}..${Math.round(view.t1)}`];
      if (view.scroll) parts.push(`y=${Math.round(view.scroll)}`);
      if (state.selected >= 0) parts.push(`span=${state.selected}`);
      if (state.finding >= 0) parts.push(`finding=${state.finding}`);
      if (state.range) parts.push(`range=${state.range.map(Math.round).join('..')}`);
      if (state.path) parts.push('path=1');
      if (this.isCompact() !== this.layout.many) parts.push(`low=${this.isCompact() ? 1 : 0}`);
      if (this.filterBox.value) parts.push(`rows=${encodeURIComponent(this.filterBox.value)}`);
      history.replaceState(null, '', `#${parts.join('&')}`);
    }, 300);
  }
  fromHash() {
    const wanted = new URLSearchParams(location.hash.slice(1)), number = (name, count) => { const n = parseInt(wanted.get(name), 10); return n >= 0 && n < count ? n : -1; };
    const finding = number('finding', this.trace.head.findings.length), span = number('span', this.trace.spans.count);
    if (finding >= 0) this.goFinding(finding); else if (span >= 0) this.goSpan(span);
    const times = (name) => { const [, from, to] = /^(-?\d+)\.\.(-?\d+)$/.exec(wanted.get(name) || '') || []; return +to > +from ? [+from, +to] : null; };
    const seen = times('t'), range = times('range');
    if (wanted.get('path')) Path.toggle(this, true);
    if (wanted.has('low')) this.compact(wanted.get('low') === '1');
    if (wanted.get('rows')) this.filter(wanted.get('rows'));
    if (range) this.selectRange(...range);
    if (seen) this.jump(...seen, false);
    if (wanted.has('y')) this.view.scrollTo(+wanted.get('y') || 0);
    this.changed();
  }
}
