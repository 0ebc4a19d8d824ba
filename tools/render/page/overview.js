// SPDX-License-Identifier: MIT
// The strip on top: the whole trace, how many threads wait at each moment and for what, and which part is in view.
class Overview {
  constructor(canvas, trace, view) {
    Object.assign(this, { canvas, trace, view, c: canvas.getContext('2d'), height: 52 });
    this.looks = [LookId.forever, LookId.blocked, LookId.semaphore, LookId.condition, LookId.join, LookId.other];
    this.collect(900);
  }

  // For each of `bins` stretches of the trace and each look, how many threads wait, on average.
  collect(bins) {
    const { spans, duration } = this.trace, size = Math.max(duration, 1) / bins;
    this.bins = bins;
    this.levels = new Map(this.looks.map((look) => [look, new Float32Array(bins)]));
    for (let s = 0; s < spans.count; s++) {
      const level = this.trace.isWait(s) && this.levels.get(spans.look[s]);
      if (!level) continue;
      const first = Math.min(bins - 1, Math.floor(spans.begin[s] / size)), last = Math.min(bins - 1, Math.floor(spans.end[s] / size));
      for (let b = first; b <= last; b++) level[b] += (Math.min(spans.end[s], (b + 1) * size) - Math.max(spans.begin[s], b * size)) / size;
    }
    this.highest = 1;
    for (let b = 0; b < bins; b++) this.highest = Math.max(this.highest, this.looks.reduce((sum, look) => sum + this.levels.get(look)[b], 0));
  }

  x(t) { const [low, high] = this.view.full; return this.view.gutter + (t - low) / (high - low) * this.view.plotWidth; }
  t(x) { const [low, high] = this.view.full; return low + (x - this.view.gutter) / this.view.plotWidth * (high - low); }

  resize(width) {
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.canvas.style.width = `${width}px`;
    this.width = width;
  }

  paint() {
    const { c, view, height, width } = this, { color, ratio, font } = Theme.theme;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.fillStyle = color.page;
    c.fillRect(0, 0, width, height);
    this.bars(height - 8);
    const x0 = this.x(view.t0), x1 = Math.max(this.x(view.t1), x0 + 2);
    c.globalAlpha = 0.72;
    c.fillStyle = color.section;
    c.fillRect(view.gutter, 0, x0 - view.gutter, height);
    c.fillRect(x1, 0, width - x1, height);
    c.globalAlpha = 1;
    c.strokeStyle = color.accent;
    c.lineWidth = 1.5;
    c.strokeRect(x0 + 0.75, 1, Math.max(2, x1 - x0 - 1.5), height - 3);
    c.fillStyle = color.panel;
    c.fillRect(0, 0, view.gutter, height);
    c.fillStyle = color.line;
    c.fillRect(0, height - 1, width, 1);
    c.fillRect(view.gutter - 1, 0, 1, height);
    c.textBaseline = 'middle';
    c.font = `600 11px ${font}`;
    c.fillStyle = color['ink-2'];
    c.fillText('Whole trace', 12, 18);
    c.font = `11px ${font}`;
    c.fillStyle = color['ink-3'];
    c.fillText(`threads waiting, up to ${Math.round(this.highest)}`, 12, 34);
  }

  bars(room) {
    const { c, trace } = this, x0 = this.x(0), step = (this.x(trace.duration) - x0) / this.bins;
    c.fillStyle = Theme.theme.color['life'];
    c.fillRect(x0, room + 2, this.bins * step, 3);
    const base = new Float32Array(this.bins);
    for (const look of this.looks) {
      const level = this.levels.get(look);
      c.fillStyle = Theme.plain(look);
      for (let b = 0; b < this.bins; b++) {
        if (!level[b]) continue;
        const h = level[b] / this.highest * (room - 5), y = room - base[b] - h;
        c.fillRect(x0 + b * step, y, step + 0.3, h);
        base[b] += h;
      }
    }
  }
}
