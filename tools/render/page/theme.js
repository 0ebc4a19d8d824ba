// SPDX-License-Identifier: MIT
// Colours and patterns for the canvas, taken from the page's style sheet; each kind of wait has a pattern beside its colour.
const Theme = (() => {
  const NAMES = ['page', 'panel', 'lane', 'lane-alt', 'section', 'ink', 'ink-2', 'ink-3', 'line', 'line-soft', 'accent', 'accent-soft', 'life', 'life-edge',
    'hold', 'hold-ink', 'shared', 'blocked', 'blocked-mark', 'semaphore', 'semaphore-mark', 'condition', 'condition-mark', 'join', 'join-mark',
    'other', 'other-mark', 'handler', 'handler-mark', 'forever', 'forever-mark', 'forever-soft', 'bar-ink', 'arrow', 'arrow-wake', 'arrow-forever', 'path', 'pin', 'pin-sure', 'pin-ink'];
  const theme = { color: {}, patterns: new Map(), font: '', ratio: 1 };

  // Draws one tile of a pattern, 8 by 8.
  const TILES = {
    blocked(c) { c.lineWidth = 1.3; lines(c, [[-2, 6, 6, -2], [-2, 10, 10, -2], [2, 10, 10, 2]]); },
    semaphore(c) { c.lineWidth = 1.4; lines(c, [[0, 2, 8, 2], [0, 6, 8, 6]]); },
    condition(c) { for (const [x, y] of [[2, 2], [6, 6]]) { c.beginPath(); c.arc(x, y, 1.1, 0, 7); c.fill(); } },
    join(c) { c.lineWidth = 1.4; lines(c, [[2, 0, 2, 8], [6, 0, 6, 8]]); },
    other(c) { c.lineWidth = 1; lines(c, [[0, 0, 8, 8], [0, 8, 8, 0]]); },
    forever(c) { c.lineWidth = 2; lines(c, [[-2, 2, 6, 10], [-2, -6, 10, 6]]); },
    shared(c) { c.lineWidth = 1.2; lines(c, [[0, 4, 4, 4]]); },
  };
  function lines(c, all) {
    c.beginPath();
    for (const [x0, y0, x1, y1] of all) { c.moveTo(x0, y0); c.lineTo(x1, y1); }
    c.stroke();
  }

  function makePattern(context, name) {
    const tile = document.createElement('canvas');
    tile.width = tile.height = Math.round(8 * theme.ratio);
    const c = tile.getContext('2d');
    c.scale(tile.width / 8, tile.width / 8);
    c.fillStyle = theme.color[name];
    c.fillRect(0, 0, 8, 8);
    c.strokeStyle = c.fillStyle = theme.color[`${name}-mark`] || theme.color.hold;
    c.globalAlpha = 0.6;
    TILES[name](c);
    const pattern = context.createPattern(tile, 'repeat');
    pattern.setTransform(new DOMMatrix().scale(8 / tile.width));
    return pattern;
  }

  function read(context) {
    const style = getComputedStyle(document.documentElement);
    for (const name of NAMES) theme.color[name] = style.getPropertyValue(`--${name}`).trim();
    theme.font = getComputedStyle(document.body).fontFamily;
    theme.ratio = window.devicePixelRatio || 1;
    theme.patterns.clear();
    for (const name of Object.keys(TILES)) theme.patterns.set(LookId[name], makePattern(context, name));
  }

  // What to fill a bar of this look with; plain where it is too small for a pattern.
  function fill(look, width, height) {
    return (width >= 4 && height >= 5 && theme.patterns.get(look)) || theme.color[Look[look]];
  }
  const plain = (look) => theme.color[Look[look]];
  const ink = (look) => look === LookId.hold ? theme.color['hold-ink'] : look === LookId.handler ? theme.color.page : theme.color['bar-ink'];

  return { theme, read, fill, plain, ink };
})();
