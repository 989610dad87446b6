// The adapters that need no framework.

import { scenarios } from "./scenarios.js";
import { STAND_INS } from "./stand_ins.js";

scenarios(STAND_INS);
