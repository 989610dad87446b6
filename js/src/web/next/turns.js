// The updates of one request: one after another, and one inside of another with its session.

import { ensure } from "../../base/errors.js";

/** The end of the last update of each cookie, by the jar of the request, of which Next.js has one. */
const ends = new WeakMap();

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

  /** `name`: that of the cookie; `maker`: what is the same in all updates of one `inNext`. */
  constructor(jar, name, maker) {
    Object.assign(this, { jar, name, maker });
  }

  /** Calls `work` when the updates that began before it in its request are done. Inside of one, calls `change` with its session. */
  async take(change, work) {
    const { jar, name, maker } = this;
    const outer = (surroundings().getStore() ?? []).find((other) => other.jar === jar && other.name === name && !other.#isOver);
    if (outer) {
      ensure(outer.maker === maker, "cookies", `two \`inNext\` change the cookie ${name}, one inside of the other; make one for both`);
      return change(outer.session);
    }
    const names = ends.get(jar) ?? new Map();
    ends.set(jar, names);
    const done = Promise.resolve(names.get(name)).then(work);
    names.set(name, done.catch(() => {}));
    return done;
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
