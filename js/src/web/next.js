// Next.js: its app router, and the proxy before all pages.

export { inNext } from "./next/in_next.js";
export { protect, wayBack } from "./next/protect.js";
export { sessionProxy } from "./next/proxy.js";
