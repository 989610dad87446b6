// Generates keys.

import { refuseUnknown } from "../base/remedies.js";
import { concat, toBase64url, u8 } from "../format/base/bytes.js";
import { mustBe, optionsOf } from "../format/base/errors.js";
import { Key, drawKey } from "../format/keys/key.js";

export async function generateKey(options = {}) {
  const { mode = "encrypted", ...unknown } = optionsOf(options);
  refuseUnknown(unknown, " of a key");
  const type = { encrypted: "xaes", signed: "sign" }[mode];
  mustBe(type, "mode", "encrypted or signed");
  const text = await drawKey(type);
  const { suite, kid } = await Key.parse(text);
  // Every token of the key begins with these bytes, so sealing again would not remove a `--` (§ 6.7).
  const hasHyphens = toBase64url(concat(u8(suite.fmt), kid)).includes("--");
  return hasHyphens ? drawKey(type) : text;
}
