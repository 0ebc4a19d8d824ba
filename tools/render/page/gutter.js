// SPDX-License-Identifier: MIT
// The names at the left of the rows.
const Gutter = (() => {
  function draw(painter, row, state) {
    const { c, view, trace } = painter, { color } = Theme.theme, y = view.top(row);
    if (row.type === 'section') return section(painter, row, y);
    const thread = row.type === 'thread', item = thread ? trace.threads[row.id] : trace.objects[row.id];
    c.fillStyle = state.row === row ? color['accent-soft'] : item.deadlocked ? color['forever-soft'] : color.panel;
    c.fillRect(0, y, view.gutter - 1, row.h - 1);
    if (item.deadlocked) {
      c.fillStyle = color.forever;
      c.fillRect(0, y, 4, row.h - 1);
    }
    c.fillStyle = color['line-soft'];
    c.fillRect(0, y + row.h - 1, view.gutter - 1, 1);
    const line = Math.min(14, row.h / 2), low = Size.state < ROOMY.state;
    const side = thread ? sideOfThread(trace, item) : sideOfObject(item), two = row.h >= 38 && !low;
    c.textBaseline = 'middle';
    c.textAlign = 'right';
    c.font = `11px ${Theme.theme.font}`;
    c.fillStyle = item.deadlocked && thread ? color.forever : color['ink-3'];
    const taken = side ? painter.width(side) + 8 : 0;
    // A name that needs the whole line has it; its sum goes below.
    c.font = `600 ${low ? 11 : 12}px ${Theme.theme.font}`;
    const name = row.name || (thread ? item.name : item.label), below = two && painter.width(name) > view.gutter - 24 - taken;
    const shown = fitName(painter, name, view.gutter - 24 - (below ? 0 : taken));
    c.font = `11px ${Theme.theme.font}`;
    c.fillText(side, view.gutter - 10, y + (below ? 29 : line));
    c.textAlign = 'left';
    c.fillStyle = color.ink;
    c.font = `600 ${low ? 11 : 12}px ${Theme.theme.font}`;
    c.fillText(shown.text, 14, y + line);
    if (two) {
      c.font = `11px ${Theme.theme.font}`;
      c.fillStyle = color['ink-3'];
      c.fillText(painter.fit([shown.rest, subtitle(trace, row, item)].filter(Boolean).join(' · '), view.gutter - 24 - (below ? taken : 0)), 14, y + 29);
    }
  }

  // "worker-2 (feed.py:12)" in little room: what tells it from others comes first, where it is from goes to the next line.
  function fitName(painter, name, room) {
    const [, first, rest] = /^(.+) \((.+)\)$/.exec(name) || [];
    if (!first || painter.width(name) <= room) return { text: painter.fit(name, room), rest: '' };
    return { text: painter.fit(first, room), rest };
  }

  function section(painter, row, y) {
    const { c, view } = painter, { color } = Theme.theme;
    c.fillStyle = color.section;
    c.fillRect(0, y, view.gutter, row.h);
    c.fillStyle = color['ink-2'];
    c.font = `600 11px ${Theme.theme.font}`;
    c.textBaseline = 'middle';
    c.textAlign = 'left';
    c.fillText(`${row.open ? '▾' : '▸'}  ${row.label}`, 10, y + row.h / 2);
    const shown = painter.width(`${row.open ? '▾' : '▸'}  ${row.label}`);
    c.font = `11px ${Theme.theme.font}`;
    c.fillStyle = color['ink-3'];
    c.fillText(Format.count(row.count), 18 + shown, y + row.h / 2);
  }

  const percent = (part, whole) => whole > 0 ? `${Math.round(100 * part / whole)}%` : '0%';
  function sideOfThread(trace, thread) {
    if (thread.deadlocked) return 'deadlock';
    return thread.waited ? `waits ${percent(thread.waited, trace.real(thread.begin, thread.end))}` : '';
  }
  const sideOfObject = (object) => object.waits ? Format.duration(object.waited) : '';
  function subtitle(trace, row, item) {
    const more = row.left ? ` · ${Format.count(row.left)} not drawn` : '';
    if (row.type === 'thread') return `tid ${item.tid}${item.holds ? ` · ${Format.plural(item.holds, 'hold')}` : ''}${more}`;
    return (trace.frame(item.birth) || (item.label.startsWith(item.word) ? '' : item.word)) + more;
  }

  // All of a name that may be cut, and what is below it.
  function tip(trace, row) {
    const item = row.type === 'thread' ? trace.threads[row.id] : trace.objects[row.id];
    return [Format.el('div', { class: 'head' }, row.name || item.name || item.label), Format.el('p', { class: 'at' }, subtitle(trace, row, item)), Format.el('p', { class: 'hint' }, 'click for its sums and longest waits')];
  }

  return { draw, tip };
})();
