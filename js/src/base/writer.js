// Writing bytes, one after another.

/** A buffer that grows. */
export class Writer {
  #bytes = new Uint8Array(64);
  #at = 0;

  /** Makes room for some bytes, and returns the position of the first. */
  #grow(by) {
    const at = this.#at;
    this.#at += by;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#at);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }

  byte(value) {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  /** Writes bytes, or a text of ASCII. */
  push(bytes) {
    const at = this.#grow(bytes.length);
    if (typeof bytes !== "string") return this.#bytes.set(bytes, at);
    for (let i = 0; i < bytes.length; i++) this.#bytes[at + i] = bytes.charCodeAt(i);
  }

  /** A big-endian integer. */
  uint(value, width) {
    while (width--) this.byte(Math.floor(value / 256 ** width));
  }

  /** The shortest form of a number below 2^32. */
  varint(value) {
    for (; value > 0x7f; value = Math.floor(value / 128)) this.byte((value % 128) | 0x80);
    this.byte(value);
  }

  /** A copy of what was written. */
  get bytes() {
    return this.#bytes.slice(0, this.#at);
  }
}
