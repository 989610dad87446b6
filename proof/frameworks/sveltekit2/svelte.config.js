import adapter from "@sveltejs/adapter-node";

const node = adapter();

/** As adapters for static hosts do, which show this page for all that they do not know. */
async function adapt(builder) {
  await builder.generateFallback(builder.getBuildDirectory("fallback.html"));
  await node.adapt(builder);
}

// The address of a worker in front of it, whose forms it takes, too.
const csrf = { trustedOrigins: ["https://shop.example"] };

export default { kit: { adapter: { ...node, adapt }, csrf, experimental: { remoteFunctions: true }, files: { hooks: { server: "src/hooks_in_turn" } } } };
