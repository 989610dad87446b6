// A client that keeps cookies, as a browser does: by their names, until they are dropped.

/** Fails what nobody answers, which would keep its test running for ever. */
export const patience = () => AbortSignal.timeout(30_000);

export class Browser {
  cookies = new Map();

  /** `send`: what answers in place of a server. */
  constructor(origin, send = (url, init) => fetch(url, { signal: patience(), ...init })) {
    this.origin = origin;
    this.send = send;
  }

  get(path, headers) {
    return this.fetch(path, { headers });
  }

  async fetch(path, { headers = {}, ...options } = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const given = { ...headers, ...(cookie && { cookie }) };
    const response = await this.send(`${this.origin}${path}`, { redirect: "manual", headers: given, ...options });
    const setCookies = response.headers.getSetCookie();
    for (const line of setCookies) this.#keep(line);
    return { status: response.status, headers: response.headers, setCookies, text: await response.text() };
  }

  #keep(line) {
    const [pair, ...attributes] = line.split(";").map((part) => part.trim());
    const at = pair.indexOf("=");
    const isDropped = attributes.some((attribute) => attribute.toLowerCase() === "max-age=0");
    if (isDropped) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}
