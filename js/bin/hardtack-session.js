#!/usr/bin/env node
// `npx hardtack-session keygen`: prints a key, in the text form that every implementation reads.

import { argv, exit, stderr, stdout } from "node:process";
import { parseArgs } from "node:util";

import { generateKey } from "../dist/index.js";

const USAGE = `hardtack-session keygen [--mode encrypted|signed]

Prints a new key for the variable SESSION_KEYS. Keep it as you keep a password: who has it can read and make sessions.
`;

function given() {
  try {
    const { positionals, values } = parseArgs({ args: argv.slice(2), allowPositionals: true, options: { mode: { type: "string" } } });
    return positionals.length === 1 && positionals[0] === "keygen" ? values : null;
  } catch {
    return null;
  }
}

const options = given();
if (!options) {
  stderr.write(USAGE);
  exit(2);
}
try {
  stdout.write(`${await generateKey(options)}\n`);
} catch (error) {
  stderr.write(`${error.message}\n`);
  exit(2);
}
