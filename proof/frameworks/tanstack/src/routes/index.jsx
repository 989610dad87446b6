import { createFileRoute, redirect } from "@tanstack/react-router";
import { visitsOf } from "../visits.js";

export const Route = createFileRoute("/")({
  loader: () => visitsOf(),
  component: Home,
  server: { handlers: { POST: change } },
});

async function change({ request, context: { session } }) {
  const wish = (await request.formData()).get("action");
  if (wish.startsWith("out")) session.invalidate();
  else session.update("visits", (visits = 0) => visits + 1);
  if (wish === "fill") session.set("note", "x".repeat(5000));
  if (wish.endsWith("fail")) throw new Error("half of it");
  if (wish === "throw") throw redirect({ to: "/" });
  if (wish === "move") return Response.redirect(new URL("/", request.url));
  return new Response(null, { status: 303, headers: { location: "/" } });
}

function Home() {
  return (
    <form method="post">
      <p>visits {Route.useLoaderData()}</p>
      <button name="action" value="count">Count</button>
      <button name="action" value="out">Sign out</button>
    </form>
  );
}
