// Numbers and texts at random, the same in every run.

const CHARACTERS = ["a", "Z", "å", "€", "🎉", " ", '"', "\\", "\u0000", "\u{feff}"];

export function random(seed) {
  let state = seed;
  /** From 0 to 1. */
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  const oneOf = (values) => values[below(values.length)];
  const listOf = (most, make) => Array.from({ length: below(most) }, make);
  const text = () => listOf(40, () => oneOf(CHARACTERS)).join("");
  return { next, below, oneOf, listOf, text };
}
