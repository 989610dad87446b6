import { CsrfGuard } from "hardtack-session/csrf";
import { withSession } from "hardtack-session/fetch";
import { cookie } from "../../../lib/session";

const guard = new CsrfGuard({ tokensInForms: true });

export const POST = withSession(
  cookie,
  async (request, session, context) => {
    if (!session.has("user")) return new Response(null, { status: 401 });
    const form = await request.formData();
    session.update("cart", (cart = []) => [...cart, form.get("item")]);
    return new Response(null, { status: 303, headers: { location: "/account" } });
  },
  { guard },
);
