import { fetch, initSync } from "./dist/hardtack_worker.js";
import module from "./dist/hardtack_worker_bg.wasm";

initSync({ module });
export default { fetch };
