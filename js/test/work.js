// The work of the package, counted and not timed: how often each block of its modules ran, and over how much the methods of
// texts and lists went.

import { Session as Inspector } from "node:inspector/promises";

const SRC = new URL("../src/", import.meta.url).href;

/** What a method goes through: a text or a list, or what it returns of it. */
const THROUGH = {
  whole: (found, { length }) => length,
  /** Up to what is found. Node 24 and later read forms by it. */
  until: (found, { length }, [, from = 0]) => (found < 0 ? length : found + 1) - from,
  result: (found) => found?.length ?? 1,
};
const METHODS = [
  [String.prototype, ["split", "includes", "lastIndexOf", "replace", "replaceAll", "trim", "toLowerCase", "concat"], THROUGH.whole],
  [String.prototype, ["indexOf"], THROUGH.until],
  [Array.prototype, ["includes", "indexOf", "find", "findIndex", "findLastIndex", "filter", "map", "flatMap", "flat", "some", "every", "reduce", "join", "concat", "toSorted"], THROUGH.whole],
  [String.prototype, ["slice"], THROUGH.result],
  [Array.prototype, ["slice"], THROUGH.result],
];

let through = 0;

/** Counts calls of the methods, until the function that it returns is called. */
function count() {
  const originals = METHODS.flatMap(([prototype, names, sizeOf]) =>
    names.map((name) => {
      const original = prototype[name];
      prototype[name] = function (...given) {
        const found = original.apply(this, given);
        through += sizeOf(found, this, given);
        return found;
      };
      return () => (prototype[name] = original);
    }),
  );
  // A spread, which is quick where nobody looks.
  const { [Symbol.iterator]: iterate } = Array.prototype;
  Array.prototype[Symbol.iterator] = function () {
    through += this.length;
    return iterate.call(this);
  };
  return () => {
    Array.prototype[Symbol.iterator] = iterate;
    for (const restore of originals) restore();
  };
}

const inspector = new Inspector();
inspector.connect();
await inspector.post("Profiler.enable");
await inspector.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

/** How often blocks of the package ran since the last call. */
async function blocks() {
  const { result } = await inspector.post("Profiler.takePreciseCoverage");
  const own = result.filter(({ url }) => url.startsWith(SRC)).flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges));
  return own.reduce((sum, { count }) => sum + count, 0);
}

/** Returns the work of a function, which may be asynchronous. */
export async function workOf(run) {
  await blocks();
  through = 0;
  const stop = count();
  try {
    await run();
  } finally {
    stop();
  }
  return through + (await blocks());
}
