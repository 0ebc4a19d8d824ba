// SPDX-License-Identifier: MIT
// The search box: threads, objects and functions by a part of their text.
class Search {
  // choose(result): result is { what: 'thread'|'object'|'function', id, text, spans }
  constructor(trace, choose, clear) {
    Object.assign(this, { trace, choose, clear, at: 0, results: [] });
    this.counts = new Uint32Array(trace.head.frames.length); // of spans at each frame
    for (const frame of trace.spans.site) this.counts[frame]++;
    this.input = document.getElementById('search');
    this.list = document.getElementById('search-results');
    this.input.addEventListener('input', () => this.look());
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('blur', () => setTimeout(() => this.close(), 150));
    this.input.addEventListener('focus', () => { if (this.input.value) this.look(); });
  }

  focus() { this.input.focus(); this.input.select(); }
  close() { this.list.hidden = true; this.input.setAttribute('aria-expanded', 'false'); }

  find(text) {
    const { trace } = this, wanted = text.toLowerCase(), has = (value) => value && String(value).toLowerCase().includes(wanted);
    const results = [];
    trace.threads.forEach((thread, id) => { if (has(thread.name) || String(thread.tid) === wanted) results.push({ what: 'thread', id, text: thread.name, count: thread.holds + thread.waits }); });
    trace.objects.forEach((object, id) => {
      if (object.holds + object.waits && (has(object.label) || has(object.name) || has(object.kind) || has(object.address)))
        results.push({ what: 'object', id, text: Words.nameOf(object), count: object.holds + object.waits });
    });
    trace.head.frames.forEach((frame, id) => {
      const count = this.counts[id];
      if (count && has(frame)) results.push({ what: 'function', id, text: frame, count });
    });
    return results;
  }

  spansAt(frame) {
    const { site } = this.trace.spans, found = [];
    for (let span = 0; span < site.length; span++) if (site[span] === frame) found.push(span);
    return found;
  }

  look() {
    const text = this.input.value.trim(), { el } = Format;
    if (!text) { this.close(); return this.clear(); }
    this.results = this.find(text).slice(0, 60);
    this.at = 0;
    this.list.replaceChildren(...this.results.map((result, i) => el('li', { role: 'option', 'aria-selected': String(i === 0), onmousedown: () => this.take(i) },
      el('span', { class: 'what' }, result.what), el('span', { class: 'name' }, result.text), el('span', { class: 'count' }, Format.count(result.count)))));
    if (!this.results.length) this.list.append(el('li', { class: 'none' }, 'Nothing has this in its name.'));
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    return undefined;
  }

  move(by) {
    this.at = (this.at + by + this.results.length) % Math.max(1, this.results.length);
    Array.from(this.list.children).forEach((li, i) => li.setAttribute('aria-selected', String(i === this.at)));
    if (this.list.children[this.at]) this.list.children[this.at].scrollIntoView({ block: 'nearest' });
  }

  key(event) {
    if (event.key === 'ArrowDown') this.move(1);
    else if (event.key === 'ArrowUp') this.move(-1);
    else if (event.key === 'Enter') this.take(this.at);
    else if (event.key === 'Escape') { this.input.value = ''; this.close(); this.clear(); this.input.blur(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(i) {
    const result = this.results[i];
    if (!result) return;
    if (result.what === 'function') result.spans = this.spansAt(result.id);
    this.choose(result);
    this.close();
    this.input.blur(); // keys move the picture again
  }
}
