// The adapters that need no framework.

import { everyAdapter } from "./every_adapter.js";
import { STAND_INS } from "./stand_ins.js";

everyAdapter(STAND_INS);
