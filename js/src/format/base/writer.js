// Writing bytes, one after another.

/** A buffer that grows. */
export class Writer {
  // A small session has about as many bytes.
  #bytes = new Uint8Array(64);
  #at = 0;

  /** Makes room for bytes, and returns the position of the first. */
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

  /** Writes bytes, or a string of ASCII. */
  push(bytes) {
    const at = this.#grow(bytes.length);
    if (typeof bytes !== "string") return this.#bytes.set(bytes, at);
    for (let i = 0; i < bytes.length; i++) this.#bytes[at + i] = bytes.charCodeAt(i);
  }

  /** Writes a big-endian integer. */
  uint(value, width) {
    while (width--) this.byte(Math.floor(value / 256 ** width));
  }

  /** Writes a number below 2^32 in its shortest form. */
  varint(value) {
    for (; value > 0x7f; value = Math.floor(value / 128)) this.byte((value % 128) | 0x80);
    this.byte(value);
  }

  /** Returns a copy of the bytes written so far. */
  get bytes() {
    return this.#bytes.slice(0, this.#at);
  }
}
