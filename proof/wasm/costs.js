// The cost of a request in V8, for both suites. Built and started by `proof/wasm/costs`.

import { readFileSync } from "node:fs";
import { initSync, Visitor } from "./dist/hardtack_wasm.js";

const ROUNDS = 200;
const REQUESTS = 100;
const SIZES = { S: 31, M: 207, L: 2136 }; // 33, 210 and 2,139 bytes with length and counter

initSync({ module: readFileSync(new URL("dist/hardtack_wasm_bg.wasm", import.meta.url)) });

const cells = Object.entries(SIZES).flatMap(([size, bytes]) =>
  ["reads", "changes"].flatMap((work) =>
    [false, true].map((isXChaCha20) => {
      const visitor = new Visitor(isXChaCha20, bytes);
      return { size, work, isXChaCha20, run: () => visitor[work](REQUESTS), times: [] };
    }),
  ),
);

// The first rounds are for V8's optimizing compiler. Each round begins with another cell.
for (let round = -20; round < ROUNDS; round++) {
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[(i + round + cells.length * 20) % cells.length];
    const start = performance.now();
    cell.run();
    const microseconds = ((performance.now() - start) * 1000) / REQUESTS;
    if (round >= 0) cell.times.push(microseconds);
  }
}

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
const find = (size, work, isXChaCha20) =>
  median(cells.find((cell) => cell.size === size && cell.work === work && cell.isXChaCha20 === isXChaCha20).times);

console.log(`node ${process.version}, V8 ${process.versions.v8}; microseconds for each request`);
console.log("| | XAES-256-GCM | XChaCha20-Poly1305 | ratio |\n|---|---|---|---|");
for (const work of ["reads", "changes"]) {
  for (const size of Object.keys(SIZES)) {
    const [xaes, xchacha20] = [find(size, work, false), find(size, work, true)];
    console.log(`| ${work} ${size} | ${xaes.toFixed(1)} | ${xchacha20.toFixed(1)} | ${(xaes / xchacha20).toFixed(2)} |`);
  }
}
