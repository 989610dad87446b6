// The updates of one request: one after another, and one inside of another with its session.

import { ensure } from "../../base/errors.js";

/** The last update of each cookie, by the jar of the request, of which Next.js has one. */
const lasts = new WeakMap();

let storage;

/** The updates around a call. Next.js has the class as a global in all its runtimes. */
function surroundings() {
  const Storage = globalThis.AsyncLocalStorage ?? globalThis.process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage;
  ensure(Storage, "option", "`update` needs AsyncLocalStorage, which is no global here");
  return (storage ??= new Storage());
}

/** An update. */
export class Turn {
  session = null;
  #isOver = false;
  /** The update that this one waits for, and those that began inside of it. */
  #before;
  #inside = [];
  #done;

  /** `name`: the cookie's; `maker`: a value that all updates of one `inNext` share. */
  constructor(jar, name, maker) {
    Object.assign(this, { jar, name, maker });
  }

  /** Calls `work` when the updates that began before it in its request are done. Inside of one, calls `change` with its session. */
  async take(change, work) {
    const { jar, name, maker } = this;
    const around = (surroundings().getStore() ?? []).filter((other) => other.jar === jar && !other.#isOver);
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
    const done = Promise.resolve(this.#before?.#done).then(work);
    this.#done = done.catch(() => {}).then(() => this.#end());
    return done;
  }

  /** Returns true if this update cannot begin or end before `other` does. */
  #waitsFor(other) {
    return this === other || [this.#before, ...this.#inside].some((one) => one && !one.#isOver && one.#waitsFor(other));
  }

  #end() {
    this.#isOver = true;
    this.#before = undefined;
  }

  /** Calls `change`, with this update around it. */
  async during(change) {
    try {
      return await surroundings().run([...(surroundings().getStore() ?? []), this], change);
    } finally {
      this.#isOver = true;
    }
  }
}
