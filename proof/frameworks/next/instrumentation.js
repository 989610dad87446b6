// So that a wrong key or option is in the log when the server starts. Next.js then answers every request with 500.
export async function register() {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { sessions } = await import("./lib/session");
    await sessions.ready();
  }
}
