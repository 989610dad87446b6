// The programs of the runtimes, and how each runs a file.

export const RUNTIMES = {
  "Node 22": ["node_modules/node-22/bin/node"],
  "Node 24": ["node_modules/node-24/bin/node"],
  "Node 26": ["node_modules/node-26/bin/node"],
  Deno: ["node_modules/@deno/linux-x64-glibc/deno", "run", "--allow-read", "--no-config"],
  Bun: ["node_modules/@oven/bun-linux-x64-baseline/bin/bun", "run"],
};
