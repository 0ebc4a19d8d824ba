// SPDX-License-Identifier: MIT
// The column at the right: findings, what is selected and its story, and the legend.
class Panel {
  // go: { span(id), row(type, id), finding(index) } move the view there; filter(text) leaves rows out.
  constructor(trace, go) {
    Object.assign(this, { trace, go });
    this.details = document.getElementById('details');
    this.findings();
    this.legend();
    this.nothing();
  }

  findings() {
    const { el } = Format, { findings } = this.trace.head, box = document.getElementById('findings');
    document.getElementById('finding-count').textContent = findings.length ? `(${findings.length})` : '';
    if (!findings.length) box.append(el('p', { class: 'hint' }, 'No deadlock and no lock-order cycle was found in this trace.'));
    this.buttons = findings.map((finding, i) => el('button', { class: `finding ${finding.certainty}`, 'aria-pressed': 'false', onclick: () => this.go.finding(i) },
      el('span', { class: `number ${finding.certainty}` }, String(i + 1)), el('span', { class: 'kind' }, finding.kind), ' ', el('span', { class: 'certainty' }, `· ${finding.certainty}`),
      el('span', { class: 'message' }, finding.message),
      el('ol', {}, finding.steps.map((step) => this.step(step))),
      finding.moves.length ? el('span', { class: 'message more' }, 'The schedule that leads there:') : '',
      finding.moves.length ? el('ol', { class: 'moves' }, finding.moves.map((move) => el('li', {}, move))) : '',
      this.told(finding),
      el('span', { class: 'advice' }, Format.sentence(finding.advice))));
    box.append(...this.buttons, ...this.trace.head.notes.map((note) => el('p', { class: 'hint note' }, Format.sentence(note))));
  }

  // What the checker in the process said while the program ran.
  told(finding) {
    const { el, moment } = Format, { trace } = this;
    return finding.pins.filter((pin) => pin.site !== undefined).map((pin) => el('ol', {}, el('li', {}, `the checker told of it as it ran: ${moment(pin.time)}, in `, el('b', {}, trace.threadName(pin.thread)), trace.frame(pin.site) ? ` at ${trace.frame(pin.site)}` : ''),
      (trace.head.stacks[pin.stack] || []).slice(1).map((frame) => el('li', { class: 'caller' }, trace.frame(frame)))));
  }

  step(step) {
    const { el } = Format, held = step.holds, wanted = step.wants, site = (side) => side.site ? ` at ${side.site}` : '';
    return el('li', {}, el('b', {}, step.name), held.name ? [' holds ', el('b', {}, held.name), site(held)] : '', wanted.name ? [held.name ? ', wants ' : ' wants ', el('b', {}, wanted.name), site(wanted)] : '');
  }

