// SPDX-License-Identifier: MIT
// The head of the page, its banners, and the window of keys.
const Help = (() => {
  const KEYS = [['wheel, w s, + −', 'zoom in and out at the pointer'], ['drag, a d, ← →', 'move in time'], ['shift + drag', 'select a range: who waited for what in it'], ['r', 'the same for all that is in view'], ['\\', 'show only some rows: a word, thread:NAME, lock:NAME, kind:mutex, with:NAME; -WORD leaves out'],
    ['shift + wheel, ↑ ↓', 'scroll the rows, as the wheel does over the names'], ['click', 'select: who held it, who woke it'], ['double click, f', 'zoom to the bar, to the selection'],
    ['[ and ]', 'follow the wake-up chain back and on'], ['n and p', 'next and previous finding'], ['0', 'show all'], ['c', 'the critical path: what made the run as long as it was'], ['l', 'to the rows of locks, and back'], ['m', 'low rows, so that more fit, or high ones'], ['/', 'search'], ['Esc', 'clear the selection'], ['?', 'this help']];

  function show() {
    const { el } = Format, dialog = document.getElementById('help');
    dialog.replaceChildren(el('h2', { id: 'help-title' }, 'Keys and mouse'),
      el('table', {}, KEYS.map(([key, what]) => el('tr', {}, el('td', {}, el('kbd', {}, key)), el('td', {}, what)))),
      el('p', {}, 'Each thread’s row shows its life with its waits upon it, and beneath them the locks it holds, the first taken on top. Each object’s row shows its holders and, thin beneath them, who waits. A flag on a thread’s row is a finding, by its number in the list; click it. What is too narrow to see is summed up: the fuller a column, the more of its time is covered.'),
      el('p', {}, el('button', { onclick: () => dialog.close() }, 'Close')));
    dialog.showModal();
  }

  function header(trace) {
    const { head } = trace, { count, plural, duration, wallClock } = Format;
    document.getElementById('title').textContent = head.title;
    document.getElementById('facts').textContent = [plural(trace.threads.length, 'thread'), plural(trace.objects.filter((o) => o.holds + o.waits).length, 'object'),
      `${count(head.trace.events)} events`, duration(trace.until)].join(' · ');
    document.getElementById('facts').title = document.getElementById('title').title = `${head.title}, began ${wallClock(head.begin_ns, 0)}`;
  }

  // What who can't see the picture is told of it.
  function describe(trace) {
    const { plural, duration } = Format, waited = trace.threads.filter((thread) => thread.waits).sort((a, b) => b.waited - a.waited);
    document.getElementById('canvas').setAttribute('aria-label', [`Timeline of ${plural(trace.threads.length, 'thread')} over ${duration(trace.until)}, with ${plural(trace.head.findings.length, 'finding')}`,
      waited.length ? `${waited[0].name} waited longest, ${duration(waited[0].waited)}` : 'no thread waited', 'slash searches, n and p go through findings, brackets follow the wake-up chain'].join('; '));
  }

  function banners(trace) {
    const { el, count, plural } = Format, { trace: read, left_out: left } = trace.head, box = document.getElementById('banners'), lost = [];
    if (read.lost) lost.push(`${plural(read.lost, 'event was', 'events were')} lost while recording`);
    if (read.overwritten) lost.push(`${plural(read.overwritten, 'packet was', 'packets were')} overwritten by newer ones`);
    if (read.lost_packets) lost.push(`${plural(read.lost_packets, 'packet was', 'packets were')} lost while recording`);
    if (read.unreadable) lost.push(`${plural(read.unreadable, 'event', 'events')} could not be read`);
    if (read.truncated) lost.push('the trace ends in the middle of a stream');
    if (read.trouble) lost.push(read.trouble);
    if (lost.length) box.append(el('div', { class: 'banner' }, el('b', {}, 'Not the whole story:'), el('span', {}, `${lost.join('; ')}. What is drawn may lack holders, waits and wakes.`)));
    if (trace.head.nothing) box.append(el('div', { class: 'banner plain' }, `Nothing to see here: ${trace.head.nothing}.`));
    if (left && left.objects) box.append(el('div', { class: 'banner plain' }, `Left out: ${plural(left.objects, 'object')} with ${count(left.spans)} spans ${left.why}. Draw them with --all.`));
  }

  return { show, header, banners, describe };
})();
