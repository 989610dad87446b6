// The adapters behind real frameworks.

import { scenarios } from "./scenarios.js";
import { SERVERS } from "./servers.js";

scenarios(SERVERS);
