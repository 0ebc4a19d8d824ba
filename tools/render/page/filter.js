// SPDX-License-Identifier: MIT
// Which rows are shown. A filter is words, all of which a row must have; "quotes" keep spaces together, a minus turns one round:
//   cache            in the row's name, kind, function or place
//   thread:worker    threads: only those; says nothing of locks      lock:cache   kind:mutex   objects likewise
//   with:worker      what it holds or waits for, or who does, and itself
const Filter = (() => {
  // [{ not, key, text }]
  function parse(text) {
    const terms = [];
    for (const [, not, key, quoted, plain] of text.matchAll(/(-?)(?:(thread|lock|kind|with):)?(?:"([^"]*)"?|(\S+))/gi)) {
      const wanted = (quoted ?? plain).toLowerCase();
      if (wanted) terms.push({ not: not === '-', key: (key || '').toLowerCase(), text: wanted });
    }
    return terms;
  }

  const has = (text, ...values) => values.some((value) => value && String(value).toLowerCase().includes(text));
  const hasName = (text, item) => has(text, item.name, item.label);

  // Rows' keys that have to do with what is called so: "thread 3", "object 5".
  function related(trace, text) {
    const { spans } = trace, rows = new Set();
    const threads = trace.threads.map((item) => hasName(text, item)), objects = trace.objects.map((item) => hasName(text, item));
    threads.forEach((is, id) => { if (is) rows.add(`thread ${id}`); });
    objects.forEach((is, id) => { if (is) rows.add(`object ${id}`); });
    for (let s = 0; s < spans.count; s++) {
      const thread = spans.thread[s], object = spans.object[s];
      if (threads[thread]) rows.add(`object ${object}`);
      if (objects[object]) rows.add(`thread ${thread}`);
    }
    return rows;
  }

  function matches(trace, row, term) {
    const thread = row.type === 'thread', item = thread ? trace.threads[row.id] : trace.objects[row.id];
    switch (term.key) {
    case 'thread': return thread ? hasName(term.text, item) || has(term.text, row.name) || String(item.tid) === term.text : null;
    case 'lock': return thread ? null : hasName(term.text, item);
    case 'kind': return thread ? null : has(term.text, item.kind, item.word);
    case 'with': return term.rows.has(`${row.type} ${row.id}`);
    default: return thread ? hasName(term.text, item) || has(term.text, row.name, trace.frame(item.routine)) : hasName(term.text, item) || has(term.text, item.kind, item.word, trace.frame(item.birth));
    }
  }

  // Whether a row is to be shown: a function of rows.
  function of(trace, text) {
    const terms = parse(text);
    for (const term of terms) if (term.key === 'with') term.rows = related(trace, term.text);
    return (row) => terms.every((term) => {
      const is = matches(trace, row, term);
      return is === null || is !== term.not;
    });
  }

  const quote = (name) => /\s/.test(name) ? `"${name}"` : name;

  return { parse, of, quote };
})();
