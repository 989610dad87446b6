import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";

const node = adapter();

/** As adapters for static hosts do, which show this page for all that they do not know. */
async function adapt(builder) {
  await builder.generateFallback(builder.getBuildDirectory("fallback.html"));
  await node.adapt(builder);
}

// Without a proxy in front of it, the server takes every form for one of another site.
const csrf = { trustedOrigins: ["*"] };

export default { plugins: [sveltekit({ adapter: { ...node, adapt }, csrf, experimental: { remoteFunctions: true }, files: { hooks: { server: "src/hooks_in_turn" } } })] };
