// SPDX-License-Identifier: MIT
// Says in words what a span, a thread or an object is: for the tooltip and the details.
const Words = (() => {
  const { el, duration, moment } = Format;
  const VERB = { condition: 'Waits on', event: 'Waits for', barrier: 'Waits at', queue: 'Waits on', signal: 'Waits for', thread: 'Waits for the', process: 'Waits for' };

  const nameOf = (object) => object.name ? `${object.word} ${object.name}` : object.label;

  function title(trace, span) {
    const { spans } = trace, object = trace.objectOf(span), name = nameOf(object);
    switch (spans.what[span]) {
      case What.HOLD: return object.kind === 'semaphore' && !object.lock ? `Has a unit of ${name}` : `Holds ${name}`;
      case What.SHARED: return `Holds ${name} to read`;
      case What.HANDLER: return `Runs a signal handler`;
      case What.ACQUIRE: return `Blocked for ${name}`;
      default: return `${VERB[object.kind] || 'Waits for'} ${name}`;
    }
  }

  function lookWords(trace, span) {
    const { flags, result } = trace.spans, words = [];
    if (flags[span] & Flag.FOREVER) words.push('for ever: part of a deadlock');
    else if (flags[span] & Flag.OPEN) words.push('not over when the trace ends');
    if (flags[span] & Flag.BEFORE) words.push('since before the trace');
    if (flags[span] & Flag.TIMED) words.push('with a timeout');
    if (flags[span] & Flag.UNSEEN) words.push('how it ended is not in the trace');
    if (flags[span] & Flag.TRY) words.push('got by a try');
    const word = trace.head.results[result[span]];
    if (word && word !== 'ok') words.push(`ended with ${word}`);
    return words.join(', ');
  }

  function lasted(trace, span) {
    const text = Format.duration(trace.lengthOf(span));
    return !(trace.spans.flags[span] & Flag.OPEN) ? text : trace.quiet < 0 ? `at least ${text}: until the last event` : `${text}, until ${trace.quiet ? 'recording stopped' : 'the trace ends'}`;
  }

  const pair = (name, ...values) => values[0] ? [el('dt', {}, name), el('dd', {}, ...values)] : [];
  const at = (text) => text ? el('span', { class: 'at' }, text) : null;

  function spanFacts(trace, span) {
    const { spans } = trace, open = spans.flags[span] & Flag.OPEN;
    return el('dl', {},
      pair('thread', trace.threadName(spans.thread[span])),
      pair('lasted', lasted(trace, span)),
      pair('from', moment(spans.begin[span])),
      pair('to', open ? '' : moment(spans.end[span])),
      pair('at', trace.site(span)),
      pair(trace.isHold(span) ? 'released at' : '', spans.end_site[span] && trace.isHold(span) ? trace.frame(spans.end_site[span]) : ''),
      pair('note', lookWords(trace, span)));
  }

  function head(look, text) {
    return el('div', { class: 'head' }, el('span', { class: 'swatch', style: `background: var(--${Look[look]})` }), text);
  }

  // The short form, for the tooltip.
  function spanTip(trace, span) {
    const parts = [head(trace.spans.look[span], title(trace, span)), spanFacts(trace, span)];
    const holders = trace.holdersOf(span), arrow = trace.arrowInto[span], more = [];
    if (holders.length) more.push(pair('held by', `${trace.threadName(trace.spans.thread[holders[0]])}${holders.length > 1 ? ` and ${holders.length - 1} more` : ''}`));
    if (arrow >= 0) more.push(pair(`${How[trace.arrows.how[arrow]]} by`, trace.threadName(trace.arrows.from[arrow])));
    if (more.length) parts[1].append(...more.flat());
    return parts;
  }

  // Many spans on one pixel.
  function crowdTip(trace, lane, i, j) {
    const { covered, look } = lane.sum(i, j);
    return [head(look, `${Format.count(j - i)} spans here`), el('p', { class: 'hint' }, `${duration(covered)} altogether; zoom in to tell them apart`)];
  }

  function stack(trace, id) {
    const frames = trace.head.stacks[id] || [];
    return frames.length > 1 ? el('ol', { class: 'stack' }, frames.map((frame) => el('li', {}, trace.frame(frame)))) : null;
  }

  return { title, nameOf, spanFacts, spanTip, crowdTip, head, pair, at, stack, lookWords };
})();
