// Runs the updates of a request one after another. An update inside of another one uses its session.

import { ensure } from "../../format/base/errors.js";

/** For the jar of each request, the last update of each cookie. Next.js has one jar for a request. */
const lasts = new WeakMap();

let storage;

/** Returns the storage of the updates around a call. Next.js has the class as a global in all its runtimes. */
function surroundings() {
  const Storage = globalThis.AsyncLocalStorage ?? globalThis.process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage;
  ensure(Storage, "option", "`update` needs the global AsyncLocalStorage, which is missing here");
  return (storage ??= new Storage());
}

/** One call of `update`. */
export class Turn {
  session = null;
  #isDone = false;
  /** The update for which this one waits, and those that began inside of it. */
  #before;
  #inside = [];
  #done;

  /** `name`: the cookie's; `maker`: a value that all updates of one `inNext` share. */
  constructor(jar, name, maker) {
    this.jar = jar;
    this.name = name;
    this.maker = maker;
  }

  /**
   * Calls `work` after the earlier updates of this cookie in the request. Inside of such an update, calls `change` with its session,
   * because waiting for it would never end.
   */
  async take(change, work) {
    const { jar, name, maker } = this;
    const around = (surroundings().getStore() ?? []).filter((other) => other.jar === jar && !other.#isDone);
    const outer = around.find((other) => other.name === name);
    if (outer) {
      ensure(outer.maker === maker, "cookies", `two \`inNext\` change the cookie ${name}, one inside of the other; make one for both`);
      return change(outer.session);
    }
    const last = lasts.get(jar) ?? new Map();
    lasts.set(jar, last);
    this.#before = last.get(name);
    const held = around.find((other) => this.#waitsFor(other));
    const sentence = `updates of the cookies ${held?.name} and ${name} wait for each other; nest them in the same order everywhere`;
    ensure(!held, "cookies", sentence);
    last.set(name, this);
    for (const other of around) other.#inside.push(this);
    const done = Promise.resolve(this.#before && this.#before.#done).then(work);
    this.#done = done.catch(() => {}).then(() => this.#end());
    return done;
  }

  /** Returns true if this update cannot begin or end before `other` does. */
  #waitsFor(other) {
    return this === other || [this.#before, ...this.#inside].some((one) => one && !one.#isDone && one.#waitsFor(other));
  }

  #end() {
    this.#isDone = true;
    this.#before = undefined;
  }

  /** Calls `change`, with this update around it. */
  async during(change) {
    try {
      return await surroundings().run([...(surroundings().getStore() ?? []), this], change);
    } finally {
      this.#isDone = true;
    }
  }
}
