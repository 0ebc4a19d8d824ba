// SPDX-License-Identifier: MIT
// Numbers, times and small pieces of DOM as people read them. Text enters the page as text nodes only, never as HTML.
const Format = (() => {
  const UNITS = [['ns', 1], ['µs', 1e3], ['ms', 1e6], ['s', 1e9]];

  const trim = (text) => text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  const count = (n) => n.toLocaleString('en-US');
  const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many || one + 's'}`;

  // Advice comes without a full stop, and begins small.
  const sentence = (text) => text && text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');

  // The unit in which ns is read most easily.
  function unitFor(ns) {
    const size = Math.abs(ns);
    return size < 1e3 ? UNITS[0] : size < 1e6 ? UNITS[1] : size < 1e9 ? UNITS[2] : UNITS[3];
  }

  // A length of time, to about three digits: 1.23 ms; 4 min 5 s.
  function duration(ns) {
    if (ns >= 3600e9) return `${Math.floor(ns / 3600e9)} h ${Math.floor(ns % 3600e9 / 60e9)} min`;
    if (ns >= 120e9) return `${Math.floor(ns / 60e9)} min ${Math.floor(ns % 60e9 / 1e9)} s`;
    const [name, size] = unitFor(ns);
    const value = ns / size;
    const digits = size === 1 ? 0 : value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return `${trim(value.toFixed(digits))} ${name}`;
  }

  // A moment since the trace began, exact to the nanosecond where digits matter: 1.204 317 s.
  function moment(ns) {
    const [name, size] = unitFor(ns);
    const digits = Math.min(6, Math.round(Math.log10(size)));
    const [whole, part] = (ns / size).toFixed(digits).split('.');
    return part ? `${whole}.${part.replace(/(\d{3})(?=\d)/g, '$1\u2009')} ${name}` : `${whole} ${name}`;
  }

  // Nanoseconds since the Epoch (a decimal string) plus an offset, as local date and time.
  function wallClock(beginNs, offset) {
    const at = new Date(Number(BigInt(beginNs) / 1000000n) + offset / 1e6);
    const two = (n) => String(n).padStart(2, '0');
    return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  }

  // An element with attributes and children (strings become text). `on...` values are listeners.
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
    }
    for (const child of children.flat()) if (child !== null && child !== undefined && child !== '') node.append(child);
    return node;
  }

  return { trim, count, plural, sentence, duration, moment, wallClock, unitFor, el };
})();
