// The context of Hono, also in a worker.

/** Adds the fields of a response that is replaced, as Hono does. */
export class HonoContext {
  finalized = false;
  #res;

  constructor(raw) {
    this.req = { raw };
  }

  set(name, value) {
    this[name] = value;
  }

  get(name) {
    return this[name];
  }

  get res() {
    return (this.#res ??= new Response());
  }

  set res(response) {
    for (const [name, value] of response ? (this.#res?.headers ?? []) : []) {
      if (name !== "content-type") response.headers.set(name, value);
    }
    this.#res = response;
    this.finalized = true;
  }
}
