// SPDX-License-Identifier: MIT
// Starts the page once its data is unpacked. `window.thrum` is for tests and for the curious at the console.
Data.load().then((trace) => {
  trace.deadlockWaits = Deadlock.waits(trace);
  Help.header(trace);
  Help.describe(trace);
  Help.banners(trace);
  window.thrum = new App(trace);
}).catch((error) => {
  document.getElementById('banners').append(Format.el('div', { class: 'banner' }, Format.el('b', {}, 'The timeline could not be drawn:'), ` ${error.message}`));
  throw error;
});
