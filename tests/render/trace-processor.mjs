// SPDX-License-Identifier: MIT
// Perfetto's own trace processor, as WebAssembly for its page: loads a trace and prints the answers to queries.
//
//     node trace-processor.mjs DIRECTORY TRACE QUERY...      rows a line each, columns parted by "|"; "--" after each query
//
// DIRECTORY has trace_processor.wasm, engine_bundle.node.js (its glue, made for a worker of a page) and engine.mjs (its protocol).
import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

const [directory, trace, ...queries] = process.argv.slice(2), at = (name) => `${resolve(directory)}/${name}`;
console.warn = () => {}; // it tells of system calls that it hasn't got, and of parts of answers that are newer than its decoder

// What a worker of a page would find.
Object.assign(globalThis, { self: globalThis, WorkerGlobalScope: function () {} });
globalThis.location = { href: `${pathToFileURL(at(''))}/` };
globalThis.XMLHttpRequest = class {
  open() {}
  send() { Object.assign(this, { status: 200, response: Uint8Array.from(readFileSync(at('trace_processor.wasm'))).buffer }); }
};
const { EngineBase } = await import(pathToFileURL(at('engine.mjs')));
runInThisContext(readFileSync(at('engine_bundle.node.js'), 'utf8'));

let engine;
const port = { postMessage: (data) => engine.onRpcResponseBytes(data) };
self.onmessage({ data: port });
await new Promise((done) => setImmediate(done)); // it starts in a promise of its own
class Engine extends EngineBase {
  id = 'test';
  mode = 'WASM';
  rpcSendRequestBytes(data) { port.onmessage({ data }); }
}
engine = new Engine();

const bytes = Uint8Array.from(readFileSync(trace)), PIECE = 1 << 24;
for (let i = 0; i < bytes.length; i += PIECE) await engine.parse(bytes.subarray(i, i + PIECE));
await engine.notifyEof();
for (const query of queries) {
  const result = await engine.query(query), columns = result.columns();
  for (const row = result.iter({}); row.valid(); row.next()) console.log(columns.map((column) => String(row.get(column))).join('|'));
  console.log('--');
}