  press(index) {
    this.buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(i === index)));
  }

  show(...nodes) { this.details.replaceChildren(...nodes.flat().filter(Boolean)); }

  nothing() {
    this.show(Format.el('p', { class: 'hint' }, 'Click a bar: who waits for whom, since when, where. Click a name for its sums.'));
  }

  link(text, act) { return Format.el('button', { class: 'link', onclick: act }, text); }
  threadLink(thread) { return this.link(this.trace.threadName(thread), () => this.go.row('thread', thread)); }

  span(span) {
    const { trace } = this, { spans } = trace, object = spans.object[span];
    const story = trace.isWait(span) ? this.waitStory(span) : trace.isHold(span) ? this.holdStory(span) : [];
    const facts = Words.spanFacts(trace, span);
    facts.children[1].replaceChildren(this.threadLink(spans.thread[span]));
    facts.append(...Words.pair('object', this.link(trace.objects[object].label, () => this.go.row('object', object)), Words.at(this.birth(object))));
    this.show(Words.head(spans.look[span], Words.title(trace, span)), facts, ...story, this.stackOf(span));
  }

  birth(object) {
    const text = this.trace.frame(this.trace.objects[object].birth);
    return text ? `made at ${text}` : '';
  }

  stackOf(span) {
    const list = Words.stack(this.trace, this.trace.spans.stack[span]);
    return list && Format.el('div', { class: 'story' }, Format.el('h3', {}, 'Called from'), list);
  }

  // Who held it, since when and where; by whom the wait was ended.
  waitStory(span) {
    const { trace } = this, { spans, arrows } = trace, { el } = Format, nodes = [];
    const holders = trace.holdersOf(span), arrow = trace.arrowInto[span], joined = trace.objectOf(span).thread;
    if (holders.length) nodes.push(el('div', { class: 'story' }, el('h3', {}, holders.length > 1 ? `Held meanwhile by ${holders.length}` : 'Held by'),
      holders.slice(0, 6).map((hold) => this.holderLine(hold, span)), holders.length > 6 ? el('p', { class: 'at' }, `and ${Format.count(holders.length - 6)} more`) : null));
    if (spans.what[span] === What.WAIT && joined >= 0) nodes.push(el('div', { class: 'story' }, el('h3', {}, 'Waits for the end of'), el('p', {}, this.threadLink(joined))));
    if (arrow >= 0) nodes.push(el('div', { class: 'story' }, el('h3', {}, 'Ended by'),
      el('p', {}, this.threadLink(arrows.from[arrow]), ` ${How[arrows.how[arrow]]} it`, Words.at(`${Format.duration(arrows.back[arrow])} before the wait was over, at ${Format.moment(arrows.time[arrow])}`), Words.at(trace.frame(arrows.site[arrow])))));
    else if (!(spans.flags[span] & Flag.OPEN)) nodes.push(el('div', { class: 'story' }, el('h3', {}, 'Ended by'), el('p', { class: 'at' }, Words.lookWords(trace, span).includes('ETIMEDOUT') ? 'its timeout' : 'not known from this trace')));
    return nodes;
  }

  holderLine(hold, wait) {
    const { trace } = this, { spans } = trace, since = spans.begin[wait] - spans.begin[hold];
    return Format.el('p', {}, this.threadLink(spans.thread[hold]), ' ', this.link('→ show', () => this.go.span(hold)),
      Words.at(`${since >= 0 ? `since ${Format.duration(since)} before the wait began` : `from ${Format.duration(-since)} into the wait`}, for ${Format.duration(trace.lengthOf(hold))}${spans.flags[hold] & Flag.OPEN ? ', and never released' : ''}`),
      Words.at(trace.site(hold)), this.meanwhile(hold, wait), spans.stack[hold] ? this.callers(spans.stack[hold]) : null);
  }

  callers(stack) {
    const list = Words.stack(this.trace, stack);
    return list && Format.el('details', {}, Format.el('summary', {}, 'taken in these calls'), list);
  }

  // What who held it did while the other waited: ran, or waited itself.
  meanwhile(hold, wait) {
    const { trace } = this, { spans } = trace, { el } = Format, from = Math.max(spans.begin[hold], spans.begin[wait]), to = Math.min(spans.end[hold], spans.end[wait]);
    const waits = new Map();
    let waited = 0;
    for (const span of trace.spansOfThread(spans.thread[hold])) {
      if (spans.begin[span] >= to) break;
      const part = trace.real(Math.max(spans.begin[span], from), Math.min(spans.end[span], to));
      if (!trace.isWait(span) || part <= 0) continue;
      waited += part;
      const known = waits.get(spans.object[span]) || { span, part: 0, count: 0 };
      waits.set(spans.object[span], { span: known.span, part: known.part + part, count: known.count + 1 });
    }
    const most = Array.from(waits.values()).sort((a, b) => b.part - a.part), ran = Math.max(0, trace.real(from, to) - waited);
    return el('span', { class: 'at' }, `meanwhile it ran for ${Format.duration(ran)}`, most.slice(0, 3).flatMap(({ span, part, count }) =>
      [`, waited ${Format.duration(part)} for `, this.link(trace.objectOf(span).label, () => this.go.span(span)), count > 1 ? ` (${count} times)` : '']),
    most.length > 3 ? `, and for ${most.length - 3} more` : '');
  }

  // Who waited while this was held.
  holdStory(hold) {
    const { trace } = this, { spans } = trace, { el } = Format;
    const waits = Array.from(trace.spansOfObject(spans.object[hold])).filter((s) => spans.what[s] === What.ACQUIRE && spans.thread[s] !== spans.thread[hold] && spans.begin[s] < spans.end[hold] && spans.end[s] > spans.begin[hold]);
    if (!waits.length) return [el('div', { class: 'story' }, el('p', { class: 'at' }, 'Nobody waited for it meanwhile.'))];
    return [el('div', { class: 'story' }, el('h3', {}, `Waited for meanwhile by ${waits.length}`), waits.slice(0, 6).map((wait) =>
      el('p', {}, this.threadLink(spans.thread[wait]), ' ', this.link('→ show', () => this.go.span(wait)), Words.at(`for ${Format.duration(trace.lengthOf(wait))}`))))];
  }

  row(type, id) {
    const { trace } = this, { el } = Format, thread = type === 'thread', item = thread ? trace.threads[id] : trace.objects[id];
    const facts = el('dl', {}, thread ? Words.pair('thread', String(item.tid)) : Words.pair('kind', item.word),
      thread ? Words.pair('process', `${trace.head.processes[item.process].name} (${trace.head.processes[item.process].pid})`) : Words.pair('address', item.address),
      thread ? Words.pair('runs', trace.frame(item.routine)) : Words.pair('made at', trace.frame(item.birth)),
      thread ? Words.pair('lived', `${Format.duration(trace.real(item.begin, item.end))}${item.open ? ', until the trace ends' : ''}`) : [],
      Words.pair('waited', item.waits ? `${Format.duration(item.waited)} in ${Format.plural(item.waits, 'wait')}` : 'never'),
      Words.pair(thread ? 'held' : 'was held', item.holds ? `${Format.duration(item.held)} in ${Format.plural(item.holds, 'hold')}` : 'never'),
      item.deadlocked ? Words.pair('note', 'part of a deadlock') : []);
    const only = el('p', {}, this.link('Show only rows that have to do with it', () => this.go.filter(`with:${Filter.quote(thread ? item.name : item.label)}`)));
    this.show(el('div', { class: 'head' }, thread ? item.name : Words.nameOf(item)), facts, only, this.longest(thread ? trace.spansOfThread(id) : trace.spansOfObject(id), thread));
  }

  longest(ids, ofThread) {
    const { trace } = this, { el } = Format, { spans } = trace;
    const waits = Array.from(ids).filter((s) => trace.isWait(s)).sort((a, b) => spans.length[b] - spans.length[a]).slice(0, 8);
    if (!waits.length) return null;
    return el('div', { class: 'story' }, el('h3', {}, 'Longest waits'), el('ul', { class: 'rowlist', style: 'margin-top:0' }, waits.map((wait) =>
      el('li', {}, this.link(ofThread ? trace.objectOf(wait).label : trace.threadName(spans.thread[wait]), () => this.go.span(wait)), el('span', { class: 'num' }, Format.duration(trace.lengthOf(wait)))))));
  }

  legend() { document.getElementById('legend').replaceChildren(Legend.make(this.trace)); }
}
