// Suites and modes (SPEC.md § 2), and the sizes of a blob (§ 4.4).

const suite = (name, fmt, mode) => ({ name, fmt, mode });
export const [XAES, XCHA, SIGN] = [suite("xaes", 0x78, "encrypted"), suite("xcha", 0x79, "encrypted"), suite("sign", 0xb0, "signed")];
export const SUITES = [XAES, XCHA, SIGN];

export const NONCE = 24;
export const TAG = 16;
export const HEAD = 5;

/** Bytes of a blob without its body. */
export const overheadOf = (mode) => (mode === "encrypted" ? HEAD + NONCE + TAG : HEAD + TAG);
