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
    const side = thread ? sideOfThread(trace, item) : sideOfObject(item);
    c.textBaseline = 'middle';
    c.textAlign = 'right';
    c.font = `11px ${Theme.theme.font}`;
    c.fillStyle = item.deadlocked && thread ? color.forever : color['ink-3'];
    c.fillText(side, view.gutter - 10, y + line);
    const room = view.gutter - 30 - painter.width(side);
    c.textAlign = 'left';
    c.font = `600 ${low ? 11 : 12}px ${Theme.theme.font}`;
    c.fillStyle = color.ink;
    c.fillText(painter.fit(row.name || (thread ? item.name : item.label), room), 14, y + line);
    if (row.h >= 38 && !low) {
      c.font = `11px ${Theme.theme.font}`;
      c.fillStyle = color['ink-3'];
      c.fillText(painter.fit(subtitle(trace, row, item), view.gutter - 26), 14, y + 29);
    }
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
    return (trace.frame(item.birth) || item.kind) + more;
  }

  return { draw };
})();
