// Suites and modes (SPEC.md § 2), and the sizes of a blob (§ 4.4).

export const SUITES = {
  xaes: { name: "xaes", fmt: 0x78, mode: "encrypted" },
  xcha: { name: "xcha", fmt: 0x79, mode: "encrypted" },
  sign: { name: "sign", fmt: 0xb0, mode: "signed" },
};

export const suiteOf = (fmt) => Object.values(SUITES).find((suite) => suite.fmt === fmt);

export const NONCE = 24;
export const TAG = 16;
export const HEAD = 5;

/** Bytes of a blob beside its body. */
export const overheadOf = (mode) => (mode === "encrypted" ? HEAD + NONCE + TAG : HEAD + TAG);
