import { Form, redirect } from "react-router";
import { sessionContext } from "./session.js";

export const loader = ({ context }) => ({ visits: context.get(sessionContext).get("visits") ?? 0 });

export async function action({ request, context }) {
  const session = context.get(sessionContext);
  const wish = (await request.formData()).get("action");
  if (wish.startsWith("out")) session.invalidate();
  else session.update("visits", (visits = 0) => visits + 1);
  if (wish === "fill") session.set("note", "x".repeat(5000));
  if (wish.endsWith("fail")) throw new Error("half of it");
  if (wish === "throw") throw redirect("/");
  if (wish === "move") return Response.redirect(new URL("/", request.url));
  return redirect("/");
}

export default function Home({ loaderData }) {
  return (
    <Form method="post">
      <p>visits {loaderData.visits}</p>
      <button name="action" value="count">Count</button>
      <button name="action" value="out">Sign out</button>
    </Form>
  );
}
