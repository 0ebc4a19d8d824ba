// SPDX-License-Identifier: MIT
// Mouse and keyboard, turned into what the application can do. Holds no state of the picture.
class Input {
  constructor(app) {
    this.app = app;
    this.held = new Set();
    const { canvas } = app.painter;
    canvas.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    canvas.addEventListener('pointerdown', (event) => this.down(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    canvas.addEventListener('pointerup', (event) => this.up(event));
    canvas.addEventListener('pointercancel', () => this.cancel());
    canvas.addEventListener('pointerleave', () => app.leave());
    canvas.addEventListener('dblclick', (event) => app.zoomTo(app.hit(event.offsetX, event.offsetY).span));
    document.addEventListener('keydown', (event) => this.key(event));
    document.addEventListener('keyup', (event) => this.held.delete(event.key.toLowerCase()));
    window.addEventListener('blur', () => this.held.clear());
    this.overview();
    this.thumb();
  }

  wheel(event) {
    event.preventDefault();
    const { app } = this, unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 200 : 1;
    const dx = event.deltaX * unit, dy = event.deltaY * unit;
    if (event.shiftKey && !dx) app.scrollBy(dy);
    else if (Math.abs(dx) > Math.abs(dy)) app.pan(dx);
    else if (event.offsetX < app.view.gutter) app.scrollBy(dy);
    else app.zoom(Math.exp(Math.max(-240, Math.min(240, dy)) / 500), event.offsetX);
  }

  down(event) {
    if (event.button !== 0) return;
    this.start = { x: event.offsetX, y: event.offsetY, lastX: event.offsetX, lastY: event.offsetY, moved: false, range: event.shiftKey };
    this.app.painter.canvas.setPointerCapture(event.pointerId);
    this.app.painter.canvas.focus({ preventScroll: true });
  }

  move(event) {
    const { app, start } = this, x = event.offsetX, y = event.offsetY;
    if (!start) return app.point(x, y, event.clientX, event.clientY);
    if (!start.moved && Math.hypot(x - start.x, y - start.y) < 4) return undefined;
    start.moved = true;
    app.painter.canvas.classList.toggle('grab', !start.range);
    if (start.range) app.range(app.view.t(start.x), app.view.t(x));
    else {
      app.pan(start.lastX - x);
      app.scrollBy(start.lastY - y);
    }
    start.lastX = x;
    start.lastY = y;
    return undefined;
  }

  up(event) {
    const { app, start } = this;
    this.cancel();
    if (!start) return;
    if (!start.moved) app.click(event.offsetX, event.offsetY);
    else if (start.range) app.selectRange(app.view.t(start.x), app.view.t(event.offsetX));
  }

  cancel() {
    this.start = null;
    this.app.painter.canvas.classList.remove('grab');
  }

  key(event) {
    const { app } = this, key = event.key;
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input')) return;
    if (document.getElementById('help').open) return;
    if (event.target.matches('button') && (key === 'Enter' || key === ' ')) return;
    const lower = key.toLowerCase(), moves = { w: [0, -1], s: [0, 1], a: [-1, 0], d: [1, 0], arrowleft: [-1, 0], arrowright: [1, 0] };
    const acts = {
      '+': () => app.zoom(1 / 1.5), '=': () => app.zoom(1 / 1.5), '-': () => app.zoom(1.5), '0': () => app.fit(), '?': () => app.help(), '/': () => app.search.focus(),
      escape: () => app.select(-1), c: () => Path.toggle(app), m: () => app.compact(!app.isCompact()), l: () => app.goLocks(), f: () => app.zoomToSelection(), r: () => app.selectRange(app.view.t0, app.view.t1), '\\': () => app.filterBox.focus(), '[': () => app.follow(-1), ']': () => app.follow(1), n: () => app.nextFinding(1), p: () => app.nextFinding(-1),
      arrowup: () => app.scrollBy(-60), arrowdown: () => app.scrollBy(60), pageup: () => app.scrollBy(-400), pagedown: () => app.scrollBy(400), home: () => app.scrollBy(-1e9), end: () => app.scrollBy(1e9),
    };
    if (moves[lower]) {
      if (!this.held.has(lower)) this.step(moves[lower], 1);
      this.held.add(lower);
      this.animate(moves);
    } else if (acts[key] || acts[lower]) (acts[key] || acts[lower])();
    else return;
    event.preventDefault();
  }

  step([pan, zoom], amount) {
    if (pan) this.app.pan(pan * amount * this.app.view.plotWidth * 0.06);
    if (zoom) this.app.zoom(Math.exp(zoom * amount * 0.14));
  }

  // Goes on moving while keys are down, at the same speed on every screen.
  animate(moves) {
    if (this.running) return;
    this.running = true;
    let last = performance.now();
    const tick = (now) => {
      if (!this.held.size) { this.running = false; return; }
      for (const key of this.held) if (moves[key] && now - this.pressed(key) > 180) this.step(moves[key], (now - last) / 55);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  pressed(key) {
    this.since = this.since || new Map();
    for (const known of this.since.keys()) if (!this.held.has(known)) this.since.delete(known);
    if (!this.since.has(key)) this.since.set(key, performance.now());
    return this.since.get(key);
  }

  overview() {
    const { app } = this, { canvas } = app.overview;
    const drag = (event) => { const t = app.overview.t(event.offsetX), half = (app.view.t1 - app.view.t0) / 2; app.jump(t - half, t + half, false); };
    canvas.addEventListener('pointerdown', (event) => { canvas.setPointerCapture(event.pointerId); drag(event); });
    canvas.addEventListener('pointermove', (event) => { if (event.buttons & 1) drag(event); });
    canvas.addEventListener('wheel', (event) => { event.preventDefault(); app.zoom(Math.exp(event.deltaY / 500), app.view.x(app.overview.t(event.offsetX))); }, { passive: false });
  }

  thumb() {
    const { app } = this, thumb = document.getElementById('thumb');
    let last = null;
    thumb.addEventListener('pointerdown', (event) => { last = event.clientY; thumb.setPointerCapture(event.pointerId); thumb.classList.add('held'); });
    thumb.addEventListener('pointermove', (event) => {
      if (last === null) return;
      app.scrollBy((event.clientY - last) * app.layout.height / app.view.rowsHeight);
      last = event.clientY;
    });
    for (const end of ['pointerup', 'pointercancel']) thumb.addEventListener(end, () => { last = null; thumb.classList.remove('held'); });
  }
}
