// Says what a text is that is no key. The rows are no import of key.js: programs that run from their files have them by this module,
// and bundles leave it out for its size, because package.json says that no module has side effects.

import { looks } from "./key.js";
import { LOOKS } from "./looks_table.js";

looks.push(...LOOKS);
