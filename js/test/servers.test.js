// The adapters behind real frameworks.

import { everyAdapter } from "./every_adapter.js";
import { SERVERS } from "./servers.js";

everyAdapter(SERVERS);
